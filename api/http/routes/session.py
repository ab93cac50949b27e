"""`/api/v1/session`: log in, see who you are, log out."""

from fastapi import APIRouter, Request, Response

from api.db.types import now
from api.http.auth.cookie import give_cookie, session_cookie, take_cookie
from api.http.auth.current import AuthenticatorDep, CurrentPerson, guarded, origin_of
from api.http.errors import documented
from api.people.actor import Actor, Proof
from api.people.login import log_in
from api.people.sessions import end_session
from api.schemas.people import LoginBody, SessionBody

router = APIRouter(prefix="/session", tags=["people"])


@router.post(
    "",
    responses=documented((401, "login_failed"), (403, "request_cross_site"), (429, "login_throttled")),
)
def begin(request: Request, response: Response, people: AuthenticatorDep, body: LoginBody) -> SessionBody:
    """Begin a session: a cookie comes with the answer. A session that the browser had before ends."""
    address, former = origin_of(request).peer, session_cookie(request)
    begun = log_in(people, body.name, body.password.get_secret_value(), address, former, now())
    give_cookie(response, request, people, begun.cookie)
    return _session(begun.actor)


@router.get("", responses=guarded())
def show(actor: CurrentPerson) -> SessionBody:
    """Say who you are and what you may do, and give the CSRF token of the session."""
    return _session(actor)


@router.delete("", status_code=204, responses=guarded())
def end(request: Request, response: Response, people: AuthenticatorDep, actor: CurrentPerson) -> None:
    """End the session. Tokens are ended at `/tokens`; with one, nothing happens here."""
    if actor.proof is Proof.SESSION:
        with people.database.writing() as session:
            end_session(session, actor.key)
    take_cookie(response, request)


def _session(actor: Actor) -> SessionBody:
    return SessionBody(
        person=actor.id,
        name=actor.name,
        roles=sorted(actor.roles),
        permissions=sorted(actor.permissions),
        scope=actor.scope,
        proof=actor.proof,
        csrf=actor.csrf or None,
    )
