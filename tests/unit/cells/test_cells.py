"""Boxes cut out of drawn pictures."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.extraction.cells import MAX_SIDE, MIN_SIDE, NumberCut, cut_numbers, recover, straighten
from pipeline.forms import NumberField, load_forms
from pipeline.registration.geometry import corners
from pipeline.registration.sheet import SheetMap

FIELD = load_forms()["c-hasil-ppwp-2024"].page(2).numbers[0]


def cut_of(picture: NDArray[np.uint8], sheet: SheetMap, field: NumberField) -> NumberCut:
    return cut_numbers(picture, sheet, [field])[0]


def test_a_turned_box_comes_out_upright() -> None:
    picture = np.full((300, 300), 255, np.uint8)
    outline = cv2.boxPoints(((150.0, 150.0), (80.0, 60.0), 25.0)).astype(np.float64)
    # boxPoints starts at the lower left corner and goes clockwise.
    clockwise = np.roll(outline, -1, axis=0)
    upper_half = np.array([clockwise[0], clockwise[1], clockwise[1:3].mean(axis=0), clockwise[[0, 3]].mean(axis=0)])
    cv2.fillPoly(picture, [np.round(upper_half).astype(np.int32)], (0,))
    cut = straighten(picture, clockwise)
    middle = cut.shape[0] // 2
    assert cut[3 : middle - 3, 5:-5].mean() < 20
    assert cut[middle + 3 : -3, 5:-5].mean() > 235


@pytest.mark.parametrize("density", [0.5, 1.3, 2.0, 8.0])
def test_cuts_follow_the_picture_within_limits(density: float) -> None:
    matrix = np.diag([density, density, 1.0])
    height, width = round(900 * density), round(600 * density)
    cut = cut_of(np.full((height, width), 200, np.uint8), SheetMap(matrix), FIELD)
    expected = np.clip(np.ceil(24.0 * density - 1e-9), MIN_SIDE, MAX_SIDE)
    assert [crop.shape for crop in cut.crops] == [(expected, expected)] * 3


def test_the_frame_lies_at_a_twelfth_of_the_cut() -> None:
    density = 4.0
    picture = np.full((3600, 2400), 235, np.uint8)
    for box in FIELD.boxes.rectangles:
        outline = np.round(corners(box) * density).astype(np.int32)
        cv2.polylines(picture, [outline], True, (0,), 2)
    cut = cut_of(picture, SheetMap(np.diag([density, density, 1.0])), FIELD)
    for crop in cut.crops:
        side = crop.shape[0]
        dark_columns = np.flatnonzero(crop[side // 3 : side // 2].mean(axis=0) < 128)
        assert dark_columns.min() == pytest.approx(side / 12, abs=2)
        assert dark_columns.max() == pytest.approx(side - side / 12, abs=2)


def test_a_number_found_elsewhere_is_cut_there() -> None:
    shifted = SheetMap(np.eye(3), None, {FIELD.name: np.array([3.0, -2.0])})
    still = SheetMap(np.eye(3))
    picture = np.zeros((900, 600), np.uint8)
    moved = cut_of(picture, shifted, FIELD).boxes - cut_of(picture, still, FIELD).boxes
    np.testing.assert_allclose(moved, np.broadcast_to([3.0, -2.0], moved.shape), atol=1e-9)


def test_ink_that_is_nearly_white_is_brought_back_and_said() -> None:
    bright = np.full((900, 600), 255, np.uint8)
    x, y, width, height = FIELD.boxes.rectangles[0]
    stroke = (slice(round(y + 4), round(y + height - 4)), slice(round(x + width / 2) - 1, round(x + width / 2) + 2))
    bright[stroke] = 238
    cut = cut_of(bright, SheetMap(np.eye(3)), FIELD)
    assert cut.overexposed
    assert cut.crops[0].min() < 190
    assert cut.crops[1].min() == 255
    normal = cut_of((bright * 0.8).astype(np.uint8), SheetMap(np.eye(3)), FIELD)
    assert not normal.overexposed
    assert normal.crops[0].min() == round(238 * 0.8 - 0.5)


def test_black_on_white_stays_as_it_is() -> None:
    scan = np.where(np.eye(40) > 0, 0, 255).astype(np.uint8)
    np.testing.assert_array_equal(recover(scan), scan)
