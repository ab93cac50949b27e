"""`/api/v1/pages`: pages, their pictures and the cuts of their numbers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import Response

from api.core.context import Records
from api.db.tables import Document, Original, Page, Reading
from api.documents.open_original import open_page
from api.documents.picture_etags import masked_etag, part_etag, whole_etag
from api.documents.retry import read_again
from api.documents.views import page_body
from api.http.auth.current import CurrentPerson, guarded
from api.http.dependencies import RecordsDep
from api.http.routes.documents import permitted
from api.people.actor import Actor
from api.people.roles import Permission
from api.rendering.page_images import cut_out, public_page, whole_page
from api.schemas.documents import PageBody
from pipeline.documents import Limits
from pipeline.documents import Page as OpenPage
from pipeline.documents.kinds import Kind
from pipeline.errors import MissingError
from pipeline.packing import unpack
from pipeline.reading import PageReading

router = APIRouter(prefix="/pages", tags=["documents"])

_MISSING = guarded((404, "page_missing"))
_PICTURE = {
    **_MISSING,
    **guarded((404, "page_missing"), (404, "picture_missing")),
    304: {"description": "As you have it."},
}
CACHED = "private, max-age=86400"
"""For what never changes: the bytes of an upload, and a page as they show it."""

CHECKED = "private, no-cache"
"""For what follows from readings and templates: kept, but asked for again each time."""


_ENDINGS = {kind.media_type: kind.ending for kind in Kind}


def _binary(media_type: str) -> dict[int | str, dict[str, object]]:
    return {200: {"content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}


@router.get("/{page}", responses=_MISSING)
def show(page: str, actor: CurrentPerson, records: RecordsDep) -> PageBody:
    """Return a page: where it came from, whether it was read, and if not why."""
    return page_body(page_of(records, page, actor))


@router.get("/{page}/original", response_class=Response, responses=_PICTURE)
def original(page: str, request: Request, actor: CurrentPerson, records: RecordsDep) -> Response:
    """Return the bytes as they were uploaded, to be saved and not to be shown by a browser."""
    row = page_of(records, page, actor)
    tag = f'"{row.original}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    with records.database.reading() as session:
        media_type = session.get_one(Original, row.original).media_type
    headers = {
        "ETag": tag,
        "Cache-Control": CACHED,
        "Content-Disposition": f'attachment; filename="{row.original[:16]}.{_ENDINGS[media_type]}"',
    }
    return Response(records.originals.fetch(row.original), media_type=media_type, headers=headers)


@router.get(
    "/{page}/image",
    response_class=Response,
    responses={**_PICTURE, **_binary("image/jpeg")},
)
def image(
    page: str,
    request: Request,
    actor: CurrentPerson,
    records: RecordsDep,
    masked: Annotated[bool, Query(description="Straightened, with names and signatures painted over.")] = False,
) -> Response:
    """Return the page as JPEG, upright."""
    row = page_of(records, page, actor)
    headers = {
        "ETag": etag_in(records, masked_etag, row) if masked else whole_etag(row),
        "Cache-Control": CHECKED if masked else CACHED,
    }

    def made() -> bytes:
        return masked_image(records, row) if masked else whole_page(opened_page(records, row))

    return answered(request, headers, "image/jpeg", made)


@router.get(
    "/{page}/crop",
    response_class=Response,
    responses={**_PICTURE, **_binary("image/png")},
)
def crop(
    page: str, request: Request, actor: CurrentPerson, records: RecordsDep, field: Annotated[str, Query(max_length=64)]
) -> Response:
    """Return the place of a number on its page, straightened."""
    row = page_of(records, page, actor)
    headers = {"ETag": etag_in(records, part_etag, row, field, "crop"), "Cache-Control": CHECKED}
    return answered(request, headers, "image/png", lambda: crop_image(records, row, field))


@router.post("/{page}/retry", responses=_MISSING)
def retry(page: str, actor: CurrentPerson, records: RecordsDep) -> PageBody:
    """Let a worker read a page again; its earlier readings stay on record."""
    row = page_of(records, page, actor)
    actor.require(Permission.MANAGE_SYSTEM, None)
    read_again(records, [row.id], actor.id)
    return page_body(page_of(records, page, actor))


def answered(request: Request, headers: Mapping[str, str], media_type: str, make: Callable[[], bytes]) -> Response:
    """Return a picture under its ETag, which is made only where the asker does not hold it already."""
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(make(), media_type=media_type, headers=headers)


def etag_in(records: Records, make: Callable[..., str], *inputs: Any) -> str:
    """Return an ETag of `picture_etags`, which asks the records what a picture is made of."""
    with records.database.reading() as session:
        return make(session, records, *inputs)


def masked_image(records: Records, row: Page) -> bytes:
    """Return the public picture of a page.

    Raises:
        MissingError: `picture_missing`: its sheet was not found, so that nothing could be masked.

    """
    reading = reading_of(records, row)
    form = records.forms.get(reading.form or "") if reading else None
    if reading is None or form is None or (data := public_page(opened_page(records, row), reading, form)) is None:
        raise MissingError("picture_missing", page=row.id)
    return data


def crop_image(records: Records, row: Page, field: str) -> bytes:
    """Return the cut of a number.

    Raises:
        MissingError: `picture_missing`.

    """
    reading = reading_of(records, row)
    found = reading.fields.get(field) if reading else None
    if found is None or found.region is None:
        raise MissingError("picture_missing", page=row.id)
    return cut_out(opened_page(records, row).colour(), found.region)


def page_of(records: Records, page: str, actor: Actor) -> Page:
    """Return a page that the actor may see.

    Raises:
        MissingError: `page_missing`.
        DeniedError: `not_permitted`.

    """
    with records.database.reading() as session:
        row = session.get(Page, page)
        document = session.get(Document, row.document_id) if row else None
        if row is None:
            actor_may_look(actor)
            raise MissingError("page_missing", page=page[:80])
        permitted(document, row.document_id, actor)
        return row


def actor_may_look(actor: Actor) -> None:
    """Refuse who may see no documents at all, before saying what is there."""
    if Permission.READ_DOCUMENTS not in actor.permissions:
        actor.require(Permission.READ_DOCUMENTS, None)


def opened_page(records: Records, row: Page) -> OpenPage:
    """Return a page opened from its original.

    Raises:
        MissingError: `picture_missing`.

    """
    opened = open_page(row, records.originals.fetch(row.original), Limits())
    if not isinstance(opened, OpenPage):
        raise MissingError("picture_missing", page=row.id)
    return opened


def reading_of(records: Records, row: Page) -> PageReading | None:
    """Return the newest reading of a page, if it was read."""
    with records.database.reading() as session:
        found = session.scalars(select(Reading.evidence).where(Reading.id == row.reading_id)).first()
    return None if found is None else unpack(found)
