"""Write events, in the same transaction as what they record: both are there, or neither.

A transaction writes its events as rows and lets them wait for the tree (`api.ledger.sequencer`). It computes no chain
and holds no lock, so no writer ever waits for another because of the log. Every event records the rows that changed
up to it, so that all that the log vouches for (`api.ledger.protected`) follows from the log.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, inspect, select, tuple_
from sqlalchemy.orm import Session

from api.db.log_tables import Event, LogPending
from api.db.transactions import Identity, Touched, before_commit, changes_of
from api.db.types import now
from api.ledger.actors import PROGRAM
from api.ledger.kinds import CLOCK_SET_BACK, ROWS_CHANGED, ROWS_CONTINUED
from api.ledger.leaf import (
    Fact,
    Named,
    RowGroups,
    fact_of,
    grouped,
    is_changed,
    key_columns,
    make_leaf,
    moment,
    persons_in,
)
from api.ledger.protected import PROTECTED, Row
from api.ledger.pseudonyms import pseudonyms

MOST_ROW_BYTES = 40_000
"""Of rows in one leaf: an entry of the log has 65,535 bytes at most."""

LOOKED_UP = 200
"""Rows that are looked up at a time."""

PIECE = 500
"""Rows that are recorded at a time where there are very many."""

CLOCK_SLACK = timedelta(seconds=10)
"""By how much the clocks of two machines may differ before one is said to have been set back."""

_RECORDED = "chasil_events"
"""Where a session keeps the events of its transaction."""


@dataclass(slots=True)
class _Recorded:
    kind: str
    actor: str
    subject: str
    body: dict[str, Any]
    touched: list[Touched] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    many: list[tuple[type[Any], list[Identity]]] = field(default_factory=list)


def record_event(session: Session, kind: str, actor: str, subject: str, body: Mapping[str, Any]) -> None:
    """Record an event; it is written when the transaction commits, with the rows that have changed up to now.

    Args:
        session: A session of `Database.writing`.
        kind: What happened, one of `api.ledger.kinds`.
        actor: Id of the person, or the name of the part of the program.
        subject: What it happened to, such as `document:3f..`.
        body: What must not change: values, and hashes of what is too large to repeat.

    Raises:
        ValueError: The session does not write.

    """
    if _RECORDED not in session.info:
        before_commit(session, _write)
        session.info[_RECORDED] = []
    session.flush()  # what the event records is there for whatever comes after it
    changes = changes_of(session)
    recorded = _Recorded(kind, actor, subject, deepcopy(dict(body)))
    if changes is not None:
        recorded.touched, recorded.many = changes.take()
    session.info[_RECORDED].append(recorded)


def settle(session: Session) -> None:
    """Record rows that have changed without any event; the last step of a writing session."""
    changes = changes_of(session)
    if changes is None or _RECORDED in session.info:
        return
    touched, many = changes.take()
    left = _Recorded(ROWS_CHANGED, PROGRAM, "rows:", {}, touched, many=many)
    if left.many or (left.touched and _became(session, left.touched)):
        session.info[_RECORDED] = [left]
        _write(session)


def _write(session: Session) -> None:
    """Write the recorded events, each with the facts of the rows that first changed with it."""
    recorded: list[_Recorded] = session.info[_RECORDED]
    changes = changes_of(session)
    if changes is not None:
        touched, many = changes.take()
        recorded[-1].touched += touched
        recorded[-1].many += many
    named = _record_facts(session, recorded).__getitem__
    rows: list[dict[str, Any]] = []
    for event in _after_the_clock(session, recorded):
        rows += _rows_of(event, named)
        if event.many:
            insert_events(session, rows)
            rows = []
        for kind, identities in event.many:
            _write_many(session, event, kind, identities)
    if rows:
        insert_events(session, rows)


def insert_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write events; they wait for the tree."""
    inserted = session.scalars(insert(Event).returning(Event.seq, sort_by_parameter_order=True), rows)
    session.execute(insert(LogPending), [{"seq": seq} for seq in inserted])


