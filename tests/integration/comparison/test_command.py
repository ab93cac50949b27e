"""`chasil compare` as whoever holds published figures against photographs sees it."""

import base64
import csv
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from api.comparison import read_pages
from pipeline import Reader
from tests.support.command import chasil
from tests.support.published import published_of

CLEAN, BLOTTED = "0024010001002", "0024010002021"
OUTCOMES = {"agrees", "differs", "question", "page_contradicts", "unreadable", "no_photograph", "other_station"}


def write(path: Path, stations: dict[str, Any]) -> Path:
    path.write_text(json.dumps(stations), encoding="utf-8")
    return path


def lines_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, samples: Path, written: dict[str, dict[str, int]]) -> Path:
    """Return a folder with three published stations: one with an error, one right, one without photograph."""
    folder = tmp_path_factory.mktemp("compare")
    stations = {code: published_of(values, code) for code, values in written.items()}
    stations[CLEAN]["chart"]["100026"] += 800
    stations["0024010003001"] = published_of(written[CLEAN], "0024010003001")
    write(folder / "published.json", stations)
    shutil.copytree(samples, folder / "photographs")
    return folder


@pytest.fixture(scope="module")
def done(scene: Path) -> Path:
    """Return the folder of a comparison that has run once."""
    import sys  # noqa: PLC0415

    from api.cli.main import main  # noqa: PLC0415

    before, out = sys.argv, scene / "out"
    sys.argv = ["chasil", "compare", str(scene / "published.json"), str(scene / "photographs"), "--out", str(out)]
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        sys.argv = before
    assert ended.value.code == 3
    return out


def test_every_published_number_ends_in_one_outcome(done: Path, scene: Path) -> None:
    *numbers, summary = lines_in(done / "numbers.jsonl")
    published = json.loads((scene / "published.json").read_text(encoding="utf-8"))
    assert len(numbers) == sum(len(one["chart"]) + len(one["administrasi"]) for one in published.values())
    assert len({(one["station"], one["field"]) for one in numbers}) == len(numbers)
    assert {one["outcome"] for one in numbers} <= OUTCOMES
    assert {one["outcome"] for one in numbers if one["station"] == "0024010003001"} == {"no_photograph"}
    assert sum(summary["numbers"].values()) == len(numbers)
    assert summary["snapshot"]["last"] == "2024-02-15 09:00:00"


def test_the_one_figure_that_was_changed_differs_and_no_other(done: Path, written: dict[str, dict[str, int]]) -> None:
    *numbers, summary = lines_in(done / "numbers.jsonl")
    (found,) = [one for one in numbers if one["outcome"] == "differs"]
    right = written[CLEAN]["paslon_2"]
    assert (found["station"], found["field"], found["published"], found["read"]) == (
        CLEAN,
        "paslon_2",
        right + 800,
        right,
    )
    assert (found["difference"], found["page"]["name"].rsplit("/", 1)[-1]) == (800, f"{CLEAN}-p2.jpg")
    assert found["witnesses"]["bubbles"]["value"] == right
    assert summary["stations"] == {"compared": 3, "photographed": 2, "differing": 1}
    nation = next(one for one in summary["regions"] if one["region"] == "0")
    assert nation["pairs"]["paslon_2"]["difference"] == 800
    assert nation["pairs"]["paslon_1"]["difference"] == 0


def test_the_report_shows_the_difference_its_ink_and_its_hash_and_says_nothing_of_why(done: Path) -> None:
    report = (done / "report.html").read_text(encoding="utf-8")
    *numbers, _ = lines_in(done / "numbers.jsonl")
    (found,) = [one for one in numbers if one["outcome"] == "differs"]
    assert '<html lang="id">' in report
    assert found["page"]["sha256"] in report
    assert f'href="https://example.org/{CLEAN}-p2.jpg"' in report
    pictures = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", report)
    assert pictures
    assert all(base64.b64decode(one).startswith(b"\xff\xd8") for one in pictures)
    for word in ("curang", "kecurangan", "fraud", "manipulasi", "manipulat", "palsu", "dicurangi"):
        assert word not in report.lower()


