"""What a snapshot says of its stations, and the hash of it, which is what the log has of so many rows."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.published_tables import PublishedSnapshot, PublishedStation
from api.db.states import SnapshotState
from api.ledger.leaf import canonical

Figures = tuple[str, Mapping[str, Any], str | None]
"""A station's code, its published numbers by field, and the time that its publisher states."""

ROWS = 5_000
"""Rows that are held at a time."""


def digest_of(stations: Iterable[Figures]) -> str:
    """Return the SHA-256 of stations by code: of a line of canonical JSON each, `[code, numbers, time]`."""
    digest = hashlib.sha256()
    for code, numbers, at in stations:
        digest.update(canonical([code, dict(numbers), at]) + b"\n")
    return digest.hexdigest()


def figures_of(session: Session, snapshot: str) -> Iterator[Figures]:
    """Yield what a snapshot says, by code, a few thousand rows at a time."""
    query = select(PublishedStation.station, PublishedStation.numbers, PublishedStation.at)
    found = query.where(PublishedStation.snapshot_id == snapshot).order_by(PublishedStation.station)
    yield from session.execute(found.execution_options(yield_per=ROWS))


def current_snapshot(session: Session, election: str) -> PublishedSnapshot | None:
    """Return what is published of an election by the newest import; None where nothing was imported."""
    here = (PublishedSnapshot.election_id == election, PublishedSnapshot.state == SnapshotState.CURRENT)
    return session.scalars(select(PublishedSnapshot).where(*here)).first()


def anything_published(session: Session) -> bool:
    """Return whether published figures were ever imported; most services have none."""
    return session.scalars(select(PublishedSnapshot.id).limit(1)).first() is not None


def snapshots_of(session: Session, election: str | None = None) -> list[PublishedSnapshot]:
    """Return all snapshots that were ever imported, the newest first; of one election, or of all."""
    query = select(PublishedSnapshot).order_by(PublishedSnapshot.imported_at.desc(), PublishedSnapshot.id)
    return list(session.scalars(query if election is None else query.where(PublishedSnapshot.election_id == election)))
