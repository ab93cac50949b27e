"""Hold what the machine says against its readings: their hash, the boxes, and the numbers decided anew from them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import BoxMark
from api.db.states import PageState
from api.db.tables import Document, FormVersion, Number, Page, Reading
from api.documents.decide import contested_pages, numbers_of, shown_on, state_of
from api.documents.reading_hash import reading_hash
from api.triage.box_marks import box_digits, marks_of
from api.triage.document_rules import update_rules
from api.verification.rows import row_changed
from api.workers.read_page import program
from pipeline.decision import decide_document
from pipeline.packing import unpack
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading
from pipeline.reasons import Reason

READINGS = 200
"""Readings that are held at a time; each has the distributions of a page."""

SURE = 1e-3
"""By how much a probability may differ that another machine has computed."""

RIVAL = 1e-3
"""Below this, which digit comes second is a matter of rounding: older programs took it from before it was packed."""

NEAR = 1.0
"""By how many px of the picture an outline may differ that another machine has computed."""

_Mark = tuple[str, float, int | None, NDArray[np.float64]]
"""Mark, probability, rival, and how likely each digit is in a box."""

Step = Callable[[], None]


def check_machine(session: Session, records: Records, step: Step) -> Iterator[Reason]:
    """Yield what does not follow from the readings.

    Args:
        session: A reading session.
        records: Forms and the threshold.
        step: Called after every form, reading and document.

    """
    for sha256, template in session.execute(select(FormVersion.sha256, FormVersion.template)):
        content = hashlib.sha256(template.encode()).hexdigest()
        if content != sha256:
            yield row_changed(f"form:{sha256}", "template", content, sha256)
        step()
    changed: set[str] = set()
    yield from _readings(session, changed, step)
    for document in session.scalars(select(Document).order_by(Document.id).execution_options(yield_per=READINGS)):
        yield from _follows(session, records, document, changed)
        step()


def work_of_machine(session: Session) -> int:
    """Return how many steps that takes."""
    tables = (FormVersion, Reading, Document)
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def _readings(session: Session, changed: set[str], step: Step) -> Iterator[Reason]:
    """A reading is too long for the log, which has its hash: over its line, its distributions and who read.

    The ids of those that are not as they were are put into `changed`.
    """
    for row in session.scalars(select(Reading).order_by(Reading.id).execution_options(yield_per=READINGS)):
        content = reading_hash(row.page_id, row.line, row.evidence, row.model_sha256, row.program, row.form_sha256)
        if content != row.sha256:
            changed.add(row.id)
            yield row_changed(f"reading:{row.id}", "content", content, row.sha256)
        session.expunge(row)
        step()
    read = select(Reading.id).join(Page, Page.reading_id == Reading.id).where(Page.id == BoxMark.page_id)
    for page in session.scalars(select(BoxMark.page_id).where(~read.exists()).distinct()):
        yield Reason("audit_row_unknown", {"seq": "-", "subject": f"box_mark:{page}"})


def _current_readings(session: Session, document: str) -> dict[str, Reading]:
    """Return the newest reading of every page of a document, by page id, in the order of upload, out of the session."""
    asked = (
        select(Page.id, Reading)
        .join(Reading, Page.reading_id == Reading.id)
        .where(Page.document_id == document)
        .order_by(Page.uploaded_at, Page.file_name, Page.number)
    )
    rows = {found[0]: found[1] for found in session.execute(asked)}
    for row in set(rows.values()):  # a page that was slipped in may name another's reading
        session.expunge(row)
    return rows


def _follows(session: Session, records: Records, document: Document, changed: Set[str]) -> Iterator[Reason]:
    """Boxes, numbers and state of a document follow from its pages' newest readings, where these are as they were."""
    rows = _current_readings(session, document.id)
    opened: dict[str, PageReading] = {}
    for page, row in rows.items():
        if row.page_id != page:
            yield row_changed(f"page:{page}", "reading_id", row.id, "a reading of it")
        if row.id in changed:
            continue
        reading = _opened(row.evidence)
        if row.page_id == page:
            yield from _marks(session, page, reading)
        if reading is not None:
            yield from _page(session, page, reading)
            opened[page] = reading
    of_this_program = {row.program for row in rows.values()} == {program()}
    if document.form_id in records.forms and of_this_program and len(opened) == len(rows):
        yield from _numbers(session, records, document, opened)


def _marks(session: Session, page: str, reading: PageReading | None) -> Iterator[Reason]:
    """The boxes of a page are those of its newest reading."""
    expected: dict[tuple[str, int], _Mark] = {}
    for name, evidence in reading.evidence.items() if reading is not None else ():
        if evidence.unread:
            continue
        told = zip(marks_of(evidence.boxes), box_digits(evidence.boxes), strict=True)
        expected |= {(name, box): (*mark, digits) for box, (mark, digits) in enumerate(told)}
    for mark in session.scalars(select(BoxMark).where(BoxMark.page_id == page)).all():
        subject = f"box_mark:{page}/{mark.field}/{mark.box}"
        known = expected.pop((mark.field, mark.box), None)
        if known is None:
            yield Reason("audit_row_unknown", {"seq": "-", "subject": subject})
        else:
            if mark.mark != known[0]:
                yield row_changed(subject, "mark", mark.mark, known[0])
            if abs(mark.probability - known[1]) > SURE:
                yield row_changed(subject, "probability", mark.probability, known[1])
            if mark.rival != known[2] and max(_likely(mark.rival, known[3]), _likely(known[2], known[3])) > RIVAL:
                yield row_changed(subject, "rival", mark.rival, known[2])
        session.expunge(mark)
    for field, box in expected:
        yield Reason("audit_row_missing", {"seq": "-", "subject": f"box_mark:{page}/{field}/{box}"})


