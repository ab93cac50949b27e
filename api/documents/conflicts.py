"""The same bytes were brought for two polling stations: a conflict, which a senior of either region settles.

Nothing of the file counts meanwhile. What the machine accepted goes to review, and so does what people decided: they
said what the ink says, not whose it is. What they decided comes back if the file stays where it was. Once a senior has
settled a conflict, further claims are put before seniors too, but take nothing out of the count: whoever comes late
cannot keep a station out of it for ever.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records
from api.db.claim_tables import StationClaim, StationConflict
from api.db.states import AnswerKind, ConflictState, NumberState
from api.db.tables import Decision, Document, Number, Page
from api.db.types import now
from api.documents.answer import Answer
from api.documents.claims import stations_claimed
from api.documents.decide import lock, redecide
from api.documents.decide_number import decide_number, history_of
from api.documents.filing import move_file
from api.ledger.append import record_event
from pipeline.errors import ConflictError, MissingError, UsageError

Verdict = Literal["keep", "move", "neither"]


def raise_conflict(session: Session, records: Records, document: Document, claim: StationClaim) -> StationConflict:
    """Put a claim that contradicts where a file is filed before the seniors; return the open conflict about the file.

    Args:
        session: A writing session.
        records: Forms and the threshold.
        document: The document that has the file's pages.
        claim: The claim.

    """
    known = open_conflict(session, claim.original)
    if known is not None:
        return known
    suspends = document.station is not None and not _ruled(session, claim.original, document.station)
    conflict = StationConflict(original=claim.original, document_id=document.id, suspends=suspends)
    session.add(conflict)
    session.flush()
    body = {
        "conflict": conflict.id,
        "original": claim.original,
        "document": document.id,
        "filed": document.station,
        "claimed": claim.station,
        "claim": claim.id,
        "suspends": suspends,
    }
    record_event(session, "conflict_raised", PROGRAM, f"original:{claim.original}", body)
    if suspends:
        _suspend_decisions(session, records, document, conflict)
        redecide(session, records, document)
    return conflict


def settle_conflict(
    session: Session,
    records: Records,
    conflict_id: str,
    person: str,
    verdict: Verdict,
    station: str | None,
    comment: str,
) -> StationConflict:
    """Settle a conflict: the file stays where it is, moves to a station that was claimed, or is of neither.

    Args:
        session: A writing session.
        records: Forms and the threshold.
        conflict_id: The conflict.
        person: Who settles it.
        verdict: keep, move or neither; of the last, the file waits to be assigned.
        station: Where it moves to.
        comment: Why, in the person's words.

    Raises:
        MissingError: `conflict_missing`.
        ConflictError: `conflict_settled`.
        UsageError: `conflict_verdict`: nobody claimed that station, or there is none to keep it at.

    """
    conflict = _still_open(session, conflict_id)
    pages = pages_of(session, conflict.original)
    document = lock(session, pages[0].document_id)
    claimed = stations_claimed(session, conflict.original)
    _check(verdict, station, document.station, claimed)
    conflict.state, conflict.verdict = ConflictState.SETTLED, verdict
    conflict.settled_by, conflict.comment = person, comment
    conflict.settled_at, conflict.station = now(), document.station if verdict == "keep" else station
    conflict.stations = list(dict.fromkeys([*([document.station] if document.station else []), *claimed]))
    record_event(session, "conflict_settled", person, f"original:{conflict.original}", _body(conflict, document))
    if verdict == "keep":
        _bring_back(session, records, document, conflict)
        redecide(session, records, document)
    else:
        move_file(session, records, pages, station if verdict == "move" else None, None, person, comment)
    return conflict


def _body(conflict: StationConflict, document: Document) -> dict[str, Any]:
    """Return what the ledger says of a conflict that was settled, before any page moves."""
    return {
        "conflict": conflict.id,
        "original": conflict.original,
        "document": document.id,
        "verdict": conflict.verdict,
        "station_from": document.station,
        "station_to": conflict.station,
        "comment": conflict.comment,
    }


def _still_open(session: Session, conflict_id: str) -> StationConflict:
    conflict = session.get(StationConflict, conflict_id, with_for_update=True, populate_existing=True)
    if conflict is None:
        raise MissingError("conflict_missing", conflict=conflict_id[:80])
    if conflict.state != ConflictState.OPEN:
        raise ConflictError("conflict_settled")
    return conflict


def open_conflict(session: Session, original: str) -> StationConflict | None:
    """Return the conflict about a file that nobody has settled yet."""
    here = (StationConflict.original == original, StationConflict.state == ConflictState.OPEN)
    return session.scalars(select(StationConflict).where(*here)).first()


def conflicts_at(session: Session, document: str) -> Sequence[tuple[StationConflict, Page]]:
    """Return the open conflicts about files of a document, each with the file's first page there."""
    here = (StationConflict.state == ConflictState.OPEN, Page.document_id == document)
    wanted = select(StationConflict, Page).join(Page, Page.original == StationConflict.original).where(*here)
    found = session.execute(wanted.order_by(StationConflict.raised_at, StationConflict.id, Page.number.desc()))
    return list({conflict.id: (conflict, page) for conflict, page in found}.values())


