"""`/log`: who has cosigned what of the log, and how anyone checks one number."""

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from api.http.auth.current import Spectator
from api.http.dependencies import RecordsDep, SettingsDep, SignedDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import FrameDep
from api.http.pages.renderer import page_of
from api.http.routes.log import log_body

router = APIRouter(prefix="/log", include_in_schema=False, route_class=PageRoute, dependencies=[Spectator])


@router.get("")
def log(request: Request, records: RecordsDep, settings: SettingsDep, signed: SignedDep, frame: FrameDep) -> Response:
    """Show the log and its witnesses."""
    body = log_body(records, settings, signed)
    shown = page_of(request).show("log.html", frame, "log", log=body, signed_export=settings.signed_export)
    return HTMLResponse(shown)
