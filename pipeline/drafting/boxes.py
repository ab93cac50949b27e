"""Cells to write one character into, and rows of them: separate boxes, and table cells that touch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from pipeline.drafting.cells import Cell
from pipeline.drafting.paper import Paper
from pipeline.drafting.ruling import Ruled

MOST_BOXES = 6
"""Boxes of one number at most, as in templates."""

_WIDTH = (1.3, 6.5)  # units: 3.3 to 16 mm on A4, 10 to 48 mm on a sheet of 600 x 900 mm
_HEIGHT = (1.3, 9.0)
_SHAPE = (0.35, 2.2)  # width over height
_EMPTY = 0.03  # part of the inside that is dark at most
_CLEAN = 0.003  # part of the inside that is dark where nobody wrote
_ALIKE = 0.1  # sides of boxes of one row differ by less
_WIDE_GAP = 1.2  # boxes of one number are not further apart than this many of their widths
_NEW_PITCH = 1.15  # a step that is so much longer than the shortest begins another number


@dataclass(frozen=True, slots=True)
class BoxRow:
    """Boxes of one size side by side, left to right.

    Attributes:
        cells: The boxes.
        touching: Whether neighbours share their line.

    """

    cells: tuple[Cell, ...]
    touching: bool

    @property
    def count(self) -> int:
        """How many boxes."""
        return len(self.cells)

    @property
    def x(self) -> float:
        """Left side, mm."""
        return self.cells[0].x

    @property
    def y(self) -> float:
        """Upper side, mm."""
        return float(np.median([cell.y for cell in self.cells]))

    @property
    def right(self) -> float:
        """Right side, mm."""
        return self.cells[-1].x + self.cells[-1].width

    @property
    def bottom(self) -> float:
        """Lower side, mm."""
        return self.y + self.height

    @property
    def height(self) -> float:
        """Height of a box, mm."""
        return float(np.median([cell.height for cell in self.cells]))

    @property
    def pitch(self) -> float:
        """From one box to the next, mm."""
        if self.count == 1:
            return self.cells[0].width
        if self.touching:
            return (self.right - self.x) / self.count
        return (self.cells[-1].x - self.x) / (self.count - 1)

    @property
    def width(self) -> float:
        """Width of a box, mm."""
        return self.pitch if self.touching else float(np.median([cell.width for cell in self.cells]))

    @property
    def line(self) -> float:
        """Thickness of the frame, mm."""
        return float(np.median([cell.line for cell in self.cells]))


def writable(paper: Paper, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells that are empty and of a size for one character or one bundle of tally strokes."""
    unit = paper.unit
    return [
        cell
        for cell in cells
        if not is_written(cell)
        and _WIDTH[0] * unit <= cell.width <= _WIDTH[1] * unit
        and _HEIGHT[0] * unit <= cell.height <= _HEIGHT[1] * unit
        and _SHAPE[0] <= cell.width / cell.height <= _SHAPE[1]
    ]


def inked(paper: Paper, cells: Sequence[Cell]) -> list[Cell]:
    """Return the cells of such a size in which some ink stands, though too little to be print."""
    return [cell for cell in writable(paper, cells) if cell.filled > _CLEAN]


def touching_rows(cells: Sequence[Cell], unit: float) -> list[BoxRow]:
    """Put cells that share their upright lines into rows of one height and width; single cells are rows of one."""
    followers = {id(cell): _follower(cell, cells, unit) for cell in cells}
    followed = {id(cell) for cell in followers.values() if cell is not None}
    rows: list[BoxRow] = []
    for cell in cells:
        if id(cell) in followed:
            continue
        row = [cell]
        while (after := followers[id(row[-1])]) is not None:
            row.append(after)
        rows.append(BoxRow(tuple(row), True))
    return rows


def _follower(cell: Cell, cells: Sequence[Cell], unit: float) -> Cell | None:
    """Return the cell right of another that shares a line with it and is as high and as wide."""
    for other in cells:
        shares = abs(other.left.at - cell.right.at) < 0.1 * unit
        level = abs(other.y - cell.y) < 0.15 * unit and abs(other.height - cell.height) < 0.15 * unit
        if other is not cell and shares and level and _alike(other.width, cell.width):
            return other
    return None


def separate_rows(boxes: Sequence[Cell], lines: Sequence[Ruled]) -> list[BoxRow]:
    """Put boxes that stand apart into the rows of numbers.

    A number ends where the next box is further away than those before, or where an upright line stands between.

    Args:
        boxes: Boxes that touch no other.
        lines: All lines of the page.

    Returns:
        Rows of one box or more.

    """
    uprights = [line for line in lines if not line.level]
    rows: list[BoxRow] = []
    left = sorted(boxes, key=lambda cell: (cell.y, cell.x))
    while left:
        first = left[0]
        level = [cell for cell in left if _side_by_side(first, cell)]
        left = [cell for cell in left if not any(cell is other for other in level)]
        rows.extend(BoxRow(tuple(row), False) for row in _cut(sorted(level, key=lambda cell: cell.x), uprights))
    return rows


