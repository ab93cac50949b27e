"""`/review`: the pages of the review desk. What they do goes through `/api/v1/review`."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import HTMLResponse

from api.core.context import Records
from api.db.states import PageState
from api.db.tables import Document, Page
from api.desk.escalated import escalated
from api.desk.queue import COUNTED
from api.desk.typed_sheets import offered, pages_to_type, unplaced_pages
from api.http.dependencies import RecordsDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import page_of
from api.http.pages.signing import signing_of
from api.http.routes.pictures import page_of as sheet_of
from api.people.actor import Actor, not_permitted
from api.people.roles import Permission
from api.regions.codes import inside
from api.results.station import label_of
from api.schemas.box_wall import Mark
from api.schemas.desk import FilterBody
from pipeline.errors import LoginError, MissingError
from pipeline.forms import known_forms

router = APIRouter(
    prefix="/review", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

REASONS = (
    "number_unsure",
    "number_ink_unsure",
    "number_boxes_unsure",
    "witnesses_disagree",
    "rule_broken",
    "number_struck",
    "number_disordered",
    "number_empty",
    "number_overexposed",
    "number_outside",
    "number_estimated",
    "photographs_disagree",
    "box_flagged",
)
"""Codes of reasons that one may ask for, the commonest first."""

MARKS: tuple[Mark, ...] = get_args(Mark)

SHEETS = 100
"""Sheets not found on one page, the oldest first."""

Filter = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z0-9_-]*$")]
PageFilter = Annotated[str | None, Query(pattern=r"^(|[0-9a-f]{32})$")]
RegionFilter = Annotated[str | None, Query(pattern=r"^(|0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$")]


@dataclass(frozen=True, slots=True)
class LostSheet:
    """A page whose sheet was not found, and why in words."""

    id: str
    file_name: str
    why: str


@router.get("")
def desk(
    request: Request,
    frame: FrameDep,
    records: RecordsDep,
    region: RegionFilter = None,
    form: Filter = None,
    reason: Filter = None,
    field: Filter = None,
    page: PageFilter = None,
) -> HTMLResponse:
    """Show the desk; its script takes the items."""
    _reviewer(frame)
    chosen = {"form": form or None, "reason": reason or None, "field": field or None, "page": page or None}
    filters = FilterBody(region=region or "0", **chosen)
    forms = [(one.id, getattr(one.title, frame.language.value)) for one in known_forms(records.forms)]
    context = {"filters": filters.model_dump(), "filtered": filters != FilterBody(), "forms": forms, "reasons": REASONS}
    context["counted"] = COUNTED
    context["signing"] = _signing(records, frame)
    return _show(request, frame, "review", **context)


@router.get("/boxes")
def boxes(
    request: Request, frame: FrameDep, records: RecordsDep, mark: Mark = "7", region: RegionFilter = None
) -> HTMLResponse:
    """Show the box wall."""
    _reviewer(frame)
    signing = _signing(records, frame)
    return _show(request, frame, "boxes", mark=mark, marks=MARKS, region=region or None, signing=signing)


@router.get("/stations")
def stations(request: Request, frame: FrameDep) -> HTMLResponse:
    """Show what nobody has settled the polling station of: conflicts, and forms that wait to be assigned."""
    _someone(frame)
    if not frame.may(Permission.MOVE):
        raise not_permitted(Permission.MOVE)
    return _show(request, frame, "stations")


@router.get("/escalated")
def for_seniors(request: Request, frame: FrameDep, records: RecordsDep) -> HTMLResponse:
    """List what was escalated, and what two people read differently."""
    actor = _reviewer(frame)
    if not frame.may(Permission.DECIDE_AS_SENIOR):
        raise not_permitted(Permission.DECIDE_AS_SENIOR)
    with records.database.reading() as session:
        found = escalated(session, actor)
    labels = [label_of(records.forms.get(one.form_id or ""), one.field, frame.language) for one in found.numbers]
    context = {"found": found, "numbers": list(zip(found.numbers, labels, strict=True))}
    return HTMLResponse(page_of(request).show("escalated.html", frame, "escalated", **context))


@router.get("/corners")
def sheets(request: Request, frame: FrameDep, records: RecordsDep) -> HTMLResponse:
    """List the sheets that were not found."""
    actor = _reviewer(frame)
    lost = (
        Page.state == PageState.REJECTED,
        Document.moved_to.is_(None),
        inside(Document.station.expression, actor.scope),
    )
    wanted = select(Page, Document.station).join(Document, Document.id == Page.document_id).where(*lost)
    with records.database.reading() as session:
        rows = session.execute(wanted.order_by(Page.uploaded_at, Page.id).limit(SHEETS)).all()
        typed, unsure = pages_to_type(session, actor), unplaced_pages(session, actor)
    found = [(LostSheet(page.id, page.file_name, _why(page, frame)), station) for page, station in rows]
    context = {"sheets": found, "typed": typed, "unsure": unsure}
    return HTMLResponse(page_of(request).show("sheets.html", frame, "sheets", **context))


@router.get("/corners/{page}")
def corners(request: Request, page: str, frame: FrameDep, records: RecordsDep) -> HTMLResponse:
    """Show a page on which a person points out the sheet: reviewers may, and whoever uploaded it."""
    actor = _someone(frame)
    if not frame.may(Permission.UPLOAD):
        _reviewer(frame)
    sheet = sheet_of(records, page, actor)
    if sheet.uploaded_by != actor.id:
        _reviewer(frame)
    if not sheet.width:
        raise MissingError("picture_missing", page=page[:80])
    with records.database.reading() as session:
        possible = offered(session, records, sheet, session.get_one(Document, sheet.document_id))
    forms = [(one.id, getattr(one.title, frame.language.value), one.pages) for one in possible]
    context = {
        "sheet": sheet,
        "forms": forms,
        "lost": sheet.state == PageState.REJECTED,
        "types": frame.may(Permission.DECIDE),
    }
    return _show(request, frame, "corners", **context)


def _show(request: Request, frame: Frame, name: str, **context: object) -> HTMLResponse:
    """Show a page whose script has words of its own."""
    page = page_of(request)
    words = page.words(f"{name}_script", frame.language)
    return HTMLResponse(page.show(f"{name}.html", frame, name, script_words=words, **context))


def _signing(records: Records, frame: Frame) -> dict[str, Any]:
    with records.database.reading() as session:
        return signing_of(session, _reviewer(frame))


def _someone(frame: Frame) -> Actor:
    """Return who looks; lead to the login who must log in."""
    if frame.actor is None:
        raise LoginError("login_required")
    return frame.actor


def _reviewer(frame: Frame) -> Actor:
    """Return who looks; refuse who may not decide."""
    actor = _someone(frame)
    if not frame.may(Permission.DECIDE):
        raise not_permitted(Permission.DECIDE)
    return actor


def _why(page: Page, frame: Frame) -> str:
    return " ".join(one.get("translations", {}).get(frame.language.value, one["message"]) for one in page.reasons)
