"""Light printed lines: how dark they are in a picture, and how they are drawn to be looked for.

Strokes of the pen are dark and many and print is light, so darkness is cut off at the level of the print: a line then
counts as much as a stroke.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import RowSums, TallyGrid
from pipeline.registration.geometry import Grey, Points

LINE_MM = 0.9
"""How far from its middle a line falls to nothing."""

_PRINT = 0.10
"""Relative darkness at which the picture is cut off: about what the light lines have after mild blur."""

_AROUND_MM, _BLUR_PX = 3.5, 3.0


def darkness(view: Grey, density: float) -> NDArray[np.float32]:
    """Return how much darker than the paper around it every pixel is, 0 to 1, 1 at the level of the light print.

    Args:
        view: Of the sheet, straightened, uint8 (height, width).
        density: Its px per mm where boxes are 20 mm high.

    """
    around = 2 * round(_AROUND_MM * density) + 1
    paper = cv2.morphologyEx(view, cv2.MORPH_CLOSE, np.ones((around, around), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), _BLUR_PX).astype(np.float32)
    return np.asarray(np.clip((paper - view) / np.maximum(paper, 1.0) / _PRINT, 0.0, 1.0), dtype=np.float32)


def grid_lines(across: Points, down: Points, grid: TallyGrid | RowSums) -> NDArray[np.float32]:
    """Draw the lines of a grid of cells at sheet columns (w,) and rows (h,), mm: 1 on a line, (h, w)."""
    columns = grid.columns if isinstance(grid, TallyGrid) else grid.count
    x, y, width, height = grid.bounds
    upright = _near(across, x + grid.cell_width * np.arange(columns + 1))
    level = _near(down, y + grid.cell_height * np.arange(grid.rows + 1))
    in_x, in_y = (across > x) & (across < x + width), (down > y) & (down < y + height)
    return np.maximum(in_y[:, None] * upright[None], level[:, None] * in_x[None])


def _near(axis: Points, lines: Points) -> NDArray[np.float32]:
    """Return 1 at the lines, falling to 0 within a line's width."""
    away = np.abs(axis[:, None] - lines).min(axis=1)
    return np.asarray(np.clip(1.0 - away / LINE_MM, 0.0, 1.0), dtype=np.float32)
