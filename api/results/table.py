"""The tables of the result pages as CSV: what is shown, as plain numbers."""

import csv
import io
from collections.abc import Iterable, Sequence

from api.results.station import Station
from api.schemas.tabulation import TallyLine

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula where it begins a text."""


def sums_table(lines: Sequence[TallyLine]) -> str:
    """Return the sums of regions, a line each."""
    votes = list(lines[0].votes) if lines else []
    head = ["code", "name", "expected", "received", "read", "in_review", "final", "broken"]
    rows = (
        [line.region.code, line.region.name, *_stations(line)]
        + [line.votes[field].sum if field in line.votes else 0 for field in votes]
        + [line.valid.sum, line.invalid.sum, line.total.sum]
        for line in lines
    )
    return _csv([*head, *votes, "valid", "invalid", "total"], rows)


def numbers_table(code: str, station: Station) -> str:
    """Return the numbers of a station, a line each; `value` is empty where a number does not count."""
    rows = (
        [code, number.field, number.label, number.value, number.boxes, number.state, f"{number.confidence:.6f}"]
        for _page, numbers in station.groups
        for number in numbers
    )
    return _csv(["station", "field", "label", "value", "boxes", "state", "confidence"], rows)


def _stations(line: TallyLine) -> list[int]:
    counts = line.stations
    return [counts.expected, counts.received, counts.read, counts.in_review, counts.final, counts.broken]


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) and len(cell) > 1 else cell
