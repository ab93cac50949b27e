"""What a person answers to an item, and what follows.

    review   confirm, correct, unreadable: decided; where a second person must agree first, it stays in review
    second   the same reading as the first person's settles it; another makes an item for a senior
    senior   settles it
    gold     is compared with the truth; nothing else happens
    audit    the accepted number stands if it is read the same; else it goes back to review, as one person's reading
    escalate (any)  goes to a senior with the comment

An answer is on record with what it decided. Locks are taken document first, then its items, here as everywhere.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.audit.chain import record_event
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.tables import Number
from api.db.types import new_id
from api.people.actor import Actor
from api.people.roles import Permission
from api.recording.documents import lock
from api.recording.numbers import Kind, Verdict, decide_number
from api.records import Records
from api.review.items import WORK, close, standing_answers
from api.review.policy import Policy, needs_second
from api.review.verdicts import judge
from pipeline.errors import ConflictError, MissingError, UsageError
from pipeline.marks import value_of

MEASURES = ("gold", "audit")

HIDDEN = ("second", *MEASURES)
"""Kinds that look the same to whoever reads them: blind."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a person answers.

    Attributes:
        kind: confirm or correct (the same: `boxes` are what the ink says), unreadable, escalate.
        lease: Of the desk that has the item.
        version: Of the number, as the person saw it.
        boxes: One character a printed box.
        comment: In the person's words.
        seconds: How long the person looked, in s.

    """

    kind: str
    lease: str
    version: int
    boxes: str = ""
    comment: str = ""
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """An answer in one form: `value` is None where nothing is written or nobody can tell."""

    kind: Kind
    boxes: str
    value: int | None

    def agrees(self, kind: str, value: int | None) -> bool:
        """Tell whether another reading says the same."""
        return (self.kind == "unreadable") == (kind == "unreadable") and self.value == value


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer came to. `settled` is None where the person must not learn it."""

    item: ReviewItem
    answer: ReviewAnswer
    number: Number
    settled: bool | None


def answer_item(
    session: Session, records: Records, actor: Actor, policy: Policy, item_id: str, given: Given
) -> Answered:
    """Put a person's answer on record and let everything follow from it.

    Raises:
        MissingError: `review_item_missing`.
        ConflictError: `review_item_ended` (someone has answered it, or its number no longer waits),
            `review_lease_lost` (someone else has it), `number_changed` (it is no longer as the person saw it).
        UsageError: `boxes_invalid`, or `comment_missing`.

    """
    item, number = held_item(session, actor, item_id, given.lease)
    if number.version != given.version:
        raise ConflictError("number_changed", field=number.field, seen=given.version, now=number.version)
    answered = _answer(session, records, actor, policy, item, number, given)
    _tell_audits(session, answered)
    return answered


def _answer(
    session: Session,
    records: Records,
    actor: Actor,
    policy: Policy,
    item: ReviewItem,
    number: Number,
    given: Given,
) -> Answered:
    if given.kind == "escalate":
        return _escalate(session, records, actor, item, number, given)
    reading = reading_of(number, given.kind, given.boxes)
    answer = answer_row(item, actor.id, reading, given)
    if item.kind in MEASURES:
        return _measure(session, records, actor, item, number, answer, reading)
    settled = settles(session, policy, item, number, reading)
    return decide_item(session, records, item, number, answer, settled=settled)


def _tell_audits(session: Session, answered: Answered) -> None:
    """Let audits that drew this number judge anew, where its answer can make one fail."""
    item = answered.item
    if item.kind in ("review", "gold") or (item.kind == "audit" and answered.answer.matches):
        return
    about = (ReviewItem.document_id == item.document_id, ReviewItem.field == item.field)
    for audit in session.scalars(select(ReviewItem.audit_id).where(*about, ReviewItem.audit_id.is_not(None))).all():
        judge(session, str(audit))


def held_item(session: Session, actor: Actor, item_id: str, lease: str) -> tuple[ReviewItem, Number]:
    """Return an item that this desk has, and its number, both locked until the transaction ends.

    Raises:
        MissingError: `review_item_missing`.
        DeniedError: `not_permitted`.
        ConflictError: `review_item_ended`, or `review_lease_lost`.

    """
    item = session.get(ReviewItem, item_id)
    if item is None:
        raise MissingError("review_item_missing", item=item_id[:80])
    actor.require(Permission.DECIDE_AS_SENIOR if item.kind == "senior" else Permission.DECIDE, item.station)
    lock(session, item.document_id)
    session.refresh(item, with_for_update=True)
    if item.state != "open":
        raise ConflictError("review_item_ended", item=item_id)
    if item.lease != lease or item.lease_owner != actor.id:
        raise ConflictError("review_lease_lost", item=item_id)
    number = session.get(Number, (item.document_id, item.field), populate_existing=True)
    if number is None:
        raise ConflictError("review_item_ended", item=item_id)
    return item, number


