"""From a blank to its draft, to practice pages, to their readings: the way that whoever brings in a form goes first."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from pipeline.forms import FormTemplate
from tests.support.blanks import Grey
from tests.support.command import chasil

PATIENCE = 900
"""Seconds for what takes a minute of one core, on machines that are shared."""


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.usefixtures("unread")
def test_practice_pages_say_what_they_are_printed_from(
    drawn: Callable[..., Grey],
    ppwp: FormTemplate,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blank, forms = tmp_path / "blank.png", tmp_path / "forms"
    cv2.imwrite(str(blank), drawn(ppwp, 3))
    new = ("forms", "new", blank, "--out", forms / "mine.yaml", "--sheet", "600x900mm")
    assert chasil(capsys, *new).code == 0
    monkeypatch.setenv("CHASIL_FORMS", str(forms))
    once = ("simulate", "--form", "mine", "--count", 1, "--difficulty", "scan", "--jobs", 1, "--out")
    run = chasil(capsys, *once, tmp_path / "first")
    assert (run.code, "p1 blank" in run.err, "practice_without_blank" in run.err) == (0, True, False)
    assert [line["printed_from"] for line in lines_of(tmp_path / "first" / "truth.jsonl")] == ["blank"]
    (forms / "blanks" / "mine-p1.png").unlink()
    run = chasil(capsys, *once, tmp_path / "second")
    assert (run.code, "p1 template" in run.err, "practice_without_blank" in run.err) == (0, True, True)
    assert [line["printed_from"] for line in lines_of(tmp_path / "second" / "truth.jsonl")] == ["template"]
    (forms / "blanks" / "mine-p1.png").write_bytes(b"no picture")
    run = chasil(capsys, *once, tmp_path / "third")
    assert (run.code, "form_blank_damaged" in run.err, (tmp_path / "third").exists()) == (2, True, False)


@pytest.mark.timeout(PATIENCE)
@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(("blank", "documents", "pages"), [("salinan", 10, 20), ("official", 7, 21)])
def test_photographs_of_bent_practice_sheets_of_the_official_forms_are_all_read(
    blank: str,
    documents: int,
    pages: int,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forms, practice, readings = tmp_path / "forms", tmp_path / "practice", tmp_path / "readings.jsonl"
    assert chasil(capsys, "forms", "new", request.getfixturevalue(blank), "--out", forms / "mine.yaml").code == 0
    monkeypatch.setenv("CHASIL_FORMS", str(forms))
    run = chasil(
        capsys, "simulate", "--form", "mine", "--count", documents, "--out", practice, "--difficulty", "medium",
        "--seed", 41,
    )  # fmt: skip
    assert run.code == 0, run.err
    assert chasil(capsys, "read", practice, "--form", "mine", "--json", readings).code in (0, 3)
    read = [line for line in lines_of(readings) if line["kind"] == "page"]
    assert [line["registration"] is not None for line in read] == [True] * pages
    truth = {line["file"]: line["values"] for line in lines_of(practice / "truth.jsonl")}
    numbers = [
        (field, truth[Path(line["source"]["name"]).name][name])
        for line in read
        for name, field in line["fields"].items()
    ]
    right = sum(field["value"] == true for field, true in numbers)
    assert right >= 0.98 * sum(len(values) for values in truth.values())
    assert [field for field, true in numbers if field["outcome"] == "accepted" and field["value"] != true] == []
