"""The work of a comparison in one SQLite file: what was published, which photographs there are, what was read on them.

It is what makes a stopped run go on: readings are kept under the hash of their bytes, so that nothing is read twice,
and neither the published file nor the readings are ever in memory as a whole.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.comparison.published import Fault, PublishedStation
from pipeline.errors import UsageError

SHAPE = 1
"""Grows when the tables change; a file of another shape is refused, and never changed."""

MOST_FAULTS = 1_000
"""Faults of the published file that are kept with what was seen; all are counted."""

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS station (
  code TEXT PRIMARY KEY, numbers TEXT NOT NULL, images TEXT NOT NULL, at TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (place TEXT NOT NULL, code TEXT NOT NULL, seen TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS fault_count (code TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading (
  key TEXT NOT NULL, sha256 TEXT NOT NULL, page INTEGER NOT NULL, packed BLOB NOT NULL, form TEXT, form_page INTEGER,
  said TEXT, print BLOB, PRIMARY KEY (key, sha256, page)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS photograph (
  station TEXT NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, address TEXT, page INTEGER NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (station, place, page)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS photograph_by_bytes ON photograph (sha256, page);
CREATE TABLE IF NOT EXISTS finding (
  station TEXT NOT NULL, place INTEGER NOT NULL, outcome TEXT NOT NULL, stake INTEGER NOT NULL, told TEXT NOT NULL,
  ink BLOB, PRIMARY KEY (station, place)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS finding_by_rank ON finding (outcome, stake DESC, station, place);
CREATE TABLE IF NOT EXISTS reviewed (
  station TEXT NOT NULL, field TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (station, field)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A page as it was read.

    Attributes:
        sha256, page: Which page of which bytes.
        packed: The reading, as `pipeline.packing` packs it.
        form, form_page: What it is a page of; None where it was not read.
        said: Its votes as one text; None where they are too few to tell sheets apart.
        print: What the ink of its numbers looks like, as `sheets` makes it.

    """

    sha256: str
    page: int
    packed: bytes
    form: str | None
    form_page: int | None
    said: str | None
    print: bytes | None


@dataclass(frozen=True, slots=True)
class KeptPhotograph:
    """A page of a photograph of a station, as it was found."""

    station: str
    place: int
    name: str
    address: str | None
    page: int
    sha256: str


