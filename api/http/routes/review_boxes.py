"""`/api/v1/review/boxes`: the box wall; and cuts of single boxes, bubbles, tallies and words of a page."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.core.address import API, address_of
from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.states import NumberState
from api.db.tables import Number, Page
from api.desk.box_wall import WALL, WallBox, flag, wall
from api.desk.cuts import Part, cut, outline_of
from api.desk.queue import holds
from api.documents.picture_etags import part_etag, whole_etag
from api.http.auth.current import CurrentPerson, guarded, may
from api.http.dependencies import RecordsDep
from api.http.paging import Cursor, read_cursor, write_cursor
from api.http.routes.pictures import CHECKED, answered, etag_in, opened_page, page_of, reading_of
from api.people.actor import Actor
from api.people.roles import Permission
from api.rendering.page_images import whole_page
from api.schemas.box_wall import FlaggedBody, FlagsBody, Mark, WallBody, WallBoxBody
from api.schemas.keys import ink_body
from pipeline.errors import MissingError, UsageError

MOST_BOXES = 1000
"""More than any number has."""

router = APIRouter(prefix="/review/boxes", tags=["review"])
cuts = APIRouter(prefix="/pages", tags=["review"])
pictures = APIRouter(prefix="/review/items", tags=["review"])

Reviewer = Annotated[Actor, may(Permission.DECIDE)]
_JPEG: dict[int | str, dict[str, object]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
    304: {"description": "As you have it."},
}


_OF_ITEM = {**guarded((404, "review_item_missing"), (404, "picture_missing")), **_JPEG}


@router.get("", responses=guarded((422, "cursor_invalid"), (422, "request_invalid")))
def boxes(
    actor: Reviewer,
    records: RecordsDep,
    mark: Annotated[Mark, Query(description="What the machine read in them.")],
    region: Annotated[str | None, Query(pattern=r"^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$")] = None,
    after: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = WALL,
) -> WallBody:
    """Return boxes that were read as one mark, in numbers that the machine accepted, the least sure first."""
    wanted = actor.scope if region is None else region
    actor.require(Permission.DECIDE, wanted)
    last = _last(after)
    with records.database.reading() as session:
        found = wall(session, mark, wanted, last, limit, actor)
    following = _cursor(found[-1]) if len(found) == limit else None
    return WallBody(boxes=[_box(one) for one in found], next=following)


@router.post(
    "/flags",
    responses=guarded(
        (404, "number_missing"),
        (409, "signature_used"),
        (422, "signature_invalid"),
        (422, "signature_needed"),
        (422, "request_invalid"),
    ),
)
def flags(body: FlagsBody, actor: Reviewer, records: RecordsDep) -> FlaggedBody:
    """Send the numbers of these boxes to review, with the reason `box_flagged`; all of them, or none."""
    wanted: dict[tuple[str, str], list[int]] = {}
    for one in body.boxes:
        wanted.setdefault((one.page, one.field), []).append(one.box)
    signed = {(one.page, one.field): one.signed() for one in body.signed}
    with records.database.writing() as session:
        found = [
            flag(session, records, actor, *number, sorted(at), signed.get(number))
            for number, at in sorted(wanted.items())
        ]
        return FlaggedBody(numbers=len(found), waiting=sum(number.state == NumberState.REVIEW for number in found))


@cuts.get(
    "/{page}/cut",
    response_class=Response,
    responses={**guarded((404, "page_missing"), (404, "picture_missing"), (422, "request_invalid")), **_JPEG},
)
def part_of_page(
    page: str,
    request: Request,
    actor: CurrentPerson,
    records: RecordsDep,
    field: Annotated[str, Query(max_length=64)],
    part: Annotated[Part, Query()] = "number",
    box: Annotated[int, Query(ge=0, le=15, description="Which box, from 0; with part=box.")] = 0,
) -> Response:
    """Return a number, one of its boxes, or another witness of it, straightened, as JPEG."""
    row = page_of(records, page, actor)
    tag = etag_in(records, part_etag, row, field, part, box)
    return _answer(request, tag, lambda: _cut(records, row, field, part, box))


@pictures.get("/{item}/cut", response_class=Response, responses=_OF_ITEM)
def cut_of_item(item: str, request: Request, actor: CurrentPerson, records: RecordsDep) -> Response:
    """Return the number of an item that you hold, straightened, as JPEG; the address tells nothing else of it."""
    row, field = _held(records, actor, item)
    return _answer(request, etag_in(records, part_etag, row, field), lambda: _cut(records, row, field, "number", 0))


@pictures.get("/{item}/page", response_class=Response, responses=_OF_ITEM)
def page_of_item(item: str, request: Request, actor: CurrentPerson, records: RecordsDep) -> Response:
    """Return the page of an item that you hold as JPEG, upright."""
    row, _ = _held(records, actor, item)
    return _answer(request, whole_etag(row), lambda: whole_page(opened_page(records, row)))


def _answer(request: Request, tag: str, make: Callable[[], bytes]) -> Response:
    return answered(request, {"ETag": tag, "Cache-Control": CHECKED}, "image/jpeg", make)


def _held(records: Records, actor: Actor, item: str) -> tuple[Page, str]:
    """Return page and field of an item that a person holds.

    Raises:
        MissingError: `review_item_missing`, or `picture_missing`.

    """
    if Permission.DECIDE not in actor.permissions:
        actor.require(Permission.DECIDE, None)
    with records.database.reading() as session:
        row = session.get(ReviewItem, item)
        if row is None or not holds(actor, row):
            raise MissingError("review_item_missing", item=item[:80])
        number = session.get(Number, (row.document_id, row.field))
        page = session.get(Page, number.page_id) if number and number.page_id else None
        if page is None:
            raise MissingError("picture_missing", page=item)
        return page, row.field


def _cut(records: Records, row: Page, field: str, part: Part, box: int) -> bytes:
    reading = reading_of(records, row)
    form = records.forms.get(reading.form or "") if reading else None
    outline = outline_of(reading, form, field, part, box) if reading and form else None
    if outline is None:
        raise MissingError("picture_missing", page=row.id)
    return cut(opened_page(records, row), outline, part)


def _box(one: WallBox) -> WallBoxBody:
    mark, number = one.mark, one.number
    about = address_of(f"{API}/documents/{number.document_id}/numbers/{number.field}")
    cut = f"field={mark.field}&part=box&box={mark.box}"
    return WallBoxBody(
        page=mark.page_id,
        field=mark.field,
        box=mark.box,
        mark=mark.mark,
        probability=mark.probability,
        rival=mark.rival,
        document=number.document_id,
        station=one.station,
        boxes=number.boxes,
        ink=ink_body(one.ink),
        links={"cut": address_of(f"{API}/pages/{mark.page_id}/cut?{cut}"), "number": about},
    )


def _cursor(one: WallBox) -> str:
    return write_cursor(repr(one.mark.probability), one.mark.page_id, one.mark.field, str(one.mark.box))


def _last(cursor: str | None) -> tuple[float, str, str, int] | None:
    keys = read_cursor(cursor, 4)
    if keys is None:
        return None
    try:
        probability, box = float(keys[0]), int(keys[3])
    except ValueError as error:
        raise UsageError("cursor_invalid") from error
    if not (0 <= probability <= 1 and 0 <= box < MOST_BOXES):
        raise UsageError("cursor_invalid")
    return probability, keys[1], keys[2], box