def _likely(digit: int | None, digits: NDArray[np.float64]) -> float:
    """Return how likely a digit is; 1 for what is none."""
    if digit is None:
        return 0.0
    return float(digits[digit]) if 0 <= digit < len(digits) else 1.0


def _opened(evidence: bytes) -> PageReading | None:
    """Return a reading; None where the bytes are of another program and cannot be unpacked."""
    try:
        return unpack(evidence)
    except (ValueError, KeyError, OSError):
        return None


def _numbers(
    session: Session, records: Records, document: Document, readings: Mapping[str, PageReading]
) -> Iterator[Reason]:
    """A number's value by the machine is what its readings are decided to be, by the program that decided them."""
    decided = decide_document(document.name, list(readings.values()), records.forms, records.threshold)
    numbers = numbers_of(session, document.id)
    for number in numbers:
        field = decided.fields.get(number.field)
        subject = f"number:{number.document_id}/{number.field}"
        if field is None:
            yield row_changed(subject, "value", number.value, "no reading has it")
        else:
            yield from _number(number, field, readings, subject)
    known = {number.field for number in numbers}
    for name in decided.fields.keys() - known:
        yield Reason("audit_row_missing", {"seq": "-", "subject": f"number:{document.id}/{name}"})
    yield from _document(session, records, document, decided, numbers)
    for number in numbers:
        session.expunge(number)


def _document(
    session: Session, records: Records, document: Document, decided: DocumentReading, numbers: Sequence[Number]
) -> Iterator[Reason]:
    """What is said of a document as a whole is what its readings are decided to be, and its numbers make of it."""
    said = decided.to_json()
    again = Document(id=document.id, missing_pages=said["missing_pages"], reasons=said["reasons"])
    again.form_id, again.pages_found = decided.form, said["pages"]
    update_rules(again, records.forms.get(decided.form or ""), numbers, contested_pages(session, document.id))
    again.state = document.state if document.moved_to else state_of(session, records.forms, again, numbers)
    for column in ("form_id", "pages_found", "missing_pages", "rules", "state"):
        if getattr(document, column) != getattr(again, column):
            yield row_changed(f"document:{document.id}", column, getattr(document, column), getattr(again, column))
    if _codes(document.reasons) != _codes(again.reasons):
        yield row_changed(f"document:{document.id}", "reasons", _codes(document.reasons), _codes(again.reasons))


def _page(session: Session, page_id: str, reading: PageReading) -> Iterator[Reason]:
    """Which printed page it is, and whether it was read, is what the reading says; it may wait to be read again."""
    page = session.get_one(Page, page_id)
    if page.form_page != reading.form_page:
        yield row_changed(f"page:{page_id}", "form_page", page.form_page, reading.form_page)
    read = PageState.REJECTED if reading.outcome is Outcome.REJECTED else PageState.READ
    if page.state in (PageState.READ, PageState.REJECTED) and page.state != read:
        yield row_changed(f"page:{page_id}", "state", page.state, read)
    session.expunge(page)


def _codes(reasons: object) -> list[str]:
    """Return the codes of reasons as a column has them; their values are rounded, elsewhere otherwise."""
    listed = reasons if isinstance(reasons, list) else [reasons]
    return [str(one.get("code")) if isinstance(one, dict) else "?" for one in listed]


def _number(number: Number, field: FieldReading, readings: Mapping[str, PageReading], subject: str) -> Iterator[Reason]:
    expected = {"value": field.value, "boxes": field.boxes, "page_id": shown_on(number.field, field, readings)}
    for column, value in expected.items():
        if getattr(number, column) != value:
            yield row_changed(subject, column, getattr(number, column), value)
    if abs(number.confidence - field.confidence) > SURE:
        yield row_changed(subject, "confidence", number.confidence, field.confidence)
    if number.outcome == "accepted" and field.outcome is not Outcome.ACCEPTED:
        yield row_changed(subject, "outcome", number.outcome, field.outcome.value)
    said = field.to_json()
    if not _same_place(number.region, said["region"]):
        yield row_changed(subject, "region", number.region, said["region"])
    codes = _codes(said["reasons"])
    if _codes(number.reasons)[: len(codes)] != codes:  # what holds it back is said after them
        yield row_changed(subject, "reasons", _codes(number.reasons), codes)
    yield from _witnesses(number, said["evidence"], subject)


def _witnesses(number: Number, expected: Mapping[str, Any], subject: str) -> Iterator[Reason]:
    """What each witness says is what it said in the reading."""
    seen = number.evidence
    if seen.keys() != expected.keys():
        yield row_changed(subject, "evidence", sorted(seen), sorted(expected))
        return
    for name, said in expected.items():
        alike = all(seen[name].get(part) == said.get(part) for part in ("value", "text"))
        if not alike or abs((seen[name].get("probability") or 0.0) - (said.get("probability") or 0.0)) > SURE:
            yield row_changed(subject, "evidence", seen[name], said)


def _same_place(one: Any, other: Any) -> bool:
    """Tell whether two outlines are the same, to within `NEAR`."""
    if one is None or other is None:
        return one is other
    try:
        return bool(np.allclose(np.asarray(one, np.float64), np.asarray(other, np.float64), rtol=0, atol=NEAR))
    except (TypeError, ValueError):  # of a shape that no program writes
        return False