def _side_by_side(first: Cell, cell: Cell) -> bool:
    level = abs(cell.y - first.y) < 0.15 * first.height
    return level and _alike(cell.width, first.width) and _alike(cell.height, first.height)


def _cut(row: Sequence[Cell], uprights: Sequence[Ruled]) -> list[list[Cell]]:
    """Cut boxes of one level into numbers."""
    steps = [after.x - before.x for before, after in pairwise(row)]
    near = [step for step, cell in zip(steps, row, strict=False) if step < (1 + _WIDE_GAP) * cell.width]
    shortest = min(near, default=0.0)
    numbers: list[list[Cell]] = [[row[0]]]
    for before, after in pairwise(row):
        parted = any(before.right.at < line.at < after.left.at and line.passes(after.middle[1]) for line in uprights)
        if after.x - before.x > _NEW_PITCH * shortest or parted:
            numbers.append([])
        numbers[-1].append(after)
    return numbers


def completed(rows: Sequence[BoxRow], cells: Sequence[Cell], unit: float) -> list[BoxRow]:
    """Give rows the boxes in which ink stands, where a row above or below has its boxes at the same places.

    Of a print that was recovered from filled sheets, what nearly everybody wrote into a box is left in it.

    Args:
        rows: The boxes of numbers; of one that is parted by a written box, its pieces.
        cells: All cells of the page, whatever is in them.
        unit: mm.

    Returns:
        Every row once, completed where it can be.

    """
    whole = []
    for row in rows:
        level = [cell for cell in cells if _side_by_side(row.cells[0], cell)]
        longer = [other for other in rows if row.count < other.count <= len(level)]
        whole.append(max((_completed(row, other, level, unit) for other in longer), key=_count, default=row))
    return list({tuple(map(id, row.cells)): row for row in whole}.values())


def joined(rows: Sequence[BoxRow]) -> list[BoxRow]:
    """Make one of rows that share a box: where a line was found twice, a number falls into two with a box in common."""
    whole: list[BoxRow] = []
    for row in rows:
        at = next((place for place, known in enumerate(whole) if len(_further(known, row)) < row.count), None)
        if at is None:
            whole.append(row)
        else:
            cells = (*whole[at].cells, *_further(whole[at], row))
            whole[at] = replace(row, cells=tuple(sorted(cells, key=lambda cell: cell.x)))
    return whole


def _further(known: BoxRow, row: BoxRow) -> list[Cell]:
    """Return the boxes of a row that lie where none of the one that is known lies."""
    return [cell for cell in row.cells if not any(one.holds(*cell.middle) for one in known.cells)]


def _count(row: BoxRow) -> int:
    return row.count


def _completed(row: BoxRow, other: BoxRow, level: Sequence[Cell], unit: float) -> BoxRow:
    """Return a row with all the boxes that another one has, where cells level with it stand in the same columns."""
    found = [next((cell for cell in level if _below_each_other(cell, like, unit)), None) for like in other.cells]
    whole = tuple(cell for cell in found if cell is not None)
    held = all(any(cell is one for cell in whole) for one in row.cells)
    return replace(row, cells=whole) if held and len(whole) == other.count else row


def _below_each_other(first: Cell, second: Cell, unit: float) -> bool:
    return abs(first.x - second.x) < 0.15 * unit and _alike(first.width, second.width)


def is_written(cell: Cell) -> bool:
    """Return whether more ink stands in a cell than in one that is there to be written into."""
    return cell.filled >= _EMPTY


def _alike(first: float, second: float) -> bool:
    return abs(first - second) < _ALIKE * max(first, second)


def has_guide(paper: Paper, cell: Cell) -> bool:
    """Return whether a light dotted figure eight of seven segments is printed inside a box.

    Its strokes run at 0.205 of the box's width beside the middle and at 0.333 of its height above and below it.
    """
    inside = paper.part(cell.x, cell.y, cell.width, cell.height)
    rows, columns = np.indices(inside.shape, dtype=np.float64)
    x, y = columns / inside.shape[1] - 0.5, rows / inside.shape[0] - 0.5
    light = (inside > 0.06) & (inside < 0.6)
    within = (np.abs(x) < 0.38) & (np.abs(y) < 0.38)
    uprights = (np.abs(np.abs(x) - 0.205) < 0.04) & (np.abs(y) < 0.36)
    levels = ((np.abs(y) < 0.04) | (np.abs(np.abs(y) - 0.333) < 0.03)) & (np.abs(x) < 0.24)
    centre = (np.abs(x) < 0.04) & (np.abs(y) < 0.36)
    segments = uprights | levels | centre
    on, off = float(light[within & segments].mean()), float(light[within & ~segments].mean())
    return on > 0.08 and on > 4 * off
