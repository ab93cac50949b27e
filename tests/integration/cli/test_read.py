"""`chasil read` as its users see it."""

import csv
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from api.rendering.tables import CSV_COLUMNS
from tests.support.broken import BROKEN
from tests.support.command import chasil

REAL_PHOTOGRAPHS = {
    "E_chasil2024p2_klaten.png": {"paslon_1": ("X24", 24), "paslon_2": ("X73", 73), "paslon_3": ("X74", 74)},
    "C_chasil2024p2_screen_cam1.jpg": {"paslon_1": ("123", 123), "paslon_2": ("274", 274), "paslon_3": ("X32", 32)},
    "C_chasil2024p3_screen_cam1.jpg": {
        "suara_sah": ("427", 427),
        "suara_tidak_sah": ("__3", 3),
        "suara_total": ("430", 430),
    },
}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def truth(samples: Path) -> dict[str, dict[str, Any]]:
    return {line["file"]: line for line in lines((samples / "truth.jsonl").read_text(encoding="utf-8"))}


@pytest.mark.parametrize("name", REAL_PHOTOGRAPHS)
def test_real_photographs_become_numbers(name: str, shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "read", shared / "pages" / "images" / name, "--json", "-")
    page, document = lines(run.out)
    expected = REAL_PHOTOGRAPHS[name]
    read = {field: (page["fields"][field]["boxes"], page["fields"][field]["value"]) for field in expected}
    assert read == expected
    assert (page["kind"], page["form"], document["kind"]) == ("page", "c-hasil-ppwp-2024", "document")
    assert run.code == 3  # pages of the document are missing


def test_samples_are_read_and_nothing_wrong_is_accepted(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "read", samples, "--json", "-")
    readings = lines(run.out)
    pages = {line["source"]["name"].rsplit("/", 1)[-1]: line for line in readings if line["kind"] == "page"}
    written = truth(samples)
    assert set(pages) == set(written)
    documents = [line for line in readings if line["kind"] == "document"]
    decided = {document["document"]: document["fields"] for document in documents}
    numbers = [
        (decided[name.rsplit("-", 1)[0]][field], value)
        for name, line in written.items()
        for field, value in line["values"].items()
    ]
    assert not [field for field, value in numbers if field["outcome"] == "accepted" and field["value"] != value]
    # One of the two officers wrote on page 1 with a blot of a pen: people must see those numbers.
    assert sum(field["value"] == value for field, value in numbers) >= 0.93 * len(numbers)
    assert sum(field["outcome"] == "accepted" for field, _ in numbers) >= 0.75 * len(numbers)
    assert [document["pages"] for document in documents] == [[1, 2, 3]] * len(documents)
    assert all(not document["missing_pages"] for document in documents)


def test_a_sheet_whose_date_alone_is_doubtful_is_accepted(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "read", *sorted(samples.glob("0024010001002-p*.jpg")), "--json", "-")
    *pages, document = lines(run.out)
    doubtful = {name for name, field in document["fields"].items() if field["outcome"] == "review"}
    assert doubtful <= {"tgl_hari", "tgl_bulan", "tgl_tahun"}
    assert {page["outcome"] for page in pages} | {document["outcome"]} <= {"accepted", "review"}
    assert document["outcome"] == "accepted"
    assert run.code == 0


def test_pages_come_before_their_document(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "read", samples, "--json", "-", "--jobs", 4)
    kinds = [(line["kind"], line["document"]) for line in lines(run.out)]
    names = list(dict.fromkeys(name for _, name in kinds))
    assert names == sorted(names)
    assert kinds == [(kind, name) for name in names for kind in ("page", "page", "page", "document")]


