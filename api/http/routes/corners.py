"""Sheets that the machine did not find: `POST /api/v1/pages/{id}/corners` where one lies, `.../form` what it is."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.db.tables import Document, Page
from api.desk.corners import give_corners
from api.desk.typed_sheets import name_sheet
from api.documents.views import page_body
from api.http.auth.current import CurrentPerson, guarded
from api.http.dependencies import RecordsDep
from api.people.actor import Actor
from api.people.roles import Permission
from api.schemas.common import Exact
from api.schemas.documents import PageBody
from pipeline.errors import MissingError

router = APIRouter(prefix="/pages", tags=["review"])

Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-100_000, le=100_000)]


class CornersBody(Exact):
    """The sheet's corners, clockwise from its own upper left one, in px of the upright picture at full size."""

    form: str = Field(max_length=64, examples=["c-hasil-ppwp-2024"])
    form_page: int = Field(ge=1, le=99, examples=[2])
    points: Annotated[list[tuple[Coordinate, Coordinate]], Field(min_length=4, max_length=4)]


class FormBody(Exact):
    """Which page of which form a picture shows."""

    form: str = Field(max_length=64, examples=["c-hasil-ppwp-2024"])
    form_page: int = Field(ge=1, le=99, examples=[2])


@router.post(
    "/{page}/corners",
    responses=guarded(
        (404, "page_missing"),
        (409, "corners_not_needed"),
        (422, "corners_invalid"),
        (422, "form_page_unknown"),
        (422, "request_invalid"),
    ),
)
def corners(page: str, body: CornersBody, actor: CurrentPerson, records: RecordsDep) -> PageBody:
    """Say where the sheet of a rejected page lies; a worker reads it again with that. Reviewers and its uploader may.

    The page's own print decides whether it lies there, and people read every number of it. A page that was read so may
    be marked anew by reviewers of its region; one that the machine found itself by nobody.
    """
    with records.database.writing() as session:
        row = session.get(Page, page)
        document = session.get(Document, row.document_id) if row else None
        _require(actor, row, document, page)
        reviews = actor.may(Permission.DECIDE, document.station if document else None)
        given = (body.form, body.form_page, body.points)
        kept = give_corners(session, records, page, actor.id, *given, reviews=reviews)
        session.flush()
        return page_body(kept)


@router.post(
    "/{page}/form",
    responses=guarded(
        (404, "page_missing"),
        (404, "picture_missing"),
        (409, "sheet_begun"),
        (409, "sheet_known"),
        (422, "form_not_counted"),
        (422, "form_page_unknown"),
        (422, "request_invalid"),
    ),
)
def form(page: str, body: FormBody, actor: CurrentPerson, records: RecordsDep) -> PageBody:
    """Say which page of which form a picture shows whose sheet nobody located, or not surely.

    All its numbers come to the desk then, with the whole picture; each counts once two people have read the same.
    """
    actor.require(Permission.DECIDE, actor.scope)
    with records.database.writing() as session:
        row = session.get(Page, page)
        if row is None:
            raise MissingError("page_missing", page=page[:80])
        actor.require(Permission.DECIDE, session.get_one(Document, row.document_id).station)
        named = name_sheet(session, records, page, actor, body.form, body.form_page)
        session.flush()
        return page_body(named)


def _require(actor: Actor, row: Page | None, document: Document | None, page: str) -> None:
    """Let in reviewers of the region, and the uploader of the page."""
    if not actor.permissions & {Permission.DECIDE, Permission.UPLOAD}:
        actor.require(Permission.DECIDE, None)
    if row is None or document is None:
        raise MissingError("page_missing", page=page[:80])
    if not (Permission.UPLOAD in actor.permissions and row.uploaded_by == actor.id):
        actor.require(Permission.DECIDE, document.station)
