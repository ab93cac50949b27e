"""What an event says of the rows that changed with it: the public part for its leaf, and the part that is sealed.

Rows of one table with the same columns stand together in a group:

    {"table": "number", "columns": ["document_id", "field", ...], "rows": [[...], ...]}     as they are now
    {"table": "number", "columns": ["document_id", "field"], "gone": [[...], ...]}          are no more

The sealed part has groups of the same shape; each begins with the columns of the primary key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import inspect, select, tuple_
from sqlalchemy.orm import Mapper, Session

from api.db.changes import UNKNOWN, Identity, Touched
from api.ledger.canonical import canonical, digest, moment
from api.ledger.protected import PROTECTED, Columns, Row

Named = Callable[[str], str]
"""Gives a person's pseudonym."""

LOOKED_UP = 200
"""Rows that are looked up at a time."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told of one row: its columns by name, public and sealed; both None where it is gone."""

    kind: type[Any]
    identity: Identity
    public: Mapping[str, Any] | None
    sealed: Mapping[str, Any] | None


@dataclass(slots=True)
class Told:
    """Facts of one event, as they stand in it."""

    public: list[dict[str, Any]] = field(default_factory=list)
    sealed: list[dict[str, Any]] = field(default_factory=list)


def key_columns(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the columns of a primary key."""
    return _key_columns(inspect(kind))


@cache
def _key_columns(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in mapper.primary_key)


def current(session: Session, touched: Iterable[Touched]) -> list[tuple[Touched, Row | None]]:
    """Return what became of rows: their columns by name, or None where they are gone; what is as before is left out."""
    found: dict[tuple[type[Any], Identity], tuple[Touched, Row | None]] = {}
    asked: dict[type[Any], list[Touched]] = {}
    touched = list(touched)
    added = {id(one.row) for one in touched if one.new}
    for one in touched:
        if one.row is None:
            asked.setdefault(one.kind, []).append(one)
            continue
        state = inspect(one.row)
        gone = state.deleted or state.was_deleted or state.transient
        new = id(one.row) in added
        if gone and new:
            continue
        columns = PROTECTED[one.kind]
        if not gone and not new and not _differs(one, columns):
            continue
        row: Row | None = None if gone else {name: getattr(one.row, name) for name in columns.told}
        found[one.kind, one.key()] = (one, row)
    for kind, ones in asked.items():
        for one, there in _looked_up(session, kind, ones):
            found[kind, one.key()] = (one, there)
    return list(found.values())


def _differs(one: Touched, columns: Columns) -> bool:
    for name, before in one.before.items():
        if name not in columns.told:
            continue
        if before is UNKNOWN:
            return True
        if canonical(_as_json(columns, name, before)) != canonical(_as_json(columns, name, getattr(one.row, name))):
            return True
    return False


def _looked_up(session: Session, kind: type[Any], ones: Sequence[Touched]) -> Iterator[tuple[Touched, Row | None]]:
    names = sorted(PROTECTED[kind].told | set(key_columns(kind)))
    keys = [getattr(kind, name) for name in key_columns(kind)]
    for at in range(0, len(ones), LOOKED_UP):
        some = ones[at : at + LOOKED_UP]
        wanted = select(*(getattr(kind, name).label(name) for name in names))
        chosen = (
            tuple_(*keys).in_([one.key() for one in some])
            if len(keys) > 1
            else keys[0].in_([one.key()[0] for one in some])
        )
        rows = {
            tuple(row[name] for name in key_columns(kind)): dict(row)
            for row in session.execute(wanted.where(chosen)).mappings()
        }
        for one in some:
            yield one, rows.get(one.key())


def fact_of(kind: type[Any], identity: Identity, row: Row | None, named: Named) -> Fact:
    """Return what is told of a row."""
    columns, keys = PROTECTED[kind], key_columns(kind)
    key = {name: _told(columns, name, value, named) for name, value in zip(keys, identity, strict=True)}
    if row is None:
        return Fact(kind, tuple(key.values()), None, None)
    is_open = all(_at(row, path) in words for path, words in columns.open_when.items())
    shown = (*columns.public, *columns.person, *(columns.guarded if is_open else ()))
    hidden = (*columns.private, *(() if is_open else columns.guarded))
    public = key | {name: _told(columns, name, row[name], named) for name in shown}
    sealed = {name: _told(columns, name, row[name], named) for name in hidden}
    return Fact(kind, tuple(key.values()), public, sealed)


def _told(columns: Columns, name: str, value: Any, named: Named) -> Any:
    if name in columns.person:
        return None if value is None else named(value)
    return _as_json(columns, name, value)


def _as_json(columns: Columns, name: str, value: Any) -> Any:
    """Return the value of a column as JSON, by what of it is told."""
    if name in columns.hashed:
        return digest(value)
    if name in columns.told_as:
        value = columns.told_as[name].get(value, value)
    return moment(value) if isinstance(value, datetime) else value


def _at(row: Row, path: str) -> Any:
    column, _, inner = path.partition(".")
    return row[column].get(inner) if inner else row[column]


def persons_in(kind: type[Any], row: Row | None, identity: Identity) -> Iterator[str]:
    """Yield the ids of people that a row names."""
    columns = PROTECTED[kind]
    whole = dict(zip(key_columns(kind), identity, strict=True)) | dict(row or {})
    for name in columns.person:
        if whole.get(name) is not None:
            yield whole[name]


def grouped(facts: Iterable[Fact], most: int) -> Iterator[Told]:
    """Put facts together by table and columns; begin anew where a leaf would become longer than `most` bytes."""
    told, size = Told(), 0
    for fact in facts:
        length = len(canonical([fact.public, list(fact.identity)])) + 64
        if size and size + length > most:
            yield told
            told, size = Told(), 0
        size += length
        _add(told, fact)
    if told.public or told.sealed:
        yield told


def _add(told: Told, fact: Fact) -> None:
    table, keys = fact.kind.__tablename__, key_columns(fact.kind)
    if fact.public is None:
        _into(told.public, table, keys, "gone", list(fact.identity))
        return
    _into(told.public, table, tuple(fact.public), "rows", list(fact.public.values()))
    if fact.sealed:
        _into(told.sealed, table, (*keys, *fact.sealed), "rows", [*fact.identity, *fact.sealed.values()])


def _into(groups: list[dict[str, Any]], table: str, columns: tuple[str, ...], what: str, row: list[Any]) -> None:
    for group in groups:
        if group["table"] == table and what in group and tuple(group["columns"]) == columns:
            group[what].append(row)
            return
    groups.append({"table": table, "columns": list(columns), what: [row]})
