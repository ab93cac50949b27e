"""Boxes beyond a fold: found from those before it, one number after the other, and never another number's."""

import numpy as np
import pytest

from pipeline.registration.frames import NEAR_MM
from pipeline.registration.geometry import corners, project
from pipeline.registration.proposal import Landmarks
from pipeline.registration.unfolding.box_search import find_boxes
from pipeline.registration.unfolding.follow import follow_boxes
from pipeline.registration.unfolding.local_map import LocalMap
from tests.integration.registration.photographs import FORM
from tests.integration.registration.unfolding.folded import DENSITY, folded, middles

NUMBERS = FORM.page(2).numbers
FLAT = np.diag([DENSITY, DENSITY, 1.0])
HEAD = Landmarks.exact(corners((450.0, 100.0, 80.0, 60.0)))
"""The head of the columns of page 2, which lies flat."""


@pytest.mark.parametrize(
    ("hidden", "aside", "lean"), [(0.0, 0.0, 0.0), (12.0, 6.0, 0.0), (6.0, -5.0, 0.12), (9.0, 4.0, -0.12)]
)
def test_boxes_are_found_where_the_paper_has_moved_and_leans(hidden: float, aside: float, lean: float) -> None:
    sheet = folded(FORM, 2, NUMBERS[2].boxes.y - 15.0, hidden=hidden, aside=aside, lean=lean)
    found = follow_boxes(sheet.grey, FLAT, NUMBERS, HEAD)
    assert found.names == {field.name for field in NUMBERS}
    sides = found.landmarks
    for field in NUMBERS:
        of_it = [bool(np.abs(middles(field) - point).max(axis=1).min() < field.boxes.width) for point in sides.points]
        seen = project(FLAT, (sides.points + sides.shifts)[of_it])
        count = field.boxes.count
        assert sheet.off(field, (seen[:count] + seen[count:]) / 2) < 0.1


def test_a_number_whose_boxes_are_not_there_is_not_found() -> None:
    sheet = folded(FORM, 2, 890.0, hidden=0.0, aside=0.0, lean=0.0)
    x, y, width, height = (round(DENSITY * side) for side in NUMBERS[1].boxes.bounds)
    sheet.grey[y - 6 : y + height + 6, x - 6 : x + width + 6] = np.median(sheet.grey)
    found = follow_boxes(sheet.grey, FLAT, NUMBERS, HEAD)
    assert found.names == {NUMBERS[0].name, NUMBERS[2].name}


def test_boxes_are_not_looked_for_as_far_as_the_next_number() -> None:
    # Moved by a whole row: what lies where the second should be is the third.
    pitch = NUMBERS[2].boxes.y - NUMBERS[1].boxes.y
    moved = NUMBERS[1].model_copy(
        update={"boxes": NUMBERS[1].boxes.model_copy(update={"y": NUMBERS[1].boxes.y + 0.6 * pitch})}
    )
    sheet = folded(FORM, 2, 890.0, hidden=0.0, aside=0.0, lean=0.0)
    assert follow_boxes(sheet.grey, FLAT, [NUMBERS[0], moved], HEAD).names == {NUMBERS[0].name}


def test_the_score_tells_boxes_from_paper() -> None:
    sheet = folded(FORM, 2, 890.0, hidden=0.0, aside=0.0, lean=0.0)
    right = find_boxes(sheet.grey, LocalMap(FLAT), NUMBERS[0], NEAR_MM, 1.0)
    blank = find_boxes(np.full_like(sheet.grey, 235), LocalMap(FLAT), NUMBERS[0], NEAR_MM, 1.0)
    assert right.score > 0.7
    assert blank.score < 0.1
