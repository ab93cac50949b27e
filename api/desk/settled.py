"""What people have settled, and who may touch it again: the last who decided it, and seniors.

What a senior has settled is for seniors alone, also where the person is no senior any more.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import SETTLED_BY_PEOPLE, ItemKind
from api.db.tables import Decision, Number, Person
from api.people.actor import Actor
from api.people.roles import Permission, known_roles, permissions_of
from pipeline.errors import DeniedError


def require_own(session: Session, actor: Actor, number: Number) -> None:
    """Refuse a person, who is no senior, to touch what others have decided.

    Raises:
        DeniedError: `senior_settled`, or `number_settled`.

    """
    last = None if number.decision_id is None else session.get_one(Decision, number.decision_id)
    if last is not None and number.state in SETTLED_BY_PEOPLE and _of_senior(session, last):
        raise DeniedError("senior_settled", field=number.field)
    if last is None or last.person_id != actor.id:
        raise DeniedError("number_settled", field=number.field)


def _of_senior(session: Session, decision: Decision) -> bool:
    """Return whether a senior made a decision; where that was not kept, by the item and by the roles of now."""
    query = select(ReviewAnswer.as_senior, ReviewItem.kind).join(ReviewItem, ReviewItem.id == ReviewAnswer.item_id)
    row = session.execute(query.where(ReviewAnswer.decision_id == _origin(session, decision))).first()
    if row is not None and (row.as_senior or row.kind == ItemKind.SENIOR):
        return True
    if row is not None and row.as_senior is not None:
        return False
    person = session.get(Person, decision.person_id)
    return person is not None and Permission.DECIDE_AS_SENIOR in permissions_of(known_roles(person.roles))


def _origin(session: Session, decision: Decision) -> str:
    """Return the decision that one stands for: an undo brings back the one before the answer that it takes back."""
    undone = select(ReviewAnswer.before_id).where(ReviewAnswer.undo_id == decision.id)
    before = session.scalars(undone).first()
    return decision.id if before is None else _origin(session, session.get_one(Decision, before))
