"""Rows as CSV, JSON or Parquet, a piece at a time: however many there are, only a few thousand are in memory.

JSON is one array with an object a line, so that it can be read whole or line by line.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from api.core.pieces import in_pieces
from api.core.spreadsheets import plain

if TYPE_CHECKING:
    import pyarrow

ROWS = 5_000
"""Rows in a piece; a Parquet row group has `GROUP_PIECES` pieces."""

GROUP_PIECES = 10

Row = tuple[Any, ...]


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.PARQUET: "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export."""

    name: str
    kind: Literal["text", "whole", "real", "flag", "moment"] = "text"


def encode(format_: Format, columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """Return rows in a format, in pieces."""
    encoders: Mapping[Format, Callable[[Sequence[Column], Iterable[Row]], Iterator[bytes]]] = {
        Format.CSV: _csv,
        Format.JSON: _json,
        Format.PARQUET: _parquet,
    }
    return encoders[format_](columns, rows)


def _csv(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    for piece in in_pieces(rows, ROWS):
        writer.writerows([[plain(_settled(value)) for value in row] for row in piece])
        yield _taken(text)
    if rest := _taken(text):
        yield rest


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data


def _json(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    names = [column.name for column in columns]
    separator = "["
    for piece in in_pieces(rows, ROWS):
        lines = [
            json.dumps(dict(zip(names, map(_settled, row), strict=True)), ensure_ascii=False, separators=(",", ":"))
            for row in piece
        ]
        yield (separator + "\n" + ",\n".join(lines)).encode()
        separator = ","
    yield b"[]\n" if separator == "[" else b"\n]\n"


def _settled(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _parquet(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield a Parquet file, compressed with zstandard; a row group is written as soon as it is full."""
    import pyarrow as pa  # noqa: PLC0415  takes a third of a second, and few ask for it
    import pyarrow.parquet as pq  # noqa: PLC0415

    schema = pa.schema([(column.name, _type(column)) for column in columns])
    sink = _Sink()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd") as writer:
        for piece in in_pieces(rows, ROWS * GROUP_PIECES):
            arrays = [
                pa.array(values, field.type) for values, field in zip(zip(*piece, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield sink.taken()
    yield sink.taken()


def _type(column: Column) -> "pyarrow.DataType":
    import pyarrow as pa  # noqa: PLC0415

    types = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64(), "flag": pa.bool_()}
    return pa.timestamp("us", tz="UTC") if column.kind == "moment" else types[column.kind]


class _Sink(io.RawIOBase):
    """Keeps what is written until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._kept = bytearray()
        self._place = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._place

    def write(self, data: Any) -> int:
        """Keep bytes."""
        self._kept += data
        self._place += len(data)
        return len(data)

    def taken(self) -> bytes:
        """Return what was kept, and forget it."""
        data = bytes(self._kept)
        self._kept.clear()
        return data
