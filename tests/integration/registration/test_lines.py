"""Sheets without a tag: known by their ruled lines in any direction, cut, turned, thinned out; other papers are not."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms import known_forms, load_forms
from pipeline.reader import Reader
from pipeline.reading import Outcome
from pipeline.reasons import Reason
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import corners, project
from pipeline.registration.prints.library import PrintLibrary
from training.pages.sheet import draw_sheet

Grey = NDArray[np.uint8]

FORMS = load_forms()
FORM = FORMS["c1-ppwp-2019"]
CONFIRMED = [form.id for form in known_forms(FORMS) if form.confirmed]
PIXELS_PER_MM = 5.0


def scan(page: int, pixels_per_mm: float = PIXELS_PER_MM) -> Grey:
    """Print a page as its template says and scan it: grey, a margin of scanner glass around it."""
    sheet = draw_sheet(FORM, page, pixels_per_mm)
    grey = np.asarray(np.round(255 * sheet.mean(axis=2)), dtype=np.uint8)
    return np.pad(grey, 30, constant_values=235)


@cache
def finder() -> SheetFinder:
    """Return a finder that knows no print: sheets drawn from a template have its lines and none of the other print."""
    return SheetFinder(FORMS, PrintLibrary(FORMS, ()))


def found(grey: Grey) -> Registration:
    registration = finder().find(grey)
    assert isinstance(registration, Registration), registration.text()
    return registration


def box_error_mm(registration: Registration, place: NDArray[np.float64]) -> float:
    """Return how far a box is from where it truly lies, at most; `place` (3, 3) maps sheet mm to px."""
    fields = registration.target.page.numbers
    errors = [
        np.hypot(*(registration.sheet.to_picture(points, field.name) - project(place, points)).T).max()
        for field in fields
        for points in [corners(field.boxes.bounds)]
    ]
    return float(max(errors)) / PIXELS_PER_MM


def printed(pixels_per_mm: float = PIXELS_PER_MM) -> NDArray[np.float64]:
    """Return the map from sheet mm to the px of `scan`."""
    return np.array([[pixels_per_mm, 0, 29.5], [0, pixels_per_mm, 29.5], [0, 0, 1]])


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_page_is_known_by_its_lines_in_every_direction(page: int, turns: int) -> None:
    registration = found(np.ascontiguousarray(np.rot90(scan(page), -turns)))
    assert (registration.target.form.id, registration.target.page.number) == ("c1-ppwp-2019", page)
    assert registration.method == "lines"
    assert registration.rotation == 90 * turns
    assert not registration.notes


@pytest.mark.parametrize("degrees", [-30, -12, 3, 20, 30])
def test_a_skewed_page_is_found_to_within_half_a_millimetre(degrees: float) -> None:
    grey = scan(2)
    height, width = grey.shape
    side = round(1.3 * np.hypot(height, width))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 0.8)
    matrix[:, 2] += (side - width) / 2, (side - height) / 2
    skewed = np.asarray(cv2.warpAffine(grey, matrix, (side, side), borderValue=(255,)), dtype=np.uint8)
    registration = found(skewed)
    assert registration.target.page.number == 2
    assert box_error_mm(registration, np.vstack([matrix, [0, 0, 1]]) @ printed()) < 0.5


@pytest.mark.parametrize("dots_per_inch", [100, 200, 300])
def test_black_and_white_scans_of_any_resolution_are_found(dots_per_inch: int) -> None:
    scale = dots_per_inch / 25.4
    grey = scan(1, scale)
    bitonal = np.where(grey > 150, 255, 0).astype(np.uint8)
    registration = found(bitonal)
    assert registration.target.page.number == 1
    assert box_error_mm(registration, printed(scale)) < 0.5


def test_a_view_from_the_side_is_straightened() -> None:
    grey = scan(2)
    height, width = grey.shape
    outline = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[180, 60], [980, 130], [1080, 1500], [60, 1420]], np.float32)
    matrix = cv2.getPerspectiveTransform(outline, seen)
    table = np.asarray(cv2.warpPerspective(grey, matrix, (1150, 1560), borderValue=(110,)), dtype=np.uint8)
    assert box_error_mm(found(table), matrix @ printed()) < 1.0


@pytest.mark.parametrize("page", ["A_c1ppwp2019p2_test04.jpg", "A_c1ppwp2019p2_test05.jpg"])
def test_what_is_cut_off_is_said_and_the_rest_is_read(shared: Path, page: str) -> None:
    whole = cv2.imread(str(shared / "pages" / "images" / page), cv2.IMREAD_GRAYSCALE)
    assert whole is not None
    data = cv2.imencode(".png", whole[: round(0.55 * whole.shape[0])])[1].tobytes()
    document = Reader("c1-ppwp-2019").read(data, "tps.png")[0]
    reasons = {name: [reason.code for reason in field.reasons] for name, field in document.fields.items()}
    assert "number_outside" in reasons["tgl_hari"]
    assert not reasons["paslon_1"]
    assert document.fields["paslon_1"].outcome is Outcome.ACCEPTED
    assert document.outcome is Outcome.REVIEW


@pytest.mark.parametrize("form", CONFIRMED)
def test_a_form_that_is_not_installed_is_none_of_the_others(form: str) -> None:
    others = SheetFinder({name: FORMS[name] for name in CONFIRMED if name != form})
    for page in (one for one in FORMS[form].pages if FORMS[form].is_confirmed(one.number)):
        sheet = draw_sheet(FORMS[form], page.number, 1300 / FORMS[form].sheet.height)
        grey = np.pad(np.round(255 * sheet.mean(axis=2)).astype(np.uint8), 25, constant_values=235)
        assert isinstance(others.find(grey), Reason)
