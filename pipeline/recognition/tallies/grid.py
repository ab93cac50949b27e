"""Find where a tally grid and its row sums really lie, by their own printed lines.

The map of the sheet is refined on the frames of the number boxes, 40 to 270 mm to the right of the grid; on a bowed or
folded sheet the grid lies several mm from where that map puts it. The lines of the grid are light, and strokes of the
pen are dark and many, so darkness is cut off at the level of the print: a line then counts as much as a stroke, and a
patch of 4 x 3 cells has more line than pen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.strips import Place, fineness, sample
from pipeline.forms.template import RowSums, TallyGrid
from pipeline.registration.geometry import Grey, Points, peaks
from pipeline.registration.light_print import darkness, grid_lines
from pipeline.registration.sheet import SheetMap

SEARCH_MM = 6.0
"""How far the grid is looked for; under half a cell, so that it cannot be mistaken for its neighbour's lines."""

MIN_SCORE = 0.25
"""Normalised correlation from which a patch counts as found."""

MIN_PATCHES = 3
"""With fewer patches found the grid stays where the sheet map puts it, and is called not located."""

_DENSITY = 1.25
_PATCH = (4, 3)
_STRAY_MM = 1.5


@dataclass(frozen=True, slots=True)
class Located:
    """Where a grid lies.

    Attributes:
        place: From sheet points in mm, as on the template, to picture points in px.
        located: Whether its lines were found; if not, `place` is the sheet map itself.
        score: Mean normalised correlation of the patches found.

    """

    place: Place
    located: bool
    score: float


