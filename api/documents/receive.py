"""Take an upload apart, keep its bytes, and put its pages on record: only then is it acknowledged.

The same bytes again change nothing and are no error: the receipt names the document that has them. Each delivery is a
claim of its own; for another station it is a conflict, and never a silent success. What nobody can file yet is kept all
the same, in a document that waits to be assigned to its polling station.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Document, Election, Original, Page
from api.db.types import new_id
from api.documents.claims import record_claim
from api.documents.conflicts import pages_of, raise_conflict, rejected_stations
from api.documents.decide import refresh
from api.documents.filing import check_station, move_file, only_election, open_document
from api.ledger.append import record_event
from api.regions.codes import NATION, within
from api.regions.named_station import NamedStation, is_known_station, named_station
from pipeline.documents import GivenFile, Limits, RejectedPage, open_files
from pipeline.errors import UsageError
from pipeline.reasons import Reason

_CLAIMED = "brought for this station; nobody had said which one it is of"

TRIES = 3
"""How often a file is put on record before giving up: two uploads of the same bytes may meet."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file.

    Attributes:
        name: As given.
        outcome: stored; known (the same bytes were there already); conflict (they were, for another station); refused
            (nothing was kept).
        sha256: Hash of its bytes, "" where it was refused.
        document: Id of the document that its pages belong to.
        station: Where that document is filed; None while it is left to assign.
        pages: Ids of its pages.
        reasons: Why it was refused, or why a page of it cannot be read.

    """

    name: str
    outcome: Literal["stored", "known", "conflict", "refused"]
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
        station: Code of the polling station; it wins over names, also over those in an archive.
        election: Id of the election; by default the only one, else that of the form that is recognised.
        scope: Region that the person may file under; a file whose name says another station is refused.
        station_from_name: Whether the person says that names hold stations. A file whose name holds none is refused
            then; and where no list was imported, what a name says is confirmed by that.

    """

    person: str
    station: str | None = None
    election: str | None = None
    scope: str = NATION
    station_from_name: bool = False


@dataclass(frozen=True, slots=True)
class _Filing:
    """Where a file is to be filed, None where it waits to be assigned; and what the uploader should know of that."""

    station: str | None
    reasons: tuple[Reason, ...] = ()


@dataclass(slots=True)
class _Places:
    """Which document the files of one upload went to, by their common name, where no station tells."""

    by_name: dict[str, str] = field(default_factory=dict)


def receive(
    records: Records,
    uploads: Sequence[tuple[str, bytes]],
    delivery: Delivery,
    limits: Limits,
    *,
    together: Mapping[str, str] | None = None,
) -> list[Receipt]:
    """Put files on record, one after the other; return a receipt for each, archives taken apart.

    Args:
        records: What the service remembers.
        uploads: Names and bytes.
        delivery: What the uploader says of them.
        limits: What one file may ask of the machine.
        together: Documents that files brought together with these opened: id by name.

    Raises:
        UsageError: `station_invalid` or `election_unknown`; nothing was kept then.

    """
    check_delivery(records, delivery)
    places = _Places(dict(together or {}))
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
    filing = _filing_of(records, file, delivery)
    if delivery.station_from_name and filing.station is None:
        return Receipt(
            file.name, "refused", reasons=filing.reasons or (Reason("station_missing", {"path": file.name}),)
        )
    if filing.station is not None and not within(filing.station, delivery.scope):
        elsewhere = Reason("station_elsewhere", {"station": filing.station, "scope": delivery.scope})
        return Receipt(file.name, "refused", reasons=(elsewhere,))
    sha256 = records.originals.keep(file.data)
    for attempt in range(TRIES):
        try:
            with records.database.writing() as session:
                return _put_on_record(session, records, file, sha256, delivery, filing, places)
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
    raise AssertionError


def _put_on_record(
    session: Session,
    records: Records,
    file: GivenFile,
    sha256: str,
    delivery: Delivery,
    filing: _Filing,
    places: _Places,
) -> Receipt:
    """Add the original, its pages and their document, unless they are there."""
    if known := pages_of(session, sha256):
        return _deliver_again(session, records, file, known, delivery, filing, places)
    if session.get(Original, sha256) is None:
        assert file.data is not None
        session.add(Original(sha256=sha256, size=len(file.data), media_type=file.media_type))
    document = _document_for(session, file, delivery, filing.station, places)
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
    rejected = (page.reason for page in file.pages if isinstance(page, RejectedPage))
    reasons = (*filing.reasons, *rejected)
    record_claim(session, sha256, filing.station, delivery.election, delivery.person, file.name)
    ids = tuple(page.id for page in pages)
    return Receipt(file.name, "stored", sha256, document.id, document.station, ids, reasons)


def _deliver_again(
    session: Session,
    records: Records,
    file: GivenFile,
    pages: Sequence[Page],
    delivery: Delivery,
    filing: _Filing,
    places: _Places,
) -> Receipt:
    """Put a further delivery of known pages on record; where it says another station, that is a conflict."""
    sha256 = pages[0].original
    claim = record_claim(session, sha256, filing.station, delivery.election, delivery.person, file.name)
    document = session.get_one(Document, pages[0].document_id)
    ids = tuple(page.id for page in pages)
    if filing.station not in (None, document.station):
        if document.station is None and filing.station not in rejected_stations(session, sha256):
            document = move_file(session, records, pages, filing.station, delivery.election, delivery.person, _CLAIMED)
        else:
            if claim is not None:
                raise_conflict(session, records, document, claim)
            elsewhere = Reason("known_elsewhere", {"station": filing.station})
            return Receipt(
                file.name, "conflict", sha256, document.id, document.station, ids, (elsewhere, *filing.reasons)
            )
    places.by_name.setdefault(file.document, document.id)
    return Receipt(file.name, "known", sha256, document.id, document.station, ids, filing.reasons)


def _document_for(
    session: Session, file: GivenFile, delivery: Delivery, station: str | None, places: _Places
) -> Document:
    if station is None and file.document in places.by_name:
        document = session.get_one(Document, places.by_name[file.document])
        if document.station is None and document.moved_to is None:  # nobody has filed it meanwhile
            return document
    election = delivery.election or only_election(session)
    document = open_document(session, file.document, station, election, delivery.person, delivery.scope)
    places.by_name[file.document] = document.id
    return document


def _filing_of(records: Records, file: GivenFile, delivery: Delivery) -> _Filing:
    """Return the station that a file is filed under, as far as it is known: as typed, else as named."""
    with records.database.reading() as session:
        named = named_station(session, file.name, confirmed=delivery.station_from_name)
        if delivery.station is None:
            return _Filing(named.station, () if named.reason is None else (named.reason,))
        known = is_known_station(session, delivery.station)
    unknown = () if known else (Reason("station_not_listed", {"station": delivery.station}),)
    return _Filing(delivery.station if known else None, (*unknown, *_difference(delivery.station, named)))


def _difference(typed: str, named: NamedStation) -> tuple[Reason, ...]:
    """Return what to say where the name of a file means another station than the one that was typed."""
    if named.code in (None, typed):
        return ()
    return (Reason("station_differs", {"station": typed, "named": named.code}),)


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