@pytest.mark.usefixtures("pages_read_once")
def test_a_table_for_people_in_two_languages(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    indonesian = chasil(capsys, "read", samples)
    english = chasil(capsys, "read", samples, "--language", "en")
    assert "Suara sah pasangan calon 1" in indonesian.out
    assert "Valid votes, pair 1" in english.out
    assert indonesian.code == english.code


@pytest.mark.usefixtures("pages_read_once")
def test_csv_has_a_line_for_every_number(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "numbers.csv"
    chasil(capsys, "read", samples, "--csv", target)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == CSV_COLUMNS
    written = truth(samples)
    assert len(rows) == sum(len(line["values"]) for line in written.values())
    capsys.readouterr()
    read = lines(chasil(capsys, "read", samples, "--json", "-").out)
    decided = {line["document"]: line["fields"] for line in read if line["kind"] == "document"}
    values = {
        (page["source"]["name"], name): decided[page["document"]][name]["value"]
        for page in read
        if page["kind"] == "page"
        for name in page["fields"]
    }
    expected = {key: "" if value is None else str(value) for key, value in values.items()}
    assert {(row["file"], row["field"]): row["value"] for row in rows} == expected


def test_a_name_cannot_become_a_formula(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / "=cmd()-p2.jpg"
    picture.write_bytes(next(samples.glob("*-p2.jpg")).read_bytes())
    run = chasil(capsys, "read", picture, "--csv", "-")
    assert "\n'=cmd()" in run.out
    assert "\n=cmd()" not in run.out


@pytest.mark.usefixtures("pages_read_once")
def test_overlays_show_every_page(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "deep" / "overlays"
    run = chasil(capsys, "read", samples, "--overlay", folder)
    assert len(list(folder.glob("*.jpg"))) == len(truth(samples))
    assert str(folder) in run.out.replace("\n", "")


def test_broken_files_never_stop_the_batch(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = next(samples.glob("*-p2.jpg")).read_bytes()
    for index, broken in enumerate(BROKEN):
        folder = tmp_path / f"{index:03d}"
        folder.mkdir()
        (folder / broken.filename).write_bytes(broken.build())
        (folder / "zz-good-p2.jpg").write_bytes(good)
    inputs = [path for folder in sorted(tmp_path.iterdir()) for path in sorted(folder.iterdir())]
    run = chasil(capsys, "read", *inputs, "--json", "-")
    pages = [line for line in lines(run.out) if line["kind"] == "page"]
    read = [page for page in pages if page["source"]["name"].endswith("zz-good-p2.jpg")]
    assert [set(page["fields"]) for page in read] == [{"paslon_1", "paslon_2", "paslon_3"}] * len(BROKEN)
    assert len(BROKEN) >= 50
    rejected = {reason["code"] for page in pages if page["outcome"] == "rejected" for reason in page["reasons"]}
    assert {broken.code for broken in BROKEN if broken.code} <= rejected
    assert "page_failed" not in rejected
    assert run.code == 4
    assert "Traceback" not in run.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["read"], 2),
        (["read", "nowhere.jpg"], 4),
        (["read", ".", "--form", "no-such-form"], 2),
        (["read", ".", "--jobs", "0"], 2),
        (["read", ".", "--json", "no/such/folder/out.jsonl"], 2),
        (["nonsense"], 2),
        (["forms", "show", "no-such-form"], 2),
    ],
)
def test_wrong_usage_is_said_and_coded(
    arguments: list[str], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = chasil(capsys, *arguments)
    assert run.code == code
    assert "Traceback" not in run.err
    assert run.out or run.err


def test_an_interrupted_run_leaves_no_half_file(
    samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    target = tmp_path / "out.jsonl"
    target.write_text("kept", encoding="utf-8")
    monkeypatch.setattr("pipeline.reader.Reader.read_document", interrupt)
    assert chasil(capsys, "read", samples, "--json", target).code == 130
    assert target.read_text(encoding="utf-8") == "kept"
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_forms_are_listed_shown_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = chasil(capsys, "forms", "list", "--language", "en").out
    assert "c-hasil-ppwp-2024" in listed
    assert "c-hasil-kwk-gubernur-2024" in listed
    assert "pairs 2..6" in listed
    assert "not confirmed against the official file" in " ".join(listed.replace("│", " ").split())
    variants = chasil(capsys, "forms", "show", "c-hasil-kwk-bupati-2024", "--language", "en").out
    assert "c-hasil-kwk-bupati-2024-pairs-5" in variants
    assert "222/290" in variants
    shown = chasil(capsys, "forms", "show", "c-hasil-ppwp-2024", "--language", "en").out
    assert "paslon_1" in shown
    assert "suara_sah-is-sum" in shown
    assert chasil(capsys, "forms", "check").code == 0
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text("id: faulty\n", encoding="utf-8")
    run = chasil(capsys, "forms", "check", faulty)
    assert run.code == 2
    assert "form_invalid" in run.out


@pytest.mark.parametrize(("language", "said"), [("id", "bulatan, turus"), ("en", "bubbles, tally")])
def test_what_stands_beside_a_number_is_said_in_the_language_asked_for(
    language: str, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert said in chasil(capsys, "forms", "show", "c-hasil-ppwp-2024", "--language", language).out


def test_a_pipe_is_written_to_and_not_replaced_by_a_file(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading: list[str] = []
    listener = threading.Thread(target=lambda: reading.append(pipe.read_text(encoding="utf-8")), daemon=True)
    listener.start()
    chasil(capsys, "read", samples / "0024010001002-p2.jpg", "--json", pipe)
    listener.join(timeout=20)
    assert pipe.is_fifo()
    assert [json.loads(line)["kind"] for line in reading[0].splitlines()] == ["page", "document"]


def test_one_file_under_two_stations_is_said_and_leaves_with_a_code(
    samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = (samples / "0024010001002-p2.jpg").read_bytes()
    for name in ("0024010001002-p2.jpg", "0024010002021-p2.jpg", "0024010001002-p3.jpg", "copy.jpg"):
        (tmp_path / name).write_bytes(data)
    both = tmp_path / "0024010001002-p2.jpg", tmp_path / "0024010002021-p2.jpg"
    run = chasil(capsys, "read", *both, "--language", "en")
    assert run.code == 3
    assert f"{both[1]}: the very same file as {both[0]}" in run.err
    run = chasil(capsys, "read", tmp_path / "0024010001002-p3.jpg", tmp_path / "copy.jpg", "--language", "en")
    assert "the very same file" not in run.err
