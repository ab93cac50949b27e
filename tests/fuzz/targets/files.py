"""Files that are uploaded: pictures of every type, PDFs and ZIPs, opened and decoded; and whole pages, read."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

import cv2

from pipeline.documents import Page, RejectedPage, open_documents
from pipeline.documents.kinds import HEAD_BYTES, identify
from pipeline.errors import DocumentError
from pipeline.reasons import Reason
from tests import SAMPLES
from tests.fuzz.mutation import damaged
from tests.fuzz.target import Run, Target
from tests.support import samples
from tests.support.broken import BROKEN
from tests.unit.documents.test_damage import WHOLE

SAMPLE = SAMPLES / "0024010001002-p2.jpg"
LARGEST_SEED = 200_000
"""Bytes; a larger broken file tells nothing that a small one does not, and is slow to change."""


@cache
def seeds(kind: str) -> Sequence[bytes]:
    """Return whole files of a kind, and those that the tests know to be broken."""
    whole = [data for name, data in WHOLE.items() if _kind(data) == kind]
    broken = [data for data in (one.build() for one in BROKEN) if _kind(data) == kind and len(data) < LARGEST_SEED]
    return [*whole * 3, *broken]


def _kind(data: bytes) -> str:
    found = identify(data[:HEAD_BYTES])
    return found.name if found is not None else ""


def _damaged(kind: str) -> Callable[[Random], bytes]:
    def make(chance: Random) -> bytes:
        known = seeds(kind)
        return damaged(chance.choice(known), chance, known)

    return make


def _damaged_zip(chance: Random) -> bytes:
    """Return a ZIP that is damaged, or a whole one of damaged members with odd names."""
    if chance.random() < 0.6:
        return _damaged("ZIP")(chance)
    kinds = ("JPEG", "PNG", "BMP", "TIFF", "ZIP")
    names = (
        "a.jpg",
        "../../b.jpg",
        "/c.jpg",
        "C:\\d.jpg",
        "e\x00.jpg",
        "\x1b[1m.png",
        "f/" * 300 + "g.jpg",
        "",
        "a.jpg/",
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name in dict.fromkeys(chance.choices(names, k=3)):
            archive.writestr(zipfile.ZipInfo(name), _damaged(chance.choice(kinds))(chance))
    return buffer.getvalue()


@contextmanager
def _opening(_folder: Path) -> Iterator[Run]:
    yield open_and_decode


def open_and_decode(data: bytes) -> None:
    """Open a file and decode its pages; whatever is wrong with it must be a reason with a text."""
    documents = list(open_documents([("damaged", data)]))
    assert documents
    for document in documents:
        assert document.pages
        for page in document.pages:
            reason = page.reason if isinstance(page, RejectedPage) else _decode(page, colour=len(data) % 2 == 0)
            if reason is not None:
                assert reason.text("en") != reason.text("id")


def _decode(page: Page, *, colour: bool) -> Reason | None:
    """Return why a page cannot be decoded, if it cannot."""
    assert page.source.name.isprintable()
    try:
        pixels = page.colour(4) if colour else page.grey()
    except DocumentError as error:
        return error.reason
    assert pixels.size
    return None


@cache
def _sheets() -> Sequence[bytes]:
    """Return a page of the form as small as it can still be read, as JPEG and as PDF."""
    whole = cv2.imread(str(SAMPLE))
    assert whole is not None
    small = cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 70])[1].tobytes()
    return [data, samples.scan_pdf(data, small.shape[1], small.shape[0])]


def _damaged_page(chance: Random) -> bytes:
    return damaged(chance.choice(_sheets()), chance)


@contextmanager
def _reading(_folder: Path) -> Iterator[Run]:
    from pipeline import Reader  # noqa: PLC0415  loads the networks

    reader = Reader("c-hasil-ppwp-2024")

    def read(data: bytes) -> None:
        for document in reader.read(data, "damaged"):
            assert document.pages
            for page in document.pages:
                assert all(reason.code != "page_failed" for reason in page.reasons), "a defect inside the reader"
            json.dumps([document.to_json(), *(page.to_json() for page in document.pages)])

    yield read


TARGETS = (
    *(
        Target(kind.lower(), share, _damaged(kind), _opening)
        for kind, share in (
            ("JPEG", 12_000),
            ("PNG", 12_000),
            ("TIFF", 12_000),
            ("BMP", 8_000),
            ("WEBP", 8_000),
            ("HEIF", 3_000),
            ("PDF", 1_500),
        )
    ),
    Target("zip", 12_000, _damaged_zip, _opening),
    Target("page", 500, _damaged_page, _reading),
)
