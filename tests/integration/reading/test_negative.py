"""A picture whose dark and light are exchanged is inverted, read like any other, and says so."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageOps

from pipeline import Reader
from pipeline.documents import open_documents
from pipeline.documents.negative import NegativePixels, may_be_negative
from pipeline.reading import DocumentReading, Outcome, PageReading
from tests.support import samples as files

REAL = ["A_c1ppwp2019p2_test07.jpg", "C_chasil2024p2_screen_cam1.jpg", "C_c1ppwp2014_1420463-005804400404.jpg"]


def negative_of(path: Path, kind: str, mode: str) -> bytes:
    with Image.open(path) as picture:
        inverted = ImageOps.invert(ImageOps.exif_transpose(picture).convert(mode))
    buffer = io.BytesIO()
    inverted.save(buffer, kind, **({"quality": 95} if kind == "JPEG" else {}))
    return buffer.getvalue()


def only(documents: list[DocumentReading]) -> PageReading:
    ((page,),) = (document.pages for document in documents)
    return page


def values(page: PageReading) -> dict[str, int | None]:
    return {name: field.value for name, field in page.fields.items()}


@pytest.mark.parametrize(
    ("page", "kind", "mode"), [(1, "JPEG", "RGB"), (2, "JPEG", "RGB"), (3, "JPEG", "RGB"), (2, "PNG", "L")]
)
def test_a_negative_is_read_like_the_picture_itself(
    page: int, kind: str, mode: str, samples: Path, reader: Reader
) -> None:
    path = samples / f"0024010001002-p{page}.jpg"
    upright, negative = only(reader.read(path)), only(reader.read(negative_of(path, kind, mode)))
    assert [reason.code for reason in negative.reasons] == ["negative"]
    assert (negative.form, negative.form_page, values(negative)) == (upright.form, upright.form_page, values(upright))
    assert negative.outcome is upright.outcome
    assert not [name for name, field in negative.fields.items() if field.reasons and not upright.fields[name].reasons]
    assert "negative" not in [reason.code for reason in upright.reasons]


@pytest.mark.parametrize("name", REAL)
def test_negatives_of_real_pages_are_read(name: str, shared: Path, reader: Reader) -> None:
    path = shared / "pages" / "images" / name
    upright, negative = only(reader.read(path)), only(reader.read(negative_of(path, "PNG", "RGB")))
    assert "negative" in [reason.code for reason in negative.reasons]
    assert (negative.form, values(negative)) == (upright.form, values(upright))


def test_a_sheet_that_is_larger_than_it_was_looked_for_in_is_inverted_again(samples: Path, reader: Reader) -> None:
    """The page is decoded a second time, larger, where its sheet is a small part of the picture."""
    with Image.open(samples / "0024010001002-p2.jpg") as picture:
        table = Image.new("L", (4000, 3000), 200)
        table.paste(picture.convert("L"), (700, 400))
    buffer = io.BytesIO()
    ImageOps.invert(table).save(buffer, "PNG")
    page = only(reader.read(buffer.getvalue()))
    assert [field.value for field in page.fields.values()] == [
        field.value for field in only(reader.read(samples / "0024010001002-p2.jpg")).fields.values()
    ]
    assert {field.outcome for field in page.fields.values()} == {Outcome.ACCEPTED}


@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_picture_of_nothing_is_no_negative(level: int) -> None:
    assert not may_be_negative(np.full((300, 200), level, np.uint8))


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 2)])
def test_pictures_of_any_shape_are_judged(shape: tuple[int, int]) -> None:
    noise: NDArray[np.uint8] = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)
    assert may_be_negative(noise) in (True, False)


def test_pixels_of_a_negative_are_those_of_the_paper() -> None:
    page = files.only_page(list(open_documents([("a.jpg", files.jpeg())])))
    inverted = NegativePixels(page.pixels)
    assert np.array_equal(inverted.decode(2, colour=True), 255 - page.colour(2))
    assert inverted.encoded() is None
