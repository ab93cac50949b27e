"""Who must not see a number now: whoever reads it blind, and reviewers who may be asked to.

While a desk holds a number blind, everything of its document and its station is closed to that person, on every way
there is. Other reviewers who have not read it do not see the number itself: one of them may be the next reader.
"""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewItem
from api.db.states import ItemKind, ItemState
from api.db.types import now
from api.desk.answers import HIDDEN
from api.desk.queue import read_by
from api.people.actor import Actor, Proof
from api.people.roles import Permission
from api.regions.codes import inside
from pipeline.errors import DeniedError

NARROW = 10
"""Digits of a region's code from which its sums tell what a single station adds: a village, a station."""


def reads_blind(actor: Actor | None) -> bool:
    """Return whether somebody may be asked to read a number blind. In local mode there is only one person."""
    if actor is None or actor.proof is Proof.LOCAL:
        return False
    return actor.decides or Permission.DECIDE in actor.permissions


def sees_undecided(actor: Actor | None, station: str) -> bool:
    """Return whether somebody is told what the machine reads in numbers of a station that people still decide.

    Whoever may see the documents there is, unless they may be asked to read one blind; of other regions nobody is.
    """
    return actor is not None and not reads_blind(actor) and actor.may(Permission.READ_DOCUMENTS, station)


def held_documents(session: Session, actor: Actor | None) -> frozenset[str]:
    """Return the documents of which a person holds a number blind now."""
    if actor is None or not reads_blind(actor):
        return frozenset()
    return frozenset(session.scalars(select(ReviewItem.document_id).where(*_held_by(actor))))


def hidden_fields(session: Session, actor: Actor, document: str) -> frozenset[str]:
    """Return the numbers of a document that a reviewer must not see: read blind now, or next, and not by them yet."""
    if not reads_blind(actor):
        return frozenset()
    wanted = select(ReviewItem.field).where(ReviewItem.document_id == document, *hidden_now(actor))
    return frozenset(session.scalars(wanted))


def hidden_now(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an item hides its number from a reviewer."""
    leased = and_(ReviewItem.lease_until.is_not(None), ReviewItem.lease_until > now())
    blind = and_(
        ReviewItem.state == ItemState.OPEN, ReviewItem.kind.in_(HIDDEN), or_(ReviewItem.kind == ItemKind.SECOND, leased)
    )
    return (blind, ~read_by(actor.id))


def closed_to(actor: Actor | None) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that an open item closes its document to a reviewer; none for who reads nothing blind.

    Whoever may yet be given a number to read blind must not know what others say of it, whether or not anybody holds
    it now.
    """
    if actor is None or not reads_blind(actor):
        return ()
    return (ReviewItem.state == ItemState.OPEN, ReviewItem.kind.in_(HIDDEN), ~read_by(actor.id))


def require_document(session: Session, actor: Actor, document: str) -> None:
    """Refuse a document to whoever holds a number of it blind.

    Raises:
        DeniedError: `held_blind`.

    """
    if document in held_documents(session, actor):
        raise DeniedError("held_blind")


def is_closed(session: Session, actor: Actor, document: str) -> bool:
    """Return whether a person must not see all of a document now."""
    return document in held_documents(session, actor) or bool(hidden_fields(session, actor, document))


def require_region(session: Session, actor: Actor | None, region: str, *, rows: bool = False) -> None:
    """Refuse the figures of a region to whoever holds a number of it blind.

    Args:
        session: A reading session.
        actor: Who asks; None where nobody is logged in.
        region: Code of the region or station.
        rows: Whether single stations are shown; else only regions are refused in which one station tells.

    Raises:
        DeniedError: `held_blind`.

    """
    if actor is None or not reads_blind(actor) or not (rows or len(region) >= NARROW):
        return
    wanted = select(ReviewItem.id).where(*_held_by(actor), inside(ReviewItem.station.expression, region))
    if session.scalars(wanted.limit(1)).first() is not None:
        raise DeniedError("held_blind")


def _held_by(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        ReviewItem.state == ItemState.OPEN,
        ReviewItem.kind.in_(HIDDEN),
        ReviewItem.lease_owner == actor.id,
        ReviewItem.lease_until > now(),
    )
