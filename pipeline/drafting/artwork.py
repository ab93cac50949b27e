"""What else is printed on a page, in the words of a template: the ruled lines of its tables, and its captions."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.drafting.cells import Cell
from pipeline.drafting.grids import Lattice
from pipeline.drafting.grouping import FoundNumbers
from pipeline.drafting.labels import Phrase
from pipeline.drafting.ruling import Ruled

_PICTURE = 6.0  # units: lines that cross each other within so small a place, and are many, are an emblem
_BOX_SIDES = 4


def table_lines(lines: Sequence[Ruled], found: FoundNumbers, unit: float) -> list[dict[str, Any]]:
    """Return every line of the page's tables and frames.

    Left out is what is drawn from elsewhere (the frames of separate boxes, the inner lines of tally grids and of their
    row sums), and lines that are part of an emblem.

    Args:
        lines: All lines of the page.
        found: Its numbers.
        unit: Of the sheet, mm.

    """
    drawn = _drawn_elsewhere(lines, found)
    emblems = {id(line) for group in line_groups(lines, unit) if _is_picture(group, unit) for line in group}
    kept = [line for line in lines if id(line) not in drawn | emblems]
    kept.sort(key=lambda line: (not line.level, round(line.at, 2), line.low))
    return [_stated(line) for line in kept]


def _stated(line: Ruled) -> dict[str, Any]:
    at, low, high = (round(value, 2) for value in (line.at, line.low, line.high))
    start, end = ([low, at], [high, at]) if line.level else ([at, low], [at, high])
    stated: dict[str, Any] = {"start": start, "end": end, "thickness": round(max(line.thickness, 0.05), 2)}
    if line.ink < 0.6:  # darker ones are black, and look lighter only because they are thin
        stated["grey"] = round(1 - line.ink, 2)
    return stated


def _drawn_elsewhere(lines: Sequence[Ruled], found: FoundNumbers) -> set[int]:
    """Return the `id` of each line that the boxes, tallies and row sums of a template draw."""
    drawn: set[int] = set()
    for number in found.numbers:
        if not number.boxes.touching:
            drawn |= {id(side) for cell in number.boxes.cells for side in _own_sides(cell)}
        for lattice in (number.tally, number.sums):
            if lattice is not None:
                drawn |= {id(line) for line in lines if _inside(line, lattice)}
        if number.sums is not None:
            drawn |= {id(line) for line in lines if _side_of(line, number.sums)}
    return drawn


def _own_sides(cell: Cell) -> list[Ruled]:
    """Return the sides of a box that are no longer than the box: its own frame."""
    sides = (cell.left, cell.top, cell.right, cell.bottom)
    return [side for side in sides if side.length < 1.3 * (cell.width if side.level else cell.height)]


def _inside(line: Ruled, lattice: Lattice) -> bool:
    left, top, right, bottom = lattice.x, lattice.y, lattice.right, lattice.bottom
    across, along = ((top, bottom), (left, right)) if line.level else ((left, right), (top, bottom))
    slack = 0.1 * lattice.cell_height
    within = across[0] + slack < line.at < across[1] - slack
    return within and line.low > along[0] - slack and line.high < along[1] + slack


def _side_of(line: Ruled, sums: Lattice) -> bool:
    """Return whether an upright line is a side of row sums and nothing more: they draw it themselves."""
    slack = 0.1 * sums.cell_height
    beside = min(abs(line.at - sums.x), abs(line.at - sums.right)) < slack
    return not line.level and beside and line.low > sums.y - slack and line.high < sums.bottom + slack


def line_groups(lines: Sequence[Ruled], unit: float) -> list[list[Ruled]]:
    """Put lines that meet or cross into groups: each table is one, each separate box is one."""
    slack = 0.15 * unit
    group = list(range(len(lines)))

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    levels = [index for index, line in enumerate(lines) if line.level]
    uprights = [index for index, line in enumerate(lines) if not line.level]
    for across in levels:
        for down in uprights:
            if lines[across].passes(lines[down].at, slack) and lines[down].passes(lines[across].at, slack):
                group[root(across)] = root(down)
    groups: dict[int, list[Ruled]] = {}
    for index, line in enumerate(lines):
        groups.setdefault(root(index), []).append(line)
    return list(groups.values())


def bounds(group: Sequence[Ruled]) -> tuple[float, float, float, float]:
    """Return (left, top, right, bottom) around lines, mm."""
    x = [value for line in group for value in ((line.low, line.high) if line.level else (line.at,))]
    y = [value for line in group for value in ((line.at,) if line.level else (line.low, line.high))]
    return min(x), min(y), max(x), max(y)


def _is_picture(group: Sequence[Ruled], unit: float) -> bool:
    """Return whether lines are part of an emblem or a letter: short ones in a small place that make no single box."""
    left, top, right, bottom = bounds(group)
    if max(right - left, bottom - top) > _PICTURE * unit or len(group) == _BOX_SIDES:
        return False
    return len(group) < _BOX_SIDES or float(np.median([line.length for line in group])) < 3 * unit


def captions(phrases: Sequence[Phrase]) -> list[dict[str, Any]]:
    """Return the printed words as captions."""
    return [
        {
            "at": [round(phrase.x, 1), round(phrase.base, 1)],
            "text": phrase.text,
            "size": round(phrase.size, 2),
            "width": round(phrase.width, 1),
        }
        for phrase in phrases
        if phrase.size > 0
    ]
