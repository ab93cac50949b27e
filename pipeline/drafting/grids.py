"""Lattices of touching cells: tally grids, the cells for the sums of their rows, and numbers below each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.drafting.boxes import MOST_BOXES, BoxRow
from pipeline.drafting.cells import Cell

_PARTED = 1.5  # a line so much thicker than its neighbours parts two numbers
_ON = 0.5  # heights of a cell by which a line that parts two numbers goes on above or below
_BESIDE = 3.0  # cells of row sums stand within so many of their widths beside the grid


@dataclass(frozen=True, slots=True)
class Lattice:
    """Rows of touching cells below each other, all of the same columns, from the top down."""

    rows: tuple[BoxRow, ...]

    @property
    def columns(self) -> int:
        """Cells in a row."""
        return self.rows[0].count

    @property
    def x(self) -> float:
        """Left side, mm."""
        return float(np.median([row.x for row in self.rows]))

    @property
    def y(self) -> float:
        """Upper side, mm."""
        return self.rows[0].y

    @property
    def right(self) -> float:
        """Right side, mm."""
        return float(np.median([row.right for row in self.rows]))

    @property
    def bottom(self) -> float:
        """Lower side, mm."""
        return self.rows[-1].bottom

    @property
    def cell_width(self) -> float:
        """Width of a cell, mm."""
        return (self.right - self.x) / self.columns

    @property
    def cell_height(self) -> float:
        """Height of a cell, mm."""
        return (self.bottom - self.y) / len(self.rows)


def lattices(rows: Sequence[BoxRow], unit: float) -> list[Lattice]:
    """Stack rows that lie directly below each other and have the same columns and height."""
    left = sorted(rows, key=lambda row: (row.y, row.x))
    found: list[Lattice] = []
    while left:
        stack = [left.pop(0)]
        while (below := next((row for row in left if _continues(stack[-1], row, unit)), None)) is not None:
            stack.append(below)
            left.remove(below)
        found.append(Lattice(tuple(stack)))
    return found


def _continues(above: BoxRow, row: BoxRow, unit: float) -> bool:
    same = (
        row.count == above.count and abs(row.x - above.x) < 0.15 * unit and abs(row.right - above.right) < 0.15 * unit
    )
    below = abs(row.y - above.bottom) < 0.15 * unit
    return same and below and abs(row.height - above.height) < 0.08 * above.height


def parts(lattice: Lattice, cells: Sequence[Cell], unit: float) -> list[Lattice]:
    """Cut a lattice into numbers where the form shows how.

    Upright lines part numbers where they are thicker than the others or go on where the others end; and so do the
    sides of the cells of a table's head that span several columns of the lattice, such as "men", "women", "total".

    Returns:
        Parts of one number of columns each; the whole lattice where nothing parts it so.

    """
    for cuts in (_by_lines(lattice), _by_heads(lattice, cells, unit)):
        bounds = [0, *cuts, lattice.columns]
        sizes = {end - begin for begin, end in pairwise(bounds)}
        if len(bounds) > 2 and len(sizes) == 1 and 2 <= sizes.pop() <= MOST_BOXES:
            return [_columns(lattice, begin, end) for begin, end in pairwise(bounds)]
    return [lattice]


def _by_lines(lattice: Lattice) -> list[int]:
    """Return the columns before which a stronger line stands."""
    first, last = lattice.rows[0], lattice.rows[-1]
    inner = [cell.left for cell in first.cells[1:]]
    thin = min((line.thickness for line in inner), default=0.0)
    on = _ON * first.height
    return [
        index
        for index, line in enumerate(inner, start=1)
        if line.thickness > _PARTED * thin or line.low < first.y - on or line.high > last.bottom + on
    ]


def _by_heads(lattice: Lattice, cells: Sequence[Cell], unit: float) -> list[int]:
    """Return the columns at which cells above begin that span several of them."""
    bounds = [cell.x for cell in lattice.rows[0].cells] + [lattice.right]
    cuts = set()
    for cell in cells:
        begin, end = (_index(bounds, at, unit) for at in (cell.left.at, cell.right.at))
        if (
            cell.bottom.at <= lattice.y + unit
            and begin is not None
            and end is not None
            and 2 <= end - begin < lattice.columns
        ):
            cuts |= {begin, end}
    return sorted(cuts - {0, lattice.columns})


def _index(bounds: Sequence[float], at: float, unit: float) -> int | None:
    """Return which of the bounds lies at `at`."""
    return next((index for index, bound in enumerate(bounds) if abs(bound - at) < 0.25 * unit), None)


def _columns(lattice: Lattice, begin: int, end: int) -> Lattice:
    return Lattice(tuple(BoxRow(row.cells[begin:end], True) for row in lattice.rows))


def in_threes(lattice: Lattice) -> list[Lattice] | None:
    """Cut a lattice of 6, 9, 12 ... columns into threes: a station has at most 999 voters. None if it cannot."""
    if lattice.columns % 3:
        return None
    return [_columns(lattice, begin, begin + 3) for begin in range(0, lattice.columns, 3)]


def is_tally(lattice: Lattice) -> bool:
    """Return whether a lattice is a tally grid: several rows of more cells than a number has digits."""
    return len(lattice.rows) >= 2 and lattice.columns > MOST_BOXES


def sums_beside(grid: Lattice, others: Sequence[Lattice]) -> Lattice | None:
    """Return the lattice in which the rows of a tally grid are summed: the same rows, a few columns, beside it."""
    slack = 0.2 * grid.cell_height
    for other in others:
        same_rows = len(other.rows) == len(grid.rows) and other.columns <= 4
        level = abs(other.y - grid.y) < slack and abs(other.bottom - grid.bottom) < slack
        gap = max(other.x - grid.right, grid.x - other.right)
        if same_rows and level and gap < _BESIDE * other.cell_width:
            return other
    return None


def bands(grid: Lattice) -> list[Lattice]:
    """Cut a tally grid where a level line goes on to its left and right, further than the lines of its rows do.

    The tallies of several numbers may stand directly below each other, parted by nothing but the table's own lines.
    """
    tops = [row.cells[0].top for row in grid.rows[1:]]
    reach = [max(grid.x - top.low, 0.0) for top in tops]
    usual = float(np.median(reach)) if reach else 0.0
    cuts = [index for index, by in enumerate(reach, start=1) if by > usual + grid.cell_width]
    bounds = [0, *cuts, len(grid.rows)]
    return [Lattice(grid.rows[begin:end]) for begin, end in pairwise(bounds)]


def sums_of_one_cell(grid: Lattice, single: Sequence[Cell]) -> Lattice | None:
    """Return the cells, one a row, beside a tally grid in which its rows are summed; None if one is missing."""
    slack = 0.2 * grid.cell_height
    beside = [cell for cell in single if abs(cell.x - grid.right) < slack and cell.width < _BESIDE * grid.cell_width]
    found = [next((cell for cell in beside if abs(cell.y - row.y) < slack), None) for row in grid.rows]
    rows = [BoxRow((cell,), True) for cell in found if cell is not None]
    return Lattice(tuple(rows)) if len(rows) == len(grid.rows) else None
