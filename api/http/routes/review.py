"""`/api/v1/review`: the desk. Take numbers, keep them, decide them, take back the last decision."""

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.core.context import Records
from api.core.settings import Settings
from api.db.review_tables import ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Page
from api.db.types import now
from api.desk.answers import Answered, answer_item
from api.desk.cuts import is_shown
from api.desk.loading import load_items
from api.desk.lost import lost_items
from api.desk.policy import Policy, policy_of
from api.desk.queue import LEASE, LOOK, Filters, claim, held, holds, release, waiting
from api.desk.undo import last_ink, undo_last
from api.documents.answer import Answer
from api.documents.views import number_body
from api.http.auth.current import CurrentPerson, guarded, may
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.errors import problem_response
from api.people.actor import Actor, Proof
from api.people.roles import Permission
from api.schemas.desk import (
    AnswerBody,
    AnsweredBody,
    ClaimBody,
    ClaimedBody,
    HeldBody,
    ItemBody,
    LeaseBody,
    SeenBody,
    UndoableBody,
    UndoBody,
    UndoneBody,
)
from api.schemas.keys import ink_body, signed_of
from pipeline.errors import ConflictError, MissingError, UsageError

router = APIRouter(prefix="/review", tags=["review"])

Reviewer = Annotated[Actor, may(Permission.DECIDE)]

_LEASE_SECONDS = int(LEASE.total_seconds())
_ITEM = guarded((404, "review_item_missing"), (422, "request_invalid"))
_DECISION = guarded(
    (404, "review_item_missing"),
    (409, "number_changed"),
    (409, "review_item_ended"),
    (409, "review_lease_lost"),
    (422, "boxes_invalid"),
    (422, "comment_missing"),
    (422, "cut_unseen"),
    (409, "signature_used"),
    (422, "decided_too_soon"),
    (422, "signature_invalid"),
    (422, "signature_needed"),
    (422, "request_invalid"),
)


@router.post("/claim", responses=guarded((422, "request_invalid")))
def take(body: ClaimBody, actor: Reviewer, records: RecordsDep, settings: SettingsDep) -> ClaimedBody:
    """Take up to ten numbers, with everything that is needed to decide them, in one transaction.

    Each is yours alone until the lease runs out; `/review/heartbeat` keeps it.
    """
    policy, wanted = _policy(actor, settings), Filters(**body.filters.model_dump())
    actor.require(Permission.DECIDE, _narrower(wanted.region, actor.scope))
    with records.database.writing() as session:
        items = held(session, actor, body.lease) if body.resume and body.lease else []
        room = max(0, body.count - len(items))
        lease, fresh = claim(session, actor, policy, room, wanted, body.lease)
        bodies = load_items(session, records, [*items, *fresh])
        left = waiting(session, actor, policy, wanted, lease)
    return ClaimedBody(lease=lease, lease_seconds=_LEASE_SECONDS, items=bodies, waiting=left)


@router.post("/heartbeat", responses=guarded((422, "request_invalid")))
def heartbeat(body: LeaseBody, actor: Reviewer, records: RecordsDep) -> HeldBody:
    """Let your lease begin anew; call it every 30 seconds. What `items` does not list is yours no more.

    Name the numbers that you believe to hold, and `lost` says what became of those that you do not.
    """
    with records.database.writing() as session:
        found = [item.id for item in held(session, actor, body.lease)]
        lost = lost_items(session, actor, body.lease, body.items or [])
    return HeldBody(items=found, lease_seconds=_LEASE_SECONDS, lost=dict(lost))


@router.post("/release", responses=guarded((422, "request_invalid")))
def give_back(body: LeaseBody, actor: Reviewer, records: RecordsDep) -> HeldBody:
    """Give numbers back, so that others get them at once; the answer lists what you still hold."""
    with records.database.writing() as session:
        release(session, actor, body.lease, body.items)
        left = [item.id for item in held(session, actor, body.lease)]
    return HeldBody(items=left, lease_seconds=_LEASE_SECONDS)


