"""Where the printed frames of the numbers really lie: the check on a registration, and its refinement.

A sheet that bows or is folded leaves the homography of its corners by several mm. The frames around the boxes are dark,
known and next to what is read, so each number is searched for its own frame; a smooth surface through all of them
carries the numbers whose frame cannot be made out, and tells the strays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.forms import NumberField
from pipeline.forms.template import Boxes
from pipeline.registration.geometry import Grey, Matrix, Points, peaks, window
from pipeline.registration.sheet import Bow, SheetMap, terms

FAR_MM, NEAR_MM = 12.0, 4.0
"""How far a frame is looked for where boxes are 20 mm high: first from where tag and corners foretell it (1.3 % of the
height of the largest sheet, and half the way to the next row of boxes), then from where the other frames do."""

NEAR_SHARE = 0.3
"""Boxes that touch stand in tables, one row on the next: there a frame is looked for no further than this share of a
box, so that its neighbour's is not found."""

ENOUGH_FRAMES = 7
"""How many frames the far search looks for, about."""

MIN_SCORE = 0.35
"""Normalised correlation from which a frame counts as found; handwriting inside lowers it to about 0.5."""

MAX_STRAY_MM = 2.5
"""A frame further than this from the smooth surface, where boxes are 20 mm high, was mistaken for another line."""

