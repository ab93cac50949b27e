"""Look for the boxes of a number one by one, so that paper which turns there may pull them apart or make them lean.

A deformable template in the manner of Fischler and Elschlager ("The representation and matching of pictorial
structures", IEEE Transactions on Computers 1973): each box has its own correlation, and what the row as a whole does is
searched.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import NumberField
from pipeline.registration.frames import MARGIN_MM, box_pattern, even_lines
from pipeline.registration.geometry import Grey, Points, middle_of, window
from pipeline.registration.unfolding.local_map import LocalMap

DENSITY = 1.8
"""Resolution of the search, px per mm where boxes are 20 mm high: their lines are then two pixels wide."""

SLOPES = (-0.3, -0.15, 0.0, 0.15, 0.3)
"""How much upright lines may lean."""

STRETCHES = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""By how much more, mm where boxes are 20 mm high, each box may stand off its neighbour, and above it."""

_PRICE = 0.004
"""Of a stretch of 1 mm, squared, in correlation."""


@dataclass(frozen=True, slots=True)
class FoundBoxes:
    """Where the boxes of a number were found.

    Attributes:
        points: Of the sheet, the middle of the upper and of the lower side of every box, mm (n, 2).
        seen: The same in the picture, px (n, 2).
        score: Mean normalised correlation of the boxes, less what their stretch costs.

    """

    points: Points
    seen: Points
    score: float


def find_boxes(grey: Grey, lies: LocalMap, field: NumberField, reach: float, unit: float) -> FoundBoxes:
    """Look for the boxes of a number.

    Args:
        grey: The picture, uint8 (height, width).
        lies: How the sheet lies there, as far as is known.
        field: The number.
        reach: How far they may lie off, mm.
        unit: Side of the page's boxes in parts of 20 mm.

    Returns:
        The likeliest place, be it ever so unlikely.

    """
    leaning = (lies.sheared(slope, middle_of(field.boxes.bounds)) for slope in SLOPES)
    return max((_found(grey, one, field, reach, unit) for one in leaning), key=lambda found: found.score)


def _found(grey: Grey, lies: LocalMap, field: NumberField, reach: float, unit: float) -> FoundBoxes:
    """Return where the boxes are likeliest if the sheet leans as `lies` says."""
    density = DENSITY / unit
    middles = np.array([middle_of(box) for box in field.boxes.rectangles])
    away = middles - middle_of(field.boxes.bounds)
    order = np.arange(len(middles)) - (len(middles) - 1) / 2
    room = reach + max(STRETCHES) * unit * order.max(initial=0.0)
    steps = round(reach * density)
    # What lies beyond the edge is nothing like a box.
    scores = np.pad(_correlation(grey, lies, field, room, density), 2 * steps)
    best, shifts = -1.0, np.zeros_like(middles)
    for across in STRETCHES:
        for down in STRETCHES:
            apart = order[:, None] * np.array([across, down]) * unit
            summed = np.add.reduce([_around(scores, at, steps) for at in (away + apart) * density]) / len(middles)
            top = np.unravel_index(int(np.argmax(summed)), summed.shape)
            score = float(summed[top]) - _PRICE * (across**2 + down**2)
            if score > best:
                best = score
                shifts = (np.array([top[1], top[0]], dtype=np.float64) - steps) / density + apart
    half = np.array([0.0, field.boxes.height / 2])
    points = np.vstack([middles - half, middles + half])
    return FoundBoxes(points, lies.to_picture(points + np.vstack([shifts, shifts])), best)


def _correlation(grey: Grey, lies: LocalMap, field: NumberField, room: float, density: float) -> NDArray[np.float32]:
    """Return how much like a box what lies around each point is; the middle (odd sides) is the number's own."""
    single = field.boxes.model_copy(update={"count": 1})
    margin = MARGIN_MM * DENSITY / density
    pattern = box_pattern(single, density, margin)
    _, _, width, height = field.boxes.bounds
    half = (width / 2 + margin + room, height / 2 + margin + room)
    view = window(grey, lies.matrix, middle_of(field.boxes.bounds), half, density)
    scores = cv2.matchTemplate(even_lines(view, single, density), pattern, cv2.TM_CCOEFF_NORMED)
    return np.where(np.isfinite(scores), scores, 0.0).astype(np.float32)


def _around(scores: NDArray[np.float32], at: Points, steps: int) -> NDArray[np.float32]:
    """Return the scores (2 steps + 1, 2 steps + 1) around a place, px (2,) from the middle."""
    rows, columns = scores.shape
    left, top = round((columns - 1) / 2 + at[0]) - steps, round((rows - 1) / 2 + at[1]) - steps
    side = 2 * steps + 1
    return scores[top : top + side, left : left + side]