@dataclass(frozen=True, slots=True)
class _Patch:
    """A part of the block that is looked for on its own.

    Attributes:
        at: Its upper left pixel in the view of the block, (x, y).
        lines: Its lines (h, w), 1 on a line.
        middle: Of it on the sheet, mm.

    """

    at: tuple[int, int]
    lines: NDArray[np.float32]
    middle: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Print:
    """The view of a block: sheet x (w,) and y (h,) of its columns and rows, mm, and its patches."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    patches: tuple[_Patch, ...]


def locate(grey: Grey, sheet: SheetMap, tally: TallyGrid, sums: RowSums | None, number: str) -> Located:
    """Find the grid of one number around where `sheet` foretells it."""

    def foretold(points: Points) -> Points:
        return sheet.to_picture(points, number)

    print_ = _print_of(tally, sums)
    middle = np.array([tally.x + tally.columns * tally.cell_width / 2, tally.y + tally.rows * tally.cell_height / 2])
    strip = sample(grey, foretold, print_.x, print_.y, fineness(sheet.resolution(middle), _DENSITY))
    found = _matches(darkness(strip, _DENSITY), print_.patches)
    return _fitted(foretold, found, middle, tally)


def _axes(tally: TallyGrid, sums: RowSums | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    right = tally.x + tally.columns * tally.cell_width
    if sums is not None:
        right = max(right, sums.x + sums.count * sums.cell_width)
    bottom = tally.y + tally.rows * tally.cell_height
    reach, step = SEARCH_MM + 2.0, 1.0 / _DENSITY
    return np.arange(tally.x - reach, right + reach, step), np.arange(tally.y - reach, bottom + reach, step)


@lru_cache(maxsize=64)
def _print_of(tally: TallyGrid, sums: RowSums | None) -> "_Print":
    """Return what is printed around the block, cut into the patches that are looked for."""
    x, y = _axes(tally, sums)
    drawn = np.zeros((len(y), len(x)), np.float32)
    for grid in (tally, sums):
        if grid is not None:
            drawn = np.maximum(drawn, grid_lines(x, y, grid))
    patches = []
    for left, top, right, bottom in _places(tally, sums):
        x0, x1 = (round((side - x[0]) * _DENSITY) for side in (left, right))
        y0, y1 = (round((side - y[0]) * _DENSITY) for side in (top, bottom))
        patches.append(_Patch((x0, y0), drawn[y0:y1, x0:x1].copy(), ((left + right) / 2, (top + bottom) / 2)))
    return _Print(x, y, tuple(patches))


def _places(tally: TallyGrid, sums: RowSums | None) -> list[tuple[float, float, float, float]]:
    """Return the parts of the block that are looked for on their own, [left, top, right, bottom] mm."""
    wide, high = min(_PATCH[0], tally.columns), min(_PATCH[1], tally.rows)
    columns = sorted({round(v) for v in np.linspace(0, tally.columns - wide, 5)})
    rows = sorted({0, tally.rows - high})
    margin = 1.5
    found = []
    for row in rows:
        top, bottom = (tally.y + (row + r) * tally.cell_height for r in (0, high))
        for column in columns:
            left, right = (tally.x + (column + c) * tally.cell_width for c in (0, wide))
            found.append((left - margin, top - margin, right + margin, bottom + margin))
        if sums is not None:  # with the right border of the tally beside it
            left, right = tally.x + (tally.columns - 1) * tally.cell_width, sums.x + sums.count * sums.cell_width
            found.append((left - margin, top - margin, right + margin, bottom + margin))
    return found


def _matches(dark: NDArray[np.float32], patches: Sequence["_Patch"]) -> NDArray[np.float64]:
    """Return (n, 5) of the patches found: centre x, y, shift x, y in mm, score."""
    reach = round(SEARCH_MM * _DENSITY)
    found = []
    for patch in patches:
        (x, y), (height, width) = patch.at, patch.lines.shape
        view = dark[y - reach : y + height + reach, x - reach : x + width + reach]
        scores = np.asarray(cv2.matchTemplate(view, patch.lines, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
        best = peaks(scores, 1, radius=1)
        if best and best[0][2] >= MIN_SCORE:
            column, row, score = best[0]
            found.append((*patch.middle, (column - reach) / _DENSITY, (row - reach) / _DENSITY, score))
    return np.array(found).reshape(-1, 5)


def _fitted(foretold: Place, found: NDArray[np.float64], middle: Points, tally: TallyGrid) -> Located:
    """Fit a smooth displacement to the patches, leaving strays out one at a time."""
    reach = tally.columns * tally.cell_width / 2
    kept = found
    while len(kept) >= MIN_PATCHES:
        coefficients = _solve(_terms(kept[:, :2], middle, reach), kept[:, 2:4], kept[:, 4])
        away = np.hypot(*(kept[:, 2:4] - _terms(kept[:, :2], middle, reach) @ coefficients).T)
        if away.max() <= _STRAY_MM:
            break
        kept = np.delete(kept, int(np.argmax(away)), axis=0)
    if len(kept) < MIN_PATCHES:
        return Located(foretold, False, float(found[:, 4].mean()) if len(found) else 0.0)

    def place(points: Points) -> Points:
        return foretold(points + _terms(points, middle, reach) @ coefficients)

    return Located(place, True, float(kept[:, 4].mean()))


def _terms(points: Points, middle: Points, reach: float) -> NDArray[np.float64]:
    """Return 1, x, y, x y, x squared (n, 5) about the middle of the grid: a cylinder bowed across, turned, tilted."""
    x, y = np.clip((points - middle) / reach, (-1.4, -1.0), (1.4, 1.0)).T
    terms = np.ones((len(points), 5))
    terms[:, 1], terms[:, 2], terms[:, 3], terms[:, 4] = x, y, x * y, x * x
    return terms


def _solve(design: NDArray[np.float64], target: NDArray[np.float64], weights: NDArray[np.float64]) -> Points:
    """Weighted least squares with a small ridge on all but the constant."""
    ridge = np.diag([0.0, *[0.02] * (design.shape[1] - 1)])
    left = design.T * weights
    return np.asarray(np.linalg.solve(left @ design + ridge, left @ target))
