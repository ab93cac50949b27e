"""Hidden tests: numbers whose truth is known, mixed into the queue so that nobody can tell them from blind readings."""

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from api.db.review_tables import GoldNumber, ReviewAnswer, ReviewItem
from api.db.states import ItemKind, ItemState, NumberState
from api.db.tables import Decision, Document, Number
from api.db.types import now
from api.desk.policy import Policy
from api.ledger.append import record_event
from api.people.actor import Actor
from api.regions.codes import inside
from pipeline.errors import UsageError
from pipeline.marks import value_of

MEASURES = (ItemKind.GOLD, ItemKind.AUDIT)
"""Kinds that measure, and hold no number up."""


def hide_tests(session: Session, actor: Actor, policy: Policy, count: int, region: str) -> list[ReviewItem]:
    """Make items of hidden tests for one claim of a person: none, most of the time."""
    wanted = 0 if policy.alone else sum(policy.drawn(policy.gold_share) for _ in range(count))
    if not wanted:
        return []
    fresh = select(GoldNumber, Document.form_id).join(Document, Document.id == GoldNumber.document_id)
    fresh = fresh.where(*_unseen(actor.id), inside(GoldNumber.station.expression, actor.scope))
    fresh = fresh.where(inside(GoldNumber.station.expression, region)).order_by(func.random()).limit(wanted)
    made = [
        ReviewItem(
            kind=ItemKind.GOLD,
            document_id=gold.document_id,
            field=gold.field,
            station=gold.station,
            form_id=form,
            expected=gold.boxes,
        )
        for gold, form in session.execute(fresh)
    ]
    session.add_all(made)
    session.flush()
    return made


def add_gold(session: Session, document_id: str, field: str, boxes: str, person: str, source: str) -> GoldNumber:
    """Remember the truth of a number; a number that is there already keeps what was said first.

    Raises:
        UsageError: `gold_number_missing`, or `boxes_invalid`.

    """
    number = session.get(Number, (document_id, field))
    if number is None:
        raise UsageError("gold_number_missing", document=document_id[:80], field=field[:80])
    if "#" not in boxes:
        value_of(boxes)
    if len(boxes) != len(number.boxes):
        raise UsageError("boxes_invalid", seen=boxes[:20])
    about = (GoldNumber.document_id == document_id, GoldNumber.field == field)
    known = session.scalars(select(GoldNumber).where(*about)).first()
    if known is not None:
        return known
    station = session.get_one(Document, document_id).station
    gold = GoldNumber(
        document_id=document_id, field=field, station=station, boxes=boxes, source=source, added_by=person
    )
    session.add(gold)
    body = {"document": document_id, "field": field, "boxes": boxes, "source": source}
    record_event(session, "gold_added", person, f"number:{document_id}/{field}", body)
    return gold


def agreed_numbers(session: Session, count: int) -> list[Number]:
    """Return numbers that two people read the same, one of them blind, and that are no gold yet."""
    second = exists().where(
        and_(
            ReviewItem.id == ReviewAnswer.item_id,
            ReviewItem.kind == ItemKind.SECOND,
            ReviewAnswer.decision_id == Number.decision_id,
            ReviewAnswer.undone_at.is_(None),
        )
    )
    known = exists().where(and_(GoldNumber.document_id == Number.document_id, GoldNumber.field == Number.field))
    wanted = (
        select(Number).where(Number.state == NumberState.REVIEWED, second, ~known).order_by(func.random()).limit(count)
    )
    return list(session.scalars(wanted))


def _unseen(person: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a person has never met a gold number."""
    met = exists().where(
        and_(
            ReviewAnswer.document_id == GoldNumber.document_id,
            ReviewAnswer.field == GoldNumber.field,
            ReviewAnswer.person_id == person,
        )
    )
    decided = exists().where(
        and_(
            Decision.document_id == GoldNumber.document_id,
            Decision.field == GoldNumber.field,
            Decision.person_id == person,
        )
    )
    given = exists().where(
        and_(
            ReviewItem.document_id == GoldNumber.document_id,
            ReviewItem.field == GoldNumber.field,
            ReviewItem.kind == ItemKind.GOLD,
            ReviewItem.state == ItemState.OPEN,
            ReviewItem.lease_owner == person,
            ReviewItem.lease_until > now(),
        )
    )
    there = exists().where(and_(Number.document_id == GoldNumber.document_id, Number.field == GoldNumber.field))
    return (~met, ~decided, ~given, there)
