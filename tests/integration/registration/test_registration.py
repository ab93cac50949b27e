"""Sheets in simulated photographs, checked against the true place of every point."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.evidence import PLACED
from pipeline.extraction.cells import cut_numbers
from pipeline.forms import load_forms
from pipeline.reasons import Reason
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import corners
from pipeline.texts import texts
from tests.integration.registration.photographs import FORM, Photographed, photographed

FINDER = SheetFinder(load_forms())
CASES = [(page, seed) for page in (1, 2, 3) for seed in (1, 2, 3)]
MAX_BOX_ERROR_MM = 1.6
"""A box may be cut this far off: the reader is trained on cuts that are off by 2 mm."""


def found(picture: NDArray[np.uint8]) -> Registration:
    registration = FINDER.find(picture)
    assert isinstance(registration, Registration), registration.text()
    return registration


def reason(picture: NDArray[np.uint8]) -> Reason:
    refused = FINDER.find(picture)
    assert isinstance(refused, Reason)
    return refused


def box_errors_mm(photo: Photographed, registration: Registration) -> NDArray[np.float64]:
    """Return how far every box corner is cut from where it truly lies, in mm."""
    errors = []
    fields = FORM.page(photo.page).numbers
    for field, cut in zip(fields, cut_numbers(photo.grey, registration.sheet, fields), strict=True):
        true = photo.geometry.to_photo(np.vstack([corners(box) for box in field.boxes.rectangles]))
        distance = np.hypot(*(cut.boxes.reshape(-1, 2) - true).T)
        errors.append(distance / registration.sheet.resolution(np.array(field.boxes.bounds[:2])))
    return np.concatenate(errors)


@pytest.mark.parametrize(("page", "seed"), CASES)
def test_every_box_is_where_it_truly_lies(page: int, seed: int) -> None:
    photo = photographed(page, seed)
    registration = found(photo.grey)
    assert registration.target.page.number == page
    assert registration.rotation == photo.geometry.rotation
    assert not registration.notes
    assert box_errors_mm(photo, registration).max() < MAX_BOX_ERROR_MM


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_turned_by_quarters_is_read_the_same(turns: int) -> None:
    photo = photographed(2, 1)
    turned = np.ascontiguousarray(np.rot90(photo.grey, -turns))
    registration = found(turned)
    assert registration.rotation == (photo.geometry.rotation + 90 * turns) % 360
    assert registration.target.page.number == 2


def test_the_map_follows_the_picture_to_another_size() -> None:
    registration = found(photographed(2, 1).grey)
    points = np.array([[100.0, 100.0], [500.0, 800.0]])
    doubled = registration.sheet.scaled(2.0).to_picture(points)
    np.testing.assert_allclose((doubled + 0.5) / 2 - 0.5, registration.sheet.to_picture(points), atol=1e-6)


# Without the upper right corner the tag beside it is cut too, and the page cannot be known at all.
@pytest.mark.parametrize("corner", ["top_left", "bottom_right", "bottom_left"])
def test_a_corner_outside_the_picture_is_advice_and_the_page_is_read(corner: str) -> None:
    photo = photographed(3, 2)
    sheet_corners = FORM.page(3).corners
    assert sheet_corners is not None
    place = photo.geometry.to_photo(np.array([sheet_corners.points[corner]]))[0]
    registration = found(_without(photo.grey, place))
    assert registration.target.page.number == 3
    assert all(place >= PLACED for place in registration.places.values())
    assert not registration.withheld
    assert [note.code for note in registration.notes] == ["corner_outside"]
    assert texts("parts")[f"corner_{corner}"]["en"] in registration.notes[0].text("en")
    assert texts("parts")[f"corner_{corner}"]["id"] in registration.notes[0].text("id")


def _without(grey: NDArray[np.uint8], place: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cut the picture just inside `place`, along whichever edge of it is nearest."""
    height, width = grey.shape
    x, y = (round(float(value)) for value in place)
    cuts = [
        (x, grey[:, x + 12 :]),
        (width - x, grey[:, : x - 12]),
        (y, grey[y + 12 :]),
        (height - y, grey[: y - 12]),
    ]
    return np.ascontiguousarray(min(cuts, key=lambda cut: cut[0])[1])


def test_a_corner_under_a_thumb_is_done_without_and_said() -> None:
    photo = photographed(2, 3)
    sheet_corners = FORM.page(2).corners
    assert sheet_corners is not None
    hidden = photo.grey.copy()
    x, y = photo.geometry.to_photo(np.array([sheet_corners.bottom_left]))[0]
    cv2.circle(hidden, (round(float(x)), round(float(y))), 45, (120,), -1)
    registration = found(hidden)
    assert [note.code for note in registration.notes] == ["corner_hidden"]
    assert "lower left" in registration.notes[0].text()
    assert box_errors_mm(photo, registration).max() < MAX_BOX_ERROR_MM


def test_a_picture_without_a_sheet_is_said_so() -> None:
    rng = np.random.default_rng(5)
    noise = rng.integers(0, 256, (900, 700)).astype(np.uint8)
    blurred = np.asarray(cv2.GaussianBlur(noise, (0, 0), 6), dtype=np.uint8)
    for picture in (noise, blurred, np.full((900, 700), 200, np.uint8), np.zeros((20, 20), np.uint8)):
        assert reason(picture).code in {"no_ruled_sheet", "form_not_recognised"}


@pytest.mark.parametrize("factor", [0.24, 0.1])
def test_of_a_sheet_far_away_nothing_is_accepted(factor: float) -> None:
    grey = photographed(1, 1).grey
    small = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    seen = FINDER.find(small)
    if isinstance(seen, Reason):
        assert seen.code in {"sheet_too_small", "no_ruled_sheet", "form_not_recognised"}
    else:
        assert "sheet_too_small" in [reason.code for reason in seen.withheld]
        assert all(seen.doubts().values())


def test_blur_widens_edges_until_the_picture_is_refused() -> None:
    grey = photographed(2, 2).grey
    sharp = found(grey)
    softer = found(np.asarray(cv2.GaussianBlur(grey, (0, 0), 2.0), dtype=np.uint8))
    assert softer.edge_width_mm > 1.3 * sharp.edge_width_mm
    assert reason(np.asarray(cv2.GaussianBlur(grey, (0, 0), 12.0), dtype=np.uint8)).code in {
        "sheet_blurred",
        "no_ruled_sheet",
        "form_not_recognised",
    }


def test_a_tag_alone_is_no_sheet() -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    tag = cv2.aruco.generateImageMarker(dictionary, 102, 160)
    picture = np.full((1200, 900), 230, np.uint8)
    picture[300:460, 600:760] = tag
    assert reason(picture).code in {"no_ruled_sheet", "form_not_recognised"}


def test_real_photographs_are_found(shared: Path) -> None:
    folder = shared / "pages" / "images"
    pages = {
        "E_chasil2024p2_klaten.png": 2,
        "C_chasil2024p1_screen_cam1_blank.jpg": 1,
        "C_chasil2024p2_screen_cam1.jpg": 2,
        "C_chasil2024p3_screen_cam1.jpg": 3,
    }
    for name, page in pages.items():
        picture = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        registration = found(np.asarray(picture, dtype=np.uint8))
        assert registration.target.page.number == page
        assert registration.rotation == 0
        assert registration.error_mm < 1.0
