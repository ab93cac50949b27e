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
from numpy.typing import NDArray

from pipeline.forms import NumberField, TaggedPage
from pipeline.forms.template import Boxes
from pipeline.registration.geometry import Grey, Matrix, Points, inside, outlines, peaks, window
from pipeline.registration.proposal import Landmarks
from pipeline.registration.sheet import SheetMap
from pipeline.registration.surface import Surface, fit_surface

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

STIFFNESS = 0.1
"""A frame is off by some 0.5 mm where boxes are 20 mm high; neighbouring coefficients of the surface bend by 1.6 mm."""

_FAR_DENSITY, _NEAR_DENSITY = 0.9, 1.4

MARGIN_MM = 3.0
"""Paper around a frame that belongs to its pattern, where boxes are 20 mm high."""


Match = tuple[Points, float]
"""How far off something is found, mm (2,), and its normalised correlation there."""


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
        frames: The frames that were looked for, by number; those outside the picture were not.
        apart: How far each frame that was found lies from the smooth surface through all, mm.
        agreeing: The numbers whose frame was found, and agrees with the others.

    """

    sheet: SheetMap
    frames: Mapping[str, Frame]
    apart: Mapping[str, float]
    agreeing: frozenset[str]

    @property
    def searched(self) -> int:
        """How many frames were looked for."""
        return len(self.frames)

    @property
    def complete(self) -> bool:
        """Whether every frame that was looked for was found, and agrees with the others."""
        return len(self.agreeing) == self.searched

    @property
    def error_mm(self) -> float:
        """Root mean square distance of the agreeing frames from the smooth surface, mm."""
        return (
            float(np.sqrt(np.mean([self.apart[name] ** 2 for name in self.agreeing])))
            if self.agreeing
            else float("nan")
        )


def unit_mm(numbers: Sequence[NumberField]) -> float:
    """Return the side of the smallest box in parts of 20 mm: every length here is meant for boxes of 20 mm."""
    return min(min(field.boxes.width, field.boxes.height) for field in numbers) / 20.0


def refine(grey: Grey, matrix: Matrix, target: TaggedPage, landmarks: Landmarks, *, far: bool) -> Refinement:
    """Refine a homography on the frames of a page's numbers.

    Args:
        grey: The picture.
        matrix: Homography from sheet mm to its pixels.
        target: The page.
        landmarks: Printed points that were found before, which hold the surface where no frame does.
        far: Whether the homography comes from the far corners of the sheet, or from print next to the numbers.

    """
    size = (target.form.sheet.width, target.form.sheet.height)
    numbers, unit = target.page.numbers, unit_mm(target.page.numbers)
    surface = _through(size, landmarks, [])
    for reach, density, is_far in _searches(numbers, unit)[0 if far else 1 :]:
        sheet = SheetMap(matrix, surface)
        shown = _in_view(grey, sheet, numbers)
        # Far off, some frames spread over the page show the way for all.
        some = shown[:: max(1, len(shown) // ENOUGH_FRAMES)] if is_far else shown
        searched = find_frames(grey, sheet, some, reach, density, MARGIN_MM * unit)
        found = [frame for frame in searched if frame.score >= MIN_SCORE]
        surface, kept = _smooth(size, landmarks, found, MAX_STRAY_MM * unit)
    moved = {frame.name: shift for frame, shift in zip(found, _apart(surface, found), strict=True)}
    agreeing = frozenset(frame.name for frame in kept)
    sheet = SheetMap(matrix, surface, {name: moved[name] for name in moved if name in agreeing})
    apart = {name: float(np.hypot(*shift)) for name, shift in moved.items()}
    return Refinement(sheet, {frame.name: frame for frame in searched}, apart, agreeing)


def _in_view(grey: Grey, sheet: SheetMap, numbers: Sequence[NumberField]) -> list[NumberField]:
    """Return the numbers of which all boxes lie in the picture."""
    around = outlines(field.boxes.bounds for field in numbers)
    seen = sheet.places(around, [None] * len(numbers))
    shown = inside(seen, (grey.shape[1], grey.shape[0]))
    return [field for field, each in zip(numbers, shown, strict=True) if each.all()]


def _searches(numbers: Sequence[NumberField], unit: float) -> tuple[tuple[float, float, bool], ...]:
    """Return reach in mm and density in px per mm of the far and of the near search, and which is the far one."""
    near = NEAR_SHARE * 20.0 if any(field.boxes.touching for field in numbers) else NEAR_MM
    return (FAR_MM * unit, _FAR_DENSITY / unit, True), (min(near, NEAR_MM) * unit, _NEAR_DENSITY / unit, False)


def find_frames(
    grey: Grey, sheet: SheetMap, fields: Sequence[NumberField], reach: float, density: float, margin: float
) -> list[Frame]:
    """Look for the printed frames of numbers, each within `reach` mm of where `sheet` foretells it.

    Args:
        grey: The picture.
        sheet: Where its millimetres lie.
        fields: The numbers.
        reach: How far they may lie off, mm.
        density: Resolution of the search, px per mm.
        margin: Paper around a frame that belongs to the pattern, mm.

    """
    bounds = np.array([field.boxes.bounds for field in fields]).reshape(-1, 4)
    centres, halves = bounds[:, :2] + bounds[:, 2:] / 2, bounds[:, 2:] / 2 + margin + reach
    maps, expected = sheet.locals(centres, halves, [None] * len(fields)), sheet.displacement(centres)
    found = []
    for field, matrix, centre, half, foretold in zip(fields, maps, centres, halves, expected, strict=True):
        pattern = box_pattern(field.boxes, density, margin)
        view = window(grey, matrix, centre, (half[0], half[1]), density)
        shift, score = _best_match(even_lines(view, field.boxes, density), pattern, half, density)
        found.append(Frame(field.name, centre, foretold + shift, score))
    return found


def _best_match(even: NDArray[np.float32], pattern: NDArray[np.float32], half: Points, density: float) -> Match:
    """Return how far off the middle of a view of +- `half` mm a pattern is found best, mm (2,), and its score."""
    best = peaks(np.asarray(cv2.matchTemplate(even, pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32), 1, radius=1)
    if not best:
        return np.zeros(2), 0.0
    left, top, score = best[0]
    return (np.array([left, top]) + (np.array(pattern.shape[::-1]) - 1) / 2) / density - half, score


@lru_cache(maxsize=256)
def box_pattern(boxes: Boxes, density: float, margin: float) -> NDArray[np.float32]:
    """Draw the frame of boxes and `margin` mm around it, evenly lit, at `density` px per mm with sub-pixel lines."""
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
    drawn = np.asarray(cv2.resize(fine, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return even_lines(drawn, boxes, density)


def even_lines(view: Grey, boxes: Boxes, density: float) -> NDArray[np.float32]:
    """Return a view as lit evenly: a shadow's edge across the boxes is stronger than their frame.

    Args:
        view: The paper, uint8 (height, width).
        boxes: What is looked for: a line is darker than its surroundings of two thirds of a box.
        density: Px per mm.

    """
    around = 2 * max(1, round(min(boxes.width, boxes.height) * density / 3)) + 1
    levels = view.astype(np.float32) + 1.0
    paper = cv2.boxFilter(levels, -1, (around, around), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(np.minimum(levels / paper, 1.5), dtype=np.float32)


def _within(axis: Points, start: float, length: float, grown: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return (axis >= start - grown) & (axis <= start + length + grown)


def _smooth(
    size: tuple[float, float], landmarks: Landmarks, frames: Sequence[Frame], stray: float
) -> tuple[Surface, list[Frame]]:
    """Fit the surface to landmarks and frames, leaving out frames that lie `stray` mm off, one at a time.

    Returns:
        The surface, and the frames that agree with it.

    """
    kept = list(frames)
    while True:
        surface = _through(size, landmarks, kept)
        away = np.hypot(*_apart(surface, kept).T)
        if away.max(initial=0.0) <= stray:
            return surface, kept
        del kept[int(np.argmax(away))]


def _apart(surface: Surface, frames: Sequence[Frame]) -> Points:
    """Return how far each frame was found from the surface, mm (n, 2)."""
    centres = np.array([frame.centre for frame in frames]).reshape(-1, 2)
    return np.asarray(np.array([frame.shift for frame in frames]).reshape(-1, 2) - surface.at(centres))


def _through(size: tuple[float, float], landmarks: Landmarks, frames: Sequence[Frame]) -> Surface:
    points = np.vstack([landmarks.points, *(frame.centre[None] for frame in frames)])
    shifts = np.vstack([landmarks.shifts, *(frame.shift[None] for frame in frames)])
    weights = np.concatenate([landmarks.weights, [frame.score for frame in frames]])
    return fit_surface(size, points, shifts, weights, STIFFNESS)
