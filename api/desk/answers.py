"""What a person answers to an item, and what follows.

    review   confirm, correct, unreadable: decided; where a second person must agree first, it stays in review
    second   the same reading as the first person's settles it; another makes an item for a senior
    senior   settles it
    gold     is compared with the truth; nothing else happens
    audit    the accepted number stands if it is read the same; else it goes back to review, as one person's reading
    escalate (any)  goes to a senior with the comment

An answer is on record with what it decided. Locks are taken document first, then its items, here as everywhere.
"""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import SETTLED_BY_PEOPLE, AnswerKind, ItemKind, ItemState, NumberState
from api.db.tables import Document, Number
from api.db.types import new_id
from api.desk.chance import sign_of
from api.desk.gold import MEASURES
from api.desk.policy import Policy, needs_second
from api.desk.queue import permission_for
from api.desk.settled import require_own
from api.documents.answer import Answer
from api.documents.decide import lock
from api.documents.decide_number import decide_number, number_as_seen
from api.documents.signing import require_signature
from api.ledger.append import record_event
from api.people.actor import Actor
from api.people.roles import Permission
from api.sampling.verdict import alarm_if_failed
from api.triage.typed_numbers import READERS, is_typed
from api.triage.work_items import WORK, close, standing_answers
from pipeline.errors import ConflictError, MissingError, UsageError
from pipeline.marks import value_of

HIDDEN = (ItemKind.SECOND, *MEASURES)
"""Kinds that look the same to whoever reads them: blind."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer came to. `settled` is None where the person must not learn it."""

    item: ReviewItem
    answer: ReviewAnswer
    number: Number
    settled: bool | None


def answer_item(
    session: Session, records: Records, actor: Actor, policy: Policy, item_id: str, lease: str, answer: Answer
) -> Answered:
    """Put a person's answer on record and let everything follow from it.

    Args:
        session: A writing session.
        records: Forms.
        actor: Who answers.
        policy: Who must read a number twice.
        item_id: What is answered.
        lease: Of the desk that has it.
        answer: What the person says.

    Raises:
        MissingError: `review_item_missing`.
        ConflictError: `review_item_ended` (someone has answered it, or its number no longer waits),
            `review_lease_lost` (someone else has it), `number_changed` (it is no longer as the person saw it).
        UsageError: `boxes_invalid`, `comment_missing`, or one of `require_signature`.

    """
    item, number = held_item(session, actor, item_id, lease)
    shown = version_shown(session, item, number)
    if answer.version not in (number.version, shown):
        raise ConflictError("number_changed", field=number.field, seen=answer.version, now=shown)
    answer = replace(answer, version=number.version).about(number)
    row = _row(item, actor, answer)
    require_signature(
        session, actor.id, number, answer
    )  # also where nothing is decided: nobody must see which is a test
    if answer.kind == AnswerKind.ESCALATE:
        answered = _escalate(session, records, actor, item, number, row, answer)
    elif item.kind in MEASURES:
        answered = _measure(session, records, actor, item, number, row, answer)
    else:
        settled = _settles(session, policy, item, number, answer)
        answered = _decide(session, records, item, number, row, answer, settled=settled)
    _alarm_of_samples(session, answered)
    return answered


def version_shown(session: Session, item: ReviewItem, number: Number) -> int:
    """Return the version of a number as its reader sees it: of a blind one a sign for it, which tells no history."""
    if item.kind not in HIDDEN:
        return number.version
    return sign_of(session, f"{item.id}/{number.version}")


