"""What became of numbers that a desk holds no more, as far as its person may know it.

Of what is read blind nothing is told: that a test is gone for good, while a second reading waits again, would tell one
from the other.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewItem
from api.db.states import ItemKind, ItemState
from api.db.types import now
from api.desk.answers import HIDDEN
from api.desk.queue import holds
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import inside
from api.schemas.desk import Fate


def lost_items(session: Session, actor: Actor, lease: str, items: Sequence[str]) -> Mapping[str, Fate | None]:
    """Return what became of those items that a desk does not hold; None where its person must not learn it.

    Args:
        session: A reading session.
        actor: Who asks.
        lease: Of the desk.
        items: Ids of items that it believes to hold.

    """
    wanted = (ReviewItem.id.in_(items), inside(ReviewItem.station.expression, actor.scope))
    known = {item.id: item for item in session.scalars(select(ReviewItem).where(*wanted))}
    rows = {item: known.get(item) for item in items}
    return {
        item: None if row is None else _fate(actor, row)
        for item, row in rows.items()
        if row is None or not _is_held(actor, lease, row)
    }


def _is_held(actor: Actor, lease: str, item: ReviewItem) -> bool:
    return item.lease == lease and holds(actor, item)


def _fate(actor: Actor, item: ReviewItem) -> Fate | None:
    hidden = item.kind in HIDDEN or (
        item.kind == ItemKind.SENIOR and Permission.DECIDE_AS_SENIOR not in actor.permissions
    )
    if hidden:
        return None
    if item.state == ItemState.DONE:
        return "answered"
    if item.state == ItemState.CLOSED:
        return "ended"
    return "taken" if item.lease_until is not None and item.lease_until > now() else "free"
