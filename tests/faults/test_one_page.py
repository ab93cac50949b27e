"""Memory or temporary files are wanting: what that costs is one page at most, and the rest of the batch is read."""

import tempfile
from pathlib import Path
from typing import Any

import cv2
import pytest

from pipeline.documents import Page, RejectedPage, open_documents
from pipeline.documents.origins import BytesOrigin
from pipeline.reader import Reader
from tests.support import samples as pictures


def test_want_of_memory_while_decoding_costs_one_page(
    reader: Reader, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, poor = cv2.imdecode, (samples / "0024010001002-p2.jpg").stat().st_size

    def decode(data: Any, flags: int) -> Any:
        if len(data) == poor:
            raise MemoryError
        return real(data, flags)

    monkeypatch.setattr(cv2, "imdecode", decode)
    (document,) = [one for one in reader.read(samples) if one.document == "0024010001002"]
    assert [page.outcome.value == "rejected" for page in document.pages] == [False, True, False]
    (reason,) = document.pages[1].reasons
    assert (reason.code, reason.values["error"]) == ("page_failed", "MemoryError")


def test_want_of_memory_while_opening_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    real = BytesOrigin.read

    def read(origin: BytesOrigin, limit: int) -> bytes:
        if origin.name == "poor.jpg":
            raise MemoryError
        return real(origin, limit)

    monkeypatch.setattr(BytesOrigin, "read", read)
    poor, good = open_documents([("poor.jpg", pictures.jpeg()), ("good.jpg", pictures.jpeg())])
    assert isinstance(poor.pages[0], RejectedPage)
    assert poor.pages[0].reason.code == "page_failed"
    assert pictures.codes(good) == [None]


def test_photographs_are_read_where_no_temporary_file_can_be_written(
    tmp_path: Path, reader: Reader, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photograph = (samples / "0024010001002-p1.jpg").read_bytes()
    height, width = cv2.imread(str(samples / "0024010001002-p1.jpg")).shape[:2]  # type: ignore[union-attr]
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(OSError, match="nowhere"):
        tempfile.mkstemp()
    scan, photo = open_documents(
        [("scan.pdf", pictures.scan_pdf(photograph, width, height)), ("photo.jpg", photograph)]
    )
    assert isinstance(photo.pages[0], Page)
    assert reader.read_page(photo.pages[0]).form_page == 1
    # Taking the picture out of a PDF needs one, rendering it does not.
    rendered = reader.read_page(scan.pages[0])
    assert (rendered.form_page, rendered.reasons) == (1, ())
