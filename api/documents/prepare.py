"""Prepare a reading before any lock is held: pack it, hash it, and decide its document in advance.

Of SQLite there is one writer at a time. Whoever decides a document while holding that place lets all uploads wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from api.core.context import Records
from api.db.tables import Document, Page, Reading
from api.db.types import new_id
from api.documents.reading_hash import reading_hash
from pipeline.decision import decide_document
from pipeline.packing import pack, unpack
from pipeline.reading import DocumentReading, PageReading


@dataclass(frozen=True, slots=True)
class PrecomputedDecision:
    """A document as it will be decided, if nothing changes it until then.

    Attributes:
        document: Its id.
        version: Its version before.
        readings: What it is decided from, by page id.
        decided: The decision.

    """

    document: str
    version: int
    readings: Mapping[str, PageReading]
    decided: DocumentReading

    def holds(self, document: Document) -> bool:
        """Tell whether nothing has changed the document meanwhile."""
        return (document.id, document.version) == (self.document, self.version)


@dataclass(frozen=True, slots=True)
class Prepared:
    """The row of a reading, and what follows from it."""

    row: Reading
    foreseen: PrecomputedDecision


def prepare(records: Records, page: Page, reading: PageReading, program: str) -> Prepared:
    """Return the reading of a page as a row, and its document as it will be decided.

    Args:
        records: Forms and their hashes.
        page: The page that was read.
        reading: What was read.
        program: Version of the program that read.

    """
    row = reading_row(records, page, reading, program)
    return Prepared(row, _foresee(records, page.id, unpack(row.evidence)))


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
    decided = decide_document(document.name, list(readings.values()), records.forms, records.threshold)
    return PrecomputedDecision(document.id, document.version, readings, decided)


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
