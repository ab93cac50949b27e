"""A piece of work for every number that waits.

Items follow the numbers: made when one comes to review, closed when it leaves, and of the kind that its readings so far
ask for.

    no person's reading stands      review: a first reading
    one reading stands, unsettled   second: a blind reading by another person
    two stand and disagree          senior
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import BoxMark, ReviewAnswer, ReviewItem
from api.db.states import ItemKind, ItemState, NumberState
from api.db.tables import Document, Number, Region, Tally
from api.db.types import now
from api.tabulation.amounts import FINAL
from api.triage.document_rules import BROKEN, broken_fields
from api.triage.priority import LAST, expected_vote_error
from api.triage.typed_numbers import in_print_order
from pipeline.forms import FormTemplate

WORK = (ItemKind.REVIEW, ItemKind.SECOND, ItemKind.SENIOR)
"""Kinds of items that hold a number up; a number has at most one of them open."""

REGENCY = 4
_NOTICEABLE = 0.01
"""The order of the queue is only written anew where it changes by more than this share."""


def sync_items(
    session: Session,
    document: Document,
    numbers: Sequence[Number],
    form: FormTemplate | None,
    optional: Collection[str],
) -> None:
    """Bring the items of a document in line with its numbers.

    Args:
        session: A writing session that holds the document's lock.
        document: The document.
        numbers: All its numbers as they stand.
        form: Its form, where it is installed.
        optional: Fields that hold nothing up; people read them last.

    """
    waiting = {} if document.moved_to else {row.field: row for row in numbers if row.state == NumberState.REVIEW}
    known = open_items(session, document.id)
    if not waiting and not known:
        return
    readings = _readings(session, document.id) if any(row.decision_id for row in waiting.values()) else {}
    kept: set[str] = set()
    for item in known:
        number = waiting.get(item.field)
        if number is not None and _still_right(item, number, readings):
            kept.add(item.field)
        elif item.kind in WORK or item.field not in {row.field for row in numbers} or document.moved_to:
            close(item)
    session.flush()
    broken = broken_fields(form, numbers)
    order = {field: in_print_order(number, form) for field, number in waiting.items()}
    _describe_all(session, document, waiting, known, kept, readings, broken, optional, order)


def open_items(session: Session, document_id: str) -> list[ReviewItem]:
    """Return the open items of a document, locked, in the order in which everybody locks them."""
    wanted = select(ReviewItem).where(ReviewItem.document_id == document_id, ReviewItem.state == ItemState.OPEN)
    return list(session.scalars(wanted.order_by(ReviewItem.id).with_for_update()))


def close(item: ReviewItem, state: ItemState = ItemState.CLOSED) -> None:
    """End an item; its lease ends with it."""
    item.state, item.ended_at = state, now()
    item.lease_until = None


def wanted_kind(number: Number, readings: Mapping[str, ReviewAnswer]) -> ItemKind:
    """Return what kind of item a number in review needs next."""
    return WORK[min(len(standing(number, readings)), 2)]


def standing(number: Number, readings: Mapping[str, ReviewAnswer]) -> list[ReviewAnswer]:
    """Return the answers of people that stand for a number, unsettled, newest first."""
    found = []
    decision = number.decision_id if number.state == NumberState.REVIEW else None
    while decision is not None and (answer := readings.get(decision)) is not None:
        found.append(answer)
        decision = answer.before_id
    return found


def standing_answers(session: Session, number: Number) -> list[ReviewAnswer]:
    """Return the answers of people that stand for a number, unsettled, newest first."""
    return standing(number, _readings(session, number.document_id))


def _readings(session: Session, document_id: str) -> dict[str, ReviewAnswer]:
    """Return the answers about a document by the decision through which they stand."""
    made = (ReviewAnswer.document_id == document_id, ReviewAnswer.decision_id.is_not(None))
    answers = session.scalars(select(ReviewAnswer).where(*made).order_by(ReviewAnswer.at)).all()
    found = {str(answer.decision_id): answer for answer in answers if answer.undone_at is None}
    for answer in answers:  # an undone answer has brought back the one before
        if answer.undo_id is not None and answer.before_id in found:
            found[answer.undo_id] = found[answer.before_id]
    return found


def _still_right(item: ReviewItem, number: Number, readings: Mapping[str, ReviewAnswer]) -> bool:
    return item.kind == ItemKind.SENIOR or item.kind == wanted_kind(number, readings)


def _describe_all(
    session: Session,
    document: Document,
    waiting: Mapping[str, Number],
    known: Sequence[ReviewItem],
    kept: set[str],
    readings: Mapping[str, ReviewAnswer],
    broken: Collection[str],
    optional: Collection[str],
    order: Mapping[str, float],
) -> None:
    """Make the items that lack, and bring place, reasons and order of all up to date."""
    if not waiting:
        return
    by_field = {item.field: item for item in known if item.kind in WORK and item.field in kept}
    remaining = remaining_share(session, document)
    rivals = _rivals(session, waiting.values())
    for field, number in waiting.items():
        item = by_field.get(field)
        if item is None:
            item = ReviewItem(kind=wanted_kind(number, readings), document_id=document.id, field=field, harm=0.0)
            session.add(item)
        item.station, item.form_id = document.station, document.form_id
        item.codes = codes_of(number, broken)
        harm = expected_vote_error(number.confidence, number.value, rivals.get(field, ()), remaining)
        harm *= order[field] * (LAST if field in optional else 1.0)
        if abs(harm - item.harm) > _NOTICEABLE * item.harm:
            item.harm = harm
    session.flush()


def codes_of(number: Number, broken: Collection[str]) -> str:
    """Return the codes of a number's reasons with spaces around, so that one can be searched for.

    Args:
        number: The number, with the reasons that it had when it was read.
        broken: Fields of sums that do not hold as the numbers stand now.

    """
    codes = [reason["code"] for reason in number.reasons]
    if number.field in broken and BROKEN not in codes:
        codes.append(BROKEN)
    return f" {' '.join(codes)} " if codes else ""


def remaining_share(session: Session, document: Document) -> float:
    """Return the share of the stations of a document's regency that are not final."""
    if document.station is None or document.election_id is None:
        return 1.0
    regency = document.station[:REGENCY]
    expected = session.scalar(select(Region.stations).where(Region.code == regency)) or 0
    final = session.get(Tally, (document.election_id, regency, FINAL))
    return 1.0 if not expected or final is None else max(0.0, 1.0 - final.amount / expected)


def _rivals(session: Session, rows: Collection[Number]) -> dict[str, list[int]]:
    """Return what numbers may be else: other witnesses' values, and the runner-up of the least sure box."""
    found = {row.field: [said["value"] for said in row.evidence.values()] for row in rows}
    pages = {row.page_id for row in rows if row.page_id}
    marks = session.scalars(select(BoxMark).where(BoxMark.page_id.in_(pages), BoxMark.field.in_(found)))
    by_number: dict[tuple[str, str], list[BoxMark]] = {}
    for mark in marks:
        by_number.setdefault((mark.page_id, mark.field), []).append(mark)
    for row in rows:
        boxes = by_number.get((str(row.page_id), row.field))
        if boxes and row.value is not None:
            found[row.field].append(_runner_up(row.value, boxes, len(row.boxes)))
    return {field: [value for value in values if value is not None] for field, values in found.items()}


def _runner_up(value: int, boxes: Sequence[BoxMark], count: int) -> int:
    """Return the number with its least sure box read as the next likeliest digit."""
    doubted = min(boxes, key=lambda mark: mark.probability)
    if doubted.rival is None:
        return value
    worth = 10 ** (count - 1 - doubted.box)
    return int(value + (doubted.rival - value // worth % 10) * worth)
