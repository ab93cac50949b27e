"""Judge again what has changed: stations of the newest snapshots whose document is not as it was judged.

Many processes may do so at once: each leaves alone what another has in hand.
"""

from collections.abc import Sequence

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.published_tables import PublishedJudged, PublishedSnapshot, PublishedStation, PublishedVerdict
from api.db.states import SnapshotState
from api.db.tables import Document
from api.publication.judging import judge, judged_row, verdict_rows

AT_ONCE = 20
"""Stations that are judged in one transaction."""


def refresh_verdicts(records: Records, most: int = AT_ONCE) -> int:
    """Judge some of what has changed; return how many stations, 0 where nothing is left to do.

    Args:
        records: What the service remembers.
        most: Stations at most.

    """
    with records.database.reading() as session:
        stale = _stale(session, most)
        outdated = _outdated(session)
    if not stale and not outdated:
        return 0
    with records.database.writing() as session:
        for snapshot in outdated:
            _forget(session, snapshot)
        _forget_moved(session)
        for snapshot, station, document in stale:
            _judge_again(session, records, snapshot, station, document)
    return len(stale) + len(outdated)


def refresh_all(records: Records) -> int:
    """Judge everything that has changed; return how many stations."""
    count = 0
    while done := refresh_verdicts(records):
        count += done
    return count


def _judge_again(session: Session, records: Records, snapshot: str, station: str, document_id: str) -> None:
    """Judge one station in the place of what was judged of it; leave it where others hold its document just now."""
    wanted = select(Document).where(Document.id == document_id, Document.moved_to.is_(None))
    document = session.scalars(wanted.with_for_update(skip_locked=True)).first()
    published = session.get(PublishedStation, (snapshot, station))
    if document is None or document.station != station or published is None:
        return
    _forget(session, snapshot, station)
    judged = judge(session, records, document, station, published.numbers)
    session.add_all(verdict_rows(snapshot, judged))
    session.add(judged_row(snapshot, judged))
    session.flush()


def _stale(session: Session, most: int) -> Sequence[tuple[str, str, str]]:
    """Return stations that are to be judged: snapshot, code, document."""
    judged = and_(
        PublishedJudged.snapshot_id == PublishedStation.snapshot_id,
        PublishedJudged.station == PublishedStation.station,
    )
    query = (
        select(PublishedStation.snapshot_id, PublishedStation.station, Document.id)
        .join(PublishedSnapshot, PublishedSnapshot.id == PublishedStation.snapshot_id)
        .join(
            Document,
            and_(
                Document.station == PublishedStation.station,
                Document.election_id == PublishedSnapshot.election_id,
                Document.moved_to.is_(None),
            ),
        )
        .outerjoin(PublishedJudged, judged)
        .where(
            PublishedSnapshot.state == SnapshotState.CURRENT,
            or_(
                PublishedJudged.station.is_(None),
                PublishedJudged.version != Document.version,
                PublishedJudged.document_id != Document.id,
            ),
        )
        .order_by(PublishedStation.station, PublishedStation.snapshot_id)
        .limit(most)
    )
    return [(snapshot, station, document) for snapshot, station, document in session.execute(query)]


def _outdated(session: Session) -> list[str]:
    """Return replaced snapshots that were judged."""
    there = select(PublishedJudged.snapshot_id).where(PublishedJudged.snapshot_id == PublishedSnapshot.id).exists()
    return list(
        session.scalars(select(PublishedSnapshot.id).where(PublishedSnapshot.state == SnapshotState.REPLACED, there))
    )


def _forget_moved(session: Session) -> None:
    """Forget what was judged of documents that have gone to another station."""
    moved = (
        select(PublishedJudged.snapshot_id, PublishedJudged.station)
        .join(Document, Document.id == PublishedJudged.document_id)
        .where(or_(Document.moved_to.is_not(None), Document.station != PublishedJudged.station))
    )
    for snapshot, station in session.execute(moved).all():
        _forget(session, snapshot, station)


def _forget(session: Session, snapshot: str, station: str | None = None) -> None:
    """Forget what was judged of a snapshot, or of one station of it."""
    for table in (PublishedVerdict, PublishedJudged):
        here = (table.snapshot_id == snapshot, *(() if station is None else (table.station == station,)))
        session.execute(delete(table).where(*here))
