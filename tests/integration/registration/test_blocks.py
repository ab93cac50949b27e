"""Rings and lines beside a number: found where they are printed, and nowhere else."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms import NumberField, load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.blocks import find_block
from pipeline.registration.geometry import translation
from pipeline.registration.sheet import SheetMap

Found = tuple[NDArray[np.uint8], Registration]


@pytest.fixture(scope="module")
def found(samples: Path) -> Found:
    """A photographed page 2, and where its sheet lies."""
    grey = np.asarray(cv2.imread(str(samples / "0024010001002-p2.jpg"), cv2.IMREAD_GRAYSCALE), np.uint8)
    registration = SheetFinder(load_forms()).find(grey)
    assert isinstance(registration, Registration)
    return grey, registration


def fields(registration: Registration) -> list[NumberField]:
    return [field for field in registration.target.page.numbers if field.bubbles is not None]


def moved(sheet: SheetMap, step: tuple[float, float]) -> SheetMap:
    return SheetMap(sheet.matrix @ translation(np.array(step)), sheet.surface, sheet.shifts)


def test_where_the_map_is_right_it_is_all_there(found: Found) -> None:
    grey, registration = found
    for field in fields(registration):
        block = find_block(grey, registration.sheet, field, 1.0)
        assert block is not None
        assert block.tried == 10
        assert block.agreeing >= 0.8
        assert block.score > 0.3


@pytest.mark.parametrize("step", [(5.0, 0.0), (0.0, -5.0), (-8.0, 8.0), (13.0, -6.0)])
def test_where_the_map_is_off_by_part_of_a_box_it_is_not(found: Found, step: tuple[float, float]) -> None:
    grey, registration = found
    for field in fields(registration):
        block = find_block(grey, moved(registration.sheet, step), field, 1.0)
        assert block is None or block.agreeing <= 0.2


def test_on_bare_paper_there_is_none(found: Found) -> None:
    grey, registration = found
    bare = np.random.default_rng(1).normal(200, 3, grey.shape).clip(0, 255).astype(np.uint8)
    for field in fields(registration):
        block = find_block(bare, registration.sheet, field, 1.0)
        assert block is not None
        assert block.score < 0.3


def test_of_what_the_picture_does_not_show_nothing_is_said(found: Found) -> None:
    grey, registration = found
    (first, *_) = fields(registration)
    assert find_block(grey, moved(registration.sheet, (0.0, -2000.0)), first, 1.0) is None
    without = first.model_copy(update={"bubbles": None, "tally": None, "row_sums": None})
    assert find_block(grey, registration.sheet, without, 1.0) is None
