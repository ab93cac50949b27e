"""The box wall: boxes that the machine read as one mark, least sure first, and flags on those that look misread.

The marks of boxes (`marks`) are not computed when somebody looks: the wall must find the least sure "7" of millions,
which only an index can. The index holds all that the wall sorts and shows by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.review_tables import BoxMark, ReviewItem
from api.db.states import AnswerKind, NumberState
from api.db.tables import Document, Number, Page
from api.desk.blindness import hidden_now, reads_blind
from api.documents.answer import Answer
from api.documents.decide import lock
from api.documents.decide_number import decide_number
from api.ledger.statements import Ink, Signed
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import inside
from pipeline.errors import MissingError
from pipeline.reasons import Reason

WALL = 50
"""Boxes on one screen."""


@dataclass(frozen=True, slots=True)
class WallBox:
    """One box on the wall."""

    mark: BoxMark
    number: Number
    station: str | None
    ink: Ink


def wall(
    session: Session,
    mark: str,
    region: str,
    after: tuple[float, str, str, int] | None,
    limit: int = WALL,
    actor: Actor | None = None,
) -> list[WallBox]:
    """Return boxes read as `mark` in numbers that the machine accepted, least sure first.

    Args:
        session: A reading session.
        mark: The mark.
        region: Where.
        after: Probability, page, field and box of the last one seen.
        limit: How many.
        actor: Who looks; what they must not see now is left out.

    """
    wanted = (
        select(BoxMark, Number, Document.station, Page.original, Page.number)
        .join(Page, Page.id == BoxMark.page_id)
        .join(Document, Document.id == Page.document_id)
        .join(Number, and_(Number.document_id == Page.document_id, Number.field == BoxMark.field))
        .where(BoxMark.mark == mark, Number.state == NumberState.ACCEPTED, Number.page_id == BoxMark.page_id)
        .where(inside(Document.station.expression, region))
        .order_by(BoxMark.probability, BoxMark.page_id, BoxMark.field, BoxMark.box)
        .limit(limit)
    )
    if actor is not None and reads_blind(actor):
        same = (ReviewItem.document_id == Number.document_id, ReviewItem.field == Number.field)
        wanted = wanted.where(~exists().where(*same, *hidden_now(actor)))
    if after is not None:
        wanted = wanted.where(_beyond(*after))
    return [
        WallBox(mark, number, station, Ink(original, page, mark.field))
        for mark, number, station, original, page in session.execute(wanted)
    ]


def _beyond(probability: float, page: str, field: str, box: int) -> ColumnElement[bool]:
    """Return the condition that a box comes after this one."""
    same = BoxMark.probability == probability
    return or_(
        BoxMark.probability > probability,
        and_(same, BoxMark.page_id > page),
        and_(same, BoxMark.page_id == page, BoxMark.field > field),
        and_(same, BoxMark.page_id == page, BoxMark.field == field, BoxMark.box > box),
    )


def flag(
    session: Session,
    records: Records,
    actor: Actor,
    page_id: str,
    field: str,
    boxes: Sequence[int],
    signed: Signed | None = None,
) -> Number:
    """Send an accepted number to review because boxes of it look misread; one in review already stays there.

    Raises:
        MissingError: `number_missing`.
        UsageError: One of `require_signature`.

    """
    page = session.get(Page, page_id)
    document = session.get(Document, page.document_id) if page else None
    if document is None:
        raise MissingError("number_missing", field=field, document=page_id)
    actor.require(Permission.DECIDE, document.station)
    lock(session, document.id)
    number = session.get(Number, (document.id, field), populate_existing=True)
    if number is None:
        raise MissingError("number_missing", field=field, document=document.id)
    if number.state != NumberState.ACCEPTED:
        return number
    shown = ", ".join(str(box + 1) for box in boxes)
    reason = Reason("box_flagged", {"boxes": shown}).to_json()
    number.reasons = [reason, *number.reasons]
    session.flush()
    answer = Answer(AnswerKind.FLAG, number.version, comment=str(reason["message"]), signed=signed)
    return decide_number(session, records, document.id, field, actor.id, answer)
