"""What waits for a senior: numbers that somebody escalated, and those of which two readings differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewItem
from api.db.states import ItemKind, ItemState
from api.db.tables import Number, Page
from api.desk.queue import read_by
from api.people.actor import Actor
from api.regions.codes import inside

SHOWN = 100
"""Numbers of one page, the most harmful first, as the desk gives them."""


@dataclass(frozen=True, slots=True)
class Escalated:
    """A number that waits for a senior.

    Attributes:
        station: Where it is from; None while nobody knows.
        form_id: Its form.
        field: Its name on the form.
        form_page: Page of the form, where it is known.
        comment: Why it was escalated; empty where two readings differ.
        since: Since when it waits for a senior.

    """

    station: str | None
    form_id: str | None
    field: str
    form_page: int | None
    comment: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ForSeniors:
    """What waits for seniors.

    Attributes:
        numbers: Those that this senior may read, `SHOWN` at most.
        count: How many those are.
        others: How many wait for another senior, as this one has read them before.

    """

    numbers: Sequence[Escalated]
    count: int
    others: int


def escalated(session: Session, actor: Actor) -> ForSeniors:
    """Return what waits for a senior in a person's region. Nobody is named: who said what must not weigh."""
    here = (
        ReviewItem.state == ItemState.OPEN,
        ReviewItem.kind == ItemKind.SENIOR,
        inside(ReviewItem.station.expression, actor.scope),
    )
    own = read_by(actor.id)
    total = session.scalar(select(func.count()).select_from(ReviewItem).where(*here)) or 0
    count = session.scalar(select(func.count()).select_from(ReviewItem).where(*here, ~own)) or 0
    number = (Number.document_id == ReviewItem.document_id) & (Number.field == ReviewItem.field)
    wanted = (
        select(ReviewItem, Page.form_page)
        .outerjoin(Number, number)
        .outerjoin(Page, Page.id == Number.page_id)
        .where(*here, ~own)
        .order_by(ReviewItem.harm.desc(), ReviewItem.id)
        .limit(SHOWN)
    )
    found = [
        Escalated(item.station, item.form_id, item.field, form_page, item.comment, item.made_at)
        for item, form_page in session.execute(wanted)
    ]
    return ForSeniors(found, count, total - count)
