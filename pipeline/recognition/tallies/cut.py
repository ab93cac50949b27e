"""Cut the cells of a tally grid, and of its row sums, out of the picture: straightened, all in one pass."""

import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.strips import Place, fineness, sample, windows
from pipeline.forms.template import Rectangle, RowSums, TallyGrid
from pipeline.recognition.free_digits import DENSITY, MARGIN_MM
from pipeline.registration.geometry import Grey

CELL_PIXELS = 48
"""Side of the square that every tally cell with its margin is straightened to, whatever its shape in mm."""

CELL_MARGIN_MM = 2.5
"""Cut beyond the lines of a cell: strokes lean over, and a cancelling stroke shows that it goes on."""

SUM_PIXELS = 36
SUM_GROWTH = 0.94
"""A row-sum cell is cut as a square of this many times its longer side, around its middle."""

INK_RANGE = (-0.3, 1.3)
"""Limits of the levelled cells: 0 is paper, 1 the darkest print or ink of the grid."""

BLANK_INK = 0.10
"""A cell without 2 x 2 px darker than this inside its lines is blank: so were two in three empty cells of the practice
pages of medium difficulty, and one of the 12,000 cells with strokes of all difficulties (a hard page, out of focus)."""

_PAPER, _DARK = 80, 98.5
_INNER = slice(7, 41)  # 1.2 mm inside the lines
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


def cut_free_cells(grey: Grey, place: Place, first: Rectangle, rows: int, resolution: float) -> Grey:
    """Return undivided cells below one another with their margins, uint8 (rows, h, w), as `free_digits` wants them."""
    left, top, width, height = first
    wide, high = width + 2 * MARGIN_MM, height + 2 * MARGIN_MM
    x = windows(np.array([left - MARGIN_MM]), wide, round(wide * DENSITY))
    y = windows(top - MARGIN_MM + height * np.arange(rows), high, round(high * DENSITY))
    return _split(sample(grey, place, x, y, fineness(resolution, DENSITY)), rows, 1)[:, 0]


def level_cells(cells: Grey) -> NDArray[np.float32]:
    """Return ink within `INK_RANGE`, (rows, columns, h, w), of the cells of one grid (uint8, same shape).

    Paper is each cell's own, so that a shadow across the grid does not matter; the contrast is that of the whole grid,
    so that an empty cell with its light lines stays light.
    """
    thin = cells[:, :, ::2, ::2].reshape(*cells.shape[:2], -1)
    rank = thin.shape[2] * _PAPER // 100
    paper = np.maximum(np.partition(thin, rank, axis=2)[..., rank], 1).astype(np.float32)
    shades = (np.float32(1.0) - cells[:, :, ::3, ::2] / paper[..., None, None]).ravel()
    rank = int(shades.size * _DARK / 100)
    contrast = np.float32(max(float(np.partition(shades, rank)[rank]), _LEAST_CONTRAST))
    ink = cells * (np.float32(-1.0) / (paper * contrast))[..., None, None]
    ink += np.float32(1.0) / contrast
    return np.asarray(np.clip(ink, *INK_RANGE, out=ink), dtype=np.float32)


def blank_cells(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which of the levelled cells (n, CELL_PIXELS, CELL_PIXELS) hold nothing, so that no network need look."""
    inner = ink[:, _INNER, _INNER]
    quads = inner[:, ::2, ::2] + inner[:, 1::2, ::2] + inner[:, ::2, 1::2] + inner[:, 1::2, 1::2]
    quads = quads.reshape(len(ink), -1)
    middle = np.partition(quads, quads.shape[1] // 2, axis=1)[:, quads.shape[1] // 2]
    return np.asarray(quads.max(axis=1) - middle < 4 * BLANK_INK)


def _split(strip: Grey, rows: int, columns: int) -> Grey:
    """Turn windows side by side (rows * h, columns * w) into (rows, columns, h, w)."""
    height, width = strip.shape[0] // rows, strip.shape[1] // columns
    return np.ascontiguousarray(strip.reshape(rows, height, columns, width).swapaxes(1, 2))
