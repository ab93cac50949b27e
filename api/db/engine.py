"""One URL becomes a database: SQLite in a file by default, PostgreSQL where a URL names it.

SQLite runs in WAL mode, so that readers never wait for a writer. Every writing transaction begins with BEGIN IMMEDIATE:
one that reads first and writes later would otherwise fail with "database is locked" instead of waiting.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from api.db.changes import track
from pipeline.errors import UsageError

BUSY_SECONDS = 30
"""How long a writer of SQLite waits for another before it gives up."""

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS}000")
"""What every connection to SQLite is told: among it that what is committed is on the disk."""

_TAKE = text("SELECT pg_advisory_xact_lock(:key)")

_BEFORE_COMMIT = "chasil_before_commit"
"""Where a writing session keeps what is put off to its end."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, and how to work with it.

    Attributes:
        engine: Of SQLAlchemy.
        watched: Attributes by class whose changes a writing session notices (`api.db.changes`).
        at_commit: Done at the end of every writing session, after what its own steps have put off.

    """

    engine: Engine
    watched: Mapping[type[Any], frozenset[str]] = field(default_factory=dict)
    at_commit: Callable[[Session], None] | None = None

    @property
    def embedded(self) -> bool:
        """Whether it is the SQLite file of one machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Hold a session in one transaction: all of it is written, or nothing.

        What was put off by `before_commit` is done at its end.
        """
        with self.turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            if self.embedded:
                session.connection(execution_options={"chasil_writing": True})
            actions: list[Callable[[Session], None]] = []
            session.info[_BEFORE_COMMIT] = actions
            if self.watched:
                track(session, self.watched)
            yield session
            if session.in_transaction():  # else it was rolled back, and nothing is left to be done
                session.flush()
                for action in actions:
                    action(session)
                if self.at_commit is not None:
                    self.at_commit(session)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let the writers of an SQLite file come one after the other, in the order in which they came.

        SQLite itself lets each sleep and try again, so that one may wait for seconds while others pass it by. A lock on
        a file beside it wakes the next at once, in whatever process; it ends with its process, however that ends.
        """
        file = self.engine.url.database
        if not self.embedded or not file:
            yield
            return
        with Path(f"{file}-turn").open("wb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Hold a session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.embedded:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            try:
                yield session
            finally:
                session.expunge_all()  # what was loaded stays usable after the transaction
                session.rollback()

    def ready(self) -> bool:
        """Tell whether the database answers."""
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT 1")).scalar() == 1

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def before_commit(session: Session, action: Callable[[Session], None]) -> None:
    """Put an action off until all else in the transaction has been written; a transaction that fails never gets there.

    Args:
        session: A session of `Database.writing`.
        action: Called with the session.

    Raises:
        ValueError: The session does not write.

    """
    actions = session.info.get(_BEFORE_COMMIT)
    if actions is None:
        raise ValueError("the session does not write: it is none of Database.writing")
    actions.append(action)


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


def take_lock(transaction: Session | Connection, key: int | str) -> None:
    """Wait until nobody else holds a lock, and hold it until the transaction ends. SQLite has one writer anyway.

    Args:
        transaction: A writing session, or a connection.
        key: The number of the lock, 64 bits with sign, or a name that makes one.

    """
    dialect = transaction.get_bind().dialect if isinstance(transaction, Session) else transaction.dialect
    if dialect.name == "postgresql":
        transaction.execute(_TAKE, {"key": key if isinstance(key, int) else _number_of(key)})


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
