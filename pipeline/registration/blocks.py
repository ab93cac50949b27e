"""What is printed beside the boxes of a number, rings of bubbles and lines of a tally: is it where the map puts it?

The map is fitted to frames and print, not to these. Each patch of the block is looked for a little way around its
place; if the map is right, most are found there, and if it is wrong, anywhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import NumberField, Rectangle
from pipeline.forms.template import Bubbles, RowSums, TallyGrid
from pipeline.registration.alignment import Alignment
from pipeline.registration.frames import unit_mm
from pipeline.registration.geometry import Grey, Points, corners, inside, middle_of, peaks, window
from pipeline.registration.light_print import LINE_MM, darkness, grid_lines
from pipeline.registration.sheet import SheetMap

REACH = 0.3
"""How far a patch is looked for, in parts of a box; under half the pitch of rings and lines."""

AGREES = 0.12
"""How far from its place, in parts of a box, a patch may be found: half of what a number may lie off."""

FEWEST = 2
"""Patches that must be in view."""

_DENSITY = 1.25
_MARGIN = 0.1
_CELLS = (3, 3)
_RING_ROWS = 5


@dataclass(frozen=True, slots=True)
class Block:
    """What is found of the block beside a number.

    Attributes:
        tried: How many patches of it lie in the picture.
        agreeing: The share of them that is found in its place.
        score: Mean normalised correlation of those.

    """

    tried: int
    agreeing: float
    score: float


def find_blocks(grey: Grey, alignment: Alignment) -> dict[str, Block]:
    """Look for the blocks of all numbers of a page whose frame is in view; return those that there are, by number."""
    target, sheet = alignment.target, alignment.refinement.sheet
    unit = unit_mm(target.page.numbers)
    fields = (field for field in target.page.numbers if field.name in alignment.refinement.frames)
    found = {field.name: find_block(grey, sheet, field, unit) for field in fields}
    return {name: block for name, block in found.items() if block is not None}


def find_block(grey: Grey, sheet: SheetMap, field: NumberField, unit: float) -> Block | None:
    """Look for the block beside a number.

    Args:
        grey: The picture, uint8 (height, width).
        sheet: Where its millimetres lie.
        field: The number.
        unit: Side of the page's boxes in parts of 20 mm.

    Returns:
        What is found; None where the form prints none, or too little of it is in view.

    """
    side = 20.0 * unit
    found = [
        _off(grey, sheet, field, patch, side) for patch in _patches(field) if _in_view(grey, sheet, field.name, patch)
    ]
    if len(found) < FEWEST:
        return None
    scores = [score for off, score in found if off <= AGREES * side]
    return Block(len(found), len(scores) / len(found), float(np.mean(scores)) if scores else 0.0)


def _patches(field: NumberField) -> tuple[Rectangle, ...]:
    """Return the rectangles of the block that are looked for one by one, [x, y, width, height] mm."""
    return (*_rings(field.bubbles), *_cells(field.tally, field.row_sums))


def _rings(bubbles: Bubbles | None) -> Iterator[Rectangle]:
    """Yield the upper and the lower half of the columns of bubbles."""
    if bubbles is not None:
        x, y, width, _ = bubbles.bounds
        height = (_RING_ROWS - 1) * bubbles.pitch_y + bubbles.diameter
        yield x, y, width, height
        yield x, y + (10 - _RING_ROWS) * bubbles.pitch_y, width, height


def _cells(tally: TallyGrid | None, sums: RowSums | None) -> Iterator[Rectangle]:
    """Yield some cells at the top and the foot of a tally, left, middle and right, and the sums of those rows."""
    if tally is None:
        return
    across, down = min(_CELLS[0], tally.columns), min(_CELLS[1], tally.rows)
    lefts = sorted({0, (tally.columns - across) // 2, tally.columns - across})
    for top in sorted({0, tally.rows - down}):
        y, height = tally.y + top * tally.cell_height, down * tally.cell_height
        for left in lefts:
            yield tally.x + left * tally.cell_width, y, across * tally.cell_width, height
        if sums is not None:
            yield sums.x, y, sums.count * sums.cell_width, height


def _in_view(grey: Grey, sheet: SheetMap, number: str, patch: Rectangle) -> bool:
    return bool(inside(sheet.to_picture(corners(patch), number), (grey.shape[1], grey.shape[0])).all())


def _off(grey: Grey, sheet: SheetMap, field: NumberField, patch: Rectangle, side: float) -> tuple[float, float]:
    """Return how far from its place a patch is found, mm, and how much what is there is like it."""
    density = _DENSITY * 20.0 / side
    margin, reach = _MARGIN * side, REACH * side
    _, _, width, height = patch
    centre = middle_of(patch)
    half = (width / 2 + margin + reach, height / 2 + margin + reach)
    view = window(grey, sheet.local(centre, half, field.name), centre, half, density)
    pattern = _drawn(field.bubbles, field.tally, field.row_sums, patch, density, margin)
    scores = np.asarray(cv2.matchTemplate(darkness(view, density), pattern, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    best = peaks(np.where(np.isfinite(scores), scores, 0), 1, radius=1)
    if not best:
        return np.inf, 0.0
    middle = (np.array(scores.shape[::-1]) - 1) / 2
    return float(np.hypot(*(np.array(best[0][:2]) - middle)) / density), best[0][2]


@lru_cache(maxsize=512)
def _drawn(
    bubbles: Bubbles | None,
    tally: TallyGrid | None,
    sums: RowSums | None,
    patch: Rectangle,
    density: float,
    margin: float,
) -> NDArray[np.float32]:
    """Draw the print of a block over one patch and `margin` mm around it, 1 on a line, at `density` px per mm."""
    x, y, width, height = patch
    columns, rows = round(2 * (width / 2 + margin) * density) + 1, round(2 * (height / 2 + margin) * density) + 1
    across = x + width / 2 + (np.arange(columns) - (columns - 1) / 2) / density
    down = y + height / 2 + (np.arange(rows) - (rows - 1) / 2) / density
    drawn = np.zeros((rows, columns), np.float32)
    for grid in (tally, sums):
        if grid is not None:
            drawn = np.maximum(drawn, grid_lines(across, down, grid))
    if bubbles is not None:
        drawn = np.maximum(drawn, _circles(across, down, bubbles))
    return drawn


def _circles(across: Points, down: Points, bubbles: Bubbles) -> NDArray[np.float32]:
    """Draw the rings of bubbles, (rows, columns)."""
    middles_x = bubbles.x + bubbles.pitch_x * np.arange(bubbles.count)
    middles_y = bubbles.y + bubbles.pitch_y * np.arange(10)
    away_x = np.abs(across[:, None] - middles_x).min(axis=1)
    away_y = np.abs(down[:, None] - middles_y).min(axis=1)
    rings = np.abs(np.hypot(away_x[None], away_y[:, None]) - bubbles.diameter / 2 + LINE_MM / 2)
    return np.asarray(np.clip(1.0 - rings / LINE_MM, 0.0, 1.0), dtype=np.float32)
