"""Which document a page belongs to: one for each station and election; moving is on record and reversible."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records, election_of
from api.db.states import DocumentState
from api.db.tables import Document, Election, Number, Page
from api.db.transactions import take_lock
from api.db.types import new_id
from api.documents.decide import lock, redecide
from api.ledger.append import record_event
from api.regions.codes import NATION, ensure, is_code
from api.tabulation.contribution import remove_contribution
from pipeline.errors import UsageError


def check_station(code: str) -> str:
    """Return a code that is one of a polling station.

    Raises:
        UsageError: `station_invalid`.

    """
    if not (is_code(code) and len(code) == 13):
        raise UsageError("station_invalid", seen=code[:40])
    return code


def only_election(session: Session) -> str | None:
    """Return the election that uploads are for where there is just one."""
    found = session.scalars(select(Election.id).limit(2)).all()
    return found[0] if len(found) == 1 else None


def document_at(session: Session, election: str, station: str) -> Document | None:
    """Return the document of a station in an election."""
    here = (Document.election_id == election, Document.station == station, Document.moved_to.is_(None))
    return session.scalars(select(Document).where(*here)).first()


def open_document(
    session: Session, name: str, station: str | None, election: str | None, person: str, scope: str = NATION
) -> Document:
    """Return the document that new pages go to: the one of their station, or a new one.

    Args:
        session: A writing session.
        name: What it is called.
        station: Where it is filed; None where that is still to be said.
        election: Id of the election, as far as it is known.
        person: Who brings it.
        scope: The region that the person works in; while the document has no station, it belongs there.

    """
    if station is not None:
        ensure(session, station)
        if election is not None and (known := document_at(session, election, station)) is not None:
            return lock(session, known.id)
    document = Document(id=new_id(), name=name, station=station, election_id=election, created_by=person)
    document.scope = scope
    session.add(document)
    session.flush()
    return document


def settle_election(session: Session, records: Records, document: Document, form: str | None) -> Document:
    """Give a document without election the one of the form that was recognised; join what is at its place already."""
    document = lock(session, document.id)
    if document.election_id is not None or form is None or form not in records.forms:
        return document
    election = election_of(records.forms[form].family)
    if document.station is None:
        document.election_id = election
        return document
    return _file_under(session, records, document, election, document.station, PROGRAM, "the form was recognised")


def move_document(
    session: Session, records: Records, document: Document, station: str, election: str | None, person: str, reason: str
) -> Document:
    """File a document under another station (or another election); return the document that holds its pages now.

    Raises:
        UsageError: `station_invalid`, or `election_unknown`.

    """
    ensure(session, check_station(station))
    wanted = election or document.election_id or only_election(session)
    if wanted is not None and session.get(Election, wanted) is None:
        raise UsageError("election_unknown", seen=wanted)
    # Pages before their document, as workers do: two that lock in one order never wait for each other in a circle.
    session.execute(select(Page.id).where(Page.document_id == document.id).order_by(Page.id).with_for_update())
    return _file_under(session, records, lock(session, document.id), wanted, station, person, reason)


def move_pages(
    session: Session, records: Records, pages: Sequence[Page], target: Document, person: str, reason: str
) -> None:
    """Bring pages of one document to another, and decide both anew."""
    source = lock(session, pages[0].document_id)
    for page in pages:
        page.document_id = target.id
    session.flush()
    forgotten = _forget_numbers(session, source, [page.id for page in pages])
    left = session.scalar(select(func.count()).select_from(Page).where(Page.document_id == source.id))
    if not left:
        if source.election_id and source.station:
            remove_contribution(session, source.election_id, source.station)
        source.moved_to, source.state, source.version = target.id, DocumentState.MOVED, source.version + 1
    changed = (source, target) if left else (target,)
    _record_move(session, person, reason, source.id, source.station, target, [page.id for page in pages], forgotten)
    for document in changed:
        redecide(session, records, document)


def move_file(
    session: Session,
    records: Records,
    pages: Sequence[Page],
    station: str | None,
    election: str | None,
    person: str,
    reason: str,
) -> Document:
    """Bring the pages of one file to the document of a station, or to one of their own that waits to be assigned.

    Args:
        session: A writing session.
        records: Forms and the threshold.
        pages: All pages of the file, locked; they are in one document.
        station: Where they belong; None where nobody knows.
        election: Id of the election, where it is another than that of their document.
        person: Who moves them.
        reason: Why.

    """
    source = lock(session, pages[0].document_id)
    wanted = election or source.election_id or only_election(session)
    if wanted and station:
        _alone_at(session, wanted, station)
    known = document_at(session, wanted, station) if wanted and station else None
    target = known or open_document(session, source.name, station, wanted, person, source.scope)
    if known is None:
        _record_move(session, person, reason, target.id, None, target, [], [])
    move_pages(session, records, pages, lock(session, target.id), person, reason)
    return target


def _file_under(
    session: Session,
    records: Records,
    document: Document,
    election: str | None,
    station: str,
    person: str,
    reason: str,
) -> Document:
    """Give a document its place, or bring its pages to the document that has it already."""
    if election:
        _alone_at(session, election, station)
    holder = document_at(session, election, station) if election else None
    if holder is not None and holder.id != document.id:
        pages = session.scalars(select(Page).where(Page.document_id == document.id)).all()
        move_pages(session, records, pages, lock(session, holder.id), person, reason)
        return holder
    before = document.station
    if document.election_id and before:
        remove_contribution(session, document.election_id, before)
    document.election_id, document.station, document.version = election, station, document.version + 1
    _record_move(session, person, reason, document.id, before, document, [], [])
    redecide(session, records, document)
    return document


def _alone_at(session: Session, election: str, station: str) -> None:
    """Let nobody else file anything under this place until the end of the transaction.

    Two workers that recognise the form of two documents of one station at the same moment would both find its place
    free.
    """
    take_lock(session, f"place {election} {station}")


def _record_move(
    session: Session,
    person: str,
    reason: str,
    source: str,
    before: str | None,
    target: Document,
    pages: Sequence[str],
    forgotten: Sequence[str],
) -> None:
    """Put a move into the chain: which pages went where, and which numbers left with them."""
    body = {
        "from": source,
        "to": target.id,
        "pages": list(pages),
        "forgotten": list(forgotten),
        "reason": reason,
        "station_from": before,
        "station_to": target.station,
        "election_to": target.election_id,
    }
    record_event(session, "pages_moved", person, f"document:{source}", body)


def _forget_numbers(session: Session, source: Document, pages: Iterable[str]) -> list[str]:
    """Take the numbers of pages that left out of a document; return which. Decisions about them stay on record."""
    shown = select(Number).where(Number.document_id == source.id, Number.page_id.in_(list(pages)))
    gone = session.scalars(shown.order_by(Number.field)).all()
    for number in gone:
        session.delete(number)
    session.flush()
    return [number.field for number in gone]
