"""A piece of work for every number that waits, and the order in which people see them.

Items follow the numbers: made when one comes to review, closed when it leaves, and of the kind that its readings so far
ask for.

    no person's reading stands      review: a first reading
    one reading stands, unsettled   second: a blind reading by another person
    two stand and disagree          senior

They come by the expected error in votes of leaving a number as the machine reads it: (1 - confidence) x votes at stake
x how far the region is from done.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.review_tables import BoxMark, ReviewAnswer, ReviewItem
from api.db.states import ItemKind, ItemState, NumberState
from api.db.tables import Document, Number, Region, Tally
from api.db.types import now
from api.tabulation.amounts import FINAL
from api.triage.document_rules import BROKEN
from api.triage.typed_numbers import TYPED
from pipeline.forms import FormTemplate, Rule

WORK = (ItemKind.REVIEW, ItemKind.SECOND, ItemKind.SENIOR)
"""Kinds of items that hold a number up; a number has at most one of them open."""

REGENCY = 4
_NOTICEABLE = 0.01
"""The order of the queue is only written anew where it changes by more than this share."""

UNKNOWN_STAKE = 100
"""Votes at stake where nothing at all says what an unread number may be: a third of a polling station's voters."""

LEAST_DOUBT = 1e-4
"""A number that people are asked about is never quite sure, whatever its confidence."""

LEAST_REMAINING = 0.05
"""The last numbers of a region hold it up: they keep this weight."""

LAST = 1e-9
"""The weight of a number that no vote depends on, such as a date: it comes after all others, in an order of its own."""

_ONE_PLACE = 1e-3
"""By how much the weight of a typed number falls from one place on the page to the next: too little to tell pages
apart, enough to give the numbers of a page in the order in which they are printed."""


def sync_items(
    session: Session,
    document: Document,
    numbers: Sequence[Number],
    form: FormTemplate | None,
    optional: Collection[str],
    broken: Iterable[Rule],
) -> None:
    """Bring the items of a document in line with its numbers.

    Args:
        session: A writing session that holds the document's lock.
        document: The document.
        numbers: All its numbers as they stand.
        form: Its form, where it is installed.
        optional: Fields that hold nothing up; people read them last.
        broken: Rules that must hold and do not; of those with a number that is not among these, nothing is said.

    """
    waiting = {} if document.moved_to else {row.field: row for row in numbers if row.state == NumberState.REVIEW}
    known = open_items(session, document.id)
    if not waiting and not known:
        return
    readings = _readings(session, document.id) if any(row.decision_id for row in waiting.values()) else {}
    fields = set() if document.moved_to else {row.field for row in numbers}
    items = _keep_or_close(known, fields, waiting, readings)
    session.flush()
    if not waiting:
        return
    errors = _expected_errors(session, document, waiting)
    for field, number in waiting.items():
        if field not in items:
            kind = wanted_kind(number, readings)
            items[field] = ReviewItem(kind=kind, document_id=document.id, field=field, harm=0.0)
            session.add(items[field])
        items[field].station, items[field].form_id = document.station, document.form_id
    _note_reasons(items, waiting, [rule.parsed.names for rule in broken if fields.issuperset(rule.parsed.names)])
    _put_in_order(items, errors, form, optional)
    session.flush()


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


def _keep_or_close(
    known: Iterable[ReviewItem],
    fields: Collection[str],
    waiting: Mapping[str, Number],
    readings: Mapping[str, ReviewAnswer],
) -> dict[str, ReviewItem]:
    """Close the open items that nobody needs any more; return those that ask for what their number needs, by field.

    What is asked blind of a number that no longer waits stays, as long as the number is there.
    """
    kept = {}
    for item in known:
        number = waiting.get(item.field)
        if number is not None and item.kind in (ItemKind.SENIOR, wanted_kind(number, readings)):
            kept[item.field] = item
        elif item.kind in WORK or item.field not in fields:
            close(item)
    return kept


def _note_reasons(
    items: Mapping[str, ReviewItem], waiting: Mapping[str, Number], broken: Sequence[Collection[str]]
) -> None:
    """Write the codes of the reasons of numbers on their items, with spaces around, so that one can be searched for.

    Args:
        items: By field.
        waiting: Their numbers, with the reasons that they had when they were read.
        broken: The fields of each sum that does not hold as the numbers stand now.

    """
    for field, number in waiting.items():
        codes = [reason["code"] for reason in number.reasons]
        if BROKEN not in codes and any(field in names for names in broken):
            codes.append(BROKEN)
        items[field].codes = f" {' '.join(codes)} " if codes else ""


def _put_in_order(
    items: Mapping[str, ReviewItem], errors: Mapping[str, float], form: FormTemplate | None, optional: Collection[str]
) -> None:
    """Write the weight of items in the queue, by field: typed numbers as they are printed, optional ones last."""
    printed = [one.name for page in form.pages for one in page.numbers] if form is not None else []
    for field, error in errors.items():
        item = items[field]
        place = printed.index(field) if f" {TYPED} " in item.codes and field in printed else 0
        harm = error * ((1.0 - _ONE_PLACE * place) * (LAST if field in optional else 1.0))
        if abs(harm - item.harm) > _NOTICEABLE * item.harm:
            item.harm = harm


def _expected_errors(session: Session, document: Document, waiting: Mapping[str, Number]) -> dict[str, float]:
    """Return the expected error in votes of leaving each number as it is read, by field."""
    remaining, rivals = remaining_share(session, document), _rivals(session, waiting.values())
    return {
        field: expected_vote_error(number.confidence, number.value, rivals[field], remaining)
        for field, number in waiting.items()
    }


def expected_vote_error(confidence: float, value: int | None, rivals: Sequence[int], remaining: float) -> float:
    """Return the expected harm of leaving a number as it is read, in votes.

    Args:
        confidence: Probability that `value` is what was written.
        value: What the machine reads; None where it reads nothing.
        rivals: What the number may be else, by other witnesses or the runner-up of its least sure box.
        remaining: Share of the region's stations that are not final, 0 to 1.

    """
    doubt = 1.0 if value is None else max(1.0 - confidence, LEAST_DOUBT)
    if value is None:
        stake = max(rivals, default=UNKNOWN_STAKE) or 1
    else:
        stake = max([1, *(abs(other - value) for other in rivals)])
    return doubt * float(stake) * max(remaining, LEAST_REMAINING)


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
    found = {row.field: [evidence["value"] for evidence in row.evidence.values()] for row in rows}
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
