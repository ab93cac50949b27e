"""Prepare a reading before any lock is held: pack it, hash it, list its boxes, and decide its document in advance.

Of SQLite there is one writer at a time. Whoever decides a document while holding that place lets all uploads wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import BoxMark
from api.db.tables import Document, Page, Reading
from api.db.types import new_id
from api.documents.decide import PrecomputedDecision, precompute
from api.documents.reading_hash import reading_hash
from api.triage.box_marks import marks_of_page
from pipeline.packing import pack, unpack
from pipeline.reading import PageReading


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a page is put on record with.

    Attributes:
        row: Its reading.
        marks: What was read in each of its boxes.
        foreseen: Its document as it will be decided.

    """

    row: Reading
    marks: Sequence[BoxMark]
    foreseen: PrecomputedDecision


def prepare(records: Records, page: Page, reading: PageReading, program: str) -> Prepared:
    """Return what a page that was read is put on record with.

    Args:
        records: Forms and their hashes.
        page: The page that was read.
        reading: What was read.
        program: Version of the program that read.

    """
    row = reading_row(records, page, reading, program)
    kept = unpack(row.evidence)  # all that follows from it, follows from it as it is kept
    return Prepared(row, marks_of_page(page.id, kept), _foresee(records, page.id, kept))


def _foresee(records: Records, page_id: str, reading: PageReading) -> PrecomputedDecision:
    with records.database.reading() as session:
        document = session.get_one(Document, session.get_one(Page, page_id).document_id)
        rows = session.execute(
            select(Page.id, Reading.evidence)
            .outerjoin(Reading, Reading.id == Page.reading_id)
            .where(Page.document_id == document.id)
            .order_by(Page.uploaded_at, Page.file_name, Page.number)
        ).all()
    readings = {
        page: reading if page == page_id else unpack(evidence)
        for page, evidence in rows
        if page == page_id or evidence is not None
    }
    return precompute(records, document, readings)


def reading_row(records: Records, page: Page, reading: PageReading, program: str) -> Reading:
    """Return the reading of a page as a row, not yet on record."""
    line, evidence = reading.to_json(), pack(reading)
    model = reading.model.sha256 if reading.model else None
    form = records.form_hashes.get(reading.form) if reading.form else None
    return Reading(
        id=new_id(),
        page_id=page.id,
        model_id=reading.model.id if reading.model else None,
        model_sha256=model,
        program=program,
        form_sha256=form,
        line=line,
        evidence=evidence,
        sha256=reading_hash(page.id, line, evidence, model, program, form),
    )
