"""`/`, `/practice` and `/upload`: where visitors start, try, and bring their forms."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.core.settings import Settings
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import FOLDER, page_of
from api.http.routes.readings import for_strangers
from api.people.actor import not_permitted
from api.people.roles import Permission
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
    return _with_script(request, frame, settings, "upload", least_side=least_of_all(records.forms))


def _with_script(request: Request, frame: Frame, settings: Settings, name: str, **more: Any) -> HTMLResponse:
    """Show a page whose script sends files: with its words, and the limits that it checks before it sends anything."""
    page = page_of(request)
    told: dict[str, Any] = {
        "script_words": page.words(f"{name}_script", frame.language),
        "max_bytes": settings.max_upload_bytes,
        "max_mib": settings.max_upload_bytes // 1024**2,
        "max_files": settings.max_files,
    }
    return HTMLResponse(page.show(f"{name}.html", frame, name, **told, **more))