def reading_of(number: Number, kind: str, boxes: str) -> Reading:
    """Return what a person read of a number; the same value as the machine's is a confirmation.

    Raises:
        UsageError: `boxes_invalid`.

    """
    if kind == "unreadable":
        return Reading("unreadable", boxes if len(boxes) == len(number.boxes) else "#" * len(number.boxes), None)
    if len(boxes) != len(number.boxes) or "#" in boxes:
        raise UsageError("boxes_invalid", seen=boxes[:20])
    value = value_of(boxes)
    return Reading("confirm" if value == number.value else "correct", boxes, value)


def answer_row(item: ReviewItem, person: str, reading: Reading, given: Given) -> ReviewAnswer:
    """Return the row of an answer."""
    return ReviewAnswer(
        id=new_id(),
        item_id=item.id,
        document_id=item.document_id,
        field=item.field,
        person_id=person,
        kind=reading.kind,
        boxes=reading.boxes,
        value=reading.value,
        comment=given.comment,
        seconds=given.seconds,
    )


def settles(session: Session, policy: Policy, item: ReviewItem, number: Number, reading: Reading) -> bool:
    """Tell whether a reading settles its number."""
    if item.kind == "senior":
        return True
    if item.kind == "second":
        first = standing_answers(session, number)
        return bool(first) and reading.agrees(first[0].kind, first[0].value)
    return not needs_second(policy, number, reading.value)


def decide_item(
    session: Session, records: Records, item: ReviewItem, number: Number, answer: ReviewAnswer, *, settled: bool
) -> Answered:
    """Make a decision of an answer; item and answer are written first, for the next item depends on them."""
    close(item, "done")
    kind: Kind = answer.kind  # type: ignore[assignment]
    verdict = Verdict(kind, number.version, answer.boxes, answer.comment, answer.seconds, settled)
    answer.before_id, answer.decision_id = number.decision_id, verdict.id
    session.add(answer)
    session.flush()
    decide_number(session, records, number.document_id, number.field, answer.person_id, verdict)
    return Answered(item, answer, number, None if item.kind in HIDDEN else settled)


def _measure(
    session: Session,
    records: Records,
    actor: Actor,
    item: ReviewItem,
    number: Number,
    answer: ReviewAnswer,
    reading: Reading,
) -> Answered:
    """Compare an answer with what is known; only an audit that differs touches the number."""
    expected = item.expected or ""
    answer.matches = reading.agrees("unreadable" if "#" in expected else "correct", value_of(expected))
    if item.kind == "audit" and not answer.matches and number.state == "accepted":
        return decide_item(session, records, item, number, answer, settled=False)
    close(item, "done")
    session.add(answer)
    session.flush()
    _tell(session, actor, f"{item.kind}_answered", answer)
    return Answered(item, answer, number, None)


def _escalate(
    session: Session, records: Records, actor: Actor, item: ReviewItem, number: Number, given: Given
) -> Answered:
    """Hand a number to a senior; a number that counts is taken back first."""
    if not given.comment.strip():
        raise UsageError("comment_missing")
    answer = answer_row(item, actor.id, Reading("unreadable", "", None), given)
    answer.kind = "escalate"
    close(item, "done")
    session.add(answer)
    session.flush()
    if item.kind != "gold" and number.state in ("accepted", "review"):
        _ask_senior(session, item, number, given.comment)
        if number.state == "accepted":
            verdict = Verdict("flag", number.version, reason=given.comment)
            number = decide_number(session, records, number.document_id, number.field, actor.id, verdict)
    _tell(session, actor, "number_escalated", answer)
    return Answered(item, answer, number, None if item.kind in HIDDEN else False)


def _ask_senior(session: Session, item: ReviewItem, number: Number, comment: str) -> None:
    """Make an item for a senior out of one that was escalated."""
    about = (ReviewItem.document_id == number.document_id, ReviewItem.field == number.field)
    for other in session.scalars(select(ReviewItem).where(*about, ReviewItem.state == "open").with_for_update()):
        if other.kind in WORK:
            close(other)
    session.flush()
    session.add(
        ReviewItem(
            kind="senior",
            document_id=item.document_id,
            field=item.field,
            station=item.station,
            form_id=item.form_id,
            codes=item.codes,
            comment=comment,
            harm=item.harm,
        )
    )
    session.flush()


def _tell(session: Session, actor: Actor, kind: str, answer: ReviewAnswer) -> None:
    """Put an answer that decides nothing on the chain."""
    body = {
        "answer": answer.id,
        "item": answer.item_id,
        "kind": answer.kind,
        "boxes": answer.boxes,
        "comment": answer.comment,
        "matches": answer.matches,
    }
    record_event(session, kind, actor.id, f"number:{answer.document_id}/{answer.field}", body)
