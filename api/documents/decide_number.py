"""A person decides a number: a new decision is added, the number and the sums follow, nothing is overwritten."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.states import AnswerKind, NumberState
from api.db.tables import Decision, Document, Number
from api.db.types import new_id
from api.documents.answer import Answer
from api.documents.decide import contested_pages, lock, refresh
from api.documents.signing import require_signature
from api.ledger.append import record_event
from api.ledger.statements import Signed
from pipeline.errors import ConflictError, MissingError


def decide_number(
    session: Session,
    records: Records,
    document_id: str,
    field: str,
    person: str,
    answer: Answer,
    *,
    settled: bool = True,
    restores: str | None = None,
    decision_id: str | None = None,
    ruling: bool = False,
) -> Number:
    """Make a decision of a person's answer; return the number as it stands then.

    Args:
        session: A writing session.
        records: Forms.
        document_id: The document.
        field: The number.
        person: Whose answer it is.
        answer: What the person says.
        settled: Whether the number counts from now on. Where a second person must agree first it stays in review.
        restores: The earlier decision that a `restore` goes back to.
        decision_id: Id of the decision, where something else refers to it already.
        ruling: Whether it follows from a conflict about the station, and not from what the ink says.

    Raises:
        MissingError: `number_missing`.
        ConflictError: `number_changed`: it is no longer as the person saw it; `station_contested`: first a senior says
            which station its page is of.
        UsageError: `boxes_invalid`: the boxes make no number of this form; or one of `require_signature`.

    """
    document = lock(session, document_id)
    number = number_as_seen(session, document, field, answer.version)
    if number.page_id in (contested := contested_pages(session, document_id)) and not ruling:
        raise ConflictError("station_contested")
    answer = answer.about(number)
    signed = require_signature(session, person, number, answer)
    new = _restored(session, restores) if restores else _new(number, answer, settled=settled)
    decision = _decision(session, number, person, answer, new, signed)
    decision.id = decision_id or new_id()
    session.add(decision)
    session.flush()
    _apply(number, decision)
    document.version += 1
    refresh(session, records, document, contested)
    record_event(session, "number_decided", person, f"number:{document_id}/{field}", _body(decision))
    return number


def number_as_seen(session: Session, document: Document, field: str, version: int) -> Number:
    """Return a number of a locked document, if it still is as the person saw it.

    Raises:
        MissingError: `number_missing`.
        ConflictError: `number_changed`.

    """
    number = session.get(Number, (document.id, field), populate_existing=True)
    if number is None:
        raise MissingError("number_missing", field=field, document=document.id)
    if number.version != version:
        raise ConflictError("number_changed", field=field, seen=version, now=number.version)
    return number


def history_of(session: Session, document_id: str, field: str) -> list[Decision]:
    """Return every decision about a number, first to last."""
    wanted = select(Decision).where(Decision.document_id == document_id, Decision.field == field)
    return list(session.scalars(wanted.order_by(Decision.order)))


def _decision(
    session: Session, number: Number, person: str, answer: Answer, new: dict[str, Any], signed: Signed | None
) -> Decision:
    about = (Decision.document_id == number.document_id, Decision.field == number.field)
    earlier = session.scalar(select(func.count()).select_from(Decision).where(*about)) or 0
    return Decision(
        document_id=number.document_id,
        field=number.field,
        person_id=person,
        kind=answer.kind,
        old={"boxes": number.final_boxes, "value": number.final, "state": number.state},
        new=new,
        reason=answer.comment,
        seconds=answer.seconds,
        order=earlier + 1,
        key_id=signed.key if signed else None,
        nonce=signed.nonce if signed else None,
        signature=signed.signature if signed else None,
    )


def _new(number: Number, answer: Answer, *, settled: bool) -> dict[str, Any]:
    """Return boxes, value and state after an answer; the value is what counts, so that it is null in review."""
    if answer.kind == AnswerKind.FLAG:
        return {"boxes": number.final_boxes, "value": None, "state": NumberState.REVIEW}
    if answer.kind == AnswerKind.WITHDRAW:
        return {"boxes": number.boxes, "value": None, "state": NumberState.REVIEW}
    if answer.kind == AnswerKind.REOPEN:
        accepted = number.outcome == "accepted"
        value = number.value if accepted else None
        return {
            "boxes": number.boxes,
            "value": value,
            "state": NumberState.ACCEPTED if accepted else NumberState.REVIEW,
        }
    if not settled:
        return {"boxes": answer.boxes, "value": None, "state": NumberState.REVIEW}
    state = NumberState.UNREADABLE if answer.kind == AnswerKind.UNREADABLE else NumberState.REVIEWED
    return {"boxes": answer.boxes, "value": answer.value, "state": state}


def _restored(session: Session, decision: str) -> dict[str, Any]:
    """Return boxes, value and state as an earlier decision left them."""
    return dict(session.get_one(Decision, decision).new)


def _apply(number: Number, decision: Decision) -> None:
    number.final_boxes, number.final = decision.new["boxes"], decision.new["value"]
    number.state = decision.new["state"]
    number.decision_id = None if decision.kind == AnswerKind.REOPEN else decision.id
    number.version += 1


def _body(decision: Decision) -> dict[str, Any]:
    """Return what the chain says of a decision: all of it."""
    return {
        "decision": decision.id,
        "document": decision.document_id,
        "field": decision.field,
        "person": decision.person_id,
        "kind": decision.kind,
        "old": decision.old,
        "new": decision.new,
        "reason": decision.reason,
        "seconds": decision.seconds,
        "order": decision.order,
    }
