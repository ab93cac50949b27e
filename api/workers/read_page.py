"""Read one page and put it on record: the same steps wherever the work comes from."""

import logging

from sqlalchemy import select

from api.core.context import Records
from api.core.machine_failures import MACHINE_FAILURES
from api.core.originals import OriginalError
from api.core.version import program_version
from api.db.states import PageState
from api.db.tables import Page
from api.documents.marked_corners import marked_sheet
from api.documents.open_original import open_page
from api.documents.prepare import prepare
from api.documents.record_page import record_page
from api.workers.claims import claim, give_back, hold
from api.workers.heartbeat import kept_alive
from pipeline.documents import Page as OpenPage
from pipeline.documents import RejectedPage, Source
from pipeline.reader import Reader
from pipeline.reading import PageReading
from pipeline.reasons import Reason

SLOW_PAGES = 2
"""After how many pages of a PDF that took too long the others are not tried."""

MOST_PAGES = 1000

_log = logging.getLogger(__name__)


def read_next(records: Records, reader: Reader, owner: str, page_id: str | None = None) -> str | None:
    """Take a page, read it and put it on record; return its id, or None where there was none to take."""
    page = claim(records, owner, page_id)
    if page is None:
        return None
    try:
        with kept_alive(records, page.id, owner):
            reading = read_page(records, reader, page)
            prepared = prepare(records, page, reading, program())
        with records.database.writing() as session:
            held = hold(session, page.id, owner)
            if held is None:
                _log.warning("page %s was taken by another worker meanwhile; this reading is thrown away", page.id)
            else:
                record_page(session, records, held, reading, prepared)
    except MACHINE_FAILURES as error:  # not the page's: it is tried again
        _log.warning("page %s is put back: %s", page.id, type(error).__name__)
        give_back(records, page.id, owner)
    return page.id


def read_page(records: Records, reader: Reader, page: Page) -> PageReading:
    """Return the reading of a page; a missing or changed original is a rejected page."""
    if _is_known_as_slow(records, page):
        reason = Reason(
            "pdf_too_slow", {"path": page.file_name, "tool": "poppler", "limit": reader.limits.poppler_seconds}
        )
        rejected = RejectedPage(Source(page.file_name, page.number, page.original), page.document_id, reason)
        return reader.read_page(rejected, None)
    try:
        data = records.originals.fetch(page.original)
    except OriginalError as error:
        opened: OpenPage | RejectedPage = RejectedPage(
            Source(page.file_name, page.number, page.original), page.document_id, error.reason
        )
    else:
        opened = open_page(page, data, reader.limits)
    return reader.read_page(opened, marked_sheet(records, page.id))


def _is_known_as_slow(records: Records, page: Page) -> bool:
    """Return whether two other pages of the same PDF took too long: each further one would too, up to hundreds."""
    if page.number <= SLOW_PAGES:
        return False
    rejected = select(Page.reasons).where(
        Page.original == page.original, Page.number != page.number, Page.state == PageState.REJECTED
    )
    with records.database.reading() as session:
        found = session.scalars(rejected.limit(MOST_PAGES)).all()
    return sum(any(reason["code"] == "pdf_too_slow" for reason in reasons) for reasons in found) >= SLOW_PAGES


def program() -> str:
    """Return name and version of the program, as readings quote it."""
    return f"chasil {program_version()}"
