"""Decide a document anew from the newest readings of its pages; what people decided stays decided."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records
from api.db.states import DocumentState, NumberState, PageState
from api.db.tables import Document, Number, Page, Reading
from api.documents.prepare import PrecomputedDecision
from api.ledger.append import record_event
from api.tabulation.amounts import COUNTED_STATES, amounts_of, broken_as_written, counts
from api.tabulation.contribution import replace_contribution
from api.triage.contested import contested_pages, suspend_contested, tell_contested
from api.triage.foreign_page import tell_doubted_page
from api.triage.rule_reasons import update_rule_reasons
from api.triage.rules import standing_value
from api.triage.threshold import apply_raised_threshold
from api.triage.work_items import sync_items
from pipeline.decision import decide_document
from pipeline.forms import FormTemplate
from pipeline.packing import unpack
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading

UNREAD = (PageState.WAITING, PageState.READING)
"""States of a page that is still to be read."""


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
    decided = known.decided if known else _decided(records, document, readings)
    document.form_id = decided.form
    document.pages_found = decided.to_json()["pages"]
    document.missing_pages = list(decided.missing_pages)
    document.reasons = [reason.to_json() for reason in decided.reasons]
    numbers = _update_numbers(session, document, decided, readings)
    apply_raised_threshold(session, numbers, records.threshold)
    contested = contested_pages(session, document.id)
    suspend_contested(numbers, contested)
    refresh(session, records, document, contested)
    body = {
        "document": document.id,
        "version": document.version,
        "state": document.state,
        "numbers": {number.field: [number.boxes, number.value, number.outcome] for number in numbers},
    }
    record_event(session, "document_decided", PROGRAM, f"document:{document.id}", body)


def _decided(records: Records, document: Document, readings: Mapping[str, PageReading]) -> DocumentReading:
    return decide_document(document.name, list(readings.values()), records.forms, records.threshold)


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
    document.rules = rules_of(records, document, numbers)
    unread = _unread_state(session, document.id)
    complete = bool(numbers) and unread != DocumentState.WAITING and not document.missing_pages
    optional = optional_fields(records.forms, document.form_id)
    settled = complete and all(one.state in COUNTED_STATES for one in numbers if one.field not in optional)
    document.state = _state(unread, some=bool(numbers), settled=settled)
    if document.election_id and document.station and document.moved_to is None:
        broken, final = broken_as_written(document.rules), document.state == DocumentState.ACCEPTED
        amounts = amounts_of(numbers, complete=complete, broken=broken, final=final)
        replace_contribution(session, document.election_id, document.station, document.id, amounts)
    update_rule_reasons(records, document, numbers)
    if contested is None:
        contested = contested_pages(session, document.id)
    form = records.forms.get(document.form_id or "")
    tell_contested(document, contested)
    tell_doubted_page(document, form, numbers)
    workable = [number for number in numbers if number.page_id not in contested]
    sync_items(session, document, workable, form, optional)


def optional_fields(forms: Mapping[str, FormTemplate], form: str | None) -> frozenset[str]:
    """Return the fields of a form that hold nothing up, such as a date; of a form that is not installed, none."""
    if form is None or form not in forms:
        return frozenset()
    return forms[form].optional


def rules_of(records: Records, document: Document, numbers: Sequence[Number]) -> list[Any]:
    """Return for every rule of the form whether it holds for the numbers as they count now, or as read in review.

    `counts` tells of each whether every number of it counts; only then does it say anything of what is written.
    """
    if document.form_id is None or document.form_id not in records.forms:
        return []
    values = {number.field: standing_value(number) for number in numbers}
    counted = {number.field for number in numbers if counts(number)}
    return [
        {
            "id": rule.id,
            "holds": rule.parsed.holds(values),
            "severity": rule.severity,
            "counts": counted.issuperset(rule.parsed.names),
        }
        for rule in records.forms[document.form_id].rules
    ]


def _state(unread: DocumentState, *, some: bool, settled: bool) -> DocumentState:
    """Return the state of a document.

    Args:
        unread: What its pages alone say.
        some: Whether any number of it was read.
        settled: Whether it is whole, and every number counts that its form requires.

    """
    if unread == DocumentState.WAITING or not some:
        return unread
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
