"""Take back one's own last answer: the history grows by a decision that says so, and the item is there again."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import AnswerKind, ItemKind, ItemState, NumberState
from api.db.tables import Number
from api.db.types import new_id, now
from api.desk.queue import LEASE, permission_for
from api.documents.answer import Answer
from api.documents.decide import lock
from api.documents.decide_number import decide_number
from api.documents.signing import ink_of, require_signature
from api.ledger.append import record_event
from api.ledger.statements import Ink, Signed
from api.people.actor import Actor
from api.people.roles import Permission
from api.triage.work_items import WORK, close
from pipeline.errors import ConflictError


def undo_last(session: Session, records: Records, actor: Actor, lease: str, signed: Signed | None = None) -> ReviewItem:
    """Take back a person's last answer; return its item, open again and theirs.

    Raises:
        ConflictError: `undo_nothing`; `undo_too_late`: someone has taken up what followed, or decided otherwise.
        UsageError: One of `require_signature`.

    """
    answer = _last_answer(session, actor)
    if answer is None:
        raise ConflictError("undo_nothing")
    about = session.get_one(ReviewItem, answer.item_id)
    decided = answer.as_senior and answer.decision_id is not None
    actor.require(Permission.DECIDE_AS_SENIOR if decided else permission_for(about), about.station)
    lock(session, answer.document_id)
    session.refresh(answer, with_for_update=True)
    number = session.get(Number, (answer.document_id, answer.field), populate_existing=True)
    item = session.get_one(ReviewItem, answer.item_id, with_for_update=True, populate_existing=True)
    if answer.undone_at is not None or number is None or _overtaken(session, answer, number, item):
        raise ConflictError("undo_too_late")
    _close_followers(session, answer, item)
    item.state, item.ended_at = ItemState.OPEN, None
    item.lease, item.lease_owner, item.lease_until = lease, actor.id, now() + LEASE
    item.leased_at = now()
    answer.undone_at = now()
    session.flush()
    if answer.decision_id is None:
        require_signature(session, actor.id, number, Answer(AnswerKind.RESTORE, number.version, signed=signed))
        body = {"answer": answer.id, "item": item.id}
        record_event(session, "answer_undone", actor.id, f"number:{answer.document_id}/{answer.field}", body)
    else:
        _decide_back(session, records, actor, answer, number, signed)
    return item


def last_ink(session: Session, actor: Actor) -> Ink:
    """Return what the answer is about that an undo would take back now, for whoever signs that they do.

    Raises:
        ConflictError: `undo_nothing`.

    """
    answer = _last_answer(session, actor)
    number = None if answer is None else session.get(Number, (answer.document_id, answer.field))
    if number is None:
        raise ConflictError("undo_nothing")
    return ink_of(session, number)


def _last_answer(session: Session, actor: Actor) -> ReviewAnswer | None:
    """Return the newest answer of a person that still stands."""
    mine = (ReviewAnswer.person_id == actor.id, ReviewAnswer.undone_at.is_(None))
    return session.scalars(select(ReviewAnswer).where(*mine).order_by(ReviewAnswer.at.desc()).limit(1)).first()


def _overtaken(session: Session, answer: ReviewAnswer, number: Number, item: ReviewItem) -> bool:
    """Return whether anybody has built on an answer."""
    if answer.decision_id is not None and number.decision_id != answer.decision_id:
        return True
    if answer.kind == AnswerKind.ESCALATE and item.kind == ItemKind.AUDIT and number.state != NumberState.ACCEPTED:
        return True
    return any(other.lease_owner not in (None, answer.person_id) for other in _followers(session, answer, item))


def _followers(session: Session, answer: ReviewAnswer, item: ReviewItem) -> list[ReviewItem]:
    """Return the open items that came of an answer: for a second reader, or a senior."""
    about = (ReviewItem.document_id == answer.document_id, ReviewItem.field == answer.field)
    wanted = select(ReviewItem).where(*about, ReviewItem.state == ItemState.OPEN, ReviewItem.kind.in_(WORK))
    found = session.scalars(wanted.order_by(ReviewItem.id).with_for_update())
    return [other for other in found if other.id != item.id and item.kind != ItemKind.GOLD]


def _close_followers(session: Session, answer: ReviewAnswer, item: ReviewItem) -> None:
    for other in _followers(session, answer, item):
        close(other)
    session.flush()


def _decide_back(
    session: Session, records: Records, actor: Actor, answer: ReviewAnswer, number: Number, signed: Signed | None
) -> None:
    """Add the decision that takes an answer's decision back; the answer says which, before anybody looks."""
    kind = AnswerKind.REOPEN if answer.before_id is None else AnswerKind.RESTORE
    answer.undo_id = new_id()
    session.flush()
    decide_number(
        session,
        records,
        number.document_id,
        number.field,
        actor.id,
        Answer(kind, number.version, comment="undo", signed=signed),
        restores=answer.before_id,
        decision_id=answer.undo_id,
    )
