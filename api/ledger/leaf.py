"""The text of a leaf: canonical JSON of what anyone may know of an event, and a commitment to the rest.

    v        1: the shape of leaves
    at       when, UTC
    kind     what happened
    actor    who: `program`, `local`, or a person's pseudonym
    subject  what it happened to
    body     the public fields of its body
    rows     rows that changed with it
    sealed   SHA-256(salt || canonical JSON of the private part), where there is one

The salt is 16 random bytes, one for each event, so that nobody can guess at what is sealed. Salt and private part lie
beside the event and can be destroyed, which changes no leaf.

Rows of one table with the same columns stand together in a group:

    {"table": "number", "columns": ["document_id", "field", ...], "rows": [[...], ...]}     as they are now
    {"table": "number", "columns": ["document_id", "field"], "gone": [[...], ...]}          are no more

The private part has groups of the same shape; each begins with the columns of the primary key.

Canonical JSON is one text for one value, so that equal values have equal hashes: sorted keys, no spaces, UTF-8 (after
RFC 8785). A whole number is written without a fraction, whether it came as 1, 1.0 or -0.0: PostgreSQL keeps neither the
sign of zero nor the exponent of 1e22, and what comes back must hash to what went in.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Mapper

from api.db.transactions import UNKNOWN, Identity
from api.ledger.kinds import KINDS, SUBJECTS, Kind
from api.ledger.protected import PROTECTED, Columns, Row

VERSION = 1
SALT_BYTES = 16

Named = Callable[[str], str]
"""Gives a person's pseudonym."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)

_AS_IT_IS = frozenset({str, int, bool, type(None)})
"""Most values are of these types: whether one is says a look into a set, quicker than `isinstance` does."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event records of one row: its columns by name, public and sealed; both None where it is gone."""

    kind: type[Any]
    identity: Identity
    public: Mapping[str, Any] | None
    sealed: Mapping[str, Any] | None


@dataclass(slots=True)
class RowGroups:
    """Facts of one event, as they stand in it."""

    public: list[dict[str, Any]] = field(default_factory=list)
    sealed: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf, with the opening of what it seals; both None where it seals nothing."""

    text: str
    private: dict[str, Any] | None
    salt: str | None


def canonical(value: Any) -> bytes:
    """Return a JSON value as bytes; two equal values give the same bytes.

    Raises:
        ValueError: It holds a number that JSON does not have.

    """
    return _ENCODER.encode(_settled(value)).encode()


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON value."""
    return hashlib.sha256(canonical(value)).hexdigest()


