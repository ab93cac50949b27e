"""A sheet that is a small part of a large picture is found and read; pages that fill theirs cost nothing more."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.clock import Clock
from pipeline.documents import Page, open_documents
from pipeline.reading import PageReading
from pipeline.reasons import Reason
from pipeline.registration import SheetFinder
from pipeline.registration.windows import windows_of_print
from pipeline.search import WORTH_A_CLOSER_LOOK, Register, Sighting, seek
from tests.integration.reading.pictures import Painted, on_ground, page_of
from tests.integration.registration.negatives import listed

FRAMES = {"24 megapixels": (6000, 4000), "48 megapixels": (8000, 6000), "panorama": (9000, 3000)}
SAMPLE = "0024010001002-p{}.jpg"


def grey(path: Path, height: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    width = round(picture.shape[1] * height / picture.shape[0])
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def values(page: PageReading) -> list[int | None]:
    return [field.value for field in page.fields.values()]


def accepted(page: PageReading) -> int:
    return sum(field.outcome.value == "accepted" for field in page.fields.values())


@pytest.mark.parametrize(
    ("frame", "number", "ground"),
    [
        ("24 megapixels", 2, "plain"),
        ("24 megapixels", 1, "tiles"),
        ("48 megapixels", 1, "plain"),
        ("48 megapixels", 3, "grain"),
        ("panorama", 3, "plain"),
        ("panorama", 2, "grain"),
    ],
)
def test_a_small_sheet_in_a_large_picture_is_read(
    frame: str, number: int, ground: str, samples: Path, reader: Reader
) -> None:
    sheet = grey(samples / SAMPLE.format(number), 1900)
    width, height = FRAMES[frame]
    alone = reader.read_page(page_of(sheet))
    page = reader.read_page(page_of(on_ground(sheet, FRAMES[frame], (width // 5, height // 4), ground)))
    assert (page.form, page.form_page) == (alone.form, alone.form_page)
    assert not [reason.code for reason in page.reasons]
    assert values(page) == values(alone)
    assert accepted(page) >= accepted(alone) - 1
    assert page.registration is not None
    assert alone.registration is not None
    moved = np.array(page.registration.outline) - np.array([width // 5, height // 4])
    assert np.abs(moved - np.array(alone.registration.outline)).max() < 20


@pytest.mark.parametrize("name", ["A_c1ppwp2019p2_test07.jpg", "B_c1ppwp2019p2_07COTKUMBANG_01.png"])
def test_a_small_sheet_without_a_tag_is_read(name: str, shared: Path, reader: Reader) -> None:
    sheet = grey(shared / "pages" / "images" / name, 2000)
    page = reader.read_page(page_of(on_ground(sheet, (6000, 4000), (700, 900))))
    alone = reader.read_page(page_of(sheet))
    assert (page.form, values(page)) == (alone.form, values(alone))
    assert accepted(page) >= accepted(alone) - 1


@cache
def finder_of(reader: Reader) -> SheetFinder:
    """Return a finder of a reader's forms, which reads their prints once."""
    return SheetFinder(reader.forms)


def counted(reader: Reader) -> tuple[Register, list[int]]:
    finder, looks = finder_of(reader), []

    def register(picture: NDArray[np.uint8], reduction: int, *, whole: bool) -> object:
        looks.append(reduction)
        return finder.find(picture, stretched=whole)

    return register, looks  # type: ignore[return-value]


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("size", [1920, 4000])
def test_an_easy_page_is_looked_at_once(number: int, size: int, samples: Path, reader: Reader) -> None:
    page = page_of(grey(samples / SAMPLE.format(number), size))
    register, looks = counted(reader)
    assert isinstance(seek(page, register, Clock(), anywhere=True), Sighting)
    assert len(looks) == 1
    assert isinstance(page.pixels, Painted)
    assert len(page.pixels.asked) <= 2


def test_no_window_is_looked_into_that_shows_no_more_than_the_whole(reader: Reader) -> None:
    blank = page_of(np.full((2 * WORTH_A_CLOSER_LOOK - 10, 1500), 200, np.uint8))
    register, looks = counted(reader)
    assert isinstance(seek(blank, register, Clock(), anywhere=True), Reason)
    assert len(looks) == 1


@pytest.mark.parametrize("negative", [one for one in listed() if not one.near][::40], ids=str)
def test_other_papers_are_none_of_our_forms_however_small(
    negative: object, reader: Reader, find_negative: Callable[[object], NDArray[np.uint8]]
) -> None:
    picture = find_negative(negative)
    scale = 2400 / max(picture.shape)
    large = np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)
    register, looks = counted(reader)
    assert isinstance(
        seek(page_of(on_ground(large, (6000, 4000), (900, 700))), register, Clock(), anywhere=True), Reason
    )
    assert len(looks) >= 2


@pytest.fixture
def find_negative() -> Callable[[object], NDArray[np.uint8]]:
    return lambda negative: negative.grey(Path())  # type: ignore[attr-defined]


@pytest.mark.parametrize(("x", "y"), [(0, 0), (2600, 100), (4400, 2400)])
@pytest.mark.parametrize("ground", ["plain", "grain"])
def test_windows_lie_around_what_is_printed(x: int, y: int, ground: str, samples: Path) -> None:
    sheet = grey(samples / SAMPLE.format(1), 1500)
    picture = on_ground(sheet, (6000, 4000), (x, y), ground)
    for window in windows_of_print(picture):
        rows, columns = window.within(picture)
        assert columns.start <= x + 200
        assert columns.stop >= x + sheet.shape[1] - 200
        assert rows.start <= y + 200
        assert rows.stop >= y + sheet.shape[0] - 200


@pytest.mark.parametrize("shape", [(1, 1), (3, 9000), (4000, 6000)])
def test_an_empty_picture_has_windows_within_it(shape: tuple[int, int]) -> None:
    empty = np.full(shape, 200, np.uint8)
    for window in windows_of_print(empty):
        assert empty[window.within(empty)].size > 0


def test_files_and_painted_pages_are_reduced_alike(samples: Path) -> None:
    """What the other tests rest on."""
    ((file,),) = (document.pages for document in open_documents([samples / SAMPLE.format(2)]))
    assert isinstance(file, Page)
    painted = page_of(file.grey())
    assert painted.grey(4).shape == file.grey(4).shape
    assert np.abs(painted.grey(4).astype(int) - file.grey(4).astype(int)).mean() < 3


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1, 2000), (3, 9000), (16, 12000), (12000, 1), (9000, 4), (47, 47), (48, 12000)]
)
def test_a_picture_of_hardly_any_pixels_shows_no_form(reader: Reader, width: int, height: int) -> None:
    done, data = cv2.imencode(".png", np.full((height, width), 255, np.uint8))
    assert done
    page = reader.read(data.tobytes())[0].pages[0]
    assert [reason.code for reason in page.reasons] == ["no_ruled_sheet"]
