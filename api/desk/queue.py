"""Take the next items with a lease, keep them with a heartbeat, give them back.

Whoever vanishes gives nothing back: the lease runs out, and the next claim takes the items. PostgreSQL passes over rows
that another claim is just taking; SQLite has one writer at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewAnswer, ReviewAudit, ReviewItem
from api.db.states import AnswerKind, ItemKind, ItemState
from api.db.tables import Decision, Number
from api.db.types import new_id, now
from api.desk.gold import hide_tests
from api.desk.policy import Policy
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import NATION, inside
from api.triage.work_items import WORK

LEASE = timedelta(seconds=90)
"""How long an item is kept for a desk that shows no sign of life."""

LOOK = timedelta(milliseconds=300)
"""How soon after it was taken nobody can have looked at a number."""

MOST = 10
"""How many items one claim gives."""

OPEN = (ItemKind.REVIEW, ItemKind.SENIOR)
"""Kinds of work that are read with all that is known of their number in view."""

COUNTED = 1000
"""How many waiting items are counted; nobody at a desk needs to know of more."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What someone wants to work on.

    `field` is a field, or the words that several begin with, such as `paslon`; `page` the id of one page, to type it.
    """

    region: str = NATION
    form: str | None = None
    reason: str | None = None
    field: str | None = None
    page: str | None = None


def claim(
    session: Session, actor: Actor, policy: Policy, count: int, filters: Filters, lease: str | None = None
) -> tuple[str, list[ReviewItem]]:
    """Take up to `count` items for a desk; return its lease and the items.

    They come page by page, so that a page is open once: first what is left of the page that the desk was given last,
    then the page of the most harmful number, and so on; within a page the most harmful first. Whatever is read blind
    lies between them wherever chance puts it: its place must not tell a second reading from a test. Of a single page
    all come in their order, and no test: its picture would be another.

    Args:
        session: A writing session.
        actor: Who asks; they must have the permission to decide.
        policy: Shares of hidden tests and audits.
        count: How many.
        filters: Of what.
        lease: The lease that the desk has already, if any; its earlier items are kept.

    """
    token = lease or new_id()
    if filters.page:
        return token, _lent(session, actor, token, _take(session, actor, policy, WORK, count, filters))
    tests = hide_tests(session, actor, policy, count, filters.region)
    wanted = count - len(tests)
    sampled = sum(policy.drawn(policy.audit_share) for _ in range(wanted))
    work = _take(session, actor, policy, WORK, wanted - sampled, filters)
    audits = _take(session, actor, policy, (ItemKind.AUDIT,), wanted - len(work), filters)
    if len(work) + len(audits) < wanted:
        work = [*work, *_more(session, actor, policy, wanted - len(work) - len(audits), filters, work)]
    blind = [item for item in work if item.kind not in OPEN]
    paged = _page_by_page(session, actor, policy, filters, token, [item for item in work if item.kind in OPEN])
    return token, _lent(session, actor, token, _mixed(policy, paged, [*blind, *audits, *tests]))


def _lent(session: Session, actor: Actor, lease: str, found: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Lend items to a desk, in the order in which it shows them."""
    for item in found:
        item.lease, item.lease_owner, item.lease_until = lease, actor.id, now() + LEASE
        item.leased_at = now()
    session.flush()
    return list(found)


def permission_for(item: ReviewItem) -> Permission:
    """Return what whoever reads an item must be allowed."""
    return Permission.DECIDE_AS_SENIOR if item.kind == ItemKind.SENIOR else Permission.DECIDE


def holds(actor: Actor, item: ReviewItem) -> bool:
    """Return whether an open item is lent to a person who may still read it.

    A loan outlives neither the role nor the region for which it was given.
    """
    lent = item.state == ItemState.OPEN and item.lease_owner == actor.id
    return lent and actor.may(permission_for(item), item.station)


def held(session: Session, actor: Actor, lease: str) -> list[ReviewItem]:
    """Return the open items that a desk has, with a lease that begins anew."""
    mine = (ReviewItem.lease == lease, ReviewItem.lease_owner == actor.id, ReviewItem.state == ItemState.OPEN)
    locked = session.scalars(select(ReviewItem).where(*mine).order_by(ReviewItem.id).with_for_update()).all()
    found = [item for item in locked if holds(actor, item)]
    for item in found:
        item.lease_until = now() + LEASE
    # As they were given: page by page, and hidden tests where chance had put them.
    return sorted(found, key=lambda item: (item.leased_at is not None, item.leased_at))


def release(session: Session, actor: Actor, lease: str, items: Sequence[str] | None = None) -> int:
    """Give items back, or all that the desk has; return how many."""
    mine = [ReviewItem.lease == lease, ReviewItem.lease_owner == actor.id, ReviewItem.state == ItemState.OPEN]
    if items is not None:
        mine.append(ReviewItem.id.in_(items))
    locked = session.scalars(select(ReviewItem.id).where(*mine).order_by(ReviewItem.id).with_for_update()).all()
    freed = update(ReviewItem).where(ReviewItem.id.in_(locked)).values(lease=None, lease_owner=None, lease_until=None)
    session.execute(freed)
    orphans = (ReviewItem.id.in_(locked), ReviewItem.kind == ItemKind.GOLD)  # a hidden test is for one person
    session.execute(update(ReviewItem).where(*orphans).values(state=ItemState.CLOSED, ended_at=now()))
    return len(locked)


