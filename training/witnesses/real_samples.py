"""Bubbles and tally cells of real pages, with their truth: what officers really draw.

What is written in the boxes tells which bubbles are marked. Before the first digit it may be the 0 or none: of that
one bubble nobody knows.

The truth of a page gives its numbers, and of many the sums of the rows. From these follow the strokes of every cell,
as officers fill them: full bundles from the left, one that may hold less, then nothing. Pages on which somebody filled
them otherwise, two bundles a cell or one vote a cell, are told by the reader as it is: a row that it counts by more
than a bundle otherwise teaches nothing.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.package import default_package, load_package
from pipeline.evidence import PLACED
from pipeline.forms import NumberField, load_forms
from pipeline.forms.template import TallyGrid
from pipeline.marks import LEADS
from pipeline.recognition.bubbles.reader import windows_of_field
from pipeline.recognition.tallies import TallyReader
from pipeline.recognition.tallies.cut import cut_cells
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey, corners, inside
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, opened, real_pages
from training.runs.processes import processes
from training.witnesses.samples import NOTHING, UNKNOWN, NumberSample

FIRST = 10_000_000
"""Real pages are numbered from here on."""


def real_samples(shared: Path, part: Part, jobs: int = 1) -> list[NumberSample]:
    """Return samples of all bubbles and tallies of the real pages of a part that lie in their place, wholly in view."""
    pages = [page for page in real_pages(shared) if page.part is part and page.page is not None]
    with processes(jobs) as pool:
        found = pool.map(page_samples, pages, range(FIRST, FIRST + len(pages)), chunksize=2)
        return [sample for some in found for sample in some]


def page_samples(page: RealPage, number: int) -> list[NumberSample]:
    """Return the samples of one page, which bear this number; none where it is not found."""
    finder, reader = _readers()
    grey, _ = opened(page.path)
    found = finder.find(grey)
    if not isinstance(found, Registration):
        return []
    placed = placed_numbers(page, found)
    bubbles = [_bubbles(grey, found, field, page, number) for field in placed if field.bubbles is not None]
    tallies = [_tally(grey, found, field, page, reader, number) for field in placed if field.tally is not None]
    return [sample for sample in (*bubbles, *tallies) if sample is not None]


def placed_numbers(page: RealPage, found: Registration) -> list[NumberField]:
    """Return the numbers that surely lie where a page was found; none where another page was found, or one withheld."""
    if found.target.page.number != page.page or found.withheld:
        return []
    return [field for field in found.target.page.numbers if found.places.get(field.name, 0.0) >= PLACED]


def _bubbles(grey: Grey, found: Registration, field: NumberField, page: RealPage, number: int) -> NumberSample | None:
    """Cut the bubbles of one number; None where nobody knows what is in its boxes, or part of them is out of view."""
    assert field.bubbles is not None
    boxes = page.truth["fields"].get(field.name, "")
    if field.name in page.truth.get("uncertain", {}) or not found.sheet.shown(grey, [field.bubbles.bounds], [None])[0]:
        return None
    if len(boxes) != field.bubbles.count:
        return None
    cut = windows_of_field(grey, found.sheet, field)
    return NumberSample(number, page.form, field.name, cut, marks_of(boxes), None, None, None, (), located=True)


def marks_of(boxes: str) -> NDArray[np.int8]:
    """Return which bubbles are marked under what is written in the boxes, int8 (count, 10): 0, 1 or `UNKNOWN`."""
    marks = np.zeros((len(boxes), 10), np.int8)
    for column, sign in zip(marks, boxes, strict=True):
        if sign.isdigit():
            column[int(sign)] = 1
        elif sign in LEADS:
            column[0] = UNKNOWN
        else:
            column[:] = UNKNOWN
    return marks


def _tally(
    grey: Grey, found: Registration, field: NumberField, page: RealPage, reader: TallyReader, number: int
) -> NumberSample | None:
    """Cut the tally of one number; None where nobody knows what is in it, or part of it is out of view."""
    assert field.tally is not None
    read = reader.read(grey, found.sheet, [field])[field.name]
    if not (has_known_tally(page, field.name) and read.grid.located and wholly_shown(grey, found, field.tally)):
        return None
    value = page.truth["values"][field.name]
    rows = row_counts(value, page.truth.get("row_totals", {}).get(field.name, ()), field.tally)
    if rows is None:
        return None
    cells = cut_cells(grey, read.grid.place, field.tally, read.resolution)
    strokes = strokes_of(rows, [int(row.argmax()) for row in read.evidence.rows], field.tally)
    return NumberSample(number, page.form, field.name, None, None, cells, strokes, None, (), located=True)


def row_counts(value: int, stated: Sequence[str], tally: TallyGrid) -> list[int] | None:
    """Return the strokes of every row of a grid: as its sums state, or where they are blank, row after row.

    None where the grid cannot hold them, or its sums do not make the number.
    """
    capacity = tally.columns * tally.strokes
    sums = [int(one) for one in stated if one.strip().isdigit()]
    if sums and (sum(sums) != value or len(sums) > tally.rows or max(sums) > capacity):
        return None
    if not sums:
        if value > capacity * tally.rows:
            return None
        sums = [capacity] * (value // capacity) + ([value % capacity] if value % capacity else [])
    return sums + [0] * (tally.rows - len(sums))


def strokes_of(rows: Sequence[int], read: Sequence[int], tally: TallyGrid) -> NDArray[np.int8]:
    """Return the strokes of every cell, int8 (rows, columns).

    Args:
        rows: Strokes of every row.
        read: What the reader counts in it.
        tally: The grid.

    Returns:
        `NOTHING` in cells after the last bundle, `UNKNOWN` in rows that somebody may have filled otherwise.

    """
    strokes = np.full((tally.rows, tally.columns), NOTHING, np.int8)
    for row, (count, seen) in enumerate(zip(rows, read, strict=True)):
        if abs(count - seen) > tally.strokes:
            strokes[row] = UNKNOWN
            continue
        full, rest = divmod(count, tally.strokes)
        strokes[row, :full] = tally.strokes
        if rest:
            strokes[row, full] = rest
    return strokes


def has_known_tally(page: RealPage, name: str) -> bool:
    """Whether the truth of a page knows what the tally of a number should be."""
    doubtful = {*page.truth.get("uncertain", {}), *page.truth.get("corrected", {})}
    return page.truth["values"].get(name) is not None and name not in doubtful


def wholly_shown(grey: Grey, found: Registration, tally: TallyGrid) -> bool:
    """Whether all of a grid lies within the picture."""
    return bool(inside(found.sheet.to_picture(corners(tally.bounds)), (grey.shape[1], grey.shape[0])).all())


@cache
def _readers() -> tuple[SheetFinder, TallyReader]:
    return SheetFinder(load_forms()), TallyReader(load_package(default_package("tallies")))
