"""Documents with numbers, put on record as the service does it, but without pictures and models."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.core.originals import Originals
from api.db.states import DocumentState, NumberState, PageState
from api.db.tables import Decision, Document, Election, Number, Original, Page, Reading
from api.db.types import new_id
from api.documents.reading_hash import reading_hash
from api.ledger.append import record_event
from api.regions.codes import ensure
from api.tabulation.contribution import count_document, remove_contribution

ELECTION, FORM = "ppwp-2024", "c-hasil-ppwp-2024"

Given = Mapping[str, tuple[str, int | None]]
"""State and value by field."""


def elect(session: Session) -> None:
    if session.get(Election, ELECTION) is None:
        session.add(Election(id=ELECTION, form_id=FORM, title_id="Pilpres 2024", title_en="President 2024"))
        session.flush()


def count(session: Session, document: Document) -> None:
    """Let the sums follow a document."""
    session.flush()
    assert document.election_id is not None
    assert document.station is not None
    count_document(session, document, session.scalars(select(Number).where(Number.document_id == document.id)).all())


def counted_document(
    session: Session, station: str, numbers: Given, *, missing: Sequence[int] = (), broken: bool = False
) -> Document:
    """Add a document at a station, or give the one that is there other numbers; nothing goes to the chain."""
    ensure(session, station)
    here = (Document.station == station, Document.moved_to.is_(None))
    document = session.scalars(select(Document).where(*here).with_for_update()).first()
    if document is None:
        document = Document(id=new_id(), name=station, station=station, election_id=ELECTION, created_by="ani")
        session.add(document)
        session.flush()
    document.state, document.missing_pages = DocumentState.REVIEW, list(missing)
    document.rules = [{"id": "sum", "holds": not broken, "severity": "hard"}]
    session.execute(delete(Number).where(Number.document_id == document.id))
    session.add_all(number(document.id, field, *given) for field, given in numbers.items())
    count(session, document)
    return document


def number(document: str, field: str, state: str, value: int | None, **given: Any) -> Number:
    boxes = "###" if value is None else f"{value:03d}"
    machine = "accepted" if state in ("accepted", "reviewed") else "review"
    final = value if state in ("accepted", "reviewed") else None
    usual = {"confidence": 0.99, "outcome": machine, "state": state, "final": final, "final_boxes": boxes}
    return Number(**{"document_id": document, "field": field, "value": value, "boxes": boxes, **usual, **given})


def move_away(session: Session, station: str, target: str | None) -> bool:
    """Take the document of a station away, to another station where one is named and free."""
    document = session.scalars(select(Document).where(Document.station == station, Document.moved_to.is_(None))).first()
    taken = session.scalar(
        select(func.count()).select_from(Document).where(Document.station == target, Document.moved_to.is_(None))
    )
    if document is None or (target is not None and taken):
        return False
    remove_contribution(session, ELECTION, station)
    if target is None:
        session.execute(delete(Number).where(Number.document_id == document.id))
        session.delete(document)
        session.flush()
        return True
    ensure(session, target)
    document.station = target
    count(session, document)
    return True


def received(session: Session, originals: Originals, station: str, content: bytes) -> tuple[Document, Page]:
    """Put one page on record, as an upload does."""
    elect(session)
    ensure(session, station)
    sha256 = originals.keep(content)
    session.add(Original(sha256=sha256, size=len(content), media_type="image/jpeg"))
    document = Document(
        id=new_id(), name=station, station=station, election_id=ELECTION, created_by="ani", state="waiting"
    )
    page = Page(id=new_id(), document_id=document.id, original=sha256, number=1, file_name="tps.jpg", uploaded_by="ani")
    session.add(document)
    session.flush()
    session.add(page)
    session.flush()
    pages = [{"id": page.id, "original": sha256, "number": 1, "name": page.file_name}]
    body = {"document": document.id, "election": ELECTION, "station": station, "pages": pages}
    record_event(session, "pages_received", "ani", f"document:{document.id}", body)
    return document, page


def read(session: Session, document: Document, page: Page, numbers: Given) -> Reading:
    """Put a reading of a page on record, and decide its document, as a worker does."""
    fields: dict[str, dict[str, Any]] = {
        field: {"value": value, "boxes": "###" if value is None else f"{value:03d}", "confidence": 0.99}
        | {"outcome": "review", "reasons": [], "evidence": {}, "region": None}
        for field, (_, value) in numbers.items()
    }
    line = {"document": document.name, "fields": fields}
    evidence = hashlib.sha256(repr(sorted(numbers.items())).encode()).digest()
    form, model = "f" * 64, "e" * 64
    sha256 = reading_hash(page.id, line, evidence, model, "1", form)
    reading = Reading(id=new_id(), page_id=page.id, model_id="digits-v3", model_sha256=model, program="1")
    reading.form_sha256, reading.line, reading.evidence, reading.sha256 = form, line, evidence, sha256
    session.add(reading)
    page.state, page.reading_id, document.state = PageState.READ, reading.id, DocumentState.REVIEW
    document.version += 1
    document.rules, document.missing_pages, document.form_id = [], [], FORM
    session.execute(delete(Number).where(Number.document_id == document.id))
    rows = [
        number(document.id, field, *given, page_id=page.id, reading_id=reading.id) for field, given in numbers.items()
    ]
    session.add_all(rows)
    count(session, document)
    body = {"page": page.id, "reading": reading.id, "sha256": sha256, "outcome": "review"}
    record_event(session, "page_read", "program", f"page:{page.id}", body)
    said = {row.field: [row.boxes, row.value, row.outcome] for row in rows}
    decided = {"document": document.id, "version": document.version, "state": document.state, "numbers": said}
    record_event(session, "document_decided", "program", f"document:{document.id}", decided)
    return reading


def decide(session: Session, document: Document, field: str, value: int) -> Decision:
    """Put a person's correction on record."""
    row = session.get_one(Number, (document.id, field))
    old = {"boxes": row.final_boxes, "value": row.final, "state": row.state}
    new: dict[str, Any] = {"boxes": f"{value:03d}", "value": value, "state": "reviewed"}
    earlier = select(func.count()).select_from(Decision).where(Decision.document_id == document.id)
    decision = Decision(
        id=new_id(), document_id=document.id, field=field, person_id="budi", kind="correct", old=old, new=new
    )
    decision.reason, decision.seconds = "terbaca jelas", 2.5
    decision.order = (session.scalar(earlier.where(Decision.field == field)) or 0) + 1
    session.add(decision)
    session.flush()
    row.final, row.final_boxes, row.state, row.decision_id = value, new["boxes"], NumberState.REVIEWED, decision.id
    document.version += 1
    count(session, document)
    body = {
        "decision": decision.id, "document": document.id, "field": field, "person": "budi", "kind": "correct",
        "old": old, "new": new, "reason": decision.reason, "seconds": decision.seconds, "order": decision.order,
    }  # fmt: skip
    record_event(session, "number_decided", "budi", f"number:{document.id}/{field}", body)
    return decision
