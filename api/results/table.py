"""The tables of the result pages as CSV: what is shown, as plain numbers; what nobody can tell is empty."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from api.results.station import ShownNumber, Station
from api.schemas.tabulation import Count, PairLine, TallyLine

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula where it begins a text."""


def sums_table(lines: Sequence[TallyLine], pairs: Mapping[str, PairLine]) -> str:
    """Return the sums of regions, a line each: every sum, and then over how many stations it is.

    A pair whose name is known stands at the head of its column as "1 — NAME".
    """
    votes = list(lines[0].votes) if lines else []
    sums = [*votes, "valid", "invalid", "total"]
    head = ["code", "name", "expected", "received", "read", "in_review", "final", "broken"]
    head += [pairs[name].label if name in pairs else name for name in sums]
    head += [f"{name}_stations" for name in sums] + [f"{field}_share" for field in votes] + ["share_stations"]
    rows = (
        [line.region.code, line.region.name, *_stations(line)]
        + [count.sum for count in _counts(line, votes)]
        + [count.counted for count in _counts(line, votes)]
        + [line.shares.pairs[field].share for field in votes]
        + [line.shares.stations]
        for line in lines
    )
    return _csv(head, rows)


def numbers_table(line: TallyLine, station: Station) -> str:
    """Return the numbers of a station, a line each; `value` is empty where a number does not count.

    `share` is that of a pair, where every pair counts.
    """
    rows = (_number(line, number) for _page, numbers in station.groups for number in numbers)
    return _csv(["station", "field", "label", "value", "boxes", "state", "confidence", "share"], rows)


def _number(line: TallyLine, number: ShownNumber) -> list[object]:
    said = [line.region.code, number.field, number.label, number.value, number.boxes, number.state]
    pair = line.shares.pairs.get(number.field)
    return [
        *said,
        None if number.confidence is None else f"{number.confidence:.6f}",
        None if pair is None else pair.share,
    ]


def _counts(line: TallyLine, votes: Sequence[str]) -> list[Count]:
    return [*(line.votes[field] for field in votes), line.valid, line.invalid, line.total]


def _stations(line: TallyLine) -> list[int]:
    counts = line.stations
    return [counts.expected, counts.received, counts.read, counts.in_review, counts.final, counts.broken]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_plain(cell) for cell in head])
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and len(cell) > 1 else cell
