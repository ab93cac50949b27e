"""A person decides a number: a new decision is added, the number and the sums follow, nothing is overwritten."""

from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.audit.chain import record_event
from api.db.tables import Decision, Document, Number
from api.db.types import new_id
from api.recording.documents import lock, refresh
from api.records import Records
from pipeline.errors import ConflictError, MissingError, UsageError
from pipeline.marks import value_of

Kind = Literal["confirm", "correct", "unreadable", "reopen", "restore", "flag"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of a number.

    Attributes:
        kind: confirm or correct (`boxes` are what the ink says), unreadable, reopen (back to the machine's word),
            restore (back to an earlier decision), or flag (people must look at it).
        boxes: One character a printed box; "" for unreadable and reopen.
        version: The version of the number that the person saw.
        reason: In the person's words.
        seconds: How long the person looked, in s.
        settled: Whether the number counts from now on. Where a second person must agree first it stays in review.
        back_to: With restore, the earlier decision.
        id: Of the decision that it makes.

    """

    kind: Kind
    version: int
    boxes: str = ""
    reason: str = ""
    seconds: float | None = None
    settled: bool = True
    back_to: str | None = None
    id: str = field(default_factory=new_id)


def decide_number(
    session: Session, records: Records, document_id: str, field: str, person: str, verdict: Verdict
) -> Number:
    """Put a person's decision on record; return the number as it stands then.

    Raises:
        MissingError: `number_missing`.
        ConflictError: `number_changed`: it is no longer as the person saw it.
        UsageError: `boxes_invalid`: the boxes make no number of this form.

    """
    document = lock(session, document_id)
    number = number_as_seen(session, document, field, verdict.version)
    decision = _decision(session, number, person, verdict)
    session.add(decision)
    session.flush()
    _apply(number, decision)
    document.version += 1
    refresh(session, records, document)
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


def _decision(session: Session, number: Number, person: str, verdict: Verdict) -> Decision:
    about = (Decision.document_id == number.document_id, Decision.field == number.field)
    earlier = session.scalar(select(func.count()).select_from(Decision).where(*about)) or 0
    return Decision(
        id=verdict.id,
        document_id=number.document_id,
        field=number.field,
        person_id=person,
        kind=verdict.kind,
        old={"boxes": number.final_boxes, "value": number.final, "state": number.state},
        new=_back(session, verdict.back_to) if verdict.back_to else _new(number, verdict),
        reason=verdict.reason,
        seconds=verdict.seconds,
        order=earlier + 1,
    )


def _new(number: Number, verdict: Verdict) -> dict[str, Any]:
    """Return boxes, value and state after a verdict; the value is what counts, so that it is null in review."""
    if verdict.kind == "flag":
        return {"boxes": number.final_boxes, "value": None, "state": "review"}
    if verdict.kind == "reopen":
        accepted = number.outcome == "accepted"
        value = number.value if accepted else None
        return {"boxes": number.boxes, "value": value, "state": "accepted" if accepted else "review"}
    if verdict.kind == "unreadable":
        state = "unreadable" if verdict.settled else "review"
        return {"boxes": verdict.boxes or "#" * len(number.boxes), "value": None, "state": state}
    if len(verdict.boxes) != len(number.boxes) or "#" in verdict.boxes:
        raise UsageError("boxes_invalid", seen=verdict.boxes[:20])
    value = value_of(verdict.boxes)
    if not verdict.settled:
        return {"boxes": verdict.boxes, "value": None, "state": "review"}
    return {"boxes": verdict.boxes, "value": value, "state": "reviewed"}


def _back(session: Session, decision: str) -> dict[str, Any]:
    """Return boxes, value and state as an earlier decision left them."""
    return dict(session.get_one(Decision, decision).new)


def _apply(number: Number, decision: Decision) -> None:
    number.final_boxes, number.final = decision.new["boxes"], decision.new["value"]
    number.state = decision.new["state"]
    number.decision_id = None if decision.kind == "reopen" else decision.id
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