@router.get("/items/{item}", responses=_ITEM)
def show(item: str, actor: CurrentPerson, records: RecordsDep) -> ItemBody:
    """Return an item that you hold, as it stands now."""
    with records.database.reading() as session:
        row = session.get(ReviewItem, item)
        if Permission.DECIDE not in actor.permissions:
            actor.require(Permission.DECIDE, None)
        if row is None:
            raise MissingError("review_item_missing", item=item[:80])
        actor.require(Permission.DECIDE, row.station)
        bodies = load_items(session, records, [row]) if holds(actor, row) else []
        if not bodies:
            raise MissingError("review_item_missing", item=item[:80])
        return bodies[0]


@router.post("/items/{item}/decision", response_model=AnsweredBody, responses=_DECISION)
def decide(
    item: str, body: AnswerBody, actor: Reviewer, records: RecordsDep, settings: SettingsDep
) -> AnsweredBody | Response:
    """Say what the ink says, call it unreadable, or escalate it; say too which picture of it you had before you.

    Nothing is decided without that picture, or within 300 ms of taking the number; nor, of whoever signs, without a
    signature over `ink` and what you say.

    409 tells that the number is no longer as you saw it; the member `now` of the problem is the item as it stands, or
    null where it is not yours any more.
    """
    answer = Answer(AnswerKind(body.kind), body.version, body.boxes, body.comment, body.seconds, signed_of(body.signed))
    try:
        with records.database.writing() as session:
            found = answer_item(session, records, actor, _policy(actor, settings), item, body.lease, answer)
            require_seen(session, records, found, body.seen)
            session.flush()
            number = None if found.settled is None else number_body(found.number)
    except ConflictError as error:
        return problem_response(error.status, error.reason, now=_as_it_stands(records, actor, item))
    return AnsweredBody(item=item, state="done", settled=found.settled, number=number)


@router.get("/undo", responses=guarded((409, "undo_nothing")))
def undoable(actor: Reviewer, records: RecordsDep) -> UndoableBody:
    """Say which ink your last decision is about, for whoever signs that they take it back."""
    with records.database.reading() as session:
        return UndoableBody(ink=ink_body(last_ink(session, actor)))


@router.post(
    "/undo",
    responses=guarded(
        (409, "undo_nothing"),
        (409, "undo_too_late"),
        (409, "signature_used"),
        (422, "signature_invalid"),
        (422, "signature_needed"),
        (422, "request_invalid"),
    ),
)
def undo(body: UndoBody, actor: Reviewer, records: RecordsDep) -> UndoneBody:
    """Take back your own last decision, unless someone has built on it; the history keeps both. The item is yours."""
    with records.database.writing() as session:
        item = undo_last(session, records, actor, body.lease, signed_of(body.signed))
        session.flush()
        return UndoneBody(item=load_items(session, records, [item])[0])


def require_seen(session: Session, records: Records, found: Answered, seen: SeenBody | None) -> None:
    """Refuse an answer of somebody who cannot have looked: without the picture of the number, or too soon for one.

    Raises:
        UsageError: `cut_unseen`, or `decided_too_soon`.

    """
    item, number = found.item, found.number
    page = session.get(Page, number.page_id) if number.page_id else None
    if seen is None or page is None or not is_shown(session, records, page, number, seen.cut):
        raise UsageError("cut_unseen")
    if item.leased_at is not None and now() - item.leased_at < LOOK:
        raise UsageError("decided_too_soon", limit=round(LOOK.total_seconds() * 1000))
    found.answer.cut, found.answer.painted_at = seen.cut, seen.at


def _as_it_stands(records: Records, actor: Actor, item: str) -> object:
    with records.database.reading() as session:
        row = session.get(ReviewItem, item)
        if row is None or not holds(actor, row):
            return None
        bodies = load_items(session, records, [row])
        return bodies[0].model_dump(mode="json") if bodies else None


def _policy(actor: Actor, settings: Settings) -> Policy:
    return policy_of(settings, alone=actor.proof is Proof.LOCAL)


def _narrower(region: str, scope: str) -> str:
    """Return the region that is asked for, or one's own where that lies in it."""
    return scope if region == "0" or scope.startswith(region) else region
