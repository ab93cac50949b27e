"""`/admin/published`: published figures become an election's second source, and are shown to everyone or not."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.administration.elections import ElectionChange, change_election
from api.comparison.mapping import PublishedMapping, load_mapping
from api.comparison.sources import JSONS, TABLES
from api.core.context import Records
from api.core.private_files import private
from api.core.settings import Settings
from api.db.tables import Election
from api.http.auth.csrf import FIELD, check_csrf
from api.http.auth.current import Identified, may
from api.http.dependencies import RecordsDep, SettingsDep
from api.http.multipart import receive_form
from api.http.pages.admin import Keeper, show_admin
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.people.actor import Actor, not_permitted
from api.people.roles import Permission
from api.publication.access import is_open
from api.publication.figures import snapshots_of
from api.publication.importing import Given, import_published
from api.tabulation.elections import elections_of, title_of
from pipeline.documents.limits import MIB
from pipeline.documents.names import printable
from pipeline.errors import ChasilError, DeniedError, LoginError, UsageError

router = APIRouter(
    prefix="/admin/published", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

SHOWN = 50
"""Snapshots on the page; the API has all."""


async def _sender(actor: Identified) -> Actor:
    """Return who sends a form with a file: its CSRF token stands in the form, and is checked once that has come in."""
    if actor is None:
        raise LoginError("login_required")
    if Permission.MANAGE_SYSTEM not in actor.permissions:
        raise not_permitted(Permission.MANAGE_SYSTEM)
    actor.require(Permission.MANAGE_SYSTEM, None)
    return actor


Sender = Annotated[Actor, Depends(_sender)]
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
    form = await receive_form(request, settings)
    try:
        check_csrf(actor, request.method, request.headers, _text(form, FIELD))
        changed = await run_in_threadpool(_import, records, settings, form, actor.id)
    except DeniedError:
        raise
    except ChasilError as refusal:
        return await run_in_threadpool(_page, request, frame, records, settings, refusal=refusal)
    finally:
        await form.close()
    return RedirectResponse(frame.to("/admin/published", done="imported" if changed else "same"), 303)


@router.post("/shown")
def show_to_all(
    frame: FrameDep,
    actor: National,
    records: RecordsDep,
    election: Annotated[str, Form(max_length=64)] = "",
    shown: Annotated[str, Form(pattern="^(|yes)$")] = "",
) -> Response:
    """Say whether everyone who sees the results of an election sees what differs."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    with records.database.writing() as session:
        change_election(session, actor.id, election, ElectionChange(differences=shown == "yes"))
    return RedirectResponse(frame.to("/admin/published", done="shown"), 303)


def _import(records: Records, settings: Settings, form: FormData, actor: str) -> bool:
    """Import the file of a form; tell whether anything changed."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise UsageError("upload_missing")
    suffix, name = PurePath(file.filename).suffix.lower(), printable(file.filename)
    if suffix not in (*JSONS, *TABLES):
        raise UsageError("published_kind", path=name, known=", ".join((*JSONS, *TABLES)))
    with private():
        settings.home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="published-", dir=settings.home) as folder:
            path = Path(folder) / f"published{suffix}"
            with path.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            mapping = _mapping(Path(folder), _text(form, "mapping"), _text(form, "pairs"))
            given = Given(name, actor, _text(form, "election") or None, mapping, _text(form, "taken_at") or None)
            return import_published(records, path, given, Path(folder))[1]


def _mapping(folder: Path, text: str, pairs: str) -> PublishedMapping:
    """Return what a form says of its file."""
    if not text.strip():
        return load_mapping(None, pairs.strip() or None)
    file = folder / "mapping.yaml"
    file.write_text(text, encoding="utf-8")
    return load_mapping(file, pairs.strip() or None)


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


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
        told: dict[str, Any] = {
            "elections": [ElectionChoice(one.id, dict(title_of(one)), is_open(one)) for one in every],
            "main": None if main is None else main.id,
            "snapshots": there[:SHOWN],
            "more": len(there) - SHOWN,
            "done": done,
            "most": settings.max_upload_bytes // MIB,
            "public": settings.public,
        }
    told["problem"] = None if refusal is None else refusal.reason.text(frame.language.value)
    return show_admin(request, frame, "admin-published", 200 if refusal is None else refusal.status, **told)