class Work:
    """The work file. One thread writes; whether a page was read may be asked from any.

    Args:
        path: The file; made where it is missing.

    Raises:
        UsageError: `compare_work`: it is no work file, or one of another program.

    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            shape = int(self._connection.execute("PRAGMA user_version").fetchone()[0])
            if shape not in (0, SHAPE):
                raise UsageError("compare_work", path=str(path), why=f"shape {shape}, not {SHAPE}")
            self._connection.executescript(_TABLES)
            self._connection.execute(f"PRAGMA user_version = {SHAPE}")
        except sqlite3.Error as error:
            raise UsageError("compare_work", path=str(path), why=str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    # --- what is published ----------------------------------------------------------------------------------

    def value(self, name: str) -> str | None:
        """Return what was put down under a name."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def put(self, name: str, value: str) -> None:
        """Put a value down under a name."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def clear_published(self) -> None:
        """Forget what was published; readings stay."""
        with self._transaction():
            for table in ("station", "fault", "fault_count"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608  names of ours

    def add_published(self, batch: Iterable[PublishedStation | Fault]) -> None:
        """Add stations and faults, all or none.

        A station that comes again adds the numbers that it did not have; one that says another number is a fault, and
        the first one stays.
        """
        with self._transaction():
            for one in batch:
                if isinstance(one, Fault):
                    self._add_fault(one)
                else:
                    self._add_station(one)

    def _add_station(self, one: PublishedStation) -> None:
        known = self.station(one.code)
        numbers, images, at = dict(one.numbers), one.images, one.at
        if known is not None:
            for field, value in numbers.items():
                if known.numbers.get(field, value) != value:
                    self._add_fault(Fault(f"{one.code}/{field}", "station_twice", str(value)))
            numbers = numbers | dict(known.numbers)
            images, at = tuple(dict.fromkeys((*known.images, *images))), known.at or at
        row = (one.code, json.dumps(numbers, sort_keys=True), json.dumps(images), at)
        self._connection.execute("INSERT OR REPLACE INTO station VALUES (?, ?, ?, ?)", row)

    def _add_fault(self, one: Fault) -> None:
        add = "INSERT INTO fault_count VALUES (?, 1) ON CONFLICT (code) DO UPDATE SET count = count + 1"
        self._connection.execute(add, (one.code,))
        keep = "INSERT INTO fault SELECT ?, ?, ? WHERE (SELECT count(*) FROM fault) < ?"
        self._connection.execute(keep, (one.place, one.code, one.seen, MOST_FAULTS))

    def faults(self) -> tuple[dict[str, int], list[Fault]]:
        """Return how many faults there are by code, and those that were kept, in the order of the file."""
        counts = dict(self._connection.execute("SELECT code, count FROM fault_count ORDER BY code").fetchall())
        kept = self._connection.execute("SELECT place, code, seen FROM fault ORDER BY rowid")
        return counts, [Fault(*row) for row in kept]

    def station(self, code: str) -> PublishedStation | None:
        """Return what is published of one station."""
        row = self._connection.execute("SELECT * FROM station WHERE code = ?", (code,)).fetchone()
        return None if row is None else _station(row)

    def stations(self) -> Iterator[PublishedStation]:
        """Yield what is published, by code; the file may be written to meanwhile."""
        after = ""
        while rows := self._connection.execute(
            "SELECT * FROM station WHERE code > ? ORDER BY code LIMIT 1000", (after,)
        ).fetchall():
            yield from map(_station, rows)
            after = rows[-1][0]

    def codes(self) -> list[str]:
        """Return the codes of all stations, in order: 13 bytes each, 800,000 of them in 60 MB."""
        return [row[0] for row in self._connection.execute("SELECT code FROM station ORDER BY code")]

    def count(self) -> int:
        """Return how many stations are published."""
        return int(self._connection.execute("SELECT count(*) FROM station").fetchone()[0])

    def times(self) -> tuple[str | None, str | None]:
        """Return the earliest and the latest time that the publisher states."""
        first, last = self._connection.execute("SELECT min(at), max(at) FROM station").fetchone()
        return first, last

    # --- what was read --------------------------------------------------------------------------------------

    def forget_photographs(self) -> None:
        """Forget which photographs there are, and what people decided; readings stay under their hashes."""
        with self._transaction():
            self._connection.execute("DELETE FROM photograph")
            self._connection.execute("DELETE FROM reviewed")

    def add_photographs(
        self,
        key: str,
        photographs: Sequence[KeptPhotograph],
        readings: Iterable[KeptReading],
        reviewed: Iterable[tuple[str, str, int]] = (),
    ) -> None:
        """Add the photographs of a station with what was newly read on them, all or none.

        Args:
            key: Who read: program, model and forms.
            photographs: A row a page.
            readings: Of pages that had none under this key.
            reviewed: What people decided: station, field, value.

        """
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO photograph VALUES (?, ?, ?, ?, ?, ?)",
                [(one.station, one.place, one.name, one.address, one.page, one.sha256) for one in photographs],
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (key, one.sha256, one.page, one.packed, one.form, one.form_page, one.said, one.print)
                    for one in readings
                ],
            )
            self._connection.executemany("INSERT OR REPLACE INTO reviewed VALUES (?, ?, ?)", list(reviewed))

    def has_reading(self, key: str, sha256: str, page: int) -> bool:
        """Return whether a page of these bytes was read."""
        query = "SELECT 1 FROM reading WHERE key = ? AND sha256 = ? AND page = ?"
        return self._connection.execute(query, (key, sha256, page)).fetchone() is not None

    def packed(self, key: str, sha256: str, page: int) -> bytes | None:
        """Return a reading as it was packed."""
        query = "SELECT packed FROM reading WHERE key = ? AND sha256 = ? AND page = ?"
        row = self._connection.execute(query, (key, sha256, page)).fetchone()
        return None if row is None else bytes(row[0])

    def photographs_of(self, station: str) -> list[KeptPhotograph]:
        """Return the pages of a station's photographs, in order."""
        query = "SELECT * FROM photograph WHERE station = ? ORDER BY place, page"
        return [KeptPhotograph(*row) for row in self._connection.execute(query, (station,))]

    def reviewed_of(self, station: str) -> dict[str, int]:
        """Return what people decided of a station's numbers."""
        query = "SELECT field, value FROM reviewed WHERE station = ?"
        return dict(self._connection.execute(query, (station,)).fetchall())

    def forget_findings(self) -> None:
        """Forget what an earlier run has found: it is judged anew, from the same readings."""
        with self._transaction():
            self._connection.execute("DELETE FROM finding")

    def add_findings(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Keep numbers that the report shows: station, place, outcome, stake, told, ink."""
        if rows:
            with self._transaction():
                self._connection.executemany("INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?)", rows)

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a few at a time."""
        yield from self._connection.execute(query, values)

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._connection)


class _Transaction:
    """A transaction that is written whole or not at all."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        self._connection.execute("COMMIT" if kind is None else "ROLLBACK")


def _station(row: tuple[Any, ...]) -> PublishedStation:
    code, numbers, images, at = row
    return PublishedStation(code, json.loads(numbers), tuple(json.loads(images)), at)
