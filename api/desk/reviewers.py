"""How reviewers do: hidden tests, agreement with others who read blind, and pace."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import AnswerKind, ItemKind
from api.db.tables import Person
from api.regions.codes import NATION
from api.sampling.intervals import wilson
from api.schemas.sampling import ReviewerBody, ShareBody


def reviewers(session: Session, scope: str) -> list[ReviewerBody]:
    """Return everybody of a region who has answered anything, by name."""
    names = _names(session, scope)
    tests, agreed = _tests(session), _agreement(session)
    known = [row for row in _work(session) if scope == NATION or row.person_id in names]  # local mode has no accounts
    found = [_reviewer(row, names.get(row.person_id, row.person_id), tests, agreed) for row in known]
    return sorted(found, key=lambda one: one.name)


def _reviewer(row: Any, name: str, tests: dict[str, ShareBody], agreed: dict[str, ShareBody]) -> ReviewerBody:
    nothing = _share(0, 0)
    return ReviewerBody(
        person=row.person_id,
        name=name,
        answers=row.answers,
        corrections=row.corrections,
        unreadable=row.unreadable,
        escalated=row.escalated,
        undone=row.undone,
        seconds=row.seconds,
        tests=tests.get(row.person_id, nothing),
        agreement=agreed.get(row.person_id, nothing),
    )


def _names(session: Session, scope: str) -> dict[str, str]:
    wanted = select(Person.id, Person.name)
    if scope != NATION:
        wanted = wanted.where(Person.scope.startswith(scope, autoescape=True))
    return dict(iter(session.execute(wanted)))


def _work(session: Session) -> Iterable[Any]:
    stands = ReviewAnswer.undone_at.is_(None)
    columns = (
        ReviewAnswer.person_id,
        _count(stands).label("answers"),
        _count(and_(stands, ReviewAnswer.kind == AnswerKind.CORRECT)).label("corrections"),
        _count(and_(stands, ReviewAnswer.kind == AnswerKind.UNREADABLE)).label("unreadable"),
        _count(and_(stands, ReviewAnswer.kind == AnswerKind.ESCALATE)).label("escalated"),
        _count(~stands).label("undone"),
        func.avg(ReviewAnswer.seconds).label("seconds"),
    )
    return session.execute(select(*columns).group_by(ReviewAnswer.person_id)).all()


def _tests(session: Session) -> dict[str, ShareBody]:
    wanted = (
        select(ReviewAnswer.person_id, func.count(), _count(ReviewAnswer.matches.is_(True)))
        .join(ReviewItem, ReviewItem.id == ReviewAnswer.item_id)
        .where(ReviewItem.kind == ItemKind.GOLD, ReviewAnswer.undone_at.is_(None), ReviewAnswer.matches.is_not(None))
        .group_by(ReviewAnswer.person_id)
    )
    return {person: _share(of, right) for person, of, right in session.execute(wanted)}


def _agreement(session: Session) -> dict[str, ShareBody]:
    """Return for everybody how often a reading and the blind one after it said the same."""
    first, second = aliased(ReviewAnswer), aliased(ReviewAnswer)
    same = and_(
        or_(first.value == second.value, and_(first.value.is_(None), second.value.is_(None))),
        (first.kind == AnswerKind.UNREADABLE) == (second.kind == AnswerKind.UNREADABLE),
    )
    pairs = (
        select(first.person_id, second.person_id, func.count(), _count(same))
        .join(second, second.before_id == first.decision_id)
        .join(ReviewItem, ReviewItem.id == second.item_id)
        .where(ReviewItem.kind == ItemKind.SECOND, first.undone_at.is_(None), second.undone_at.is_(None))
        .group_by(first.person_id, second.person_id)
    )
    totals: dict[str, list[int]] = {}
    for one, other, of, agreed in session.execute(pairs):
        for person in (one, other):
            known = totals.setdefault(person, [0, 0])
            known[0], known[1] = known[0] + of, known[1] + agreed
    return {person: _share(of, right) for person, (of, right) in totals.items()}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _share(of: int, right: int) -> ShareBody:
    low, high = wilson(right, of)
    return ShareBody(of=of, right=right, low=low, high=high)
