"""Whole pages that are folded: found by what lies flat, and their numbers beyond the fold in their places."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.evidence import PLACED
from pipeline.forms import load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey
from tests.integration.registration.photographs import FORM
from tests.integration.registration.unfolding.folded import DENSITY, folded, middles
from training.evaluation.truths import opened

NUMBERS = FORM.page(2).numbers


@pytest.fixture(scope="module")
def finder() -> SheetFinder:
    return SheetFinder(load_forms())


def cut_to_the_votes(grey: Grey) -> Grey:
    """Return the right part of a page as many send it: without head, tag or corners."""
    left, top, bottom = (round(DENSITY * side) for side in (150.0, 165.0, 700.0))
    return np.ascontiguousarray(grey[top:bottom, left:])


@pytest.mark.parametrize(("hidden", "aside", "lean"), [(10.0, 5.0, 0.0), (5.0, -5.0, 0.1)])
def test_a_page_of_which_a_strip_is_hidden_is_read_beyond_it(
    finder: SheetFinder, hidden: float, aside: float, lean: float
) -> None:
    sheet = folded(FORM, 2, NUMBERS[2].boxes.y - 12.0, hidden=hidden, aside=aside, lean=lean)
    found = finder.find(cut_to_the_votes(sheet.grey))
    assert isinstance(found, Registration), found.text()
    assert (found.target.form.id, found.target.page.number) == (FORM.id, 2)
    assert min(found.places.values()) >= 0.5
    assert sum(place >= PLACED for place in found.places.values()) >= 2
    begins = DENSITY * np.array([150.0, 165.0])
    for field in NUMBERS:
        assert sheet.off(field, found.sheet.to_picture(middles(field), field.name) + begins) < 0.25, field.name


@pytest.mark.parametrize(("wide", "high"), [(1.35, 1.0), (1.0, 1.35)])
def test_a_picture_that_was_stretched_is_known_by_its_print(finder: SheetFinder, wide: float, high: float) -> None:
    flat = cut_to_the_votes(folded(FORM, 2, 890.0, hidden=0.0, aside=0.0, lean=0.0).grey)
    found = finder.find(np.asarray(cv2.resize(flat, None, fx=wide * 0.9, fy=high * 0.9), dtype=np.uint8))
    assert isinstance(found, Registration), found.text()
    assert (found.target.form.id, found.target.page.number) == (FORM.id, 2)
    assert min(found.places.values()) >= PLACED


def test_a_bent_sheet_of_a_layout_that_nobody_has_confirmed_is_led_by_its_drawn_print(
    finder: SheetFinder, shared: Path
) -> None:
    # Curled over its whole height, corners outside, the lower half leaning: its tag alone says where it lies.
    grey, _ = opened(shared / "wild/dpd-2024/images/dpd2024_0001.jpg")
    found = finder.find(grey)
    assert isinstance(found, Registration), found.text()
    assert (found.target.form.family, found.target.page.number) == ("c-hasil-dpd-2024", 2)
    assert [field.name for field in found.target.page.numbers] == [f"calon_{number}" for number in range(1, 9)]
    assert sum(place >= PLACED for place in found.places.values()) >= 7