_FAR_DENSITY, _NEAR_DENSITY = 0.9, 1.4
_MARGIN_MM = 3.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the frame of one number was found.

    Attributes:
        name: The number.
        centre: Of its boxes on the sheet, mm (2,).
        shift: Found minus expected, mm (2,).
        score: Normalised correlation with the frame as printed.

    """

    name: str
    centre: Points
    shift: Points
    score: float


@dataclass(frozen=True, slots=True)
class Refinement:
    """A map refined on printed frames.

    Attributes:
        sheet: The refined map.
        found: How many frames were found, and agree with the others.
        seen: How many were found, also where paper that bends sharply sets them apart from the others.
        searched: Of how many.
        error_mm: Root mean square distance of the agreeing frames from the smooth surface, mm.

    """

    sheet: SheetMap
    found: int
    seen: int
    searched: int
    error_mm: float


def unit_mm(numbers: Sequence[NumberField]) -> float:
    """Return the side of the smallest box in parts of 20 mm: every length here is meant for boxes of 20 mm."""
    return min(min(field.boxes.width, field.boxes.height) for field in numbers) / 20.0


def refine(
    grey: Grey,
    matrix: Matrix,
    numbers: Sequence[NumberField],
    fixed: Points,
    moved: Points,
    *,
    far: bool = True,
) -> Refinement:
    """Refine a homography on the frames of `numbers`.

    Args:
        grey: The picture.
        matrix: Homography from sheet mm to its pixels.
        numbers: Whose frames are looked for.
        fixed: Sheet points (n, 2) that the homography went through, the markers, and the tag's corners.
        moved: How far, in mm (n, 2), those points were found from where the homography puts them.
        far: Whether the homography comes from the far corners of the sheet, or from lines next to the numbers.

    """
    unit = unit_mm(numbers)
    anchors = [Frame("", point, shift, 1.0) for point, shift in zip(fixed, moved, strict=True)]
    stray = MAX_STRAY_MM * unit
    bow, _ = _smooth(anchors, stray)
    for reach, density, is_far in _searches(numbers, unit)[0 if far else 1 :]:
        sheet = SheetMap(matrix, bow)
        # Far off, some frames spread over the page show the way for all.
        some = numbers[:: max(1, len(numbers) // ENOUGH_FRAMES)] if is_far else numbers
        searched = [find_frame(grey, sheet, field, reach, density, _MARGIN_MM * unit) for field in some]
        found = [frame for frame in searched if frame.score >= MIN_SCORE]
        bow, agrees = _smooth([*anchors, *found], stray)
    kept = [frame for frame, fits in zip(found, agrees[len(anchors) :], strict=True) if fits]
    shifts = {frame.name: frame.shift - bow.at(frame.centre[None])[0] for frame in kept}
    error = float(np.sqrt(np.mean([shift @ shift for shift in shifts.values()]))) if shifts else float("nan")
    return Refinement(SheetMap(matrix, bow, shifts), len(kept), len(found), len(searched), error)


def _searches(numbers: Sequence[NumberField], unit: float) -> tuple[tuple[float, float, bool], ...]:
    """Return reach in mm and density in px per mm of the far and of the near search, and which is the far one."""
    near = NEAR_SHARE * 20.0 if any(field.boxes.touching for field in numbers) else NEAR_MM
    return (FAR_MM * unit, _FAR_DENSITY / unit, True), (min(near, NEAR_MM) * unit, _NEAR_DENSITY / unit, False)


def find_frame(
    grey: Grey, sheet: SheetMap, field: NumberField, reach: float, density: float, margin: float = _MARGIN_MM
) -> Frame:
    """Look for the printed frame of one number within `reach` mm of where `sheet` foretells it.

    Args:
        grey: The picture.
        sheet: Where its millimetres lie.
        field: The number.
        reach: How far it may lie off, mm.
        density: Resolution of the search, px per mm.
        margin: Paper around the frame that belongs to the pattern, mm.

    """
    x, y, width, height = field.boxes.bounds
    centre = np.array([x + width / 2, y + height / 2])
    half = (width / 2 + margin + reach, height / 2 + margin + reach)
    view = window(grey, sheet.local(centre, half), (float(centre[0]), float(centre[1])), half, density)
    pattern = _pattern(field.boxes, density, margin)
    scores = np.asarray(cv2.matchTemplate(view, pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    expected = sheet.bow.at(centre[None])[0] if sheet.bow is not None else np.zeros(2)
    best = peaks(np.where(np.isfinite(scores), scores, 0), 1, radius=1)
    if not best:
        return Frame(field.name, centre, expected, 0.0)
    left, top, score = best[0]
    place = (np.array([left, top]) + (np.array(pattern.shape[::-1]) - 1) / 2) / density
    return Frame(field.name, centre, expected + place - np.array(half), score)


@lru_cache(maxsize=64)
def _pattern(boxes: Boxes, density: float, margin: float) -> Grey:
    """Draw the frame of a number, dark on white, at `density` px per mm with sub-pixel lines."""
    over = 4
    scale = density * over
    x, y, width, height = boxes.bounds
    columns = 2 * round((width / 2 + margin) * density) + 1
    rows = 2 * round((height / 2 + margin) * density) + 1
    # Sheet position of every fine pixel's centre, so that the middle pixel lies on the middle of the boxes.
    u = ((np.arange(columns * over) + 0.5) / over - columns / 2) / density + x + width / 2
    v = ((np.arange(rows * over) + 0.5) / over - rows / 2) / density + y + height / 2
    dark = np.zeros((len(v), len(u)), bool)
    half = max(boxes.line, 1.0 / scale) / 2
    for left, top, box_width, box_height in boxes.rectangles:
        outside = _within(u, left, box_width, half)[None] & _within(v, top, box_height, half)[:, None]
        inside = _within(u, left, box_width, -half)[None] & _within(v, top, box_height, -half)[:, None]
        dark |= outside & ~inside
    fine = np.where(dark, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _within(axis: Points, start: float, length: float, grown: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return (axis >= start - grown) & (axis <= start + length + grown)


def _smooth(frames: Sequence[Frame], stray: float) -> tuple[Bow, list[bool]]:
    """Fit the bow to frames and anchors (frames without a name), leaving out those `stray` mm off, one at a time.

    Returns:
        The bow, and which frames agree with it.

    """
    points = np.array([frame.centre for frame in frames])
    shifts = np.array([frame.shift for frame in frames])
    weights = np.array([frame.score for frame in frames])
    named = np.array([bool(frame.name) for frame in frames])
    centre = points.mean(axis=0)
    reach = float(np.abs(points - centre).max()) or 1.0
    agrees = np.ones(len(points), bool)
    while True:
        bow = Bow(centre, reach, _least_squares(terms(points, centre, reach), shifts, weights * agrees))
        strays = np.hypot(*(shifts - bow.at(points)).T) * (agrees & named)
        if strays.max(initial=0.0) <= stray:
            return bow, [bool(value) for value in agrees]
        agrees[int(np.argmax(strays))] = False


def _least_squares(design: Points, target: Points, weights: Points) -> Points:
    """Weighted least squares with a small ridge on all but the constant, so that few frames make a gentle surface."""
    ridge = np.diag([0.0] + [0.02] * (design.shape[1] - 1))
    left = design.T * weights
    return np.asarray(np.linalg.solve(left @ design + ridge, left @ target))
