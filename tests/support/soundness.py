"""What must hold of a service once all is read, whatever happened to its processes on the way."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from api.core.context import Records
from api.db.log_tables import Event
from api.db.tables import Document, Number, Original, Page, Reading, StationCount, Tally
from api.tabulation.contribution import KEPT_DIGITS, amounts_of_document
from api.tabulation.recount import recount
from api.verification.verify import verify


def check_all(records: Records, uploads: Iterable[tuple[str, bytes]]) -> None:
    """Check that these uploads, and nothing else, are there, read once each, counted right and on the chain."""
    hashes = [hashlib.sha256(data).hexdigest() for _, data in uploads]
    check_originals(records, hashes)
    check_pages(records, len(hashes))
    check_tallies(records)
    check_audit(records)


def check_originals(records: Records, hashes: Sequence[str]) -> None:
    """Check that the bytes of every upload are there, unchanged, and belong to one page."""
    with records.database.reading() as session:
        assert set(session.scalars(select(Original.sha256))) == set(hashes)
        assert Counter(session.scalars(select(Page.original))) == Counter(hashes)
    for sha256 in hashes:
        records.originals.fetch(sha256)  # refuses what has changed


def check_pages(records: Records, count: int) -> None:
    """Check that every page is read, has one reading that counts, and is in the chain once for each step."""
    with records.database.reading() as session:
        pages = session.scalars(select(Page)).all()
        readings = dict(iter(session.execute(select(Reading.id, Reading.page_id))))
        events = Counter(tuple(row) for row in session.execute(select(Event.kind, Event.subject)))
    assert len(pages) == count
    assert Counter(page.state for page in pages) == {"read": count}
    assert {page.reading_id: page.id for page in pages} == readings  # no reading besides those that count
    assert all(events["page_read", f"page:{page.id}"] == 1 for page in pages)
    assert all(page.lease_owner is None for page in pages)


def check_tallies(records: Records) -> None:
    """Check that what each station adds, and every sum, is what a recount of the numbers gives."""
    expected: Counter[tuple[str, str, str]] = Counter()
    with records.database.reading() as session:
        counts = {row.document_id: row.amounts for row in session.scalars(select(StationCount))}
        documents = session.scalars(select(Document).where(Document.moved_to.is_(None))).all()
        for document in documents:
            numbers = session.scalars(select(Number).where(Number.document_id == document.id)).all()
            amounts = amounts_of_document(document.state, document.missing_pages, document.rules, numbers)
            assert counts.pop(document.id) == amounts
            for digits in KEPT_DIGITS:
                place = (str(document.election_id), str(document.station)[:digits])
                expected.update({(*place, item): amount for item, amount in amounts.items()})
        kept = session.execute(select(Tally.election_id, Tally.region, Tally.item, Tally.amount)).all()
        assert {(election, region, item): amount for election, region, item, amount in kept if amount} == expected
    assert counts == {}


def check_audit(records: Records) -> None:
    """Check that the audit finds nothing: links, rows, originals and sums."""
    assert [reason.to_json() for reason in verify(records)] == []
    with records.database.reading() as session:
        assert list(recount(session)) == []


def read_so_far(records: Records) -> int:
    """Return how many pages have been read."""
    with records.database.reading() as session:
        return session.scalar(select(func.count()).where(Page.state == "read")) or 0
