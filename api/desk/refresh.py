"""Bring the desk up to date at once: the marks of boxes read by an older program, and the order of the queue."""

from sqlalchemy import exists, select

from api.core.context import Records
from api.db.review_tables import BoxMark
from api.db.states import NumberState, PageState
from api.db.tables import Document, Number, Page, Reading
from api.documents.decide import lock, refresh
from api.documents.record_page import replace_marks
from api.triage.box_marks import marks_of_page
from pipeline.packing import unpack


def refresh_all(records: Records) -> tuple[int, int]:
    """Fill in missing marks, then order every document's items anew; return how many pages and documents."""
    return fill_marks(records), reorder(records)


def fill_marks(records: Records) -> int:
    """Write the marks of pages that were read before marks were kept."""
    lacking = ~exists().where(BoxMark.page_id == Page.id)
    with records.database.reading() as session:
        found = session.scalars(select(Page.id).where(Page.state == PageState.READ, lacking).order_by(Page.id)).all()
    for page_id in found:
        with records.database.writing() as session:
            page = session.execute(select(Page).where(Page.id == page_id).with_for_update()).scalar_one()
            packed = session.scalars(select(Reading.evidence).where(Reading.id == page.reading_id)).first()
            if packed is not None:
                replace_marks(session, page_id, marks_of_page(page_id, unpack(packed)))
    return len(found)


def reorder(records: Records) -> int:
    """Bring every document with a waiting number up to date, and the order of its items with how far its region is."""
    waiting = select(Number.document_id).where(Number.state == NumberState.REVIEW).distinct()
    with records.database.reading() as session:
        found = session.scalars(select(Document.id).where(Document.id.in_(waiting)).order_by(Document.id)).all()
    for document_id in found:
        with records.database.writing() as session:
            refresh(session, records, lock(session, document_id))
    return len(found)
