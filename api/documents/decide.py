"""Decide a document anew from the newest readings of its pages; what people decided stays decided.

Some numbers that the machine accepts do not count all the same: those below a threshold that people have raised, and
those of a file that is claimed for several polling stations, until a senior has settled it. Deciding the latter would
not help: what is open is not what the ink says, but whose it is. So they wait without an item at the desk, and no
decision about them is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records
from api.db.claim_tables import StationConflict
from api.db.review_tables import PolicyValue
from api.db.states import ConflictState, DocumentState, NumberState, PageState
from api.db.tables import Document, Number, Page, Reading
from api.ledger.append import record_event
from api.tabulation.amounts import COUNTED_STATES
from api.tabulation.contribution import count_document
from api.triage.document_rules import CONTESTED, update_rules
from api.triage.work_items import sync_items
from pipeline.decision import decide_document
from pipeline.decision.acceptance import unsure
from pipeline.forms import FormTemplate
from pipeline.packing import unpack
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from pipeline.reasons import Reason

UNREAD = (PageState.WAITING, PageState.READING)
"""States of a page that is still to be read."""

ACCEPTANCE_THRESHOLD = "acceptance_threshold"
"""The name of the threshold among the values that people set."""


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


def precompute(records: Records, document: Document, readings: Mapping[str, PageReading]) -> PrecomputedDecision:
    """Decide a document from readings of its pages, by page id; nothing is written."""
    decided = decide_document(document.name, list(readings.values()), records.forms, records.threshold)
    return PrecomputedDecision(document.id, document.version, readings, decided)


def lock(session: Session, document_id: str) -> Document:
    """Return a document that nobody else changes until the transaction ends."""
    return session.execute(
        select(Document).where(Document.id == document_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def redecide(
    session: Session, records: Records, document: Document, foreseen: PrecomputedDecision | None = None
) -> None:
    """Decide a document and let its numbers, its state and the sums follow; where no page was read, its state alone.

    Args:
        session: A writing session.
        records: Forms and the threshold.
        document: The document.
        foreseen: Its decision, made before; used if nothing has changed the document since.

    """
    document = lock(session, document.id)
    known = foreseen if foreseen is not None and foreseen.holds(document) else None
    readings = known.readings if known else readings_of(session, document.id)
    document.version += 1
    if not readings:
        document.state = _unread_state(session, document.id)
        refresh(session, records, document)
        return
    decided = (known or precompute(records, document, readings)).decided
    document.form_id = decided.form
    document.pages_found = decided.to_json()["pages"]
    document.missing_pages = list(decided.missing_pages)
    document.reasons = [reason.to_json() for reason in decided.reasons]
    numbers = _update_numbers(session, document, decided, readings)
    contested = hold_back(session, document.id, numbers, records.threshold)
    refresh(session, records, document, contested)
    body = {
        "document": document.id,
        "version": document.version,
        "state": document.state,
        "numbers": {number.field: [number.boxes, number.value, number.outcome] for number in numbers},
    }
    record_event(session, "document_decided", PROGRAM, f"document:{document.id}", body)


def hold_back(session: Session, document_id: str, numbers: Sequence[Number], stored: float) -> frozenset[str]:
    """Send numbers of a document that the machine accepted to review where they must not count yet.

    Args:
        session: A writing session.
        document_id: The document.
        numbers: All its numbers, as the machine has just decided them.
        stored: The model's own threshold.

    Returns:
        Its contested pages.

    """
    limit = threshold_now(session, stored)
    for number in numbers if limit > stored else ():
        if number.outcome == "accepted" and number.confidence < limit:
            _to_review(number, unsure(number.boxes, number.confidence, limit))
    contested = contested_pages(session, document_id)
    for number in numbers:
        if number.page_id in contested:
            _to_review(number, Reason(CONTESTED))
    return contested


def threshold_now(session: Session, stored: float) -> float:
    """Return the acceptance threshold in force: the model's, or a higher one that people set."""
    known = session.get(PolicyValue, ACCEPTANCE_THRESHOLD)
    return stored if known is None else max(stored, known.value)


def contested_pages(session: Session, document_id: str) -> frozenset[str]:
    """Return the pages of a document of whose file it is not settled which station it is of."""
    pages = (
        select(Page.id)
        .join(StationConflict, StationConflict.original == Page.original)
        .where(Page.document_id == document_id, StationConflict.state == ConflictState.OPEN, StationConflict.suspends)
    )
    return frozenset(session.scalars(pages))


def _to_review(number: Number, reason: Reason) -> None:
    number.outcome = "review"
    number.reasons = [*number.reasons, reason.to_json()]
    if number.decision_id is None:
        number.state, number.final = NumberState.REVIEW, None


