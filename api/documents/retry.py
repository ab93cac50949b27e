"""Let pages be read again: one, or all that failed with a code. Earlier readings stay on record."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.states import PageState
from api.db.tables import Page
from api.db.types import now
from api.documents.decide import lock, refresh
from api.ledger.append import record_event

FAILED = (PageState.REJECTED, PageState.SET_ASIDE)
"""States of a page that was given up."""


def read_again(records: Records, pages: Sequence[str], person: str) -> int:
    """Let these pages wait again, one transaction a page; return how many now do."""
    count = 0
    for page_id in pages:
        with records.database.writing() as session:
            count += wait_again(session, records, page_id, person)
    return count


def failed_pages(records: Records, code: str | None = None) -> list[str]:
    """Return the pages that were given up, or those of them that have a reason with this code."""
    with records.database.reading() as session:
        rows = session.execute(select(Page.id, Page.reasons).where(Page.state.in_(FAILED)).order_by(Page.uploaded_at))
        return [page for page, reasons in rows if code is None or code in {reason["code"] for reason in reasons}]


def wait_again(session: Session, records: Records, page_id: str, person: str) -> bool:
    """Let a page wait again, unless it waits or is being read; tell whether it now does."""
    page = session.execute(select(Page).where(Page.id == page_id).with_for_update()).scalar_one()
    if page.state in (PageState.WAITING, PageState.READING):
        return False
    page.state, page.attempts, page.ready_at, page.reasons = PageState.WAITING, 0, now(), []
    document = lock(session, page.document_id)
    document.version += 1
    refresh(session, records, document)
    if records.queue is not None:
        records.queue.announce(session, [page.id])
    record_event(session, "page_retried", person, f"page:{page.id}", {"page": page.id})
    return True
