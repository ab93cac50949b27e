"""A decision outside the desk, on the page of a document: the same rules hold, so that nobody gets around them.

A senior's word settles a number. Anyone else's is a first reading, or the second one of a number that another has read.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewItem
from api.db.tables import Document, Number
from api.people.actor import Actor
from api.people.roles import Permission
from api.recording.documents import lock
from api.recording.numbers import Verdict, decide_number, number_as_seen
from api.records import Records
from api.review.deciding import Given, answer_row, decide_item, reading_of, settles
from api.review.items import WORK, standing_answers
from api.review.policy import Policy
from pipeline.errors import ConflictError


def decide_plainly(
    session: Session, records: Records, actor: Actor, policy: Policy, document_id: str, field: str, verdict: Verdict
) -> Number:
    """Put a person's decision on record; return the number as it stands then.

    Raises:
        MissingError: `number_missing`.
        ConflictError: `number_changed`; `review_read_already`: one has read it before, and another person must.
        UsageError: `boxes_invalid`.

    """
    if verdict.kind == "reopen":
        return decide_number(session, records, document_id, field, actor.id, verdict)
    document = lock(session, document_id)
    number = number_as_seen(session, document, field, verdict.version)
    item = _item(session, document, number)
    reading = reading_of(number, verdict.kind, verdict.boxes)
    given = Given(verdict.kind, "", verdict.version, verdict.boxes, verdict.reason, verdict.seconds)
    answer = answer_row(item, actor.id, reading, given)
    settled = policy.alone or Permission.DECIDE_AS_SENIOR in actor.permissions
    if not settled:
        _must_be_another(session, actor, item, number)
        settled = settles(session, policy, item, number, reading)
    return decide_item(session, records, item, number, answer, settled=settled).number


def _item(session: Session, document: Document, number: Number) -> ReviewItem:
    """Return the open item of a number, or a new one for this decision."""
    about = (ReviewItem.document_id == number.document_id, ReviewItem.field == number.field)
    wanted = select(ReviewItem).where(*about, ReviewItem.state == "open", ReviewItem.kind.in_(WORK))
    known = session.scalars(wanted.with_for_update()).first()
    if known is not None:
        return known
    place = {"station": document.station, "form_id": document.form_id}
    made = ReviewItem(kind="review", document_id=number.document_id, field=number.field, harm=0.0, **place)
    session.add(made)
    session.flush()
    return made


def _must_be_another(session: Session, actor: Actor, item: ReviewItem, number: Number) -> None:
    """Refuse a second reading by the first reader, and any but a senior's where two disagree."""
    if item.kind == "senior":
        actor.require(Permission.DECIDE_AS_SENIOR, item.station)
    if any(one.person_id == actor.id for one in standing_answers(session, number)):
        raise ConflictError("review_read_already", field=number.field)