def readings_of(session: Session, document_id: str) -> dict[str, PageReading]:
    """Return the newest reading of every page of a document that was read, by page id, in the order of upload."""
    rows = session.execute(
        select(Page.id, Reading.evidence)
        .join(Reading, Reading.id == Page.reading_id)
        .where(Page.document_id == document_id)
        .order_by(Page.uploaded_at, Page.file_name, Page.number)
    )
    return {page: unpack(evidence) for page, evidence in rows}


def numbers_of(session: Session, document_id: str) -> list[Number]:
    """Return the numbers of a document as they stand, by field."""
    found = session.scalars(select(Number).where(Number.document_id == document_id).order_by(Number.field))
    return list(found)


def refresh(session: Session, records: Records, document: Document, contested: frozenset[str] | None = None) -> None:
    """Bring rules, state and sums of a document in line with its numbers.

    Args:
        session: A writing session.
        records: Forms.
        document: The document.
        contested: Its pages of which people still say where they belong; None to look them up.

    """
    session.flush()
    numbers = numbers_of(session, document.id)
    form = records.forms.get(document.form_id or "")
    if contested is None:
        contested = contested_pages(session, document.id)
    broken = update_rules(document, form, numbers, contested)
    optional = optional_fields(records.forms, document.form_id)
    document.state = state_of(session, records.forms, document, numbers)
    count_document(session, document, numbers)
    workable = [number for number in numbers if number.page_id not in contested]
    sync_items(session, document, workable, form, optional, broken)


def optional_fields(forms: Mapping[str, FormTemplate], form: str | None) -> frozenset[str]:
    """Return the fields of a form that hold nothing up, such as a date; of a form that is not installed, none."""
    if form is None or form not in forms:
        return frozenset()
    return forms[form].optional


def state_of(
    session: Session, forms: Mapping[str, FormTemplate], document: Document, numbers: Sequence[Number]
) -> DocumentState:
    """Return the state of a document by its pages and by the numbers that must count before it is accepted.

    Args:
        session: A session.
        forms: Installed forms.
        document: The document.
        numbers: All its numbers as they stand.

    """
    unread = _unread_state(session, document.id)
    if unread == DocumentState.WAITING or not numbers:
        return unread
    optional = optional_fields(forms, document.form_id)
    required = [number for number in numbers if number.field not in optional]
    settled = not document.missing_pages and all(number.state in COUNTED_STATES for number in required)
    return DocumentState.ACCEPTED if settled else DocumentState.REVIEW


def _unread_state(session: Session, document_id: str) -> DocumentState:
    """Return waiting, rejected or empty, by the pages alone."""
    states = set(session.scalars(select(Page.state).where(Page.document_id == document_id)))
    if states.intersection(UNREAD):
        return DocumentState.WAITING
    return DocumentState.REJECTED if states else DocumentState.EMPTY


def _update_numbers(
    session: Session, document: Document, decided: DocumentReading, readings: Mapping[str, PageReading]
) -> list[Number]:
    """Let the rows of the numbers say what was decided; a number that no page shows any more goes."""
    known = {number.field: number for number in numbers_of(session, document.id)}
    for name, number in known.items():
        if name not in decided.fields:
            session.delete(number)
    asked = select(Page.id, Page.reading_id).where(Page.document_id == document.id)
    reading_ids = dict(iter(session.execute(asked)))
    numbers = []
    for name, field in decided.fields.items():
        number = known.get(name) or Number(document_id=document.id, field=name, version=0, decision_id=None)
        number.page_id = shown_on(name, field, readings)
        number.reading_id = reading_ids[number.page_id]
        number.version += 1
        _write_machine_reading(number, field)
        session.add(number)
        numbers.append(number)
    return numbers


def shown_on(name: str, field: FieldReading, readings: Mapping[str, PageReading]) -> str:
    """Return the page that a decided number was read on: of two photographs, the one whose place it quotes."""
    pages = [page for page, reading in readings.items() if name in reading.fields]
    return next((page for page in pages if readings[page].fields[name].region == field.region), pages[0])


def _write_machine_reading(number: Number, field: FieldReading) -> None:
    """Write the machine's decision into a number; what a person decided keeps counting."""
    line = field.to_json()
    number.value, number.boxes, number.outcome = field.value, field.boxes, field.outcome.value
    number.confidence, number.reasons = line["confidence"], line["reasons"]
    number.evidence, number.region = line["evidence"], line["region"]
    if number.decision_id is None:
        number.state = NumberState.ACCEPTED if field.outcome is Outcome.ACCEPTED else NumberState.REVIEW
        number.final = field.value if field.outcome is Outcome.ACCEPTED else None
        number.final_boxes = field.boxes
