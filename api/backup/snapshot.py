"""One state of the database in one file, taken while others write: never a copy of its files.

What SQLite has acknowledged may still lie in its write-ahead log (`chasil.db-wal`), so that a copy of `chasil.db` lacks
it. Its backup API reads both, and the copy needs no log.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.pool import NullPool

from api.backup.postgres import run_tool
from api.db import Database
from api.db.migrate import revision_of
from api.db.tables import Base, Original
from pipeline.errors import ConflictError, UnavailableError, UsageError

SUFFIXES = {"sqlite": ".db", "postgresql": ".dump"}
"""How the copy of each kind of database ends."""

_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state of the database, in a file, and open to be asked.

    Attributes:
        file: The copy.
        kind: sqlite or postgresql.
        connection: To the same state.

    """

    file: Path
    kind: str
    connection: Connection

    @property
    def revision(self) -> str:
        """Its shape.

        Raises:
            UsageError: `nothing_kept_here`: it has none; chasil never wrote to it.

        """
        seen = revision_of(self.connection)
        if seen is None:
            raise UsageError("nothing_kept_here", path=self.connection.engine.url.render_as_string(hide_password=True))
        return seen

    def rows(self) -> dict[str, int]:
        """Return how many rows each of our tables has; one that a database of an older shape lacks is left out."""
        there = set(inspect(self.connection).get_table_names())
        tables = [table for table in Base.metadata.sorted_tables if table.name in there]
        return {
            table.name: self.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in sorted(tables, key=lambda table: table.name)
        }

    def originals(self) -> Iterator[str]:
        """Yield the hash of every original that it knows, in order."""
        query = select(Original.sha256).order_by(Original.sha256).execution_options(yield_per=_ROWS)
        yield from self.connection.execute(query).scalars()


@contextmanager
def snapshot(database: Database, folder: Path) -> Iterator[Snapshot]:
    """Copy one state of a database into a file in `folder`.

    Raises:
        ConflictError: `database_damaged`: SQLite finds the copy damaged, and so the database.
        UsageError: `backup_tool_missing`.
        UnavailableError: `backup_tool_failed`, `backup_failed`.

    """
    taken = _of_sqlite if database.embedded else _of_postgresql
    with taken(database, folder) as state:
        yield state


@contextmanager
def _of_sqlite(database: Database, folder: Path) -> Iterator[Snapshot]:
    file = folder / "database.db"
    _copy_sqlite(Path(str(database.engine.url.database)), file)
    address = f"{file.resolve().as_uri()}?mode=ro"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=NullPool)
    with engine.connect() as connection:
        yield Snapshot(file, "sqlite", connection)


def _copy_sqlite(source: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(file)) as there:
            here.backup(there)  # all pages in one step: one state, for which no writer waits
            there.execute("PRAGMA journal_mode=DELETE")  # one file, whole without a log
            [seen] = there.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.OperationalError as error:  # the disk is full, or somebody holds it for too long
        raise UnavailableError("backup_failed", path=str(file.parent), why=str(error)) from error
    except sqlite3.DatabaseError as error:
        raise ConflictError("database_damaged", path=str(source), why=str(error)) from error
    if seen != "ok":
        raise ConflictError("database_damaged", path=str(source), why=seen)


@contextmanager
def _of_postgresql(database: Database, folder: Path) -> Iterator[Snapshot]:
    file, url = folder / "database.dump", database.engine.url
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        state = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        run_tool("pg_dump", "--format=custom", f"--snapshot={state}", f"--file={file}", url=url)
        yield Snapshot(file, "postgresql", connection)
