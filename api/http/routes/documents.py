"""`/api/v1/documents`: upload, follow, correct and move what the service remembers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.core.context import Records
from api.db.claim_tables import StationClaim
from api.db.states import AnswerKind, DocumentState
from api.db.tables import Document, Number, Page
from api.desk.answers import answer_number
from api.desk.blindness import held_documents, hidden_fields, require_document
from api.desk.policy import policy_of
from api.documents.answer import Answer
from api.documents.claims import record_claim
from api.documents.conflicts import require_settled
from api.documents.filing import move_document
from api.documents.own_names import document_names
from api.documents.receive import Delivery, receive
from api.documents.views import document_body, lines, number_history, summary
from api.http.auth.current import AuthenticatorDep, CurrentPerson, Standing, guarded
from api.http.auth.seen import region_of_document, sees_document
from api.http.dependencies import ReadingsDep, RecordsDep, SettingsDep
from api.http.errors import documented
from api.http.multipart import UPLOAD_FAULTS, multipart, receive_uploads
from api.http.paging import first_page
from api.http.reading_pool import opening_budget
from api.http.routes.acknowledge import LOOK_AGAIN_SECONDS, acknowledgement
from api.people.actor import Actor, Proof
from api.people.roles import Permission
from api.regions.codes import NATION, inside, is_code
from api.regions.named_station import is_known_station
from api.schemas.common import Moment
from api.schemas.documents import (
    DocumentBody,
    DocumentList,
    DocumentWord,
    MoveBody,
    NumberHistory,
    UploadBody,
    VerdictBody,
)
from api.schemas.keys import signed_of
from pipeline.documents import Limits
from pipeline.errors import ChasilError, ConflictError, DeniedError, MissingError, UsageError

router = APIRouter(prefix="/documents", tags=["documents"])

PAGE_SIZE = 100

_REQUEST = multipart("Images, PDFs, ZIPs. A station code in the name files them where the list of stations has it.")

_MISSING = guarded((403, "held_blind"), (403, "number_blind"), (404, "document_missing"))
_UPLOAD_ANSWERS = guarded(
    *UPLOAD_FAULTS,
    (422, "station_invalid"),
    (422, "election_unknown"),
    (422, "request_invalid"),
    (429, "uploads_at_once"),
    (503, "service_busy"),
)

StationQuery = Annotated[
    str | None,
    Query(
        pattern=r"^[0-9]{13}$",
        description="Polling station of all files, also in ZIPs; it wins over names.",
    ),
]


@router.post(
    "",
    openapi_extra=_REQUEST,
    responses={
        **_UPLOAD_ANSWERS,
        200: {"model": UploadBody, "description": "Kept and read."},
        202: {"model": UploadBody, "description": "Kept; not all of it has been read yet."},
    },
)
async def upload(
    request: Request,
    actor: CurrentPerson,
    records: RecordsDep,
    settings: SettingsDep,
    readings: ReadingsDep,
    station: StationQuery = None,
    election: Annotated[str | None, Query(max_length=64, examples=["ppwp-2024"])] = None,
    wait: Annotated[float | None, Query(ge=0, le=300, description="Seconds to wait for the readings.")] = None,
) -> Response:
    """Keep images, PDFs and ZIPs, and read them.

    The bytes are on disk before the answer; the same bytes again are a success that names the document which has them.
    With `wait=0` (or `Prefer: respond-async`) the answer comes at once, and `links.events` tells how the reading goes.
    """
    actor.require(Permission.UPLOAD, station or actor.scope)
    delivery = Delivery(actor.id, station, election, actor.scope)
    # The place is given back before the readings are waited for: waiting costs nobody anything.
    with readings.place_for(actor):
        uploads = await receive_uploads(request, settings)
        limits = Limits(budget=opening_budget(uploads))
        receipts = await run_in_threadpool(receive, records, uploads, delivery, limits)
        del uploads
    asynchronous = "respond-async" in request.headers.get("prefer", "")
    seconds = 0.0 if asynchronous else settings.wait_seconds if wait is None else wait
    return await acknowledgement(records, receipts, seconds, actor)


@router.get("", responses=_MISSING)
def list_documents(
    actor: CurrentPerson,
    records: RecordsDep,
    region: Annotated[str | None, Query(max_length=13)] = None,
    state: Annotated[DocumentWord | None, Query()] = None,
    filed: Annotated[bool | None, Query(description="false: those that wait to be assigned to a station.")] = None,
    mine: Annotated[bool, Query(description="Those that you brought a page of.")] = False,
    since: Annotated[Moment | None, Query(description="Those that a page was brought of since.")] = None,
    after: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = PAGE_SIZE,
) -> DocumentList:
    """Return documents of a region, newest first; those without a station belong to the region of their uploader."""
    scope = actor.scope if region is None else region
    if not is_code(scope):
        raise UsageError("request_invalid", faults="query.region: no code of a region")
    actor.require(Permission.READ_DOCUMENTS, scope)
    newest_first = (Document.created_at.desc(), Document.id.desc())
    wanted = select(Document).where(Document.moved_to.is_(None)).order_by(*newest_first).limit(limit + 1)
    if scope != NATION:
        waiting = and_(Document.station.is_(None), inside(Document.scope.expression, scope))
        wanted = wanted.where(or_(Document.station.startswith(scope), waiting))
    if filed is not None:
        wanted = wanted.where(Document.station.is_not(None) if filed else Document.station.is_(None))
    if mine or since is not None:
        wanted = wanted.where(_brought(actor if mine else None, since))
    if state is not None:
        wanted = wanted.where(Document.state == state)
    with records.database.reading() as session:
        wanted = wanted.where(Document.id.not_in(held_documents(session, actor)))
        if after is not None:
            last = session.get(Document, after)
            if last is None:
                raise MissingError("document_missing", document=after)
            at = last.created_at
            older = or_(Document.created_at < at, and_(Document.created_at == at, Document.id < after))
            wanted = wanted.where(older)
        shown, last_shown = first_page(session.scalars(wanted).all(), limit)
        names = document_names(session, actor.id, shown)
    return DocumentList(
        documents=[summary(document, names.get(document.id)) for document in shown],
        next=None if last_shown is None else last_shown.id,
    )


def _brought(actor: Actor | None, since: datetime | None) -> ColumnElement[bool]:
    """Return the condition that a page of a document was brought, by this person or anyone, since a time or ever.

    Whoever brings a file that is there already has brought it too: what became of it is theirs to know.
    """
    pages, claimed = select(Page.document_id), select(StationClaim.original)
    if since is not None:
        pages, claimed = pages.where(Page.uploaded_at >= since), claimed.where(StationClaim.at >= since)
    if actor is None:
        return Document.id.in_(pages)
    again = select(Page.document_id).where(Page.original.in_(claimed.where(StationClaim.person_id == actor.id)))
    return or_(Document.id.in_(pages.where(Page.uploaded_by == actor.id)), Document.id.in_(again))


@router.get("/{document}", responses=_MISSING)
def show(document: str, actor: CurrentPerson, records: RecordsDep) -> DocumentBody:
    """Return a document: its pages, its numbers as they stand, its rules, and what its uploader can still mend."""
    with records.database.reading() as session:
        row = permitted(session.get(Document, document), document, actor)
        return fit_for(session, actor, document_body(session, records, row, actor.id))


@router.get("/{document}/readings", responses=_MISSING)
def readings(document: str, actor: CurrentPerson, records: RecordsDep) -> list[dict[str, Any]]:
    """Return the lines of `chasil read --json`: the pages, then the document, as the machine reads them."""
    with records.database.reading() as session:
        row = permitted(session.get(Document, document), document, actor)
        _all_seen(session, actor, document)
        return [line.model_dump(mode="json") for line in lines(session, records, row, actor.id)]


@router.get(
    "/{document}/events",
    responses={**_MISSING, 200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."}},
    response_class=Response,
)
async def follow(document: str, actor: CurrentPerson, people: AuthenticatorDep, records: RecordsDep) -> Response:
    """Send the document as an event `document` whenever it changes, until all its pages have been read.

    It ends as soon as you may not see the document any more.
    """

    def still() -> bool:
        return (found := people.standing(actor)) is not None and _sees(records, document, found)

    permitted(await run_in_threadpool(_get, records, document), document, actor)
    await run_in_threadpool(_require_all_seen, records, actor, document)
    return StreamingResponse(_changes(records, document, actor.id, still), media_type="text/event-stream")


@router.post(
    "/{document}/place",
    responses={
        **_MISSING,
        **documented(
            (409, "document_filed"),
            (409, "station_contested"),
            (422, "station_invalid"),
            (422, "station_unlisted"),
            (422, "election_unknown"),
            (422, "request_invalid"),
        ),
    },
)
def move(document: str, body: MoveBody, actor: CurrentPerson, records: RecordsDep) -> DocumentBody:
    """File a document under another polling station; what lies there already is joined. Every move is on record.

    Who brought a document that waits to be assigned may assign it within their region.
    """
    with records.database.writing() as session:
        row = session.get(Document, document)
        if row is not None and Permission.MOVE not in actor.permissions and row.created_by == actor.id:
            _assignable(session, row, body.station, actor)
        else:
            row = permitted(row, document, actor, Permission.MOVE)
            actor.require(Permission.MOVE, body.station)
        require_document(session, actor, document)
        require_settled(session, row)
        for original in set(session.scalars(select(Page.original).where(Page.document_id == row.id))):
            record_claim(session, original, body.station, body.election, actor.id)
        kept = move_document(session, records, row, body.station, body.election, actor.id, body.reason)
        session.flush()
        return fit_for(session, actor, document_body(session, records, kept, actor.id))


@router.get(
    "/{document}/numbers/{field}",
    responses={**_MISSING, **documented((404, "number_missing"))},
)
def number(document: str, field: str, actor: CurrentPerson, records: RecordsDep) -> NumberHistory:
    """Return a number as it stands, with every reading and every decision that led there."""
    with records.database.reading() as session:
        permitted(session.get(Document, document), document, actor)
        require_document(session, actor, document)
        if field in hidden_fields(session, actor, document):
            raise DeniedError("number_blind", field=field)
        row = session.get(Number, (document, field))
        if row is None:
            raise MissingError("number_missing", field=field[:80], document=document)
        return number_history(session, row)


@router.post(
    "/{document}/numbers/{field}/decisions",
    responses={
        **_MISSING,
        **documented(
            (403, "number_settled"),
            (403, "senior_settled"),
            (404, "number_missing"),
            (409, "number_changed"),
            (409, "review_read_already"),
            (409, "station_contested"),
            (409, "signature_used"),
            (422, "boxes_invalid"),
            (422, "signature_invalid"),
            (422, "signature_needed"),
            (422, "request_invalid"),
        ),
    },
)
def decide(
    document: str, field: str, body: VerdictBody, actor: CurrentPerson, records: RecordsDep, settings: SettingsDep
) -> NumberHistory:
    """Confirm or correct what the ink says, call it unreadable, or reopen it. Nothing is overwritten.

    Where another person must read it first, the number stays in review. What people have settled is changed or reopened
    by the last of them, or by a senior; unless a senior does it, it then waits without a value until a senior reads it.
    """
    answer = Answer(AnswerKind(body.kind), body.version, body.boxes, body.reason, body.seconds, signed_of(body.signed))
    with records.database.writing() as session:
        permitted(session.get(Document, document), document, actor, Permission.DECIDE)
        require_document(session, actor, document)
        policy = policy_of(settings, alone=actor.proof is Proof.LOCAL)
        row = answer_number(session, records, actor, policy, document, field, answer)
        session.flush()
        return number_history(session, row)


def permitted(
    row: Document | None, document: str, actor: Actor, permission: Permission = Permission.READ_DOCUMENTS
) -> Document:
    """Return a document that the actor may deal with.

    Raises:
        MissingError: `document_missing`.
        DeniedError: `not_permitted`.

    """
    if permission not in actor.permissions:
        actor.require(permission, NATION)
    if row is None:
        raise MissingError("document_missing", document=document[:80])
    if not (permission is Permission.READ_DOCUMENTS and sees_document(actor, row)):
        actor.require(permission, region_of_document(row))
    return row


def fit_for(session: Session, actor: Actor, body: DocumentBody) -> DocumentBody:
    """Return a document without the numbers that a reviewer must not see now.

    Raises:
        DeniedError: `held_blind`: they hold one of them.

    """
    require_document(session, actor, body.id)
    hidden = hidden_fields(session, actor, body.id)
    return body.model_copy(update={"numbers": [one for one in body.numbers if one.field not in hidden]})


def _all_seen(session: Session, actor: Actor, document: str) -> None:
    """Refuse what tells all numbers of a document at once, while a reviewer must not see one of them."""
    require_document(session, actor, document)
    if hidden := hidden_fields(session, actor, document):
        raise DeniedError("number_blind", field=", ".join(sorted(hidden)))


def _require_all_seen(records: Records, actor: Actor, document: str) -> None:
    with records.database.reading() as session:
        _all_seen(session, actor, document)


def _assignable(session: Session, row: Document, station: str, actor: Actor) -> None:
    """Refuse what an uploader may not do with an own document.

    Raises:
        DeniedError: `not_permitted`: they may not file there.
        ConflictError: `document_filed`: it has a station already.
        UsageError: `station_unlisted`.

    """
    actor.require(Permission.UPLOAD, station)
    if row.station is not None or row.moved_to is not None:
        raise ConflictError("document_filed")
    if not is_known_station(session, station):
        raise UsageError("station_unlisted", station=station)


def _get(records: Records, document: str) -> Document | None:
    with records.database.reading() as session:
        return session.get(Document, document)


def _sees(records: Records, document: str, actor: Actor) -> bool:
    """Tell whether someone may see a document now."""
    try:
        permitted(_get(records, document), document, actor)
        _require_all_seen(records, actor, document)
    except ChasilError:
        return False
    return True


def _event(records: Records, document: str, seen: int, person: str) -> tuple[int, bool, str]:
    """Return version, whether more will come, and the event's text; "" where the version has been seen."""
    with records.database.reading() as session:
        row = session.get_one(Document, document)
        if row.version == seen:
            return row.version, row.state == DocumentState.WAITING, ""
        body = document_body(session, records, row, person).model_dump_json()
        return row.version, row.state == DocumentState.WAITING, f"event: document\nid: {row.version}\ndata: {body}\n\n"


async def _changes(records: Records, document: str, person: str, still: Standing) -> AsyncIterator[str]:
    seen, more = -1, True
    while more and await run_in_threadpool(still):
        version, more, text = await run_in_threadpool(_event, records, document, seen, person)
        if version != seen:
            seen = version
            yield text
        if more:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
