"""Append events to the ledger, in the same transaction as what they tell of: both are there, or neither."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.db.engine import before_commit
from api.db.tables import Event
from api.db.types import now
from api.ledger.canonical import event_hash

FIRST = "0" * 64
"""What the first event has for the hash of the one before."""

_LOCK = 0x63_68_61_73_69_6C
"""The lock of PostgreSQL that makes writers of events come one after the other."""

_RECORDED = "chasil_events"
"""Where a session keeps the events of its transaction."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    kind: str
    actor: str
    subject: str
    body: dict[str, Any]


def record_event(session: Session, kind: str, actor: str, subject: str, body: Mapping[str, Any]) -> None:
    """Record an event. When the transaction commits, all its events are appended to the chain in this order.

    Until then nobody waits for this transaction, however early in it an event is recorded.

    Args:
        session: A session of `Database.writing`.
        kind: What happened, such as `page_read`.
        actor: Id of the person, or the name of the part of the program.
        subject: What it happened to, such as `document:3f..`.
        body: What must not change: values, and hashes of what is too large to repeat.

    Raises:
        ValueError: The session does not write.

    """
    if _RECORDED not in session.info:
        before_commit(session, _append)
        session.info[_RECORDED] = []
    session.flush()  # what the event tells of is there for whatever comes after it
    session.info[_RECORDED].append(_Recorded(kind, actor, subject, deepcopy(dict(body))))


def _append(session: Session) -> None:
    """Append the recorded events; from here to the end of the transaction all other writers of events wait."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last = session.execute(select(Event.seq, Event.sha256).order_by(Event.seq.desc()).limit(1)).first()
    seq, previous = (last.seq, last.sha256) if last else (0, FIRST)
    for one in session.info[_RECORDED]:
        seq, at = seq + 1, now()
        sha256 = event_hash(previous, seq, at, one.kind, one.actor, one.subject, one.body)
        session.add(
            Event(
                seq=seq,
                at=at,
                kind=one.kind,
                actor=one.actor,
                subject=one.subject,
                body=one.body,
                previous=previous,
                sha256=sha256,
            )
        )
        previous = sha256
    session.flush()
