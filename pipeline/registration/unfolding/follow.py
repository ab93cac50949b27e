"""From the boxes of one number to those of the next, over bends that no map of the whole sheet foretells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.forms import NumberField
from pipeline.registration.frames import NEAR_SHARE, unit_mm
from pipeline.registration.geometry import Grey, Matrix, middle_of, project
from pipeline.registration.proposal import NONE, Landmarks
from pipeline.registration.unfolding.box_search import FoundBoxes, find_boxes
from pipeline.registration.unfolding.local_map import RADIUS_MM, map_around

WEIGHT = 8.0
"""Of a side of a box, at a correlation of 1, against a printed feature: it is found twice as exactly, and where paper
bends sharply the surface must give way to it."""


LEAST = 0.4
"""Correlation from which boxes count as found: more than of a whole frame, as they are looked for in 125 ways."""

PLAIN = 0.55
"""Share of the best correlation on the page from which boxes are kept: lines of the table reached 0.53 of it."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The numbers of a page whose boxes were found, and the sides of those."""

    names: frozenset[str]
    landmarks: Landmarks


def follow_boxes(grey: Grey, matrix: Matrix, numbers: Sequence[NumberField], known: Landmarks) -> Followed:
    """Find the boxes of a page's numbers one after the other, each from those that were found before.

    Args:
        grey: The picture, uint8 (height, width).
        matrix: Homography (3, 3) from sheet mm to its px, right somewhere.
        numbers: The numbers of the page.
        known: What was found of the sheet before; at least one point.

    """
    unit, size = unit_mm(numbers), (grey.shape[1], grey.shape[0])
    left, found = {field.name: field for field in numbers}, dict[str, FoundBoxes]()
    while left:
        sides = _landmarks(found.values(), matrix)
        field = _next(list(left.values()), sides if found else known)
        del left[field.name]
        lies = map_around(middle_of(field.boxes.bounds), matrix, known.joined(sides), RADIUS_MM * unit)
        if lies.shows(size, field.boxes.bounds):
            boxes = find_boxes(grey, lies, field, _reach(field, numbers, unit), unit)
            found |= {field.name: boxes} if boxes.score >= LEAST else {}
    least = PLAIN * max((boxes.score for boxes in found.values()), default=0.0)
    plain = {name: boxes for name, boxes in found.items() if boxes.score >= least}
    return Followed(frozenset(plain), _landmarks(plain.values(), matrix))


def _next(numbers: Sequence[NumberField], found: Landmarks) -> NumberField:
    """Return the number that lies closest to something that was found."""
    return min(numbers, key=lambda field: float(np.hypot(*(found.points - middle_of(field.boxes.bounds)).T).min()))


def _reach(field: NumberField, numbers: Sequence[NumberField], unit: float) -> float:
    """Return how far boxes are looked for, mm: by one box, but by no more than half the way to the next number."""
    side = 20.0 * unit
    if field.boxes.touching:
        return NEAR_SHARE * side
    here = middle_of(field.boxes.bounds)
    others = [np.hypot(*(middle_of(one.boxes.bounds) - here)) for one in numbers if one.name != field.name]
    return float(min([side, *(0.5 * away for away in others)]))


def _landmarks(found: Iterable[FoundBoxes], matrix: Matrix) -> Landmarks:
    """Return the sides of boxes as printed points under a matrix."""
    landmarks = NONE
    for boxes in found:
        shifts = project(np.linalg.inv(matrix), boxes.seen) - boxes.points
        landmarks = landmarks.joined(Landmarks(boxes.points, shifts, np.full(len(boxes.points), WEIGHT * boxes.score)))
    return landmarks
