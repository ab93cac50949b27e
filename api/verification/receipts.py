"""Proofs that events are in the log, which whoever they concern can keep and check offline."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.log_tables import Event
from api.db.tables import Number, Page
from api.ledger.log import checkpoint_after, events_about, position_of, prove_inclusion
from api.ledger.proofs import InclusionProof
from pipeline.errors import ConflictError, MissingError


def claim_event(session: Session, sha256: str) -> int | None:
    """Return the event of the newest delivery of a file; None where there is none."""
    about = (Event.subject == f"original:{sha256}", Event.kind == "station_claimed")
    return session.scalar(select(Event.seq).where(*about).order_by(Event.seq.desc()).limit(1))


def receipt_of(session: Session, seq: int) -> InclusionProof:
    """Return the proof that an event is in the log.

    Raises:
        MissingError: `log_event_missing`.
        ConflictError: `log_event_waits`: it is not in the tree yet; ask again in a second.

    """
    position = position_of(session, seq)
    if position is None:
        if session.get(Event, seq) is None:
            raise MissingError("log_event_missing", seen=seq)
        raise ConflictError("log_event_waits", seen=seq)
    checkpoint = checkpoint_after(session, position)
    if checkpoint is None:
        raise ConflictError("log_event_waits", seen=seq)
    return prove_inclusion(session, position, checkpoint)


def proofs_of(session: Session, what: str) -> list[InclusionProof]:
    """Return the proofs of one event by its number, or of all events about a document, its pages and numbers.

    Raises:
        MissingError: `log_event_missing`.
        ConflictError: `log_event_waits`.

    """
    if what.isascii() and what.isdigit() and len(what) < 19:
        return [receipt_of(session, int(what))]
    pages = session.scalars(select(Page.id).where(Page.document_id == what)).all()
    fields = session.scalars(select(Number.field).where(Number.document_id == what)).all()
    subjects = [f"document:{what}", *(f"page:{page}" for page in pages), *(f"number:{what}/{one}" for one in fields)]
    positions = events_about(session, subjects)
    if not positions:
        raise MissingError("log_event_missing", seen=what[:80])
    checkpoint = checkpoint_after(session, positions[-1])
    if checkpoint is None:
        raise ConflictError("log_event_waits", seen=what[:80])
    return [prove_inclusion(session, position, checkpoint) for position in positions]