def _write_many(session: Session, event: _Recorded, kind: type[Any], identities: Sequence[Identity]) -> None:
    """Record rows of which there may be very many, a few at a time."""
    for at in range(0, len(identities), PIECE):
        part = _Recorded(ROWS_CONTINUED, event.actor, event.subject, {})
        part.touched = [Touched(kind, identity) for identity in identities[at : at + PIECE]]
        insert_events(session, _rows_of(part, _record_facts(session, [part]).__getitem__))


def _record_facts(session: Session, recorded: Sequence[_Recorded]) -> Mapping[str, str]:
    """Give every event its facts; return the pseudonyms of all whom events and facts name."""
    touched = [one for event in recorded for one in event.touched]
    became = _became(session, touched) if touched else []
    people = {person for event in recorded for person in (event.actor, _person_of(event.subject)) if person}
    for one, row in became:
        people.update(persons_in(one.kind, row, one.key()))
    names = pseudonyms(session, people)
    first: dict[tuple[type[Any], Any], _Recorded] = {}
    for event in recorded:
        for one in event.touched:
            first.setdefault(_identity(one), event)
    for one, row in became:
        first[_identity(one)].facts.append(fact_of(one.kind, one.key(), row, names.__getitem__))
    return names


def _became(session: Session, touched: Iterable[Touched]) -> list[tuple[Touched, Row | None]]:
    """Return what became of rows: their columns by name, or None where they are gone; what is as before is left out."""
    found: dict[tuple[type[Any], Identity], tuple[Touched, Row | None]] = {}
    sought: dict[type[Any], list[Touched]] = {}
    touched = list(touched)
    added = {id(one.row) for one in touched if one.new}
    for one in touched:
        if one.row is None:
            sought.setdefault(one.kind, []).append(one)
            continue
        state = inspect(one.row)
        gone = state.deleted or state.was_deleted or state.transient
        new = id(one.row) in added
        if gone and new:
            continue
        row: Row | None = None if gone else {name: getattr(one.row, name) for name in PROTECTED[one.kind].recorded}
        if row is not None and not new and not is_changed(one.kind, one.before, row):
            continue
        found[one.kind, one.key()] = (one, row)
    for kind, ones in sought.items():
        for one, there in _looked_up(session, kind, ones):
            found[kind, one.key()] = (one, there)
    return list(found.values())


def _looked_up(session: Session, kind: type[Any], ones: Sequence[Touched]) -> Iterator[tuple[Touched, Row | None]]:
    names = sorted(PROTECTED[kind].recorded | set(key_columns(kind)))
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


def _identity(one: Touched) -> tuple[type[Any], Any]:
    return one.kind, one.key()


def _person_of(subject: str) -> str:
    return subject.removeprefix("person:") if subject.startswith("person:") else ""


def _rows_of(event: _Recorded, named: Named) -> list[dict[str, Any]]:
    """Return an event as rows of its table: one, or more where it records many rows."""
    parts = list(grouped(event.facts, MOST_ROW_BYTES)) or [RowGroups()]
    at = now()
    first = event_row(at, event.kind, event.actor, event.subject, event.body, parts[0], named)
    return [first, *(event_row(at, ROWS_CONTINUED, event.actor, event.subject, {}, part, named) for part in parts[1:])]


def event_row(
    at: datetime, kind: str, actor: str, subject: str, body: Mapping[str, Any], groups: RowGroups, named: Named
) -> dict[str, Any]:
    """Return an event as a row of its table, with its leaf."""
    leaf = make_leaf(at, kind, actor, subject, body, groups, named)
    return {
        "at": at,
        "kind": kind,
        "actor": actor,
        "subject": subject,
        "body": body,
        "leaf": leaf.text,
        "private": leaf.private,
        "salt": leaf.salt,
    }


def _after_the_clock(session: Session, recorded: list[_Recorded]) -> list[_Recorded]:
    """Put before the events one that says so where the clock was set back: time must not run backwards unsaid."""
    last = session.execute(select(Event.at).order_by(Event.seq.desc()).limit(1)).scalar()
    at = now()
    if last is None or at >= last - CLOCK_SLACK:
        return recorded
    body = {"before": moment(last), "now": moment(at)}
    return [_Recorded(CLOCK_SET_BACK, PROGRAM, "log:clock", body), *recorded]
