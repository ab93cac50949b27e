"""Add links to the chain, in the same transaction as what they tell of: both are there, or neither."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.audit.canonical import link_hash
from api.db.tables import Event
from api.db.types import now

FIRST = "0" * 64
"""What the first link has for the hash of the one before."""

_LOCK = 0x63_68_61_73_69_6C
"""The lock of PostgreSQL that makes links come one after the other."""


def append(session: Session, kind: str, actor: str, subject: str, body: Mapping[str, Any]) -> Event:
    """Add a link. Call it last in a transaction: from here to its end all other writers of links wait.

    Args:
        session: A writing session.
        kind: What happened, such as `page_read`.
        actor: Id of the person, or the name of the part of the program.
        subject: What it happened to, such as `document:3f..`.
        body: What must not change: values, and hashes of what is too large to repeat.

    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    session.flush()
    last = session.execute(select(Event.seq, Event.sha256).order_by(Event.seq.desc()).limit(1)).first()
    seq, previous = (last.seq + 1, last.sha256) if last else (1, FIRST)
    at = now()
    link = Event(
        seq=seq,
        at=at,
        kind=kind,
        actor=actor,
        subject=subject,
        body=dict(body),
        previous=previous,
        sha256=link_hash(previous, seq, at, kind, actor, subject, body),
    )
    session.add(link)
    session.flush()
    return link
