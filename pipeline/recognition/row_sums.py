"""Row sums: what the officer adds up beside a tally, row by row and of all rows, read by the digit reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.contradiction import slips
from pipeline.decision.number import number_posteriors
from pipeline.decision.priors import DEFAULT_PRIORS
from pipeline.evidence import NumberPosterior, Statement
from pipeline.forms import NumberField
from pipeline.forms.template import RowSums
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.free_digits import EQUAL_SHARES, WIDTHS, Division, combined, divisions
from pipeline.recognition.tallies.cut import cut_free_cells, cut_sums
from pipeline.recognition.tallies.reader import ReadTally
from pipeline.registration.geometry import Grey

LEAST_USED = 0.02
"""A row whose tally holds strokes with less than this probability is not read: its cells are empty or cancelled, and
a slanting cancelling stroke in a cell looks like a 1."""

MISREAD = 0.3
"""Share of the doubt of a row in which it is any sum that the row can have: what is misread is not always among what
the reader thinks of. The likeliest of eight shares on the train part and on the calibrate part of C.HASIL-KWK 2020."""

WRONGLY_ADDED = DEFAULT_PRIORS.witness_differs["row_sums"]
"""How often the sum of all rows that an officer writes is not theirs: as often as they are not the number in the boxes;
of three real ones none is wrong."""


@dataclass(frozen=True, slots=True)
class RowSumEvidence:
    """What the row sums of one number say. Which rows are used is the tally's word; the sums are their own.

    Attributes:
        rows: (rows, 10 ** digits): probability that a row is used and states this sum.
        unused: (rows,): probability that a row is not used.
        unread: (rows,): probability that a used row is empty or cannot be read.
        texts: What is written in every row that was read, one character a cell, as in `boxes`; else "".
        written: What is written as the sum of all rows; None where the form has no room for it, or nothing is there.

    """

    rows: NDArray[np.float64]
    unused: NDArray[np.float64]
    unread: NDArray[np.float64]
    texts: tuple[str, ...]
    written: Statement | None = None

    @property
    def totals(self) -> tuple[int | None, ...]:
        """The likeliest sum of every row up to the last that is used; None where none can be read."""
        found: list[int | None] = []
        for row, unused, unread in zip(self.rows, self.unused, self.unread, strict=True):
            best = int(row.argmax())
            found.append(best if row[best] >= max(unread, 1e-9) else None)
            if unused > 0.5:
                found[-1] = None
        last = max((i + 1 for i, unused in enumerate(self.unused) if unused <= 0.5), default=0)
        return tuple(found[:last])

    def statement(self) -> Statement:
        """Return the distribution over the sum of all rows, as they add up and as it is written."""
        return self._added() if self.written is None else both(self._added(), self.written)

    def _added(self) -> Statement:
        """Return what the rows add up to; silent if a used one cannot be read, or none is used."""
        total, idle = np.ones(1), 1.0
        for row, unused in zip(self.rows, self.unused, strict=True):
            stated = row.copy()
            stated[0] += unused
            total = np.convolve(total, stated)
            idle *= float(unused)
        total[0] = max(0.0, total[0] - idle)
        return Statement("row_sums", total, max(0.0, 1.0 - float(total.sum())))


def read_row_sums(
    grey: Grey, digits: DigitReader, fields: Sequence[NumberField], tallies: Mapping[str, ReadTally]
) -> dict[str, RowSumEvidence]:
    """Return the evidence of every field with row sums, by name; one run of the digit network for all."""
    ways = {
        (field.name, row): found
        for field in fields
        if field.row_sums is not None and field.name in tallies
        for row, found in _written(grey, field.row_sums, tallies[field.name]).items()
    }
    rooms = {
        field.name: divisions(room, min(field.boxes.count, len(WIDTHS)), EQUAL_SHARES)
        for field in fields
        if (room := _room(grey, field, tallies)) is not None
    }
    every = [way for found in (*ways.values(), *rooms.values()) for way in found]
    said = iter(_numbers_of(digits, every))
    most = {field.name: field.row_sums.digits for field in fields if field.row_sums is not None}
    posteriors = {
        (name, row): combined(found, [next(said) for _ in found], most[name]) or _nothing_written(most[name])
        for (name, row), found in ways.items()
    }
    totals = {
        name: combined(found, [next(said) for _ in found], max(len(way.crops) for way in found))
        for name, found in rooms.items()
        if found
    }
    return {
        field.name: replace(_evidence(field, tallies[field.name], posteriors), written=_stated(totals.get(field.name)))
        for field in fields
        if field.row_sums is not None and field.name in tallies
    }


def both(added: Statement, written: Statement) -> Statement:
    """Return what the rows as they add up and their written sum say together: faulty where the officer's two differ."""
    count = max(len(added.values), len(written.values))
    sums, written_sums = (
        np.pad(statement.values, (0, count - len(statement.values))) for statement in (added, written)
    )
    top = int(sums.argmax())
    differing = WRONGLY_ADDED * float(sums[top]) * float(slips(count, top) @ written_sums)
    # What is silent may be any number.
    agreeing = (1.0 - WRONGLY_ADDED) * (sums + added.silent / count) * (written_sums + written.silent / count)
    nothing = (1.0 - WRONGLY_ADDED) * added.silent * written.silent / count
    whole = float(agreeing.sum()) + differing
    text = f"{top}/{int(written_sums.argmax())}"
    values = (agreeing - nothing / count) / whole
    return Statement("row_sums", values, (nothing + differing) / whole, differing / whole, text)