def waiting(session: Session, actor: Actor, policy: Policy, filters: Filters, lease: str | None = None) -> int:
    """Return how many items wait beside those that a desk has, `COUNTED` where there are more.

    What other desks hold waits, too: left out, the count would rise and fall with whoever opens a page.
    """
    fit = _fit(actor, policy, (*WORK, ItemKind.AUDIT), filters)
    elsewhere = or_(ReviewItem.lease.is_(None), ReviewItem.lease != lease)
    some = select(ReviewItem.id).where(*fit, elsewhere).limit(COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _take(
    session: Session,
    actor: Actor,
    policy: Policy,
    kinds: Sequence[str],
    count: int,
    filters: Filters,
    place: tuple[str, str] | None = None,
) -> list[ReviewItem]:
    """Return free items of some kinds, locked; of one document's page where a `place` is given."""
    if count <= 0:
        return []
    order = (ReviewItem.place, ReviewItem.id) if kinds == (ItemKind.AUDIT,) else (ReviewItem.harm.desc(), ReviewItem.id)
    wanted = select(ReviewItem).where(*_free(actor, policy, kinds, filters)).order_by(*order).limit(count)
    if kinds == (ItemKind.AUDIT,):
        # Few among all that are open, or none: without this every one of those would be looked at.
        audits = session.scalars(select(ReviewAudit.id)).all()
        if not audits:
            return []
        wanted = wanted.where(ReviewItem.audit_id.in_(audits))
    if place is not None:
        document, page = place
        fields = select(Number.field).where(Number.document_id == document, Number.page_id == page)
        wanted = wanted.where(ReviewItem.document_id == document, ReviewItem.field.in_(fields))
    return list(session.scalars(wanted.with_for_update(skip_locked=True)))


def _page_by_page(
    session: Session, actor: Actor, policy: Policy, filters: Filters, lease: str, work: Sequence[ReviewItem]
) -> list[ReviewItem]:
    """Return as many items as `work` has, page by page, the pages in the order of their most harmful number."""
    wanted, found = len(work), list[ReviewItem]()
    last = (ReviewItem.lease == lease, ReviewItem.lease_owner == actor.id, ReviewItem.kind.in_(OPEN))
    before = session.scalars(select(ReviewItem).where(*last).order_by(ReviewItem.leased_at.desc()).limit(1)).all()
    seen: set[tuple[str, str]] = set()
    own = {item.id for item in work}
    for item in (*before, *work):
        number = session.get(Number, (item.document_id, item.field))
        place = None if number is None or number.page_id is None else (item.document_id, number.page_id)
        if place is None and item.id in own:
            own.remove(item.id)
            found.append(item)
        elif place is None:
            continue
        elif place not in seen and len(found) < wanted:
            seen.add(place)
            found += _take(session, actor, policy, OPEN, wanted - len(found), filters, place)
    return found[:wanted]


def _more(
    session: Session, actor: Actor, policy: Policy, count: int, filters: Filters, taken: Sequence[ReviewItem]
) -> list[ReviewItem]:
    """Return further work where audits had too little."""
    found = _take(session, actor, policy, WORK, count + len(taken), filters)
    known = {item.id for item in taken}
    return [item for item in found if item.id not in known][:count]


def _free(actor: Actor, policy: Policy, kinds: Sequence[str], filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions that an item is free, of these kinds, and fit for this person."""
    free = or_(ReviewItem.lease_until.is_(None), ReviewItem.lease_until < now())
    return [free, *_fit(actor, policy, kinds, filters)]


def _fit(actor: Actor, policy: Policy, kinds: Sequence[str], filters: Filters) -> list[ColumnElement[bool]]:
    """Return the conditions that an item is open, of these kinds, and fit for this person."""
    senior = Permission.DECIDE_AS_SENIOR in actor.permissions
    allowed = [kind for kind in kinds if senior or kind != ItemKind.SENIOR]
    found = [
        ReviewItem.state == ItemState.OPEN,
        ReviewItem.kind.in_(allowed),
        inside(ReviewItem.station.expression, actor.scope),
        inside(ReviewItem.station.expression, filters.region),
    ]
    if not policy.alone:
        found.append(or_(ReviewItem.kind == ItemKind.REVIEW, ~read_by(actor.id)))
    if filters.form is not None:
        found.append(ReviewItem.form_id == filters.form)
    if filters.reason is not None:
        found.append(ReviewItem.codes.contains(f" {filters.reason} ", autoescape=True))
    if filters.page is not None:
        shown = (Number.document_id == ReviewItem.document_id, Number.field == ReviewItem.field)
        found.append(exists().where(*shown, Number.page_id == filters.page))
    if filters.field is not None:
        several = ReviewItem.field.startswith(f"{filters.field}_", autoescape=True)
        found.append(or_(ReviewItem.field == filters.field, several))
    return found


def read_by(person: str) -> ColumnElement[bool]:
    """Return the condition that a person has read the number of an item before, at the desk or elsewhere."""
    answered = exists().where(
        and_(
            ReviewAnswer.document_id == ReviewItem.document_id,
            ReviewAnswer.field == ReviewItem.field,
            ReviewAnswer.person_id == person,
            ReviewAnswer.undone_at.is_(None),
        )
    )
    decided = exists().where(
        and_(
            Decision.document_id == ReviewItem.document_id,
            Decision.field == ReviewItem.field,
            Decision.person_id == person,
            Decision.kind.in_((AnswerKind.CONFIRM, AnswerKind.CORRECT, AnswerKind.UNREADABLE)),
        )
    )
    return or_(answered, decided)


def _mixed(policy: Policy, work: Sequence[ReviewItem], hidden: Sequence[ReviewItem]) -> list[ReviewItem]:
    """Put hidden items at places that chance picks, so that their place tells nothing."""
    found = list(work)
    for item in hidden:
        found.insert(min(int(policy.chance() * (len(found) + 1)), len(found)), item)
    return found
