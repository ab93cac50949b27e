"""From cells, rings and lattices to numbers: each with its boxes and whatever else states it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.drafting.boxes import (
    MOST_BOXES,
    BoxRow,
    completed,
    has_guide,
    is_written,
    joined,
    separate_rows,
    touching_rows,
    writable,
)
from pipeline.drafting.bubbles import RingColumn
from pipeline.drafting.cells import Cell
from pipeline.drafting.grids import (
    Lattice,
    bands,
    in_threes,
    is_tally,
    lattices,
    parts,
    sums_beside,
    sums_of_one_cell,
)
from pipeline.drafting.paper import Paper
from pipeline.drafting.ruling import Ruled


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """One number, in mm.

    Attributes:
        boxes: Where it is written.
        guide: Whether its boxes hold the dotted seven-segment guide.
        bubbles: One column of rings a box, left to right, or none.
        tally, sums: Its tally grid and the cells for the sums of its rows.

    """

    boxes: BoxRow
    guide: bool = False
    bubbles: tuple[RingColumn, ...] = ()
    tally: Lattice | None = None
    sums: Lattice | None = None


@dataclass(frozen=True, slots=True)
class FoundNumbers:
    """What was found on a page.

    Attributes:
        numbers: From the top down, left to right.
        loose_grids: Tally grids that belong to no number.
        loose_bubbles: Columns of rings that belong to no number.
        lone: Single empty cells of a box's size; most are none.
        cut_in_threes: Whether a row of many cells was cut into numbers of three without a sign of it on the form.

    """

    numbers: tuple[FoundNumber, ...]
    loose_grids: tuple[Lattice, ...]
    loose_bubbles: tuple[RingColumn, ...]
    lone: tuple[Cell, ...]
    cut_in_threes: bool


def find_numbers(
    paper: Paper, lines: Sequence[Ruled], cells: Sequence[Cell], columns: Sequence[RingColumn]
) -> FoundNumbers:
    """Group the cells of a page into numbers, and give each its bubbles, tally and row sums.

    Args:
        paper: The page.
        lines: Its ruled lines.
        cells: The rectangles between them.
        columns: Its columns of bubbles.

    """
    rows = touching_rows(writable(paper, cells), paper.unit)
    single = [row.cells[0] for row in rows if row.count == 1]
    apart = separate_rows(single, lines)
    stacks = lattices([row for row in rows if row.count > 1], paper.unit)
    grids, sums, written, guessed = _sorted_out(stacks, cells, single, paper.unit)
    found = joined(completed([*written, *apart], cells, paper.unit))
    boxes = [row for row in found if 1 < row.count <= MOST_BOXES]
    boxes.sort(key=lambda row: (round((row.y + row.height / 2) / paper.unit), row.x))
    numbers = [FoundNumber(row, _has_guides(paper, row)) for row in boxes]
    numbers, loose_grids = _with_grids(numbers, grids, sums)
    numbers, loose_bubbles = _with_bubbles(numbers, columns)
    lone = tuple(row.cells[0] for row in apart if row.count == 1)
    return FoundNumbers(tuple(numbers), tuple(loose_grids), tuple(loose_bubbles), lone, guessed)


def _has_guides(paper: Paper, row: BoxRow) -> bool:
    """Return whether the guide is printed in every box of a row; what is written into hides it."""
    return all(has_guide(paper, cell) for cell in row.cells if not is_written(cell))


def _sorted_out(
    stacks: Sequence[Lattice], cells: Sequence[Cell], single: Sequence[Cell], unit: float
) -> tuple[list[Lattice], dict[int, Lattice], list[BoxRow], bool]:
    """Part lattices into tally grids, their row sums by the grid's `id`, and rows of numbers."""
    pieces = [piece for stack in stacks for piece in parts(stack, cells, unit)]
    grids = [band for piece in pieces if is_tally(piece) for band in bands(piece) if is_tally(band)]
    others = [piece for piece in pieces if not is_tally(piece)]
    sums: dict[int, Lattice] = {}
    for grid in grids:
        found = sums_beside(grid, others)
        if found is not None:
            sums[id(grid)] = found
            others.remove(found)
        elif (column := sums_of_one_cell(grid, single)) is not None:
            sums[id(grid)] = column
    written: list[BoxRow] = []
    guessed = False
    for piece in others:
        if piece.columns <= MOST_BOXES:
            written.extend(piece.rows)
        elif (threes := in_threes(piece)) is not None:
            guessed = True
            written.extend(row for three in threes for row in three.rows)
    return grids, sums, written, guessed


def _with_grids(
    numbers: Sequence[FoundNumber], grids: Sequence[Lattice], sums: dict[int, Lattice]
) -> tuple[list[FoundNumber], list[Lattice]]:
    """Give each tally grid to the nearest number that stands level with it."""
    given, loose = list(numbers), []
    for grid in grids:
        level = [
            index
            for index, number in enumerate(given)
            if number.tally is None and grid.y <= number.boxes.y + number.boxes.height / 2 <= grid.bottom
        ]
        if level:
            nearest = min(level, key=lambda index: _gap(given[index].boxes, grid))
            given[nearest] = replace(given[nearest], tally=grid, sums=sums.get(id(grid)))
        else:
            loose.append(grid)
    return given, loose


def _gap(boxes: BoxRow, grid: Lattice) -> float:
    return max(boxes.x - grid.right, grid.x - boxes.right)


def _with_bubbles(
    numbers: Sequence[FoundNumber], columns: Sequence[RingColumn]
) -> tuple[list[FoundNumber], list[RingColumn]]:
    """Give each number the columns of rings that stand one under each of its boxes."""
    given, left = [], list(columns)
    for number in numbers:
        below = [_below(cell, number.boxes.pitch, left) for cell in number.boxes.cells]
        found = tuple(column for column in below if column is not None)
        level = len(found) == len(below) and max(c.y for c in found) - min(c.y for c in found) < found[0].diameter / 2
        if level:
            left = [column for column in left if not any(column is taken for taken in found)]
        given.append(replace(number, bubbles=found if level else ()))
    return given, left


def _below(cell: Cell, pitch: float, columns: Sequence[RingColumn]) -> RingColumn | None:
    under = [
        column
        for column in columns
        if abs(column.x - cell.middle[0]) < 0.3 * pitch and 0 < column.y - cell.middle[1] < 4 * cell.height
    ]
    return min(under, key=lambda column: column.y, default=None)
