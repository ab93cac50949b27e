"""`/login` and `/logout`: the door for people, which works without script."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.db.types import now
from api.language import Language
from api.people.actor import Proof
from api.people.cookie import give_cookie, take_cookie
from api.people.current import CurrentPerson, Identified, PeopleDep, origin_of
from api.people.house import People
from api.people.login import log_in
from api.people.sessions import COOKIE, end_session
from api.problems import Problem
from api.web.page import Page

router = APIRouter(include_in_schema=False)

HOME = "/"
Lang = Annotated[str | None, Query()]


@router.get("/login", response_class=HTMLResponse)
def show_login(
    request: Request, people: PeopleDep, actor: Identified, lang: Lang = None, to: Annotated[str, Query()] = HOME
) -> Response:
    """Show the form, or who is logged in."""
    page: Page = request.state.page
    return HTMLResponse(page.render_login(_language(lang, people), actor, to=safe_target(to), reason=None, name=""))


@router.post("/login", response_class=HTMLResponse)
def log_in_by_form(
    request: Request,
    people: PeopleDep,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = HOME,
    lang: Lang = None,
) -> Response:
    """Log in and go on; where it fails, show the form again with the reason."""
    former = request.cookies.get(COOKIE)
    try:
        begun = log_in(people, name, password, origin_of(request).peer, former, now())
    except Problem as problem:
        page: Page = request.state.page
        shown = page.render_login(
            _language(lang, people), None, to=safe_target(to), reason=problem.reason, name=name[:64]
        )
        return HTMLResponse(shown, problem.status_code, problem.headers)
    response = RedirectResponse(safe_target(to), 303)
    give_cookie(response, request, people, begun.cookie)
    return response


@router.post("/logout")
def log_out_by_form(request: Request, people: PeopleDep, actor: CurrentPerson) -> Response:
    """Log out; the form carries the CSRF token of the session in its field `csrf`."""
    if actor.proof is Proof.SESSION:
        with people.database.writing() as session:
            end_session(session, actor.key)
    response = RedirectResponse("/login", 303)
    take_cookie(response, request)
    return response


def safe_target(to: str) -> str:
    """Return a place of this service to go on to; anything else becomes the first page."""
    local = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() and len(to) <= 500
    return to if local and "\\" not in to else HOME


def _language(lang: str | None, people: People) -> Language:
    return Language(lang) if lang in set(Language) else people.settings.language
