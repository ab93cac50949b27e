"""Pictures of what each stage saw: off by default, numbered files where they are wanted."""

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import DocumentReading, Reader
from pipeline.documents import Document, open_documents
from pipeline.registration import drawing
from pipeline.trace import OFF, Trace
from tests.support.command import chasil

NAME = "0024010001002-p2.jpg"


@pytest.fixture(scope="module")
def document(samples: Path) -> Document:
    (one,) = open_documents([samples / NAME])
    return one


def unwanted() -> NDArray[np.uint8]:
    raise AssertionError("drawn, although nobody wants to see it")


def told(reading: DocumentReading) -> list[object]:
    """Return what was read, without how long it took."""
    return [(page.outcome, page.reasons, page.registration, dict(page.fields)) for page in reading.pages]


def test_without_a_folder_nothing_is_drawn() -> None:
    OFF.saw("tags", unwanted)


def test_pictures_are_numbered_and_the_folder_is_made_when_the_first_one_comes(tmp_path: Path) -> None:
    folder = tmp_path / "traces" / "page"
    trace = Trace(folder)
    assert not folder.exists()
    for stage, grey in (("tags", 10), ("lines", 20), ("tags", 30)):
        trace.saw(stage, lambda grey=grey: np.full((6, 8), grey, np.uint8))  # type: ignore[misc]
    assert sorted(file.name for file in folder.iterdir()) == ["01-tags.png", "02-lines.png", "03-tags.png"]
    kept = cv2.imread(str(folder / "03-tags.png"), cv2.IMREAD_GRAYSCALE)
    assert kept is not None
    assert (kept.shape, int(kept[0, 0])) == ((6, 8), 30)


def test_a_reading_without_debug_draws_nothing(
    reader: Reader, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = [module for name, module in sys.modules.items() if name.startswith("pipeline.")]
    for name in [name for name in dir(drawing) if name.startswith("draw_")] + ["draw_cuts"]:
        for module in users:
            if hasattr(module, name):
                monkeypatch.setattr(module, name, lambda *_: unwanted())
    (page,) = reader.read_document(document).pages
    assert page.form == "c-hasil-ppwp-2024"
    assert "page_failed" not in [reason.code for reason in page.reasons]


def test_a_reading_with_debug_shows_each_stage_and_reads_the_same(
    reader: Reader, document: Document, tmp_path: Path
) -> None:
    plain, shown = reader.read_document(document), reader.read_document(document, tmp_path)
    assert told(shown) == told(plain)
    (folder,) = tmp_path.iterdir()
    files = sorted(folder.iterdir())
    stages = [file.stem.split("-", 1)[1] for file in files]
    assert [file.name[:2] for file in files] == [f"{number:02d}" for number in range(1, len(files) + 1)]
    assert stages[0] == "tags"
    assert stages[-2:] == ["map", "cuts"]
    assert {"proposal-tag", "verified"} <= set(stages)
    for file in files:
        picture = cv2.imread(str(file))
        assert picture is not None
        assert np.ptp(picture) > 0


def test_the_command_keeps_them_by_page(samples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "seen"
    chasil(capsys, "read", samples / NAME, samples / "0024010002021-p3.jpg", "--debug", folder)
    pages = sorted(folder.iterdir())
    assert len(pages) == 2
    assert all((page / "01-tags.png").is_file() for page in pages)