def answer_number(
    session: Session, records: Records, actor: Actor, policy: Policy, document_id: str, field: str, answer: Answer
) -> Number:
    """Put on record what a person says on the page of a document; the desk's rules hold, so nobody gets around them.

    A senior's word settles a number. Anyone else's is a first reading, or the second one of a number that another has
    read. What people have settled is touched again by the last of them or by a senior alone, and what a senior has
    settled by seniors alone; a change by anyone else than a senior waits, without a value, until a senior reads it.
    Returns the number as it stands then.

    Raises:
        MissingError: `number_missing`.
        DeniedError: `number_settled`: others settled it; `senior_settled`: a senior did.
        ConflictError: `number_changed`; `review_read_already`: one has read it before, and another person must.
        UsageError: `boxes_invalid`.

    """
    document = lock(session, document_id)
    number = number_as_seen(session, document, field, answer.version)
    free = policy.alone or Permission.DECIDE_AS_SENIOR in actor.permissions
    touched = not free and (answer.kind == AnswerKind.REOPEN or number.state in SETTLED_BY_PEOPLE)
    if touched:
        require_own(session, actor, number)
    if answer.kind == AnswerKind.REOPEN:
        return _reopen(session, records, actor, document, number, answer, withdraw=touched)
    item, answer = _open_item(session, document, number), answer.about(number)
    settled = free
    if not touched and (not free or (is_typed(number) and not policy.alone and number.state not in SETTLED_BY_PEOPLE)):
        _require_another_reader(session, actor, item, number)
        settled = _settles(session, policy, item, number, answer)
    row = _row(item, actor, answer)
    decided = _decide(session, records, item, number, row, answer, settled=settled)
    if touched:
        _ask_senior(session, item, number, answer.comment)
    return decided.number


def _reopen(
    session: Session,
    records: Records,
    actor: Actor,
    document: Document,
    number: Number,
    answer: Answer,
    *,
    withdraw: bool,
) -> Number:
    """Open a number again: a senior brings back the machine's word, anyone else leaves it to a senior."""
    if not withdraw:
        return decide_number(session, records, document.id, number.field, actor.id, answer)
    item = _open_item(session, document, number)
    _ask_senior(session, item, number, answer.comment)
    return decide_number(
        session, records, document.id, number.field, actor.id, replace(answer, kind=AnswerKind.WITHDRAW)
    )


def _alarm_of_samples(session: Session, answered: Answered) -> None:
    """Raise the alarm of audits that drew this number, where its answer makes one fail."""
    item = answered.item
    if item.kind in (ItemKind.REVIEW, ItemKind.GOLD) or (item.kind == ItemKind.AUDIT and answered.answer.matches):
        return
    about = (ReviewItem.document_id == item.document_id, ReviewItem.field == item.field)
    for audit in session.scalars(select(ReviewItem.audit_id).where(*about, ReviewItem.audit_id.is_not(None))).all():
        alarm_if_failed(session, str(audit))


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
    actor.require(permission_for(item), item.station)
    lock(session, item.document_id)
    session.refresh(item, with_for_update=True)
    if item.state != ItemState.OPEN:
        raise ConflictError("review_item_ended", item=item_id)
    if item.lease != lease or item.lease_owner != actor.id:
        raise ConflictError("review_lease_lost", item=item_id)
    number = session.get(Number, (item.document_id, item.field), populate_existing=True)
    if number is None:
        raise ConflictError("review_item_ended", item=item_id)
    return item, number


def _open_item(session: Session, document: Document, number: Number) -> ReviewItem:
    """Return the open item of a number, or a new one for this decision."""
    about = (ReviewItem.document_id == number.document_id, ReviewItem.field == number.field)
    wanted = select(ReviewItem).where(*about, ReviewItem.state == ItemState.OPEN, ReviewItem.kind.in_(WORK))
    known = session.scalars(wanted.with_for_update()).first()
    if known is not None:
        return known
    place = {"station": document.station, "form_id": document.form_id}
    made = ReviewItem(kind=ItemKind.REVIEW, document_id=number.document_id, field=number.field, harm=0.0, **place)
    session.add(made)
    session.flush()
    return made


def _require_another_reader(session: Session, actor: Actor, item: ReviewItem, number: Number) -> None:
    """Refuse a second reading by the first reader, and any but a senior's where two disagree."""
    if item.kind == ItemKind.SENIOR:
        actor.require(Permission.DECIDE_AS_SENIOR, item.station)
    if any(one.person_id == actor.id for one in standing_answers(session, number)):
        raise ConflictError("review_read_already", field=number.field)


def _row(item: ReviewItem, actor: Actor, answer: Answer) -> ReviewAnswer:
    return ReviewAnswer(
        id=new_id(),
        item_id=item.id,
        document_id=item.document_id,
        field=item.field,
        person_id=actor.id,
        kind=answer.kind,
        boxes=answer.boxes,
        value=answer.value,
        comment=answer.comment,
        seconds=answer.seconds,
        as_senior=Permission.DECIDE_AS_SENIOR in actor.permissions,
    )


