"""Corners that a person gives: the page's own print decides, people read every number, and no name is ever shown."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from api.comparison.ink import inks_of
from api.rendering.page_images import public_page
from pipeline.documents import Page, open_documents
from pipeline.documents.limits import DEFAULT_LIMITS
from pipeline.reader import MarkedSheet, Reader
from pipeline.reading import Outcome, PageReading
from pipeline.registration.geometry import Points
from tests.support.covered import covered
from tests.support.desk import FORM

FILE = "0024010002021-p2.jpg"


@pytest.fixture(scope="module")
def photograph(samples: Path) -> Page:
    page = next(iter(open_documents([samples / FILE], DEFAULT_LIMITS))).pages[0]
    assert isinstance(page, Page)
    return page


@pytest.fixture(scope="module")
def found(reader: Reader, photograph: Page) -> PageReading:
    return reader.read_page(photograph)


def outline(found: PageReading) -> Points:
    assert found.registration is not None
    return np.array(found.registration.outline)


def by_hand(reader: Reader, page: Page, points: Points, number: int = 2) -> PageReading:
    first, second, third, fourth = ((float(x), float(y)) for x, y in points)
    return reader.read_page(page, MarkedSheet(FORM, number, (first, second, third, fourth)))


def shifted(points: Points, across: float, down: float) -> Points:
    return np.asarray(points + across * (points[1] - points[0]) + down * (points[3] - points[0]))


WRONG: dict[str, Callable[[Points], Points]] = {
    "upside down": lambda points: np.roll(points, 2, axis=0),
    "turned": lambda points: np.roll(points, 1, axis=0),
    "too low": lambda points: shifted(points, 0, 0.2),
    "too high": lambda points: shifted(points, 0, -0.2),
    "too small": lambda points: points.mean(axis=0) + (points - points.mean(axis=0)) * 0.6,
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_corners_give_no_number_and_no_picture(
    reader: Reader, photograph: Page, found: PageReading, name: str
) -> None:
    read = by_hand(reader, photograph, WRONG[name](outline(found)))
    assert (read.outcome, dict(read.fields), read.registration) == (Outcome.REJECTED, {}, None)
    assert [reason.code for reason in read.reasons] == ["corners_not_on_print"]
    assert public_page(photograph, read, reader.forms[FORM]) is None


def test_another_page_is_not_there(reader: Reader, photograph: Page, found: PageReading) -> None:
    read = by_hand(reader, photograph, outline(found), number=1)
    assert (read.outcome, dict(read.fields)) == (Outcome.REJECTED, {})


def test_right_corners_are_read_and_nothing_is_accepted_alone(
    reader: Reader, photograph: Page, found: PageReading
) -> None:
    assert Outcome.ACCEPTED in {field.outcome for field in found.fields.values()}
    read = by_hand(reader, photograph, outline(found) + np.array([12, -9]))
    assert {name: field.value for name, field in read.fields.items()} == {
        name: field.value for name, field in found.fields.items()
    }
    assert {field.outcome for field in read.fields.values()} == {Outcome.REVIEW}
    assert all("corners_by_hand" in [reason.code for reason in field.reasons] for field in read.fields.values())
    assert read.registration is not None
    away = np.abs(np.array(read.registration.outline) - outline(found)).max()
    assert away < 0.01 * np.ptp(outline(found))  # the print says where the names are, not the hand
    assert public_page(photograph, read, reader.forms[FORM]) is not None
    assert set(inks_of(photograph, read, reader.forms[FORM], ["paslon_1"])) == {"paslon_1"}


def test_where_no_print_is_left_nothing_is_shown(
    reader: Reader, samples: Path, found: PageReading, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(covered(reader, samples / FILE, found))
    page = next(iter(open_documents([tmp_path / FILE], DEFAULT_LIMITS))).pages[0]
    assert isinstance(page, Page)
    read = by_hand(reader, page, outline(found))
    assert {field.outcome for field in read.fields.values()} == {Outcome.REVIEW}
    assert public_page(page, read, reader.forms[FORM]) is None
    assert inks_of(page, read, reader.forms[FORM], list(read.fields)) == {}  # nor in the report of a comparison
