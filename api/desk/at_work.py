"""Who answers at the desk now, what people settled in the last hour, and how many numbers wait for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import SETTLED_BY_PEOPLE, ItemState, NumberState
from api.db.tables import Decision, Person
from api.regions.codes import NATION, inside
from api.triage.work_items import WORK

HOUR = timedelta(hours=1)
"""How far is looked back."""

LATELY = timedelta(minutes=10)
"""Whoever has answered since is at work."""

COUNTED = 20_000
"""How many waiting numbers are counted; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """A person who has answered in the last hour.

    Attributes:
        name: Their name.
        scope: The region that they work in; None where nobody has an account.
        answers: What they answered, without what they took back.
        settled: Numbers that waited, and that an answer of theirs settled.
        last: When they answered last.
        now: Whether that is so short a time ago that they are at work.

    """

    name: str
    scope: str | None
    answers: int
    settled: int
    last: datetime
    now: bool


def at_work(session: Session, moment: datetime, scope: str) -> list[AtWork]:
    """Return everybody of a region who has answered in the hour before a moment: who is at work first, then by name."""
    columns = (
        ReviewAnswer.person_id,
        func.count().label("answers"),
        func.sum(case((_settles(), 1), else_=0)).label("settled"),
        func.max(ReviewAnswer.at).label("last"),
    )
    rows = session.execute(
        select(*columns)
        .outerjoin(Decision, Decision.id == ReviewAnswer.decision_id)
        .where(*_since(moment))
        .group_by(ReviewAnswer.person_id)
    ).all()
    people = _people(session, scope, (row.person_id for row in rows))
    known = [row for row in rows if scope == NATION or row.person_id in people]  # local mode has no accounts
    found = [_person(row, people.get(row.person_id), moment) for row in known]
    return sorted(found, key=lambda one: (not one.now, one.name))


def settled_lately(session: Session, moment: datetime, scope: str) -> int:
    """Return how many numbers of a region were settled in the hour before a moment, wherever those people work."""
    wanted = (
        select(func.count())
        .select_from(ReviewAnswer)
        .join(Decision, Decision.id == ReviewAnswer.decision_id)
        .join(ReviewItem, ReviewItem.id == ReviewAnswer.item_id)
        .where(*_since(moment), _settles(), inside(ReviewItem.station.expression, scope))
    )
    return session.scalar(wanted) or 0


def numbers_waiting(session: Session, scope: str) -> int:
    """Return how many numbers of a region wait for people, `COUNTED` where there are as many or more."""
    mine = (ReviewItem.state == ItemState.OPEN, ReviewItem.kind.in_(WORK))
    some = select(ReviewItem.id).where(*mine, inside(ReviewItem.station.expression, scope)).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def seconds_for(numbers: int, settled_in_an_hour: int) -> float | None:
    """Return how long people take to settle so many numbers at their pace; None where they have settled none."""
    return numbers * HOUR.total_seconds() / settled_in_an_hour if settled_in_an_hour else None


def _since(moment: datetime) -> tuple[ColumnElement[bool], ...]:
    return ReviewAnswer.at > moment - HOUR, ReviewAnswer.at <= moment, ReviewAnswer.undone_at.is_(None)


def _settles() -> ColumnElement[bool]:
    """Return the condition that the decision of an answer settled a number that waited."""
    before, after = Decision.old["state"].as_string(), Decision.new["state"].as_string()
    return and_(before == NumberState.REVIEW.value, after.in_([str(state) for state in SETTLED_BY_PEOPLE]))


def _people(session: Session, scope: str, ids: Iterable[str]) -> dict[str, Person]:
    wanted = select(Person).where(Person.id.in_(list(ids)), inside(Person.scope.expression, scope))
    return {person.id: person for person in session.scalars(wanted)}


def _person(row: Any, person: Person | None, moment: datetime) -> AtWork:
    return AtWork(
        name=row.person_id if person is None else person.name,
        scope=None if person is None else person.scope,
        answers=row.answers,
        settled=int(row.settled),
        last=row.last,
        now=row.last > moment - LATELY,
    )
