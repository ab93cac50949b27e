"""Where the printed frames of the numbers really lie: the check on a registration, and its refinement.

A sheet that bows or is folded leaves the homography of its corners by several mm. The frames around the boxes are dark,
known and next to what is read, so each number is searched for its own frame; a smooth surface through all of them
carries the numbers whose frame cannot be made out, and tells the strays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from pipeline.forms import NumberField
from pipeline.forms.template import Boxes
from pipeline.registration.geometry import Grey, Points, peaks, window
from pipeline.registration.sheet import Bow, SheetMap, terms

SEARCH_MM = 9.0
"""How far a frame is looked for from where the corners foretell it: 1 % of the height of the largest sheet."""

MIN_SCORE = 0.35
"""Normalised correlation from which a frame counts as found; handwriting inside lowers it to about 0.5."""

MAX_STRAY_MM = 2.5
"""A frame further than this from the smooth surface was mistaken for another line."""

_DENSITY = 1.6
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
        searched: Of how many.
        error_mm: Root mean square distance of the agreeing frames from the smooth surface, mm.

    """

    sheet: SheetMap
    found: int
    searched: int
    error_mm: float


def refine(grey: Grey, sheet: SheetMap, numbers: Sequence[NumberField], anchors: Points) -> Refinement:
    """Refine `sheet` on the frames of `numbers`; `anchors` (n, 2) are sheet points that do not move (the markers)."""
    searched = [find_frame(grey, sheet, field) for field in numbers]
    found = [frame for frame in searched if frame.score >= MIN_SCORE]
    if not found:
        return Refinement(sheet, 0, len(searched), float("nan"))
    bow, agrees = _smooth(found, anchors)
    residuals = {frame.name: frame.shift - bow.at(frame.centre[None])[0] for frame in found}
    kept = {frame.name: residuals[frame.name] for frame, fits in zip(found, agrees, strict=True) if fits}
    error = float(np.sqrt(np.mean([shift @ shift for shift in kept.values()]))) if kept else float("nan")
    return Refinement(SheetMap(sheet.matrix, bow, kept), len(kept), len(searched), error)


def find_frame(grey: Grey, sheet: SheetMap, field: NumberField) -> Frame:
    """Look for the printed frame of one number around where `sheet` foretells it."""
    x, y, width, height = field.boxes.bounds
    centre = np.array([x + width / 2, y + height / 2])
    half = (width / 2 + _MARGIN_MM + SEARCH_MM, height / 2 + _MARGIN_MM + SEARCH_MM)
    view = window(grey, sheet.matrix, (float(centre[0]), float(centre[1])), half, _DENSITY)
    pattern = _pattern(field.boxes)
    scores = np.asarray(cv2.matchTemplate(view, pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    best = peaks(np.where(np.isfinite(scores), scores, 0), 1, radius=1)
    if not best:
        return Frame(field.name, centre, np.zeros(2), 0.0)
    left, top, score = best[0]
    place = (np.array([left, top]) + (np.array(pattern.shape[::-1]) - 1) / 2) / _DENSITY
    return Frame(field.name, centre, place - np.array(half), score)


@lru_cache(maxsize=64)
def _pattern(boxes: Boxes) -> Grey:
    """Draw the frame of a number, dark on white, at the search density with sub-pixel lines."""
    over = 4
    scale = _DENSITY * over
    x, y, width, height = boxes.bounds
    columns = 2 * round((width / 2 + _MARGIN_MM) * _DENSITY) + 1
    rows = 2 * round((height / 2 + _MARGIN_MM) * _DENSITY) + 1
    # Sheet position of every fine pixel's centre, so that the middle pixel lies on the middle of the boxes.
    u = ((np.arange(columns * over) + 0.5) / over - columns / 2) / _DENSITY + x + width / 2
    v = ((np.arange(rows * over) + 0.5) / over - rows / 2) / _DENSITY + y + height / 2
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


def _smooth(found: Sequence[Frame], anchors: Points) -> tuple[Bow, list[bool]]:
    """Fit the bow to the frames, leaving strays out one at a time; return it and which frames agree with it."""
    points = np.vstack([[frame.centre for frame in found], anchors])
    shifts = np.vstack([[frame.shift for frame in found], np.zeros_like(anchors)])
    weights = np.array([frame.score for frame in found] + [1.0] * len(anchors))
    centre = points.mean(axis=0)
    reach = float(np.abs(points - centre).max()) or 1.0
    agrees = np.ones(len(points), bool)
    while True:
        bow = Bow(centre, reach, _least_squares(terms(points, centre, reach), shifts, weights * agrees))
        strays = np.hypot(*(shifts - bow.at(points)).T) * agrees
        strays[len(found) :] = 0
        if strays.max() <= MAX_STRAY_MM or agrees[: len(found)].sum() <= 1:
            return bow, [bool(value) for value in agrees[: len(found)]]
        agrees[int(np.argmax(strays))] = False


def _least_squares(design: Points, target: Points, weights: Points) -> Points:
    """Weighted least squares with a small ridge on all but the constant, so that few frames make a gentle surface."""
    ridge = np.diag([0.0] + [0.02] * (design.shape[1] - 1))
    left = design.T * weights
    return np.asarray(np.linalg.solve(left @ design + ridge, left @ target))


def by_name(numbers: Sequence[NumberField]) -> Mapping[str, NumberField]:
    """Return the numbers by name."""
    return {field.name: field for field in numbers}
