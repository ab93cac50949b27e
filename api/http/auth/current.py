"""Dependencies that give routes the sender of a request, and check what they may do.

    from api.http.auth.current import CurrentPerson, guarded, may

    @router.post("", responses=guarded((404, "document_unknown")))
    def decide(actor: Annotated[Actor, may(Permission.DECIDE)], ...) -> ...:
        actor.require(Permission.DECIDE, document.station)

`may` lets nobody in who has the permission nowhere; `require` asks for it in the region of the thing. An unsafe request
of a session must carry the session's CSRF token; both check that before the route runs.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api.core.settings import Settings
from api.http.auth.cookie import session_cookie
from api.http.auth.csrf import FIELD, check_csrf
from api.http.errors import documented
from api.http.made_at_start import made_at_start
from api.people.actor import Actor, Proof, not_permitted
from api.people.addresses import network
from api.people.authenticator import Authenticator
from api.people.local import Origin
from api.people.login import prove_manager
from api.people.machine import COOKIE as MACHINE_COOKIE
from api.people.roles import Permission
from api.people.sessions import COOKIE
from pipeline.errors import ConflictError, DeniedError, LoginError, TooManyError

_cookie = APIKeyCookie(name=COOKIE, scheme_name="session", description="From POST /api/v1/session.", auto_error=False)
_bearer = HTTPBearer(scheme_name="token", description="From POST /api/v1/tokens.", auto_error=False)


authenticator_of = made_at_start("people", Authenticator)
"""Gives the people of the service."""
AuthenticatorDep = Annotated[Authenticator, Depends(authenticator_of)]


def origin_of(request: Request) -> Origin:
    """Return where a request comes from."""
    return Origin(request.client.host if request.client else "", request.headers)


def identified(request: Request, people: AuthenticatorDep) -> Actor | None:
    """Return who sends a request, if they show it; for routes that are open to all."""
    cookie, machine = session_cookie(request), request.cookies.get(MACHINE_COOKIE)
    actor = people.identify(origin_of(request), cookie, bearer_of(request), machine)
    request.state.actor = actor  # for the log
    return actor


def bearer_of(request: Request) -> str | None:
    """Return the key that a request shows."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None


Identified = Annotated[Actor | None, Depends(identified)]


async def _limited(request: Request, people: AuthenticatorDep, actor: Identified) -> None:
    """Answer 429 to whoever asks too often."""
    if actor is not None and actor.proof is Proof.LOCAL:
        return
    seconds = people.rates.take(
        f"address:{network(origin_of(request).peer)}" if actor is None else f"person:{actor.id}"
    )
    if seconds:
        raise TooManyError("too_many_requests", seconds=seconds)


Limited = Depends(_limited)


async def _current(
    request: Request,
    actor: Identified,
    _session: Annotated[str | None, Security(_cookie)],
    _token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Actor:
    if actor is None:
        raise LoginError("login_required")
    check_csrf(actor, request.method, request.headers, await _field(request))
    return actor


CurrentPerson = Annotated[Actor, Depends(_current)]


def may(permission: Permission) -> Any:
    """Return a dependency that gives the sender, where they have the permission anywhere at all."""

    async def check(actor: CurrentPerson) -> Actor:
        if permission not in actor.permissions:
            raise not_permitted(permission)
        return actor

    return Depends(check)


Standing = Callable[[], bool]
"""Tells whether whoever asked for a stream may still have it."""


def standing(people: Authenticator, actor: Actor, permission: Permission, region: str | None) -> Standing:
    """Return what a stream asks before each step: whether its sender is still here, and may still see the thing."""

    def check() -> bool:
        found = people.standing(actor)
        return found is not None and found.may(permission, region)

    return check


def sees_results(actor: Actor | None, settings: Settings) -> bool:
    """Return whether results may be shown: to everyone where they are public, else to who may read tallies.

    Nothing else decides it, neither for pages nor for pictures nor for the API.
    """
    return settings.public or (actor is not None and Permission.READ_TALLIES in actor.permissions)


def sees_aside(actor: Actor | None) -> bool:
    """Return whether someone may look at elections that are off: who may move what was filed wrongly."""
    return actor is not None and Permission.MOVE in actor.permissions


async def _spectator(
    people: AuthenticatorDep,
    actor: Identified,
    _session: Annotated[str | None, Security(_cookie)],
    _token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Actor | None:
    if sees_results(actor, people.settings):
        return actor
    if actor is None:
        raise LoginError("login_required")
    raise not_permitted(Permission.READ_TALLIES)


Spectator = Depends(_spectator)
"""For routes that only look at results. What they show must be fit for everyone."""


async def _practising(
    request: Request,
    people: AuthenticatorDep,
    actor: Identified,
    _session: Annotated[str | None, Security(_cookie)],
    _token: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> Actor | None:
    if actor is None and not practises(None, people.settings):
        raise LoginError("login_required")
    if actor is not None:
        check_csrf(actor, request.method, request.headers)
    return actor


MayPractise = Annotated[Actor | None, Depends(_practising)]
"""For what reads without keeping anything; None is a visitor without a login."""


def practises(actor: Actor | None, settings: Settings) -> bool:
    """Return whether somebody may have forms read that are not kept."""
    return actor is not None or settings.practice == "public"


def prove_again(request: Request, people: Authenticator, actor: Actor, present: str) -> None:
    """Ask for a session, and for the present password of whoever has one: an open browser makes and takes no account.

    Raises:
        ChasilError: What `require_session` and `prove_manager` raise.

    """
    require_session(actor)
    prove_manager(people, actor, present, origin_of(request).peer)


def require_session(actor: Actor) -> None:
    """Refuse a token where it could outlive itself, and local mode where there is no account.

    Raises:
        DeniedError: `session_needed`.
        ConflictError: `account_needed`.

    """
    if actor.proof is Proof.TOKEN:
        raise DeniedError("session_needed")
    if actor.proof is Proof.LOCAL:
        raise ConflictError("account_needed")


async def _of_session(actor: CurrentPerson) -> Actor:
    require_session(actor)
    return actor


LoggedIn = Annotated[Actor, Depends(_of_session)]


def guarded(*problems: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that asks who is there."""
    always = ((401, "login_required"), (403, "not_permitted"), (403, "csrf_missing"), (403, "request_cross_site"))
    return documented(*always, *problems)


async def _field(request: Request) -> str:
    """Return the CSRF token of a form that was sent without script."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind != "application/x-www-form-urlencoded":
        return ""
    value = (await request.form()).get(FIELD)
    return value if isinstance(value, str) else ""
