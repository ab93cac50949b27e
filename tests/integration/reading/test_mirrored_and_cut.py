"""A mirrored picture is turned over, and people look at all of it; of a sheet partly outside, what is seen counts."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.reading import Outcome, PageReading
from tests.integration.reading.pictures import page_of

REAL = [
    "pages/images/A_c1ppwp2019p2_test07.jpg",
    "pages/images/B_c1ppwp2019p1_01ALUEBAGOK_01.png",
    "pages/images/B_c1ppwp2019p1_05COTBULOH_01.png",
    "pages/images/C_c1ppwp2014_1420463-005804400404.jpg",
    "wild/kwk-2020/images/kwk2020_0085.jpg",
]


def grey(path: Path) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return np.asarray(picture, np.uint8)


def values(page: PageReading) -> list[int | None]:
    return [field.value for field in page.fields.values()]


def codes(page: PageReading) -> list[str]:
    return [reason.code for reason in page.reasons]


def assert_turned_over(mirrored: PageReading, upright: PageReading) -> None:
    assert (mirrored.form, mirrored.form_page) == (upright.form, upright.form_page)
    assert "mirrored" in codes(mirrored)
    assert values(mirrored) == values(upright)
    for field in mirrored.fields.values():
        assert field.outcome is Outcome.REVIEW
        assert "mirrored" in [reason.code for reason in field.reasons]


@pytest.mark.parametrize(("number", "quarters"), [(1, 0), (2, 0), (3, 0), (2, 1)])
def test_a_mirrored_page_with_a_tag_is_turned_over(number: int, quarters: int, samples: Path, reader: Reader) -> None:
    picture = grey(samples / f"0024010001002-p{number}.jpg")
    upright = reader.read_page(page_of(picture))
    mirrored = reader.read_page(page_of(np.ascontiguousarray(np.rot90(picture[:, ::-1], quarters))))
    assert_turned_over(mirrored, upright)
    assert mirrored.registration is not None
    assert mirrored.registration.method == "tag"
    assert "mirrored" not in codes(upright)


@pytest.mark.parametrize("name", REAL)
def test_a_mirrored_real_page_is_turned_over(name: str, shared: Path, reader: Reader) -> None:
    picture = grey(shared / name)
    mirrored = reader.read_page(page_of(np.ascontiguousarray(picture[:, ::-1])))
    assert_turned_over(mirrored, reader.read_page(page_of(picture)))


def test_places_in_a_mirrored_picture_are_those_of_the_picture(samples: Path, reader: Reader) -> None:
    picture = grey(samples / "0024010001002-p2.jpg")
    upright = reader.read_page(page_of(picture))
    mirrored = reader.read_page(page_of(np.ascontiguousarray(picture[:, ::-1])))
    for name, field in upright.fields.items():
        own, other = field.region, mirrored.fields[name].region
        assert own is not None
        assert other is not None
        expected = [(picture.shape[1] - 1 - x, y) for x, y in own]
        assert np.abs(np.array(other) - np.array(expected)).max() < 8


@pytest.mark.parametrize(("number", "left", "top"), [(1, 0.25, 0.0), (1, 0.0, 0.0), (3, 0.0, 0.3)])
def test_of_a_sheet_partly_outside_what_is_whole_in_view_counts(
    number: int, left: float, top: float, samples: Path, reader: Reader
) -> None:
    picture = grey(samples / f"0024010001002-p{number}.jpg")
    height, width = picture.shape
    bottom = height if left or top else int(0.75 * height)
    part = np.ascontiguousarray(picture[int(top * height) : bottom, int(left * width) :])
    whole, cut = reader.read_page(page_of(picture)), reader.read_page(page_of(part))
    moved = np.array([int(left * width), int(top * height)])
    outside = 0
    for name, field in cut.fields.items():
        place = np.array(whole.fields[name].region) - moved
        in_view = bool(((place > 4) & (place < np.array(part.shape[::-1]) - 5)).all())
        said = [reason.code for reason in field.reasons]
        if not in_view and ((place < -12) | (place > np.array(part.shape[::-1]) + 12)).any():
            outside += 1
            assert "number_outside" in said
            assert field.value is None
        if in_view:
            assert "number_outside" not in said
            assert field.outcome is Outcome.REVIEW or field.value == whole.fields[name].value
    accepted = sum(field.outcome is Outcome.ACCEPTED for field in cut.fields.values())
    assert outside > 0 or accepted > 0


@pytest.mark.parametrize("quarters", [0, 1, 2])
def test_where_every_number_is_outside_the_uploader_is_told_which_side(
    quarters: int, samples: Path, reader: Reader
) -> None:
    """Whichever way up the sheet lies, its own right side is meant."""
    picture = grey(samples / "0024010001002-p2.jpg")
    part = np.rot90(picture[:, : int(0.8 * picture.shape[1])], quarters)
    page = reader.read_page(page_of(np.ascontiguousarray(part)))
    assert page.outcome is Outcome.REJECTED
    assert codes(page) == ["sheet_cut_off"]
    assert "right side" in page.reasons[0].text("en")
    assert "sisi kanan" in page.reasons[0].text("id")
