"""Cut the cells of a tally grid, and of its row sums, out of the picture: straightened, all in one pass."""

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import RowSums, TallyGrid
from pipeline.registration.geometry import Grey
from pipeline.strips import Place, fineness, sample, windows

CELL_PIXELS = 40
"""Side of the square that every tally cell with its margin is straightened to, whatever its shape in mm."""

CELL_MARGIN_MM = 2.5
"""Cut beyond the lines of a cell: strokes lean over, and a cancelling stroke shows that it goes on."""

SUM_PIXELS = 36
SUM_GROWTH = 1.0
"""A row-sum cell is cut as a square of this many times its longer side, around its middle."""

INK_RANGE = (-0.3, 1.3)
"""Limits of the levelled cells: 0 is paper, 1 the darkest print or ink of the grid."""

_PAPER, _DARK = 80, 98.5
_LEAST_CONTRAST = 0.12


def cut_cells(grey: Grey, place: Place, tally: TallyGrid, resolution: float) -> Grey:
    """Return the cells of a grid, uint8 (rows, columns, CELL_PIXELS, CELL_PIXELS)."""
    wide, high = tally.cell_width + 2 * CELL_MARGIN_MM, tally.cell_height + 2 * CELL_MARGIN_MM
    x = windows(tally.x - CELL_MARGIN_MM + tally.cell_width * np.arange(tally.columns), wide, CELL_PIXELS)
    y = windows(tally.y - CELL_MARGIN_MM + tally.cell_height * np.arange(tally.rows), high, CELL_PIXELS)
    strip = sample(grey, place, x, y, fineness(resolution, CELL_PIXELS / wide))
    return _split(strip, tally.rows, tally.columns)


def cut_sums(grey: Grey, place: Place, sums: RowSums, resolution: float) -> Grey:
    """Return the row-sum cells, uint8 (rows, count, SUM_PIXELS, SUM_PIXELS)."""
    side = SUM_GROWTH * max(sums.cell_width, sums.cell_height)
    left, top = sums.x + (sums.cell_width - side) / 2, sums.y + (sums.cell_height - side) / 2
    x = windows(left + sums.cell_width * np.arange(sums.count), side, SUM_PIXELS)
    y = windows(top + sums.cell_height * np.arange(sums.rows), side, SUM_PIXELS)
    return _split(sample(grey, place, x, y, fineness(resolution, SUM_PIXELS / side)), sums.rows, sums.count)


def level_cells(cells: Grey) -> NDArray[np.float32]:
    """Return ink within `INK_RANGE`, (rows, columns, h, w), of the cells of one grid (uint8, same shape).

    Paper is each cell's own, so that a shadow across the grid does not matter; the contrast is that of the whole grid,
    so that an empty cell with its light lines stays light.
    """
    flat = cells.reshape(*cells.shape[:2], -1).astype(np.float32)
    paper = np.maximum(np.percentile(flat, _PAPER, axis=2), 1.0).astype(np.float32)
    dark = 1.0 - flat / paper[..., None]
    contrast = max(float(np.percentile(dark[..., ::3], _DARK)), _LEAST_CONTRAST)
    return np.asarray(np.clip(dark / np.float32(contrast), *INK_RANGE).reshape(cells.shape), dtype=np.float32)


def _split(strip: Grey, rows: int, columns: int) -> Grey:
    """Turn windows side by side (rows * h, columns * w) into (rows, columns, h, w)."""
    height, width = strip.shape[0] // rows, strip.shape[1] // columns
    return np.ascontiguousarray(strip.reshape(rows, height, columns, width).swapaxes(1, 2))
