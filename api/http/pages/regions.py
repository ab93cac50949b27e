"""`/admin/regions`: how many regions and polling stations are known, and a list of them comes in."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.administration.counted import levels_of
from api.core.context import Records
from api.core.settings import Settings
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.pages.admin import Keeper, show_admin
from api.http.pages.answers import PageRoute
from api.http.pages.file_form import Sender, answer_form, file_of, stored
from api.http.pages.frame import Frame, FrameDep
from api.people.roles import Permission
from api.regions.import_list import Imported, import_regions
from api.regions.list_file import RegionListError
from pipeline.documents.limits import MIB
from pipeline.documents.names import printable
from pipeline.errors import ChasilError

router = APIRouter(
    prefix="/admin/regions", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

EXAMPLE = Path(__file__).resolve().parents[3] / "data" / "samples" / "regions.csv"
"""A short list, of the stations of the samples."""

_Count = Annotated[int, Query(ge=0)]


@router.get("")
def regions(
    request: Request,
    frame: FrameDep,
    actor: Keeper,
    records: RecordsDep,
    settings: SettingsDep,
    done: Annotated[str | None, Query(pattern=r"^(changed|same)$")] = None,
    listed: _Count = 0,
    stations: _Count = 0,
    changed: _Count = 0,
    dropped: _Count = 0,
) -> HTMLResponse:
    """Show what is known, with a form for a list; `done` and the counts tell what a list has just brought."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    brought = {"regions": listed, "stations": stations, "changed": changed, "dropped": dropped}
    return _page(request, frame, records, settings, done=done, brought=brought)


@router.post("")
async def bring_in(
    request: Request, frame: FrameDep, actor: Sender, records: RecordsDep, settings: SettingsDep
) -> Response:
    """Bring in a list; where that is refused, show the page again with every fault that is told."""

    def work(form: FormData) -> Response:
        return RedirectResponse(
            frame.to("/admin/regions", **_counts_of(_import(records, settings, form, actor.id))), 303
        )

    def refuse(refusal: ChasilError) -> Response:
        return _page(request, frame, records, settings, refusal=refusal)

    return await answer_form(request, actor, settings, work, refuse)


@router.get("/example.csv")
def example(actor: Keeper) -> FileResponse:
    """Return a list as an example."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    return FileResponse(EXAMPLE, media_type="text/csv; charset=utf-8", filename=EXAMPLE.name)


def _import(records: Records, settings: Settings, form: FormData, actor: str) -> Imported:
    file, name = file_of(form)
    with stored(file, settings, "regions.csv") as path:
        return import_regions(records.database, path, actor, printable(name))


def _counts_of(imported: Imported) -> dict[str, object]:
    """Return what the address of the page tells of a list that came in."""
    counts = {level: count for level, count in imported.counts.items() if level != "nation"}
    stations = counts.pop("station", 0)
    return {
        "done": "changed" if imported.changed or imported.dropped else "same",
        "listed": sum(counts.values()),
        "stations": stations,
        "changed": imported.changed,
        "dropped": imported.dropped,
    }


def _page(
    request: Request,
    frame: Frame,
    records: Records,
    settings: Settings,
    *,
    done: str | None = None,
    brought: dict[str, int] | None = None,
    refusal: ChasilError | None = None,
) -> HTMLResponse:
    language = frame.language.value
    faults = refusal.faults if isinstance(refusal, RegionListError) else ()
    with records.database.reading() as session:
        levels = levels_of(session)
    context: dict[str, Any] = {
        "levels": levels,
        "done": done,
        "brought": brought,
        "problem": None if refusal is None else refusal.reason.text(language),
        "faults": [fault.text(language) for fault in faults],
        "most": settings.max_upload_bytes // MIB,
    }
    return show_admin(request, frame, "admin-regions", 200 if refusal is None else refusal.status, **context)
