"""`/login` and `/logout` as HTML forms that work without script."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.core.address import address_of
from api.db.types import now
from api.http.auth.cookie import give_cookie, session_cookie, take_cookie
from api.http.auth.current import AuthenticatorDep, CurrentPerson, authenticator_of, origin_of
from api.http.errors import headers_of
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import page_of
from api.people.actor import Proof
from api.people.login import log_in
from api.people.oidc import provider_of
from api.people.sessions import end_session
from pipeline.errors import ChasilError
from pipeline.reasons import Reason

router = APIRouter(include_in_schema=False)

HOME = "/"


@router.get("/login", response_class=HTMLResponse)
def show_login(request: Request, frame: FrameDep, to: Annotated[str, Query()] = HOME) -> Response:
    """Show the form, or who is logged in."""
    return HTMLResponse(_shown(request, frame, to, None, ""))


@router.post("/login", response_class=HTMLResponse)
def log_in_by_form(
    request: Request,
    people: AuthenticatorDep,
    frame: FrameDep,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = HOME,
) -> Response:
    """Log in and go on; where it fails, show the form again with the reason."""
    former = session_cookie(request)
    try:
        begun = log_in(people, name, password, origin_of(request).peer, former, now())
    except ChasilError as error:
        shown = _shown(request, replace(frame, actor=None), to, error.reason, name[:64])
        return HTMLResponse(shown, error.status, headers_of(error))
    response = RedirectResponse(safe_target(to), 303)
    give_cookie(response, request, people, begun.cookie)
    return response


@router.post("/logout")
def log_out_by_form(request: Request, people: AuthenticatorDep, actor: CurrentPerson) -> Response:
    """Log out; the form carries the CSRF token of the session in its field `csrf`."""
    if actor.proof is Proof.SESSION:
        with people.database.writing() as session:
            end_session(session, actor.key)
    response = RedirectResponse(address_of("/login"), 303)
    take_cookie(response, request)
    return response


def safe_target(to: str) -> str:
    """Return an address of this service to go on to; anything else becomes the first page."""
    home = address_of(HOME)
    local = to.startswith(home) and not to.startswith(("//", "/\\")) and to.isprintable() and len(to) <= 500
    climbs = "/.." in unquote(to)  # out of the base path
    return to if local and not climbs and "\\" not in to else home


def _shown(request: Request, frame: Frame, to: str, reason: Reason | None, name: str) -> str:
    problem = None if reason is None else reason.text(frame.language.value)
    people = authenticator_of(request)
    offered = provider_of(people.settings) is not None
    values = {"to": safe_target(to), "problem": problem, "name": name, "institution": offered}
    values["nobody"] = not people.anyone()
    return page_of(request).show("login.html", frame, "login", **values)
