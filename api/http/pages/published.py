"""`/admin/published`: published figures become an election's second source, and are shown to everyone or not."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from sqlalchemy import select
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.administration.elections import ElectionChange, change_election
from api.comparison.mapping import PublishedMapping, load_mapping
from api.comparison.sources import JSONS, TABLES
from api.core.context import Records
from api.core.settings import Settings
from api.db.tables import Election
from api.http.auth.current import may
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.pages.admin import Keeper, show_admin
from api.http.pages.answers import PageRoute
from api.http.pages.file_form import Sender, answer_form, file_of, stored, text_of
from api.http.pages.frame import Frame, FrameDep
from api.people.actor import Actor
from api.people.roles import Permission
from api.publication.access import is_open
from api.publication.figures import snapshots_of
from api.publication.importing import Given, import_published
from api.tabulation.elections import elections_of, title_of
from pipeline.documents.limits import MIB
from pipeline.documents.names import printable
from pipeline.errors import ChasilError, UsageError

router = APIRouter(
    prefix="/admin/published", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

SHOWN = 50
"""Snapshots on the page; the API has all."""


National = Annotated[Actor, may(Permission.MANAGE_SYSTEM)]


@dataclass(frozen=True, slots=True)
class ElectionChoice:
    """An election for which figures can be imported."""

    id: str
    title: dict[str, str]
    open: bool


@router.get("")
def published(
    request: Request,
    frame: FrameDep,
    actor: Keeper,
    records: RecordsDep,
    settings: SettingsDep,
    done: Annotated[str | None, Query(pattern=r"^(imported|same|shown)$")] = None,
) -> HTMLResponse:
    """Show what was imported, with a form for another file; `done` tells what has just been done."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    return _page(request, frame, records, settings, done=done)


@router.post("")
async def bring_in(
    request: Request, frame: FrameDep, actor: Sender, records: RecordsDep, settings: SettingsDep
) -> Response:
    """Import a published file; where that is refused, show the page again with the reason."""

    def work(form: FormData) -> Response:
        changed = _import(records, settings, form, actor.id)
        return RedirectResponse(frame.to("/admin/published", done="imported" if changed else "same"), 303)

    def refuse(refusal: ChasilError) -> Response:
        return _page(request, frame, records, settings, refusal=refusal)

    return await answer_form(request, actor, settings, work, refuse)


@router.post("/shown")
def show_to_all(
    frame: FrameDep,
    actor: National,
    records: RecordsDep,
    election: Annotated[str, Form(max_length=64)] = "",
    shown: Annotated[str, Form(pattern="^(|yes)$")] = "",
) -> Response:
    """Set whether everyone who sees the results of an election sees what differs."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    with records.database.writing() as session:
        change_election(session, actor.id, election, ElectionChange(differences=shown == "yes"))
    return RedirectResponse(frame.to("/admin/published", done="shown"), 303)


def _import(records: Records, settings: Settings, form: FormData, actor: str) -> bool:
    """Import the file of a form; tell whether anything changed."""
    file, given_name = file_of(form)
    suffix, name = PurePath(given_name).suffix.lower(), printable(given_name)
    if suffix not in (*JSONS, *TABLES):
        raise UsageError("published_kind", path=name, known=", ".join((*JSONS, *TABLES)))
    with stored(file, settings, f"published{suffix}") as path:
        mapping = _mapping(path.parent, text_of(form, "mapping"), text_of(form, "pairs"))
        given = Given(name, actor, text_of(form, "election") or None, mapping, text_of(form, "taken_at") or None)
        return import_published(records, path, given, path.parent)[1]


def _mapping(folder: Path, text: str, pairs: str) -> PublishedMapping:
    """Return what a form says of its file."""
    if not text.strip():
        return load_mapping(None, pairs.strip() or None)
    file = folder / "mapping.yaml"
    file.write_text(text, encoding="utf-8")
    return load_mapping(file, pairs.strip() or None)


def _page(
    request: Request,
    frame: Frame,
    records: Records,
    settings: Settings,
    *,
    done: str | None = None,
    refusal: ChasilError | None = None,
) -> HTMLResponse:
    with records.database.reading() as session:
        every = session.scalars(select(Election).order_by(Election.id)).all()
        main, there = elections_of(session).main, snapshots_of(session)
        context: dict[str, Any] = {
            "elections": [ElectionChoice(one.id, dict(title_of(one)), is_open(one)) for one in every],
            "main": None if main is None else main.id,
            "snapshots": there[:SHOWN],
            "more": len(there) - SHOWN,
            "done": done,
            "most": settings.max_upload_bytes // MIB,
            "public": settings.public,
        }
    context["problem"] = None if refusal is None else refusal.reason.text(frame.language.value)
    return show_admin(request, frame, "admin-published", 200 if refusal is None else refusal.status, **context)