def moment(at: datetime) -> str:
    """Return a moment as text, in UTC with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _settled(value: Any) -> Any:
    """Return a JSON value with whole numbers as integers."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if kind is dict or isinstance(value, Mapping):
        return {key: item if type(item) in _AS_IT_IS else _settled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [item if type(item) in _AS_IT_IS else _settled(item) for item in value]
    return value


def make_leaf(
    at: datetime, kind: str, actor: str, subject: str, body: Mapping[str, Any], rows: RowGroups, named: Named
) -> Leaf:
    """Return the leaf of an event."""
    known = KINDS.get(kind, Kind(sealed_subject=True))
    public: dict[str, Any] = {
        "v": VERSION,
        "at": moment(at),
        "kind": known.shown or kind,
        "actor": named(actor),
        "subject": shown_subject(known, subject, named),
    }
    private: dict[str, Any] = {}
    if ":" not in public["subject"] and public["subject"] != subject:
        private["subject"] = subject
    if public["kind"] != kind:
        private["kind"] = kind
    if shown := {name: value for name, value in body.items() if name in known.public}:
        public["body"] = shown
    if hidden := {name: value for name, value in body.items() if name not in known.public}:
        private["body"] = hidden
    if rows.public:
        public["rows"] = rows.public
    if rows.sealed:
        private["rows"] = rows.sealed
    if not private:
        return Leaf(canonical(public).decode(), None, None)
    salt = secrets.token_hex(SALT_BYTES)
    public["sealed"] = commitment(salt, private)
    return Leaf(canonical(public).decode(), private, salt)


def shown_subject(kind: Kind, subject: str, named: Named) -> str:
    """Return what the leaf says of the thing that an event is about."""
    what, _, which = subject.partition(":")
    if what == "person":
        return f"person:{named(which)}"
    return subject if what in SUBJECTS and not kind.sealed_subject else what


def commitment(salt: str, private: Mapping[str, Any]) -> str:
    """Return what a leaf says of its private part."""
    return hashlib.sha256(bytes.fromhex(salt) + canonical(private)).hexdigest()


def key_columns(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the columns of a primary key."""
    return _key_columns(inspect(kind))


@cache
def _key_columns(mapper: Mapper[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in mapper.primary_key)


def fact_of(kind: type[Any], identity: Identity, row: Row | None, named: Named) -> Fact:
    """Return what an event records of a row."""
    columns, keys = PROTECTED[kind], key_columns(kind)
    key = {name: _named_or_recorded(columns, name, value, named) for name, value in zip(keys, identity, strict=True)}
    if row is None:
        return Fact(kind, tuple(key.values()), None, None)
    is_open = all(_at(row, path) in words for path, words in columns.open_when.items())
    shown = (*columns.public, *columns.person, *(columns.guarded if is_open else ()))
    hidden = (*columns.private, *(() if is_open else columns.guarded))
    public = key | {name: _named_or_recorded(columns, name, row[name], named) for name in shown}
    sealed = {name: _named_or_recorded(columns, name, row[name], named) for name in hidden}
    return Fact(kind, tuple(key.values()), public, sealed)


def _named_or_recorded(columns: Columns, name: str, value: Any, named: Named) -> Any:
    if name in columns.person:
        return None if value is None else named(value)
    return _as_recorded(columns, name, value)


def _as_recorded(columns: Columns, name: str, value: Any) -> Any:
    """Return the value of a column as JSON, as events record it."""
    if name in columns.hashed:
        return digest(value)
    if name in columns.recorded_as:
        value = columns.recorded_as[name].get(value, value)
    return moment(value) if isinstance(value, datetime) else value


def is_changed(kind: type[Any], before: Row, row: Row) -> bool:
    """Return whether a row is recorded otherwise than `before`: the columns that changed, as far as they are known."""
    columns = PROTECTED[kind]
    names = columns.recorded.intersection(before)
    if any(before[name] is UNKNOWN for name in names):
        return True
    was, now = ({name: _as_recorded(columns, name, values[name]) for name in names} for values in (before, row))
    return canonical(was) != canonical(now)


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


def grouped(facts: Iterable[Fact], most: int) -> Iterator[RowGroups]:
    """Put facts together by table and columns; begin anew where a leaf would become longer than `most` bytes."""
    groups, size = RowGroups(), 0
    for fact in facts:
        length = len(canonical([fact.public, list(fact.identity)])) + 64
        if size and size + length > most:
            yield groups
            groups, size = RowGroups(), 0
        size += length
        _add(groups, fact)
    if groups.public or groups.sealed:
        yield groups


def _add(groups: RowGroups, fact: Fact) -> None:
    table, keys = fact.kind.__tablename__, key_columns(fact.kind)
    if fact.public is None:
        _into(groups.public, table, keys, "gone", list(fact.identity))
        return
    _into(groups.public, table, tuple(fact.public), "rows", list(fact.public.values()))
    if fact.sealed:
        _into(groups.sealed, table, (*keys, *fact.sealed), "rows", [*fact.identity, *fact.sealed.values()])


def _into(groups: list[dict[str, Any]], table: str, columns: tuple[str, ...], what: str, row: list[Any]) -> None:
    for group in groups:
        if group["table"] == table and what in group and tuple(group["columns"]) == columns:
            group[what].append(row)
            return
    groups.append({"table": table, "columns": list(columns), what: [row]})
