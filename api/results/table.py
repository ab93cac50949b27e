"""The tables of the result pages as CSV: what is shown, as plain numbers; what nobody can tell is empty.

For programs, or as an Indonesian Excel opens it: semicolons, commas in fractions, a mark of UTF-8 before, and codes as
texts, so that they keep their zeros.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from api.core.spreadsheets import plain
from api.results.station import ShownNumber, Station
from api.schemas.tabulation import Count, PairLine, TallyLine

_FRACTION = re.compile(r"[0-9]+\.[0-9]+")
MARK = "\ufeff"
"""What tells Excel that a file is UTF-8."""


class Shape(StrEnum):
    """For whom a table is: programs, or a spreadsheet."""

    PLAIN = "csv"
    EXCEL = "excel"


def sums_table(lines: Sequence[TallyLine], pairs: Mapping[str, PairLine], shape: Shape = Shape.PLAIN) -> str:
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
    return _csv(head, rows, shape)


def numbers_table(line: TallyLine, station: Station, shape: Shape = Shape.PLAIN) -> str:
    """Return the numbers of a station, a line each; `value` is empty where a number does not count.

    `share` is that of a pair, where every pair counts.
    """
    rows = (_number(line, number) for _page, numbers in station.groups for number in numbers)
    return _csv(["station", "field", "label", "value", "boxes", "state", "confidence", "share"], rows, shape)


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


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]], shape: Shape) -> str:
    text, excel = io.StringIO(), shape is Shape.EXCEL
    written = _for_excel if excel else _plain
    writer = csv.writer(text, delimiter=";" if excel else ",", lineterminator="\r\n")
    writer.writerow([written(cell) for cell in head])
    writer.writerows([written(cell) for cell in row] for row in rows)
    return MARK * excel + text.getvalue()


def _for_excel(cell: object) -> object:
    if isinstance(cell, float) or (isinstance(cell, str) and _FRACTION.fullmatch(cell)):
        return str(cell).replace(".", ",")
    # Whole numbers that are texts, such as codes and what stands in boxes, would lose their zeros.
    return f'="{cell}"' if isinstance(cell, str) and cell.isascii() and cell.isdigit() else _plain(cell)


def _plain(cell: object) -> object:
    return cell if cell == "-" else plain(cell)  # a dash alone is what a box holds
