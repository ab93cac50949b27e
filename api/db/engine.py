"""One URL becomes a database: SQLite in a file by default, PostgreSQL where a URL names it.

SQLite runs in WAL mode, so that readers never wait for a writer. Every writing transaction begins with BEGIN IMMEDIATE:
one that reads first and writes later would otherwise fail with "database is locked" instead of waiting.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from api.db.transactions import Database
from pipeline.errors import UsageError

BUSY_SECONDS = 30
"""How long a writer of SQLite waits for another before it gives up."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS}000")
"""What every connection to SQLite is told: among it that what is committed is on the disk."""


def embedded_file(url: str) -> Path | None:
    """Return the SQLite file that a URL names; None where it names another database.

    Raises:
        UsageError: `database_url`: it is no URL.

    """
    parsed = _parsed(url)
    return Path(parsed.database) if parsed.drivername == "sqlite" and parsed.database else None


def open_database(url: str) -> Database:
    """Open the database at a URL such as `sqlite:////srv/chasil.db` or `postgresql+psycopg://user@host/chasil`.

    Raises:
        UsageError: `database_url`: the URL names no database that is supported.

    """
    parsed = _parsed(url)
    if parsed.drivername == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        _as_one_writer(engine)
        return Database(engine)
    if parsed.drivername == "postgresql+psycopg":
        return Database(create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20))
    raise UsageError("database_url", seen=parsed.drivername)


def _parsed(url: str) -> URL:
    try:
        return make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    except ArgumentError as error:
        raise UsageError("database_url", seen="a text that is no URL") from error


def _as_one_writer(engine: Engine) -> None:
    """Set what every connection to SQLite needs, and begin transactions ourselves."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN would come too late and too weak
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Any) -> None:
        writing = connection.get_execution_options().get("chasil_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
