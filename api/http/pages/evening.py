"""`/admin/evening`: how the evening goes; it renews itself while it is open, and says of when it is."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from api.administration.evening import SHOWN, evening
from api.db.types import now
from api.desk.at_work import LATELY as WORKING
from api.documents.pace import LATELY
from api.http.dependencies import CountedDep, RecordsDep
from api.http.pages.admin import Keeper, show_admin
from api.http.pages.answers import PageRoute
from api.http.pages.frame import FrameDep
from api.http.pages.renderer import page_of

router = APIRouter(
    prefix="/admin/evening", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

RENEWED_SECONDS = 30


@router.get("")
def how_it_goes(
    request: Request, frame: FrameDep, actor: Keeper, records: RecordsDep, counted: CountedDep
) -> HTMLResponse:
    """Show how fast pages are read and numbers settled, what waits, who is at work and which alarms stand."""
    work = counted.now()
    with records.database.reading() as session:
        figures = evening(session, work, now(), actor.scope)
    page = page_of(request)
    more, dated = page.words("evening", frame.language), page.words("results", frame.language)
    return show_admin(
        request,
        frame,
        "admin-evening",
        evening=figures,
        more=more,
        dated=dated,
        seconds=RENEWED_SECONDS,
        most=SHOWN,
        lately=LATELY,
        working=WORKING // timedelta(minutes=1),
    )
