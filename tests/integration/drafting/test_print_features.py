"""The print of a page from filled sheets: what all have in common, without what people write and what changes."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.drafting.print_features import density, features_of, median_print, page_print, usable
from pipeline.forms import FormTemplate, Rectangle
from pipeline.forms.template import PageTemplate
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.descriptors import Features, even_light
from pipeline.registration.prints.voting import PrintIndex
from training.pages.sheet import draw_sheet

Grey = NDArray[np.uint8]
SHAPE = (120, 160)


def printed() -> Grey:
    sheet = np.full(SHAPE, 250, np.uint8)
    cv2.putText(sheet, "JUMLAH", (10, 60), cv2.FONT_HERSHEY_DUPLEX, 1.0, 10, 2)
    return sheet


def filled(seed: int) -> Grey:
    """Return the sheet with strokes of its own."""
    rng, sheet = np.random.default_rng(seed), printed()
    for _ in range(3):
        start, end = rng.integers(0, 120, (2, 2))
        cv2.line(sheet, (int(start[0]), int(start[1])), (int(end[0]), int(end[1])), 0, 2)
    return sheet


def at(points: NDArray[np.float64]) -> Features:
    """Return features at these points, mm."""
    return Features(points, np.ones(len(points)), np.zeros((len(points), 128), np.float32))


def middle(area: Rectangle) -> NDArray[np.float64]:
    x, y, width, height = area
    return np.array([[x + width / 2, y + height / 2]])


def test_the_median_of_filled_sheets_keeps_what_all_have_printed() -> None:
    sheets = [filled(seed) for seed in range(9)]
    assert all(np.abs(sheet.astype(int) - printed()).max() > 200 for sheet in sheets)
    everywhere = [np.ones(SHAPE, bool)] * 9
    common = median_print(sheets, everywhere).astype(int)
    assert np.mean(common == printed()) > 0.995


def test_only_sheets_that_show_a_point_have_a_say_there() -> None:
    dark, light = np.full(SHAPE, 30, np.uint8), np.full(SHAPE, 200, np.uint8)
    left, nowhere = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    left[:, :80] = True
    common = median_print([dark, light, light], [left, nowhere, nowhere])
    assert (common[:, :80] == 30).all()
    assert (common[:, 80:] == 255).all()


def test_features_lie_where_they_are_printed_in_millimetres() -> None:
    pixels_per_mm = density(600, 900)
    down, across = np.mgrid[0:300, 0:300]
    # The middle of the first pixel lies half a pixel from the edge of the sheet.
    x, y = (across + 0.5) / pixels_per_mm, (down + 0.5) / pixels_per_mm
    spot = 240 - 200 * np.exp(-((x - 60.0) ** 2 + (y - 85.0) ** 2) / (2 * 3.0**2))
    found = features_of(np.asarray(spot, dtype=np.uint8), pixels_per_mm)
    np.testing.assert_allclose(found.points, [[60.0, 85.0]], atol=0.15)
    assert found.sizes[0] == pytest.approx(2 * 3.0, rel=0.3)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_changes_from_sheet_to_sheet_is_no_print(ppwp: FormTemplate, number: int) -> None:
    page = ppwp.page(number)
    assert page.variable
    points = np.vstack([middle(area) for area in page.variable])
    for written in (False, True):
        assert not usable(at(points), page, filled=written).any()


def test_of_filled_sheets_what_people_write_is_no_print(ppwp: FormTemplate) -> None:
    page = ppwp.page(2)
    field = page.numbers[0]
    assert field.tally
    assert field.row_sums
    assert field.words
    tally, sums = field.tally, field.row_sums
    written = [
        *field.boxes.rectangles,
        (tally.x, tally.y, tally.columns * tally.cell_width, tally.rows * tally.cell_height),
        (sums.x, sums.y, sums.count * sums.cell_width, sums.rows * sums.cell_height),
        field.words,
        *page.private,
    ]
    points = np.vstack([middle(area) for area in written])
    assert not usable(at(points), page, filled=True).any()
    # On a blank all of it is print.
    assert usable(at(points), page, filled=False).all()
    # The frame of a box is printed on filled sheets, too.
    frame = np.array([[field.boxes.x, field.boxes.y + 5.0]])
    assert usable(at(frame), page, filled=True).all()


@pytest.fixture(scope="module")
def drawn_page(ppwp: FormTemplate) -> tuple[PageTemplate, Features]:
    page = ppwp.page(1)
    grey = np.asarray(draw_sheet(ppwp, 1, 2.0).mean(axis=2) * 255, dtype=np.uint8)
    found = features_of(even_light(grey), 2.0)
    return page, found.kept(usable(found, page, filled=False))


def test_witnesses_come_first_apart_and_unlike_each_other(drawn_page: tuple[PageTemplate, Features]) -> None:
    page, features = drawn_page
    made = page_print(features, page, load_basis())
    assert len(made.points) == len(features.points)
    assert {tuple(point) for point in made.points} == {tuple(point) for point in features.points}
    count = made.witnesses
    first, small = made.points[:count], made.descriptors[:count]
    others = ~np.eye(count, dtype=bool)
    assert np.hypot(*(first[:, None] - first[None]).transpose(2, 0, 1))[others].min() >= 0.02 * 900
    assert (small @ small.T)[others].max() <= 0.87
    for x, y, width, height in page.private:
        inside = ((first > (x, y)) & (first < (x + width, y + height))).all(axis=1)
        assert not inside.any()


def test_the_print_of_a_page_finds_it(drawn_page: tuple[PageTemplate, Features]) -> None:
    page, features = drawn_page
    basis = load_basis()
    index = PrintIndex([page_print(features, page, basis)], basis)
    pixels = Features(features.points, features.sizes, features.descriptors)
    first = index.votes(pixels, basis.reduced(features.descriptors), (600, 900))[0]
    assert first.matrix[0, 0] == pytest.approx(1.0, rel=0.1)
