"""The ruled lines of a page as its template says they are printed: what a sheet without a tag is known by."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.forms import TaggedPage
from pipeline.forms.template import PageTemplate, Rectangle, Sheet, TallyGrid
from pipeline.registration.geometry import Matrix, Points

SAME_MM = 0.4
"""Lines closer than this are one: the edge of a box and the table line that it shares."""

FEWEST = 4
"""Lines of each direction without which a page cannot be told from others."""

STEPS = 24
"""Points at which the longest line is looked for."""

Span = tuple[float, float, float]
"""A line: where it lies across its direction, and from where to where it runs, mm."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Printed lines of one direction, ready to be looked for.

    Attributes:
        spans: Lines (n, 3): where across, from and to along, mm; longest first.
        points: Points (m, 2) on them, (across, along), as dense on short lines as on long ones.

    """

    spans: Points
    points: Points


@dataclass(frozen=True, slots=True)
class Turn:
    """A sheet that lies turned clockwise by quarters.

    Attributes:
        quarters: How many.
        matrix: Map (3, 3) from the sheet's mm to the turned ones.
        level, upright: Its lines as they lie then.

    """

    quarters: int
    matrix: Matrix
    level: Lines
    upright: Lines


@dataclass(frozen=True, slots=True)
class Layout:
    """The printed lines of one page.

    Attributes:
        target: Form and page.
        level: Level lines (n, 3): y, first x, last x, in mm.
        upright: Upright lines (m, 3): x, first y, last y, in mm.
        turns: The sheet in each of four directions.

    """

    target: TaggedPage
    level: Points
    upright: Points
    turns: tuple[Turn, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the sheet, mm."""
        return self.target.form.sheet.width, self.target.form.sheet.height


def layouts_of(pages: Iterable[TaggedPage]) -> tuple[Layout, ...]:
    """Return the layouts of the pages that can be known by their lines; of those with the same lines, the first."""
    known: dict[tuple[bytes, bytes], Layout] = {}
    for layout in filter(None, map(layout_of, pages)):
        known.setdefault((layout.level.tobytes(), layout.upright.tobytes()), layout)
    return tuple(known.values())


def layout_of(target: TaggedPage) -> Layout | None:
    """Return the printed lines of a page, or None where it has too few to be known by."""
    level, upright = _merged(_spans(target.page, 1)), _merged(_spans(target.page, 0))
    if min(len(level), len(upright)) < FEWEST:
        return None
    return Layout(target, level, upright, tuple(_turns(target.form.sheet, level, upright)))


def _turns(sheet: Sheet, level: Points, upright: Points) -> Iterable[Turn]:
    """Turn the lines of a sheet by none to three quarters clockwise."""
    turn = np.eye(3)
    for quarters, side in enumerate((sheet.height, sheet.width, sheet.height, sheet.width)):
        yield Turn(quarters, turn, _lines(level), _lines(upright))
        level, upright = (
            np.column_stack([upright[:, 0], side - upright[:, 2], side - upright[:, 1]]),
            np.column_stack([side - level[:, 0], level[:, 1:]]),
        )
        turn = np.array([[0.0, -1.0, side], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ turn


def _lines(spans: Points) -> Lines:
    spans = spans[np.argsort(spans[:, 1] - spans[:, 2], kind="stable")]
    step = float(spans[0, 2] - spans[0, 1]) / STEPS
    counts = np.maximum(1, np.round((spans[:, 2] - spans[:, 1]) / step)).astype(int)
    of = np.repeat(np.arange(len(spans)), counts)
    parts = (np.arange(len(of)) - (np.cumsum(counts) - counts)[of] + 0.5) / counts[of]
    along = spans[of, 1] + parts * (spans[of, 2] - spans[of, 1])
    return Lines(spans, np.column_stack([spans[of, 0], along]))


def _spans(page: PageTemplate, across: int) -> Iterable[Span]:
    """Yield the printed lines of one direction; `across` is 1 for level lines, which lie at a y, 0 for upright ones."""
    along = 1 - across
    for line in page.artwork.lines:
        if line.start[across] == line.end[across]:
            yield line.start[across], *_sorted(line.start[along], line.end[along])
    for frame in _frames(page):
        low, start = frame[across], frame[along]
        for at in (low, low + frame[across + 2]):
            yield at, start, start + frame[along + 2]
    for grid in _grids(page):
        sides = ((grid.x, grid.columns, grid.cell_width), (grid.y, grid.rows, grid.cell_height))
        (low, count, step), (start, cells, length) = sides[across], sides[along]
        for index in range(count + 1):
            yield low + index * step, start, start + cells * length


def _sorted(one: float, other: float) -> tuple[float, float]:
    return min(one, other), max(one, other)


def _frames(page: PageTemplate) -> Iterable[Rectangle]:
    yield from (rectangle for rectangle, _ in page.artwork.frames)
    for field in page.numbers:
        yield from field.boxes.rectangles


def _grids(page: PageTemplate) -> Iterable[TallyGrid]:
    return (field.tally for field in page.numbers if field.tally)


def _merged(spans: Iterable[Span]) -> Points:
    """Return the lines (n, 3) with those put together that lie on one another or go on from one another."""
    merged: list[list[float]] = []
    for at, start, end in sorted(spans):
        near = (line for line in merged[-60:] if at - line[0] < SAME_MM)
        same = [line for line in near if start <= line[2] + SAME_MM and line[1] - SAME_MM <= end]
        if same:
            same[-1][1:] = [min(same[-1][1], start), max(same[-1][2], end)]
        else:
            merged.append([at, start, end])
    return np.array(merged, dtype=np.float64).reshape(-1, 3)
