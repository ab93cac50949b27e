"""The tables of the result pages: what is shown, as plain numbers; what nobody can tell is empty.

As CSV for programs, or as an Indonesian Excel opens it: semicolons, commas in fractions, a mark of UTF-8 before, and
codes as texts, so that they keep their zeros. `api.results.workbook` makes the same a workbook.
The last column of every line says of when the figures are, since a file is kept and passed on without the page that it
came from.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from api.core.formatting import format_timestamp, in_wib
from api.core.pieces import in_pieces
from api.core.spreadsheets import plain
from api.results.station import ShownNumber, Station
from api.schemas.tabulation import Count, PairLine, TallyLine

_FRACTION = re.compile(r"[0-9]+\.[0-9]+")
MARK = "\ufeff"
"""What tells Excel that a file is UTF-8."""


ROWS = 5_000
"""Rows in a piece of a table."""


class Shape(StrEnum):
    """For whom a table is: programs, or a spreadsheet."""

    PLAIN = "csv"
    EXCEL = "excel"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the heads of its columns, and its rows, which are made while they are read.

    Fractions are texts with a point, as the API has them; None is empty.
    """

    head: Sequence[str]
    rows: Iterable[Sequence[object]]

    def cells(self) -> Iterable[list[str | int | float | None]]:
        """Yield the rows with numbers as numbers, and texts of which none begins a formula."""
        for row in self.rows:
            yield [_cell(cell) for cell in row]


def table_name(election: str, region: str, at: datetime | None, ending: str = "csv") -> str:
    """Return the name of a table's file, with the time of its figures, so that copies of an evening lie in order.

    Returns:
        Such as "ppwp-2024-31-2024-02-14-2140-WIB.csv"; without a time while no number counts.

    """
    when = "" if at is None else f"-{in_wib(at):%Y-%m-%d-%H%M}-WIB"
    return f"{election}-{region}{when}.{ending}"


def csv_name(election: str, region: str, at: datetime | None, shape: Shape) -> str:
    """Return the name of a table as CSV; whoever fetches both shapes of it has two files that are told apart.

    Returns:
        Such as "ppwp-2024-31-2024-02-14-2140-WIB.csv", or "ppwp-2024-31-2024-02-14-2140-WIB-excel.csv".

    """
    name = table_name(election, region, at)
    return name.removesuffix(".csv") + "-excel.csv" if shape is Shape.EXCEL else name


def sums_table(
    lines: Sequence[TallyLine], pairs: Mapping[str, PairLine], at: datetime | None, shape: Shape = Shape.PLAIN
) -> Table:
    """Return the sums of regions, a line each: every sum, and then over how many stations it is; `at`: of when.

    A pair whose name is known stands at the head of its column as "1 — NAME".
    """
    votes = list(lines[0].votes) if lines else []
    sums = [*votes, "valid", "invalid", "total"]
    head = ["code", "name", "expected", "received", "read", "in_review", "final", "broken"]
    head += [pairs[name].label if name in pairs else name for name in sums]
    head += [f"{name}_stations" for name in sums] + [f"{field}_share" for field in votes] + ["share_stations", "as_of"]
    rows = (
        [line.region.code, line.region.name, *_stations(line)]
        + [count.sum for count in _counts(line, votes)]
        + [count.counted for count in _counts(line, votes)]
        + [line.shares.pairs[field].share for field in votes]
        + [line.shares.stations, moment_in(at, shape)]
        for line in lines
    )
    return Table(head, rows)


def numbers_table(line: TallyLine, station: Station, at: datetime | None, shape: Shape = Shape.PLAIN) -> Table:
    """Return the numbers of a station, a line each; `value` is empty where a number does not count.

    `share` is that of a pair, where every pair counts; `at`: of when the figures are.
    """
    moment = moment_in(at, shape)
    rows = ([*_number(line, number), moment] for _page, numbers in station.groups for number in numbers)
    return Table(["station", "field", "label", "value", "boxes", "state", "confidence", "share", "as_of"], rows)


def _number(line: TallyLine, number: ShownNumber) -> list[object]:
    cells = [line.region.code, number.field, number.label, number.value, number.boxes, number.state]
    pair = line.shares.pairs.get(number.field)
    return [
        *cells,
        None if number.confidence is None else f"{number.confidence:.6f}",
        None if pair is None else pair.share,
    ]


def moment_in(at: datetime | None, shape: Shape) -> str | None:
    """Return a moment as the API writes it, or as the pages do: Excel leaves "2024-02-14 21:40:12 WIB" as it is."""
    if at is None:
        return None
    if shape is Shape.EXCEL:
        return format_timestamp(at, "id")
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _counts(line: TallyLine, votes: Sequence[str]) -> list[Count]:
    return [*(line.votes[field] for field in votes), line.valid, line.invalid, line.total]


def _stations(line: TallyLine) -> list[int]:
    counts = line.stations
    return [counts.expected, counts.received, counts.read, counts.in_review, counts.final, counts.broken]


def csv_of(table: Table, shape: Shape) -> str:
    """Return a table as CSV."""
    return "".join(csv_pieces(table.head, table.rows, shape))


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[object]], shape: Shape) -> Iterator[str]:
    """Yield a table for programs or for a spreadsheet, some thousand rows at a time."""
    text, excel = io.StringIO(), shape is Shape.EXCEL
    written = _for_excel if excel else _plain
    writer = csv.writer(text, delimiter=";" if excel else ",", lineterminator="\r\n")
    text.write(MARK * excel)
    writer.writerow([written(cell) for cell in head])
    for piece in in_pieces(rows, ROWS):
        writer.writerows([written(cell) for cell in row] for row in piece)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    if text.getvalue():
        yield text.getvalue()


def _cell(cell: object) -> str | int | float | None:
    if cell is None or isinstance(cell, int | float):
        return cell
    text = str(cell)
    return float(text) if _FRACTION.fullmatch(text) else str(_plain(text))


def _for_excel(cell: object) -> object:
    if isinstance(cell, float) or (isinstance(cell, str) and _FRACTION.fullmatch(cell)):
        return str(cell).replace(".", ",")
    # Whole numbers that are texts, such as codes and what stands in boxes, would lose their zeros.
    return f'="{cell}"' if isinstance(cell, str) and cell.isascii() and cell.isdigit() else _plain(cell)


def _plain(cell: object) -> object:
    return cell if cell == "-" else plain(cell)  # a dash alone is what a box holds