def _room(grey: Grey, field: NumberField, tallies: Mapping[str, ReadTally]) -> Grey | None:
    """Return the picture of the room for the sum of all rows of a number, where the form has one."""
    if field.row_sums is None or field.row_sums.total is None or field.name not in tallies:
        return None
    tally = tallies[field.name]
    (room,) = cut_free_cells(grey, tally.grid.place, field.row_sums.total, 1, tally.resolution)
    return np.asarray(room, np.uint8)


def _stated(posterior: NumberPosterior | None) -> Statement | None:
    if posterior is None:
        return None
    values = misread(posterior.values, len(posterior.values) - 1)
    return Statement("row_sums", values, posterior.empty + posterior.unreadable)


def _numbers_of(digits: DigitReader, ways: Sequence[Division]) -> list[NumberPosterior]:
    """Return what the digits of each division say, all read together."""
    if not ways:
        return []
    sizes = np.cumsum([len(way.crops) for way in ways])[:-1]
    read = digits.read([crop for way in ways for crop in way.crops])
    return number_posteriors(np.split(read, sizes))


def _written(grey: Grey, sums: RowSums, tally: ReadTally) -> dict[int, list[Division]]:
    """Return what is written beside every row whose tally is used, part by part, by row."""
    used = [row for row, counts in enumerate(tally.evidence.rows) if 1.0 - counts[0] >= LEAST_USED]
    if not used:
        return {}
    if sums.free_digits:
        first = (sums.x, sums.y, sums.cell_width, sums.cell_height)
        whole = cut_free_cells(grey, tally.grid.place, first, sums.rows, tally.resolution)
        return {row: divisions(whole[row], sums.free_digits) for row in used}
    cells = cut_sums(grey, tally.grid.place, sums, tally.resolution)
    return {row: [Division(list(cells[row]))] for row in used}


def _nothing_written(digits: int) -> NumberPosterior:
    return NumberPosterior(np.zeros(10**digits), 1.0, 0.0, "")


def _evidence(
    field: NumberField, tally: ReadTally, posteriors: Mapping[tuple[str, int], NumberPosterior]
) -> RowSumEvidence:
    assert field.row_sums is not None
    assert field.tally is not None
    count = field.row_sums.rows
    rows = np.zeros((count, 10**field.row_sums.digits))
    unused, unread, texts = np.ones(count), np.zeros(count), [""] * count
    for index in range(count):
        posterior = posteriors.get((field.name, index))
        if posterior is None:
            continue
        used = 1.0 - float(tally.evidence.rows[index][0])
        rows[index] = used * misread(posterior.values, field.tally.columns * field.tally.strokes)
        unused[index], unread[index] = 1.0 - used, used * (posterior.empty + posterior.unreadable)
        texts[index] = posterior.boxes
    return RowSumEvidence(rows, unused, unread, tuple(texts))


def misread(values: NDArray[np.floating], most: int) -> NDArray[np.float64]:
    """Return the distribution over the sums of one row (n,) with the doubt of it spread over all sums up to `most`."""
    doubt = MISREAD * (1.0 - float(values.max()))
    spread = np.zeros(len(values))
    spread[: most + 1] = values.sum() / min(len(values), most + 1)
    return np.asarray((1.0 - doubt) * values + doubt * spread, dtype=np.float64)
