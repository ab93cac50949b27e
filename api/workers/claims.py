"""Take a page with a lease. A worker that dies gives nothing back: its lease runs out, and another takes the page.

What is read under a lease that ran out is thrown away, so that every page is on record once for each time that it was
asked for.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.states import PageState
from api.db.tables import Page
from api.db.types import now
from api.documents.record_page import set_aside
from pipeline.reasons import Reason

ATTEMPTS = 3
"""How often a page may bring down its worker before it is set aside."""

RETRY_AFTER = timedelta(seconds=5)
"""How long a page waits after a fault of the machine (not of the page)."""

LONGEST_LEASE = timedelta(hours=1)
"""What the settings allow."""

CLOCK_SLACK = timedelta(minutes=10)
"""A moment that lies further ahead than it can, by more than this, was noted before the clock was set back."""


def claim(records: Records, owner: str, page_id: str | None = None) -> Page | None:
    """Take the page that has waited longest, or a given one; None where there is none to take.

    Args:
        records: What the service remembers.
        owner: Name of the worker; the lease is its own.
        page_id: Take this page, if it may be taken.

    """
    with records.database.writing() as session:
        while (page := _next(session, page_id)) is not None:
            if page.attempts < ATTEMPTS:
                page.state, page.lease_owner, page.lease_until = PageState.READING, owner, now() + records.lease
                page.attempts += 1
                return page
            reason = Reason("page_set_aside", {"attempts": page.attempts})
            set_aside(session, records, page, [reason.to_json()])
        return None


def hold(session: Session, page_id: str, owner: str) -> Page | None:
    """Return a page if this worker's lease on it still stands; it stays so until the transaction ends."""
    page = session.execute(
        select(Page).where(Page.id == page_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()
    return page if page.state == PageState.READING and page.lease_owner == owner else None


def give_back(records: Records, page_id: str, owner: str) -> None:
    """Let a page wait again after a fault of the machine, which does not count against the page."""
    with records.database.writing() as session:
        page = hold(session, page_id, owner)
        if page is not None:
            page.state, page.lease_owner, page.lease_until = PageState.WAITING, None, None
            page.attempts = max(0, page.attempts - 1)
            page.ready_at = now() + RETRY_AFTER


def release(records: Records, prefix: str) -> int:
    """Give back every page held by workers whose names begin with `prefix`; they are known to be dead.

    The pages go to the end of the queue: one that brings down its worker must not hold up all others.
    """
    with records.database.writing() as session:
        held = (Page.state == PageState.READING, Page.lease_owner.startswith(prefix, autoescape=True))
        freed = (
            update(Page)
            .where(*held)
            .values(state=PageState.WAITING, lease_owner=None, lease_until=None, ready_at=now())
        )
        return len(session.scalars(freed.returning(Page.id)).all())


def takeable() -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a page may be taken now, none of which holds together with another.

    It waits and its time has come; or that lies further ahead than it can, because the clock was set back; or whoever
    has it let the lease run out. As one condition they would cost a look at every page that waits: each by itself is a
    few rows at the beginning of an index, however many pages wait.
    """
    moment = now()
    ended = or_(Page.lease_until < moment, Page.lease_until > moment + LONGEST_LEASE + CLOCK_SLACK)
    return (
        (Page.state == PageState.WAITING) & (Page.ready_at <= moment),
        (Page.state == PageState.WAITING) & (Page.ready_at > moment + CLOCK_SLACK),
        (Page.state == PageState.READING) & ended,
    )


def _next(session: Session, page_id: str | None) -> Page | None:
    """Return a page that may be taken now, locked; pages that others are just taking are passed over."""
    if page_id is not None:
        named = select(Page).where(Page.id == page_id, or_(*takeable()))
        return session.scalars(named.with_for_update(skip_locked=True)).first()
    found = [_first(session, condition) for condition in takeable()]
    return min((page for page in found if page is not None), key=lambda page: (page.ready_at, page.id), default=None)


def _first(session: Session, condition: ColumnElement[bool]) -> Page | None:
    ordered = select(Page).where(condition).order_by(Page.ready_at, Page.id).limit(1)
    return session.scalars(ordered.with_for_update(skip_locked=True)).first()