def test_the_table_has_the_difference_first(done: Path) -> None:
    with (done / "differences.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (rows[0]["station"], rows[0]["field"], rows[0]["outcome"]) == (CLEAN, "paslon_2", "differs")


def test_the_same_command_reads_nothing_again_and_gives_the_same_bytes(
    done: Path, scene: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_given: object) -> None:
        raise AssertionError("read again")

    before = {name: (done / name).read_bytes() for name in ("report.html", "differences.csv", "numbers.jsonl")}
    monkeypatch.setattr(Reader, "read_page", unwanted)
    run = chasil(capsys, "compare", scene / "published.json", scene / "photographs", "--out", done)
    assert run.code == 3
    assert {name: (done / name).read_bytes() for name in before} == before


def test_a_stopped_run_goes_on_where_it_was_and_ends_in_the_same_bytes_in_any_folder(
    scene: Path, done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = read_pages.PageReader.see

    def stopping(self: read_pages.PageReader, station: Any, photographs: Any) -> Any:
        if station.code == BLOTTED:
            raise KeyboardInterrupt
        return pages(self, station, photographs)

    for name in ("published.json", "photographs"):
        (shutil.copytree if (scene / name).is_dir() else shutil.copy)(scene / name, tmp_path / name)
    command = ("compare", tmp_path / "published.json", tmp_path / "photographs", "--out", tmp_path / "out", "--jobs", 1)
    monkeypatch.setattr(read_pages.PageReader, "see", stopping)
    assert chasil(capsys, *command).code == 130
    monkeypatch.setattr(read_pages.PageReader, "see", pages)
    read: list[str] = []
    whole = Reader.read_page

    def counted(self: Reader, page: Any, *given: Any) -> Any:
        read.append(page.source.name)
        return whole(self, page, *given)

    monkeypatch.setattr(Reader, "read_page", counted)
    chasil(capsys, *command)
    assert {Path(name).name for name in read} == {f"{BLOTTED}-p{page}.jpg" for page in (1, 2, 3)}
    for name in ("report.html", "differences.csv", "numbers.jsonl"):
        assert (tmp_path / "out" / name).read_bytes() == (done / name).read_bytes(), name


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["{published}", "--out", "{out}"], "compare_no_photographs"),
        (["{published}", "{photographs}"], "compare_no_output"),
        (["{published}", "nowhere", "--out", "{out}"], "compare_photographs_missing"),
        (["nowhere.json", "{photographs}", "--out", "{out}"], "published_missing"),
        (["{published}", "{photographs}", "--out", "{out}", "--sample", "5"], "compare_sample_needs_seed"),
        (["{photographs}/truth.txt", "{photographs}", "--out", "{out}"], "published_kind"),
        (["{empty}", "{photographs}", "--out", "{out}"], "published_empty"),
    ],
)
def test_wrong_usage_ends_with_a_code_and_says_what_to_do(
    arguments: list[str], code: str, scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scene / "photographs" / "truth.txt").write_text("-", encoding="utf-8")
    names = {
        "published": scene / "published.json",
        "photographs": scene / "photographs",
        "out": tmp_path / "out",
        "empty": write(tmp_path / "empty.json", {}),
    }
    run = chasil(capsys, "compare", *(part.format(**names) for part in arguments))
    assert run.code == 2
    assert code in run.err


def test_the_published_sample_is_the_truth_of_the_sample_pages_with_one_x_read_as_8(
    samples: Path, written: dict[str, dict[str, int]]
) -> None:
    published = json.loads((samples / "published.json").read_text(encoding="utf-8"))
    right = {code: published_of(values, code) for code, values in written.items()}
    assert published[BLOTTED]["chart"].pop("100025") == 853
    assert right[BLOTTED]["chart"].pop("100025") == 53
    assert published == right


def test_a_sample_says_how_many_are_wrong_at_most_and_whether_the_outcome_stands(
    done: Path, scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(done, tmp_path / "out")
    sampling = ("--sample", 2, "--seed", "dadu 4 1", "--language", "en")
    run = chasil(
        capsys, "compare", scene / "published.json", scene / "photographs", "--out", tmp_path / "out", *sampling
    )
    assert run.code in (0, 3)
    *numbers, summary = lines_in(tmp_path / "out" / "numbers.jsonl")
    sample = summary["sample"]
    assert (sample["drawn"], sample["stations"], sample["seed"]) == (2, 3, "dadu 4 1")
    assert {one["station"] for one in numbers} == set(sample["codes"])
    assert sample["right"] + sample["wrong"] + sample["unknown"] == 2
    assert sample["wrong"] == (CLEAN in sample["codes"])
    assert sample["wrong_at_most"] == 3 - sample["right"]  # of so few only what was seen is excluded
    assert [one["winner"] for one in sample["assertions"]] == ["paslon_2"] * 2
    assert not sample["outcome_confirmed"]
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "2 of 3 stations were drawn with the seed “dadu 4 1”" in report
    assert "not enough to confirm who won" in report


def test_json_goes_to_standard_output_alone_and_the_report_to_its_file(
    scene: Path, tmp_path: Path, samples: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.html"
    page = samples / f"{CLEAN}-p2.jpg"
    run = chasil(capsys, "compare", scene / "published.json", page, "--json", "-", "--report", report)
    *numbers, summary = [json.loads(line) for line in run.out.splitlines()]
    assert (run.code, summary["kind"]) == (3, "summary")
    votes = {one["field"]: one["outcome"] for one in numbers if one["station"] == CLEAN}
    assert (votes["paslon_1"], votes["paslon_2"], votes["suara_sah"]) == ("agrees", "differs", "no_photograph")
    missing = next(one for one in numbers if (one["station"], one["field"]) == (CLEAN, "suara_sah"))
    assert missing["reasons"] == ["compare_page_missing"]
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
