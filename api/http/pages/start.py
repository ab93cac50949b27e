"""`/`, `/practice` and `/upload`: where visitors start, try, and bring their forms."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.core.context import Records
from api.core.settings import Settings
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import FOLDER, page_of
from api.http.routes.readings import for_strangers
from api.people.actor import not_permitted
from api.people.roles import Permission
from api.tabulation.elections import elections_of
from pipeline.documents.limits import DEFAULT_LIMITS, MIB
from pipeline.errors import LoginError
from pipeline.registration.least import least_of_all

STATIC_FOLDER = FOLDER / "static"

router = APIRouter(include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse)


@router.get("/")
def start(request: Request, frame: FrameDep) -> HTMLResponse:
    """Lead everyone to what they came for; an unknown language is no reason to show nothing."""
    return HTMLResponse(page_of(request).show("start.html", frame, "start"))


@router.get("/practice")
def practice(request: Request, frame: FrameDep, settings: SettingsDep) -> HTMLResponse:
    """Show the page that reads forms and stores nothing."""
    if not frame.practises:
        raise LoginError("login_required")
    return _with_script(request, frame, settings if frame.actor else for_strangers(settings), "practice")


@router.get("/upload")
def upload(request: Request, frame: FrameDep, settings: SettingsDep, records: RecordsDep) -> HTMLResponse:
    """Show the page of uploaders."""
    if frame.actor is None:
        raise LoginError("login_required")
    if not frame.may(Permission.UPLOAD):
        raise not_permitted(Permission.UPLOAD)
    context = {"least_side": least_of_all(records.forms), "form": _main_form(records)}
    return _with_script(request, frame, settings, "upload", **context)


def _main_form(records: Records) -> dict[str, Any] | None:
    """Return the form of the main election and its pages; None where nothing says which election that is."""
    with records.database.reading() as session:
        main = elections_of(session).main
    form = None if main is None else records.forms.get(main.form_id)
    return None if form is None else {"id": form.id, "pages": [page.number for page in form.pages]}


def _with_script(request: Request, frame: Frame, settings: Settings, name: str, **more: Any) -> HTMLResponse:
    """Show a page whose script sends files: with its words, and the limits that it checks before it sends anything."""
    page = page_of(request)
    max_file_bytes = min(settings.max_upload_bytes, DEFAULT_LIMITS.max_file_bytes)
    context: dict[str, Any] = {
        "script_words": page.words(f"{name}_script", frame.language),
        "max_bytes": settings.max_upload_bytes,
        "max_mib": settings.max_upload_bytes // MIB,
        "max_file_bytes": max_file_bytes,
        "max_file_mib": max_file_bytes // MIB,
        "max_files": settings.max_files,
    }
    return HTMLResponse(page.show(f"{name}.html", frame, name, **context, **more))
