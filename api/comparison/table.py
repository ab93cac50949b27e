"""Published tables, CSV and Parquet, with a stated mapping; also what `chasil export numbers` writes."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TextIO

from api.comparison.mapping import EXPORTED, PublishedMapping
from api.comparison.published import (
    Fault,
    Published,
    PublishedStation,
    fault,
    images_in,
    number_in,
    number_in_text,
)
from api.regions.codes import STATION_DIGITS, is_station
from pipeline.errors import UsageError

Row = Mapping[str, Any]
_LONGEST_CELL, _LONGEST_RECORD = 1 << 20, 4 << 20
"""Characters of a cell, and of a row with all its cells: more is no table of stations."""

_LARGEST_GROUP = 1 << 29
"""Bytes of a row group of Parquet, unpacked: what is read at a time."""


def read_table(path: Path, mapping: PublishedMapping) -> Published:
    """Yield the stations of a table.

    Args:
        path: A file with the ending .csv or .parquet.
        mapping: What its columns mean; a table of `chasil export numbers` needs none.

    Raises:
        UsageError: `published_unreadable`, `mapping_needed`, `mapping_columns`.

    """
    rows, columns = _opened(path, mapping)
    known = mapping if mapping.of_table else EXPORTED
    missing = [name for name in known.columns if name not in columns]
    if missing and known is EXPORTED:
        raise UsageError("mapping_needed", path=str(path), seen=", ".join(columns)[:200])
    if missing:
        raise UsageError("mapping_columns", path=str(path), missing=", ".join(missing), seen=", ".join(columns)[:200])
    yield from _by_number(rows, known) if known.field is not None else _by_station(rows, known)


def _opened(path: Path, mapping: PublishedMapping) -> tuple[Iterator[Row], Sequence[str]]:
    try:
        return _parquet(path) if path.suffix.lower() == ".parquet" else _csv(path, mapping.delimiter)
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError("published_unreadable", path=str(path), why=" ".join(str(error).split())[:200]) from error


def _csv(path: Path, delimiter: str) -> tuple[Iterator[Row], Sequence[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(_Records(file), delimiter=delimiter), [])
    return _csv_rows(path, delimiter), columns


def _csv_rows(path: Path, delimiter: str) -> Iterator[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            records = _Records(file)
            for row in csv.DictReader(records, delimiter=delimiter):
                records.begin()
                yield row
    except (ValueError, csv.Error) as error:
        raise UsageError("published_unreadable", path=str(path), why=" ".join(str(error).split())[:200]) from error


class _Records:
    """The lines of a table, of which no record takes more than `_LONGEST_RECORD` characters: a quote may never end."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.begin()

    def begin(self) -> None:
        """Begin with the next record."""
        self._left = _LONGEST_RECORD

    def __iter__(self) -> "_Records":
        return self

    def __next__(self) -> str:
        line = self._file.readline(self._left + 1)
        if not line:
            raise StopIteration
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"a row of more than {_LONGEST_RECORD} characters")
        return line


def _parquet(path: Path) -> tuple[Iterator[Row], Sequence[str]]:
    import pyarrow.parquet as pq  # noqa: PLC0415  takes a third of a second, and few need it

    columns, file = pq.read_schema(path).names, pq.ParquetFile(path)
    groups = (file.metadata.row_group(index).total_byte_size for index in range(file.metadata.num_row_groups))
    if max(groups, default=0) > _LARGEST_GROUP:
        raise ValueError(f"a row group of more than {_LARGEST_GROUP >> 20} MiB")
    return (row for batch in file.iter_batches(5_000) for row in batch.to_pylist()), columns


def _by_station(rows: Iterable[Row], mapping: PublishedMapping) -> Iterator[PublishedStation | Fault]:
    for line, row in enumerate(rows, 2):
        code = _code(row.get(str(mapping.station)))
        if code is None:
            yield fault(f"{line}", "station_code", row.get(str(mapping.station)))
            continue
        cells = [(field, row.get(column)) for field, column in mapping.fields.items()]
        yield from _station(code, cells, row, mapping)


def _by_number(rows: Iterable[Row], mapping: PublishedMapping) -> Iterator[PublishedStation | Fault]:
    for station, group in groupby(rows, lambda row: row.get(str(mapping.station))):
        members = list(group)
        code = _code(station)
        if code is None:
            yield fault("-", "station_code", station)
            continue
        named = [(str(row.get(str(mapping.field))), row.get(str(mapping.value))) for row in members]
        yield from _station(
            code, [(mapping.names.get(name, name), value) for name, value in named], members[0], mapping
        )


def _station(
    code: str, cells: Iterable[tuple[str, Any]], row: Row, mapping: PublishedMapping
) -> Iterator[PublishedStation | Fault]:
    numbers: dict[str, int] = {}
    for field, cell in cells:
        try:
            number = number_in_text(cell) if isinstance(cell, str) else number_in(cell)
        except ValueError:
            yield fault(f"{code}/{field}", "number_faulty", cell)
            continue
        if number is not None and numbers.setdefault(field, number) != number:
            yield fault(f"{code}/{field}", "station_twice", cell)
    named = row.get(mapping.images) if mapping.images else None
    images, faults = images_in(code, named.split() if isinstance(named, str) else named)
    yield from faults
    at = row.get(mapping.time) if mapping.time else None
    yield PublishedStation(code, numbers, images, None if at is None else str(at)[:40])


def _code(given: Any) -> str | None:
    """Return a station's code; a whole number has lost the zeros before it."""
    text = (
        f"{given:0{STATION_DIGITS}d}" if isinstance(given, int) and not isinstance(given, bool) else str(given).strip()
    )
    return text if is_station(text) else None
