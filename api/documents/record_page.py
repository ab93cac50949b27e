"""A page was read, or could not be: add the reading, close the lease, and decide the page's document anew."""

from collections.abc import Iterable

from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records
from api.db.review_tables import BoxMark
from api.db.states import PageState
from api.db.tables import Document, Page, Reading
from api.documents.decide import redecide
from api.documents.filing import settle_election
from api.documents.prepare import Prepared
from api.documents.typed_page import SHEET, is_typed_page
from api.ledger.append import record_event
from pipeline.reading import Outcome, PageReading
from pipeline.reasons import Reason


def record_page(session: Session, records: Records, page: Page, reading: PageReading, prepared: Prepared) -> Reading:
    """Put the reading of a page on record and decide its document anew.

    Args:
        session: A writing session that holds the page's lease.
        records: Forms and their hashes.
        page: The page that was read.
        reading: What was read.
        prepared: What `prepare` has made of it.

    """
    row, rejected = prepared.row, reading.outcome is Outcome.REJECTED
    still_typed = rejected and is_typed_page(session, page)
    session.add(row)
    page.lease_owner = page.lease_until = None
    if still_typed:  # what people typed from the whole picture stands
        page.state, page.reasons = PageState.READ, [Reason(SHEET).to_json()]
    else:
        page.state = PageState.REJECTED if rejected else PageState.READ
        page.reasons = [reason.to_json() for reason in reading.reasons]
        page.form_page, page.reading_id = reading.form_page, row.id
        replace_marks(session, page.id, prepared.marks)
    session.flush()
    document = session.get_one(Document, page.document_id)
    if document.election_id is None and not still_typed:
        document = settle_election(session, records, document, reading.form)
    body = {"page": page.id, "reading": row.id, "sha256": row.sha256, "outcome": reading.outcome.value}
    record_event(session, "page_read", PROGRAM, f"page:{page.id}", body)
    redecide(session, records, document, None if still_typed else prepared.foreseen)
    return row


def replace_marks(session: Session, page_id: str, marks: Iterable[BoxMark]) -> None:
    """Write the boxes of a page as its newest reading has them, in place of those of an earlier one."""
    session.execute(delete(BoxMark).where(BoxMark.page_id == page_id))
    session.add_all(marks)


def set_aside(session: Session, records: Records, page: Page, reasons: list[dict[str, object]]) -> None:
    """Give a page up that has brought down its reader too often; what else is in its document goes on."""
    page.state, page.reasons = PageState.SET_ASIDE, reasons
    page.lease_owner = page.lease_until = None
    session.flush()
    codes = [reason["code"] for reason in reasons]
    record_event(session, "page_set_aside", PROGRAM, f"page:{page.id}", {"page": page.id, "reasons": codes})
    redecide(session, records, session.get_one(Document, page.document_id))