def _settles(session: Session, policy: Policy, item: ReviewItem, number: Number, answer: Answer) -> bool:
    """Return whether an answer settles its number.

    A senior's does, but for a number that is typed from the whole picture and that fewer than two have read: there is
    nothing else to hold it against, so that two people must agree.
    """
    first = standing_answers(session, number)
    typed_alone = is_typed(number) and not policy.alone and len(first) < READERS
    if item.kind == ItemKind.SENIOR and not typed_alone:
        return True
    if item.kind == ItemKind.SECOND or (item.kind == ItemKind.SENIOR and first):
        return bool(first) and answer.agrees(first[0].kind, first[0].value)
    return not needs_second(session, policy, number, answer.value)


def _decide(
    session: Session,
    records: Records,
    item: ReviewItem,
    number: Number,
    row: ReviewAnswer,
    answer: Answer,
    *,
    settled: bool,
) -> Answered:
    """Make a decision of an answer; item and answer are written first, for the next item depends on them."""
    row.before_id, row.decision_id = number.decision_id, new_id()
    _keep(session, item, row)
    decide_number(
        session,
        records,
        number.document_id,
        number.field,
        row.person_id,
        answer,
        settled=settled,
        decision_id=row.decision_id,
    )
    return Answered(item, row, number, None if item.kind in HIDDEN else settled)


def _measure(
    session: Session,
    records: Records,
    actor: Actor,
    item: ReviewItem,
    number: Number,
    row: ReviewAnswer,
    answer: Answer,
) -> Answered:
    """Compare an answer with what is known; only an audit that differs touches the number."""
    expected = item.expected or ""
    row.matches = answer.agrees(AnswerKind.UNREADABLE if "#" in expected else AnswerKind.CORRECT, value_of(expected))
    if item.kind == ItemKind.AUDIT and not row.matches and number.state == NumberState.ACCEPTED:
        return _decide(session, records, item, number, row, answer, settled=False)
    _keep(session, item, row)
    _record(session, actor, f"{item.kind}_answered", row)
    return Answered(item, row, number, None)


def _escalate(
    session: Session,
    records: Records,
    actor: Actor,
    item: ReviewItem,
    number: Number,
    row: ReviewAnswer,
    answer: Answer,
) -> Answered:
    """Hand a number to a senior; a number that counts is taken back first."""
    if not row.comment.strip():
        raise UsageError("comment_missing")
    _keep(session, item, row)
    if item.kind != ItemKind.GOLD and number.state in (NumberState.ACCEPTED, NumberState.REVIEW):
        _ask_senior(session, item, number, row.comment)
        if number.state == NumberState.ACCEPTED:
            flagged = Answer(AnswerKind.FLAG, number.version, comment=row.comment, signed=answer.signed)
            number = decide_number(session, records, number.document_id, number.field, actor.id, flagged)
    _record(session, actor, "number_escalated", row)
    return Answered(item, row, number, None if item.kind in HIDDEN else False)


def _ask_senior(session: Session, item: ReviewItem, number: Number, comment: str) -> None:
    """Make an item for a senior out of one that was escalated."""
    about = (ReviewItem.document_id == number.document_id, ReviewItem.field == number.field)
    wanted = select(ReviewItem).where(*about, ReviewItem.state == ItemState.OPEN)
    for other in session.scalars(wanted.with_for_update()):
        if other.kind in WORK:
            close(other)
    session.flush()
    session.add(
        ReviewItem(
            kind=ItemKind.SENIOR,
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


def _keep(session: Session, item: ReviewItem, row: ReviewAnswer) -> None:
    """Write an answer, and end its item."""
    close(item, ItemState.DONE)
    session.add(row)
    session.flush()


def _record(session: Session, actor: Actor, kind: str, row: ReviewAnswer) -> None:
    """Record the event of an answer that decides nothing."""
    body = {
        "answer": row.id,
        "item": row.item_id,
        "kind": row.kind,
        "boxes": row.boxes,
        "comment": row.comment,
        "matches": row.matches,
    }
    record_event(session, kind, actor.id, f"number:{row.document_id}/{row.field}", body)
