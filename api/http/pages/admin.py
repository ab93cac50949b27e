"""`/admin`: what is counted, what reads, and what failed, for those who look after the service; without script."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy import func, select
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.administration.counted import counted
from api.administration.elections import ElectionChange, change_election
from api.administration.failures import AT_ONCE, failures, try_again
from api.administration.installed import forms, models
from api.administration.managing import count_people
from api.core.context import Records
from api.db.published_tables import PublishedSnapshot
from api.db.tables import Page as SheetPage
from api.documents.retry import FAILED
from api.http.auth.current import may
from api.http.dependencies import RecordsDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import page_of
from api.people.actor import Actor
from api.people.roles import Permission
from api.tabulation.amounts import PAIR
from models.registry import Registry
from pipeline.errors import UsageError
from pipeline.forms import known_forms

router = APIRouter(prefix="/admin", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse)

Keeper = Annotated[Actor, may(Permission.MANAGE_SYSTEM)]
"""Whoever looks after the service or a region of it."""


def show_admin(request: Request, frame: Frame, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page of the administration; `national` tells it whether the reader looks after the whole service."""
    national = frame.actor is not None and frame.actor.may(Permission.MANAGE_SYSTEM, None)
    shown = page_of(request).show(f"{name}.html", frame, "admin", national=national, **context)
    return HTMLResponse(shown, status)


@router.get("")
def overview(request: Request, frame: FrameDep, actor: Keeper, records: RecordsDep) -> HTMLResponse:
    """Show what there is to look after."""
    with records.database.reading() as session:
        context: dict[str, Any] = {
            "people": count_people(session, actor),
            "failed": session.scalar(select(func.count(SheetPage.id)).where(SheetPage.state.in_(FAILED))),
            "counted": counted(session, records.forms),
            "snapshots": session.scalar(select(func.count(PublishedSnapshot.id))),
            "forms": len({form.family for form in known_forms(records.forms)}),
            "unconfirmed": len({form.family for form in known_forms(records.forms) if not form.confirmed}),
            "champions": Registry().champions(),
        }
    return show_admin(request, frame, "admin", **context)


@router.get("/elections")
def elections(
    request: Request,
    frame: FrameDep,
    _actor: Keeper,
    records: RecordsDep,
    done: Annotated[str | None, Query(max_length=64)] = None,
) -> HTMLResponse:
    """Show the elections and how complete the list of regions is; `done` names the one that has just been changed."""
    return _elections(request, frame, records, done=done)


@router.post("/elections")
def set_election(
    request: Request,
    frame: FrameDep,
    actor: Keeper,
    records: RecordsDep,
    election: Annotated[str, Form(max_length=64)] = "",
    state: Annotated[str, Form(pattern="^(main|on|off)?$")] = "",
    title_id: Annotated[str, Form(max_length=1024)] = "",
    title_en: Annotated[str, Form(max_length=1024)] = "",
    pair: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Set whether an election is on, its titles and the names of its pairs, in their order on the ballot."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    named = {f"{PAIR}{number}": name for number, name in enumerate(pair or [], 1)}
    change = ElectionChange(
        is_on=None if state == "" else state != "off",
        main=None if state == "" else state == "main",
        title_id=title_id,
        title_en=title_en,
        pairs=named,
    )
    try:
        with records.database.writing() as session:
            change_election(session, actor.id, election, change)
    except UsageError as refusal:
        return _elections(request, frame, records, refusal=refusal)
    return RedirectResponse(frame.to("/admin/elections", done=election), 303)


def _elections(
    request: Request, frame: Frame, records: Records, *, done: str | None = None, refusal: UsageError | None = None
) -> HTMLResponse:
    with records.database.reading() as session:
        context: dict[str, Any] = {"counted": counted(session, records.forms), "done": done}
    context["problem"] = None if refusal is None else refusal.reason.text(frame.language.value)
    return show_admin(request, frame, "admin-elections", 200 if refusal is None else refusal.status, **context)


@router.get("/forms")
def installed_forms(request: Request, frame: FrameDep, _actor: Keeper, records: RecordsDep) -> HTMLResponse:
    """Show the installed templates."""
    with records.database.reading() as session:
        return show_admin(request, frame, "admin-forms", forms=forms(session, records))


@router.get("/models")
def installed_models(request: Request, frame: FrameDep, _actor: Keeper, records: RecordsDep) -> HTMLResponse:
    """Show the models, which of them read, and how they came to."""
    with records.database.reading() as session:
        return show_admin(request, frame, "admin-models", models=models(session, records, Registry()))


@router.get("/failures")
def failed(
    request: Request,
    frame: FrameDep,
    actor: Keeper,
    records: RecordsDep,
    waiting: Annotated[int | None, Query(ge=0)] = None,
    left: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """Show the pages that were given up, grouped by why; `waiting` and `left` tell what a retry has done."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    with records.database.reading() as session:
        context: dict[str, Any] = {"failures": failures(session), "waiting": waiting, "left": left, "at_once": AT_ONCE}
    return show_admin(request, frame, "admin-failures", **context)


@router.post("/failures")
def retry(frame: FrameDep, actor: Keeper, records: RecordsDep, code: Annotated[str, Form()] = "") -> Response:
    """Let the pages of a group be read again."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    waiting, left = try_again(records, code, actor.id)
    return RedirectResponse(frame.to("/admin/failures", waiting=waiting, left=left or None), 303)