def disputed_deliveries(session: Session, person: str, most: int) -> Sequence[StationClaim]:
    """Return what a person brought for a station while the file is filed elsewhere and nobody has settled it."""
    elsewhere = or_(Document.station.is_(None), Document.station != StationClaim.station)
    wanted = (
        select(StationClaim)
        .join(StationConflict, StationConflict.original == StationClaim.original)
        .join(Page, and_(Page.original == StationClaim.original, Page.number == 1))
        .join(Document, Document.id == Page.document_id)
        .where(StationClaim.person_id == person, StationClaim.station.is_not(None))
        .where(StationConflict.state == ConflictState.OPEN, elsewhere)
    )
    return session.scalars(wanted.order_by(StationClaim.at, StationClaim.id).limit(most)).all()


@dataclass(frozen=True, slots=True)
class SettledDelivery:
    """What became of a file that a person brought for a station, once a senior has said which one it is of.

    Attributes:
        claim: The delivery.
        settled_at: When that was said last.
        filed: Where the file is now, whatever has become of it since: a ruling may be followed by another.

    """

    claim: StationClaim
    settled_at: datetime
    filed: str | None


def settled_deliveries(session: Session, person: str, since: datetime, most: int) -> list[SettledDelivery]:
    """Return what a person brought of files that were disputed and are no more, the newest ruling first.

    Args:
        session: A session.
        person: Who brought it.
        since: Rulings from before are left out.
        most: How many at most.

    """
    still_open = select(StationConflict.original).where(StationConflict.state == ConflictState.OPEN)
    last = (
        select(StationConflict.original, func.max(StationConflict.settled_at).label("at"))
        .where(StationConflict.state == ConflictState.SETTLED)
        .group_by(StationConflict.original)
        .subquery()
    )
    wanted = (
        select(StationClaim, last.c.at, Document.station)
        .join(last, last.c.original == StationClaim.original)
        .join(Page, and_(Page.original == StationClaim.original, Page.number == 1))
        .join(Document, Document.id == Page.document_id)
        .where(StationClaim.person_id == person, StationClaim.station.is_not(None), StationClaim.at <= last.c.at)
        .where(last.c.at >= since, StationClaim.original.not_in(still_open))
        # Else they assigned it, and have not brought it; claims of older programs have no name.
        .where(or_(StationClaim.file_name.is_not(None), Page.uploaded_by == person))
    )
    found = session.execute(wanted.order_by(last.c.at.desc(), StationClaim.id).limit(most))
    return [SettledDelivery(claim, at, filed) for claim, at, filed in found]


def pages_of(session: Session, original: str) -> Sequence[Page]:
    """Return the pages of a file, locked."""
    wanted = select(Page).where(Page.original == original).order_by(Page.id).with_for_update()
    return sorted(session.scalars(wanted), key=lambda page: page.number)


def rejected_stations(session: Session, original: str) -> frozenset[str]:
    """Return the stations that a senior has said a file is not of."""
    neither = (StationConflict.original == original, StationConflict.verdict == "neither")
    return frozenset(
        code for found in session.scalars(select(StationConflict.stations).where(*neither)) for code in found
    )


def require_settled(session: Session, document: Document) -> None:
    """Refuse to move a document of which it is open which station a file of it is of.

    Raises:
        ConflictError: `station_contested`.

    """
    contested = (
        select(StationConflict.id)
        .join(Page, Page.original == StationConflict.original)
        .where(Page.document_id == document.id, StationConflict.state == ConflictState.OPEN)
    )
    if session.scalars(contested.limit(1)).first() is not None:
        raise ConflictError("station_contested")


def _ruled(session: Session, original: str, station: str) -> bool:
    """Tell whether a senior has settled that a file is of a station."""
    settled = (StationConflict.original == original, StationConflict.state == ConflictState.SETTLED)
    last = session.scalars(select(StationConflict).where(*settled).order_by(StationConflict.settled_at.desc())).first()
    return last is not None and last.station == station


def _check(verdict: Verdict, station: str | None, filed: str | None, claimed: Sequence[str]) -> None:
    others = [one for one in claimed if one != filed]
    fits = station in others if verdict == "move" else station is None
    if not fits or (verdict == "keep" and filed is None):
        raise UsageError("conflict_verdict", claimed=", ".join(others))


def _suspend_decisions(session: Session, records: Records, document: Document, conflict: StationConflict) -> None:
    """Take what people decided of a contested file out of the count, on record."""
    for number in _numbers_of_file(session, document, conflict):
        if number.decision_id is not None and number.state != NumberState.REVIEW:
            answer = Answer(AnswerKind.FLAG, number.version, comment=_mark(conflict))
            decide_number(session, records, document.id, number.field, PROGRAM, answer, ruling=True)


def _bring_back(session: Session, records: Records, document: Document, conflict: StationConflict) -> None:
    """Let what people had decided count again."""
    for number in _numbers_of_file(session, document, conflict):
        last = None if number.decision_id is None else session.get(Decision, number.decision_id)
        if last is None or last.person_id != PROGRAM or last.reason != _mark(conflict):
            continue
        before = history_of(session, document.id, number.field)[last.order - 2]
        answer = Answer(AnswerKind.RESTORE, number.version, comment=_mark(conflict))
        decide_number(session, records, document.id, number.field, PROGRAM, answer, restores=before.id, ruling=True)


def _numbers_of_file(session: Session, document: Document, conflict: StationConflict) -> list[Number]:
    shown = (
        select(Number)
        .join(Page, Page.id == Number.page_id)
        .where(Number.document_id == document.id, Page.original == conflict.original)
    )
    return list(session.scalars(shown.order_by(Number.field)))


def _mark(conflict: StationConflict) -> str:
    return f"station_contested {conflict.id}"
