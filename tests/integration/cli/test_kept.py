"""Results are written as they come; what an interrupted run has left is gone on with, never overwritten or halved."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.documents import Document
from pipeline.reader import Reader
from pipeline.reading import DocumentReading
from tests.support.command import Run, chasil

pytestmark = pytest.mark.usefixtures("pages_read_once")

real = Reader.read_document


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """Return a folder of five documents of one page."""
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(5):
        shutil.copy(samples / "0024010001002-p2.jpg", pages / f"tps{number}.jpg")
    return pages


class Interrupted:
    """Reads until `after` documents are read, then Ctrl+C is pressed; counts what it reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        self.after = 99
        outer = self

        def read_document(reader: Reader, document: Document, debug: Path | None = None) -> DocumentReading:
            if len(outer.read) >= outer.after:
                raise KeyboardInterrupt
            outer.read.append(document.name)
            return real(reader, document, debug)

        monkeypatch.setattr(Reader, "read_document", read_document)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Interrupted:
    return Interrupted(monkeypatch)


def documents(path: Path) -> list[str]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [line["document"] for line in lines if line["kind"] == "document"]


def go(capsys: pytest.CaptureFixture[str], folder: Path, target: Path, *more: object) -> Run:
    return chasil(capsys, "read", folder, "--json", target, "--jobs", 1, "--language", "en", *more)


def test_an_interrupted_run_loses_nothing_and_is_gone_on_with(
    folder: Path, tmp_path: Path, runs: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    target, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    runs.after = 3
    stopped = go(capsys, folder, target)
    assert stopped.code == 130
    assert "--resume" in stopped.err
    assert "out.jsonl.part" in stopped.err
    assert not target.exists()
    kept = documents(part)
    assert kept == [f"tps{number}" for number in range(len(kept))]
    assert 1 <= len(kept) <= 3
    assert go(capsys, folder, target).code == 2, "it is never overwritten"
    assert documents(part) == kept
    runs.after = 99
    runs.read.clear()
    ended = go(capsys, folder, target, "--resume")
    assert ended.code == 3
    assert documents(target) == [f"tps{number}" for number in range(5)]
    assert runs.read == [f"tps{number}" for number in range(len(kept), 5)]
    assert f"{len(kept)} documents had been read before" in ended.out
    assert not part.exists()


def test_what_is_gone_on_with_is_what_one_run_gives(
    folder: Path, tmp_path: Path, runs: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_times(path: Path) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        return [{key: value for key, value in line.items() if key != "timing_ms"} for line in lines]

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    go(capsys, folder, whole / "out.jsonl", "--csv", whole / "out.csv")
    for after in (1, 2, 99):
        runs.after = len(runs.read) + after
        go(capsys, folder, parts / "out.jsonl", "--csv", parts / "out.csv", "--resume")
    assert without_times(parts / "out.jsonl") == without_times(whole / "out.jsonl")
    assert (parts / "out.csv").read_bytes() == (whole / "out.csv").read_bytes()
    assert sorted(path.name for path in parts.iterdir()) == ["out.csv", "out.jsonl"]


@pytest.mark.parametrize("cut", [1, 20, 700])
def test_a_line_that_was_half_written_is_read_again(
    cut: int, folder: Path, tmp_path: Path, runs: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    target, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    go(capsys, folder, target)
    part.write_bytes(target.read_bytes()[:-cut])
    target.unlink()
    runs.read.clear()
    go(capsys, folder, target, "--resume")
    assert runs.read == ["tps4"]
    assert documents(target) == [f"tps{number}" for number in range(5)]


def test_files_that_are_new_or_changed_are_read_and_stand_there_once(
    folder: Path, samples: Path, tmp_path: Path, runs: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.jsonl"
    go(capsys, folder, target)
    shutil.copy(samples / "0024010002021-p2.jpg", folder / "tps1.jpg")
    shutil.copy(samples / "0024010002021-p3.jpg", folder / "tps9.jpg")
    runs.read.clear()
    go(capsys, folder, target, "--resume")
    assert runs.read == ["tps1", "tps9"]
    assert sorted(documents(target)) == ["tps0", "tps1", "tps2", "tps3", "tps4", "tps9"]
    pages = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    values = {
        page["document"]: page["fields"]["paslon_1"]["value"]
        for page in pages
        if page["kind"] == "page" and page["form_page"] == 2
    }
    assert values["tps1"] != values["tps0"]


def test_a_csv_alone_is_kept_too(
    folder: Path, tmp_path: Path, runs: Interrupted, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.after = 3
    assert chasil(capsys, "read", folder, "--csv", tmp_path / "out.csv", "--jobs", 1).code == 130
    with (tmp_path / "out.csv.part").open(encoding="utf-8", newline="") as file:
        assert {row["document"] for row in csv.DictReader(file)} >= {"tps0"}
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("arguments", [["--resume"], ["--resume", "--json", "-"], ["--resume", "--json", "/dev/null"]])
def test_there_must_be_a_file_to_go_on_with(
    arguments: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = chasil(capsys, "read", folder, *arguments)
    assert run.code == 2
    assert "resume_needs_file" in run.err


@pytest.mark.parametrize(("language", "left"), [("id", "sisa"), ("en", "left")])
def test_a_bar_tells_of_how_many_and_how_long(
    language: str, left: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    out = chasil(capsys, "read", folder, "--jobs", 1, "--language", language).out
    assert "/5" in out
    assert left in out


def test_there_is_no_bar_where_nobody_looks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "read", folder, "--jobs", 1)
    assert "/5" not in run.out + run.err
