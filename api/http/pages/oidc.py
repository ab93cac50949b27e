"""`/login/institution`: off to the institution's login, and back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from api.core.address import address_of
from api.db.tables import Person
from api.db.types import now
from api.http.auth.cookie import give_cookie, session_cookie
from api.http.auth.current import AuthenticatorDep
from api.http.errors import ProtocolError
from api.http.pages.answers import PageRoute
from api.http.pages.login import HOME, safe_target
from api.people.authenticator import Authenticator
from api.people.oidc import OidcProvider, new_authorization_request, provider_of, unpacked
from api.people.sessions import begin_session, forget_ended
from pipeline.errors import DeniedError

router = APIRouter(include_in_schema=False, route_class=PageRoute)

JOURNEY = "chasil_journey"
JOURNEY_SECONDS = 600
FOLDER = "/login/institution"


@router.get(FOLDER)
def leave(request: Request, people: AuthenticatorDep, to: Annotated[str, Query()] = HOME) -> Response:
    """Send the browser to the institution's login."""
    journey = new_authorization_request(safe_target(to))
    response = RedirectResponse(_provider(people).authorization_url(journey, _back(request)), 303)
    path, secure = address_of(FOLDER), request.url.scheme == "https"
    response.set_cookie(
        JOURNEY, journey.packed(), JOURNEY_SECONDS, path=path, secure=secure, httponly=True, samesite="lax"
    )
    return response


@router.get(f"{FOLDER}/return", name="institution_return")
def arrive(
    request: Request,
    people: AuthenticatorDep,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
) -> Response:
    """Take up whoever comes back; nobody gets an account this way."""
    provider, journey = _provider(people), unpacked(request.cookies.get(JOURNEY, ""))
    subject = provider.authenticate(journey, state, code, _back(request))
    at = now()
    with people.database.writing() as session:
        person = session.scalar(select(Person).where(Person.subject == subject, Person.active))
        if person is None:
            raise DeniedError("oidc_person_unknown")
        forget_ended(session, people.lifetime, at)
        begun = begin_session(session, person, at, session_cookie(request))
    response = RedirectResponse(safe_target(journey.to), 303)
    response.delete_cookie(JOURNEY, path=address_of(FOLDER))
    give_cookie(response, request, people, begun.cookie)
    return response


def _provider(people: Authenticator) -> OidcProvider:
    found = provider_of(people.settings)
    if found is None:
        raise ProtocolError(404, "oidc_unavailable")
    return found


def _back(request: Request) -> str:
    return str(request.url_for("institution_return"))
