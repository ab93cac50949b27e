"""Which rows a writing session has touched, so that whoever keeps the ledger can say at its end what became of them.

Rows that are added, changed or deleted one by one are noticed as they are flushed. Statements that change or delete
many are noticed by a look at what they would meet. What goes past SQLAlchemy's objects is named with `touch`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Mapper, ORMExecuteState, Session

CHANGES = "chasil_changes"
"""Where a session keeps what it has touched."""

Identity = tuple[Any, ...]
"""The primary key of a row, in the order of its columns."""


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

    def take_many(self) -> list[tuple[type[Any], list[Identity]]]:
        """Return the rows that were named with `touch`, by class, and begin anew."""
        found, self._many = self._many, []
        return found

    def name_many(self, kind: type[Any], identities: Iterable[Identity]) -> None:
        """Note rows of which there may be very many, by their primary keys; none of them is held as an object."""
        named = list(identities)
        if named:
            self._many.append((kind, named))

    def take(self) -> list[Touched]:
        """Return what was touched, in the order in which it was, and begin anew."""
        found = [*self._objects.values(), *self._others.values()]
        self._objects, self._others = {}, {}
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
    session.info[CHANGES] = changes
    event.listen(session, "before_flush", _before_flush(changes, watched))
    event.listen(session, "do_orm_execute", _before_bulk(changes, watched))
    return changes


def changes_of(session: Session) -> Changes | None:
    """Return what a session has touched; None where nobody looks."""
    found: Changes | None = session.info.get(CHANGES)
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
