"""`/account`: who one is here, and the keys that one signs decisions with."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.http.auth.current import AuthenticatorDep, CurrentPerson
from api.http.pages.answers import PageRoute
from api.http.pages.frame import FrameDep
from api.http.pages.renderer import page_of
from api.http.pages.signing import signing_of
from api.http.routes.keys import require_account
from api.ledger.statements import fingerprint
from api.people.personal_keys import key_of_person, keys_of, revoke_key

router = APIRouter(
    prefix="/account", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)


@router.get("")
def account(request: Request, frame: FrameDep, actor: CurrentPerson, people: AuthenticatorDep) -> HTMLResponse:
    """Show one's keys; the script of the page makes one in this browser."""
    require_account(actor)
    page = page_of(request)
    with people.database.reading() as session:
        context: dict[str, Any] = {"signing": signing_of(session, actor), "keys": keys_of(session, actor.id)}
    context |= {"fingerprint": fingerprint, "offered": people.settings.signed_decisions != "off"}
    words = page.words("account_script", frame.language)
    return HTMLResponse(page.show("account.html", frame, "account", script_words=words, **context))


@router.post("")
def revoke(
    frame: FrameDep,
    actor: CurrentPerson,
    people: AuthenticatorDep,
    key: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
) -> Response:
    """Revoke a key of one's own."""
    with people.database.writing() as session:
        revoke_key(session, actor.id, key_of_person(session, actor.id, key))
    return RedirectResponse(frame.to("/account"), 303)
