"""The rectangles that ruled lines enclose: table cells and boxes, with what is printed inside."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.paper import Paper
from pipeline.drafting.ruling import Ruled

_RECTANGULAR = 0.9  # part of its bounding rectangle that the inside of a cell fills
_LARGEST = 120.0  # units: no cell is larger


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle between four lines, in mm; its sides are the middles of the lines.

    Attributes:
        left, top, right, bottom: The lines that bound it.
        filled: Part of its inside that is dark: print, in a blank form.

    """

    left: Ruled
    top: Ruled
    right: Ruled
    bottom: Ruled
    filled: float

    @property
    def x(self) -> float:
        """Left side."""
        return self.left.at

    @property
    def y(self) -> float:
        """Upper side."""
        return self.top.at

    @property
    def width(self) -> float:
        """Width."""
        return self.right.at - self.left.at

    @property
    def height(self) -> float:
        """Height."""
        return self.bottom.at - self.top.at

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def line(self) -> float:
        """Thickness of the lines around it."""
        return float(np.median([side.thickness for side in (self.left, self.top, self.right, self.bottom)]))

    def holds(self, x: float, y: float) -> bool:
        """Return whether a point lies inside."""
        return self.left.at < x < self.right.at and self.top.at < y < self.bottom.at


def cells_of(paper: Paper, lines: Sequence[Ruled]) -> tuple[Cell, ...]:
    """Return every rectangular cell, from the top down and left to right.

    Args:
        paper: The page.
        lines: Its ruled lines.

    """
    free = _drawn(paper, lines)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(free, connectivity=4)
    scale = paper.pixels_per_mm
    uprights, levels = ([line for line in lines if line.level is way] for way in (False, True))
    found: list[Cell] = []
    for x, y, width, height, area in boxes[1:count].tolist():
        if area < _RECTANGULAR * width * height or max(width, height) > _LARGEST * paper.unit * scale:
            continue
        middle_x, middle_y = (x + width / 2) / scale, (y + height / 2) / scale
        left, right = (_side(uprights, at / scale, middle_y, paper.unit) for at in (x, x + width))
        top, bottom = (_side(levels, at / scale, middle_x, paper.unit) for at in (y, y + height))
        if left and right and top and bottom and right.at > left.at and bottom.at > top.at:
            found.append(Cell(left, top, right, bottom, _filled(paper, left, top, right, bottom)))
    return tuple(sorted(found, key=lambda cell: (round(cell.y / paper.unit), cell.x)))


def _drawn(paper: Paper, lines: Sequence[Ruled]) -> NDArray[np.uint8]:
    """Draw the lines, and return 1 where there is none."""
    free = np.ones(paper.grey.shape, np.uint8)
    scale = paper.pixels_per_mm
    for line in lines:
        half = max(line.thickness / 2, 0.6 / scale)
        across = slice(max(0, int((line.at - half) * scale)), int(np.ceil((line.at + half) * scale)))
        along = slice(max(0, int(line.low * scale) - 1), int(np.ceil(line.high * scale)) + 1)
        free[(across, along) if line.level else (along, across)] = 0
    return free


def _side(lines: Sequence[Ruled], at: float, along: float, unit: float) -> Ruled | None:
    """Return the line that bounds a cell at `at`, beside its middle `along`."""
    near = [line for line in lines if abs(line.at - at) < 0.3 * unit + line.thickness and line.passes(along)]
    return min(near, key=lambda line: abs(line.at - at)) if near else None


def _filled(paper: Paper, left: Ruled, top: Ruled, right: Ruled, bottom: Ruled) -> float:
    """Return which part of the inside of a cell is dark."""
    margin = max(0.2 * paper.unit, 1.5 / paper.pixels_per_mm)
    x, y = left.at + left.thickness / 2 + margin, top.at + top.thickness / 2 + margin
    width = right.at - right.thickness / 2 - margin - x
    height = bottom.at - bottom.thickness / 2 - margin - y
    inside = paper.part(x, y, width, height) if width > 0 and height > 0 else np.zeros((0, 0))
    return float((inside > 0.4).mean()) if inside.size else 1.0
