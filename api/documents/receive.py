"""Take an upload apart, keep its bytes, and put its pages on record: only then is it acknowledged.

The same bytes again change nothing and are no error: the receipt names the document that has them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Document, Election, Original, Page
from api.db.types import new_id
from api.documents.decide import refresh
from api.documents.filing import check_station, only_election, open_document
from api.ledger.append import record_event
from api.regions.codes import NATION, station_in, within
from pipeline.documents import GivenFile, Limits, RejectedPage, open_files
from pipeline.errors import UsageError
from pipeline.reasons import Reason

TRIES = 3
"""How often a file is put on record before giving up: two uploads of the same bytes may meet."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file.

    Attributes:
        name: As given.
        outcome: stored; known (the same bytes were there already); refused (nothing was kept).
        sha256: Hash of its bytes, "" where it was refused.
        document: Id of the document that its pages belong to.
        station: Where that document is filed; None while it is left to assign.
        pages: Ids of its pages.
        reasons: Why it was refused, or why a page of it cannot be read.

    """

    name: str
    outcome: Literal["stored", "known", "refused"]
    sha256: str = ""
    document: str | None = None
    station: str | None = None
    pages: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an uploader says of an upload.

    Attributes:
        person: Who uploads.
        station: Code of the polling station; by default taken from the file or folder name.
        election: Id of the election; by default the only one, else that of the form that is recognised.
        scope: Region that the person may file under; a file whose name says another station is refused.

    """

    person: str
    station: str | None = None
    election: str | None = None
    scope: str = NATION


@dataclass(slots=True)
class _Places:
    """Which document the files of one upload went to, by their common name, where no station tells."""

    by_name: dict[str, str] = field(default_factory=dict)


def receive(
    records: Records, uploads: Sequence[tuple[str, bytes]], delivery: Delivery, limits: Limits
) -> list[Receipt]:
    """Put files on record, one after the other; return a receipt for each, archives taken apart.

    Raises:
        UsageError: `station_invalid` or `election_unknown`; nothing was kept then.

    """
    check_delivery(records, delivery)
    places = _Places()
    return [
        _unopened(file, limits) or _receive_file(records, file, delivery, places)
        for file in open_files(list(uploads), limits)
    ]


def _unopened(file: GivenFile, limits: Limits) -> Receipt | None:
    """Refuse a PDF for whose pages no time was left: kept by half it would look as if it had one page."""
    slow = any(isinstance(page, RejectedPage) and page.reason.code == "pdf_too_slow" for page in file.pages)
    if limits.budget is None or limits.budget.left > 0 or not slow:
        return None
    reason = Reason("upload_unopened", {"path": file.name, "limit": round(limits.budget.seconds)})
    return Receipt(file.name, "refused", reasons=(reason,))


def check_delivery(records: Records, delivery: Delivery) -> None:
    """Refuse a station or an election that cannot be.

    Raises:
        UsageError: `station_invalid` or `election_unknown`.

    """
    if delivery.station is not None:
        check_station(delivery.station)
    if delivery.election is not None:
        with records.database.reading() as session:
            if session.get(Election, delivery.election) is None:
                raise UsageError("election_unknown", seen=delivery.election[:64])


def _receive_file(records: Records, file: GivenFile, delivery: Delivery, places: _Places) -> Receipt:
    reasons = tuple(page.reason for page in file.pages if isinstance(page, RejectedPage))
    if file.data is None or file.media_type is None or not file.pages:
        return Receipt(file.name, "refused", reasons=reasons)
    station = _station_of(file, delivery)
    if station is not None and not within(station, delivery.scope):
        elsewhere = Reason("station_elsewhere", {"station": station, "scope": delivery.scope})
        return Receipt(file.name, "refused", reasons=(elsewhere,))
    sha256 = records.originals.keep(file.data)
    for attempt in range(TRIES):
        try:
            with records.database.writing() as session:
                return _put_on_record(session, records, file, sha256, delivery, places)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _put_on_record(
    session: Session, records: Records, file: GivenFile, sha256: str, delivery: Delivery, places: _Places
) -> Receipt:
    """Add the original, its pages and their document, unless they are there."""
    known = session.scalars(select(Page).where(Page.original == sha256).order_by(Page.number)).all()
    if known:
        document = session.get_one(Document, known[0].document_id)
        places.by_name.setdefault(file.document, document.id)
        return Receipt(file.name, "known", sha256, document.id, document.station, tuple(page.id for page in known))
    if session.get(Original, sha256) is None:
        assert file.data is not None
        session.add(Original(sha256=sha256, size=len(file.data), media_type=file.media_type))
    document = _document_for(session, file, delivery, places)
    pages = [_page(document, file, number, sha256, delivery.person) for number in range(1, len(file.pages) + 1)]
    session.add_all(pages)
    document.version += 1
    refresh(session, records, document)
    if records.queue is not None:
        records.queue.announce(session, [page.id for page in pages])
    body = {
        "document": document.id,
        "election": document.election_id,
        "station": document.station,
        "pages": [{"id": page.id, "original": sha256, "number": page.number, "name": page.file_name} for page in pages],
    }
    record_event(session, "pages_received", delivery.person, f"document:{document.id}", body)
    reasons = tuple(page.reason for page in file.pages if isinstance(page, RejectedPage))
    ids = tuple(page.id for page in pages)
    return Receipt(file.name, "stored", sha256, document.id, document.station, ids, reasons)


def _document_for(session: Session, file: GivenFile, delivery: Delivery, places: _Places) -> Document:
    station = _station_of(file, delivery)
    if station is None and file.document in places.by_name:
        return session.get_one(Document, places.by_name[file.document])
    election = delivery.election or only_election(session)
    document = open_document(session, file.document, station, election, delivery.person)
    places.by_name[file.document] = document.id
    return document


def _station_of(file: GivenFile, delivery: Delivery) -> str | None:
    """Return the station that a file is filed under, as far as it is known."""
    return delivery.station or station_in(file.document) or station_in(file.name)


def _page(document: Document, file: GivenFile, number: int, sha256: str, person: str) -> Page:
    source = file.pages[number - 1].source
    return Page(
        id=new_id(),
        document_id=document.id,
        original=sha256,
        number=number,
        file_name=file.name,
        width=source.width,
        height=source.height,
        uploaded_by=person,
    )
