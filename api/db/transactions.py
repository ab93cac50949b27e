"""The transactions of a database: one to a session, with notice taken of which rows a writing one touches.

Rows that are added, changed or deleted one by one are noticed as they are flushed, so that whoever keeps the ledger can
say at the end what became of them. Statements that change or delete many are noticed by a look at what they would meet.
What goes past SQLAlchemy's objects is named with `touch`.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, select, text
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

_TAKE = text("SELECT pg_advisory_xact_lock(:key)")

_BEFORE_COMMIT = "chasil_before_commit"
"""Where a writing session keeps what is put off to its end."""

_CHANGES = "chasil_changes"
"""Where a session keeps what it has touched."""

Identity = tuple[Any, ...]
"""The primary key of a row, in the order of its columns."""


@dataclass(frozen=True, slots=True)
class Database:
    """An engine, and how to work with it.

    Attributes:
        engine: Of SQLAlchemy.
        watched: Attributes by class whose changes a writing session notices (see `track`).
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
        """Return whether the database answers."""
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


@dataclass(slots=True)
class Touched:
    """One row that was touched.

    Attributes:
        kind: Class of its table.
        identity: Its primary key; None until it is first written.
        row: The object, where there is one; else it must be looked up.
        before: Values of changed attributes before their first change, as far as they were known.
        new: Whether the session added it.

    """

    kind: type[Any]
    identity: Identity | None
    row: Any | None = None
    before: dict[str, Any] = field(default_factory=dict)
    new: bool = False

    def key(self) -> Identity:
        """Return the primary key, once it was written."""
        if self.identity is None:
            self.identity = identity_of(self.row)
        return self.identity


class Changes:
    """What a session has touched since `take` was last called."""

    def __init__(self) -> None:
        self._objects: dict[int, Touched] = {}
        self._others: dict[tuple[type[Any], Identity], Touched] = {}
        self._many: list[tuple[type[Any], list[Identity]]] = []

    def name_many(self, kind: type[Any], identities: Iterable[Identity]) -> None:
        """Note rows of which there may be very many, by their primary keys; none of them is held as an object."""
        named = list(identities)
        if named:
            self._many.append((kind, named))

    def take(self) -> tuple[list[Touched], list[tuple[type[Any], list[Identity]]]]:
        """Return what was touched, in the order in which it was, and what was named with `touch`; begin anew."""
        found = [*self._objects.values(), *self._others.values()], self._many
        self._objects, self._others, self._many = {}, {}, []
        return found

    def note(self, row: Any, *, new: bool) -> None:
        """Note an object before it is flushed."""
        touched = self._objects.setdefault(id(row), Touched(type(row), None, row, new=new))
        if touched.new:
            return  # nothing was before it
        state = inspect(row)
        for attribute in state.attrs:
            history = attribute.history
            if history.has_changes() and attribute.key not in touched.before:
                touched.before[attribute.key] = history.deleted[0] if history.deleted else UNKNOWN

    def name(self, kind: type[Any], identities: Iterable[Identity]) -> None:
        """Note rows by their primary keys."""
        for identity in identities:
            self._others.setdefault((kind, identity), Touched(kind, identity))


class _Unknown:
    """The value of an attribute that was never loaded."""


UNKNOWN = _Unknown()


def identity_of(row: Any) -> Identity:
    """Return the primary key of an object."""
    mapper: Mapper[Any] = inspect(type(row))
    return tuple(mapper.primary_key_from_instance(row))


def track(session: Session, watched: Mapping[type[Any], frozenset[str]]) -> Changes:
    """Notice from now on what a session touches.

    Args:
        session: A new session.
        watched: Attributes by class; a row of which nothing else changes is not noticed.

    """
    changes = Changes()
    session.info[_CHANGES] = changes
    event.listen(session, "before_flush", _before_flush(changes, watched))
    event.listen(session, "do_orm_execute", _before_bulk(changes, watched))
    return changes


def changes_of(session: Session) -> Changes | None:
    """Return what a session has touched; None where nobody looks."""
    found: Changes | None = session.info.get(_CHANGES)
    return found


def touch(session: Session, kind: type[Any], identities: Iterable[Identity]) -> None:
    """Name rows that a statement of SQL has changed past the objects: as many as there are."""
    changes = changes_of(session)
    if changes is not None:
        changes.name_many(kind, identities)


def _before_flush(changes: Changes, watched: Mapping[type[Any], frozenset[str]]) -> Callable[[Session, Any, Any], None]:
    def noticed(session: Session, _context: Any, _instances: Any) -> None:
        for row in session.new:
            if type(row) in watched:
                changes.note(row, new=True)
        for row in session.deleted:
            if type(row) in watched:
                changes.note(row, new=False)
        for row in session.dirty:
            attributes = watched.get(type(row))
            if attributes and any(inspect(row).attrs[name].history.has_changes() for name in attributes):
                changes.note(row, new=False)

    return noticed


def _before_bulk(changes: Changes, watched: Mapping[type[Any], frozenset[str]]) -> Callable[[ORMExecuteState], None]:
    def noticed(state: ORMExecuteState) -> None:
        if not (state.is_update or state.is_delete) or state.bind_mapper is None:
            return
        kind = state.bind_mapper.class_
        if kind not in watched:
            return
        statement: Any = state.statement
        if state.is_update and not _names(statement) & watched[kind]:
            return
        keys = select(*state.bind_mapper.primary_key)
        if statement.whereclause is not None:
            keys = keys.where(statement.whereclause)
        parameters = state.parameters if isinstance(state.parameters, Mapping) else None
        with state.session.no_autoflush:
            found = [tuple(row) for row in state.session.execute(keys, parameters)]
        changes.name(kind, found)

    return noticed


def _names(statement: Any) -> set[str]:
    """Return the columns that an UPDATE sets."""
    return {getattr(column, "key", str(column)) for column in statement._values or {}}
