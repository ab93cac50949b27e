"""How the cookie of a session is given to a browser and taken back."""

from fastapi import Request
from starlette.responses import Response

from api.core.address import base_path
from api.people.authenticator import Authenticator
from api.people.sessions import COOKIE


def cookie_name(request: Request) -> str:
    """Return what the cookie is called: behind TLS a name that browsers let only this very host set, and only so.

    Such a cookie is one of the whole host. Beneath a base path, which the host shares with others, it is one of that
    path, and of those that came by TLS.
    """
    if request.url.scheme != "https":
        return COOKIE
    return f"__Secure-{COOKIE}" if base_path() else f"__Host-{COOKIE}"


def cookie_path() -> str:
    """Return for which addresses of the host cookies are."""
    return base_path() or "/"


def session_cookie(request: Request) -> str | None:
    """Return the cookie of a session that a browser sent."""
    return request.cookies.get(cookie_name(request))


def give_cookie(response: Response, request: Request, people: Authenticator, cookie: str) -> None:
    """Give a cookie that no script can read and that other sites' forms do not carry.

    `Lax` and not `Strict`: a link in a message must not look as if one were logged out, and the institution's login
    comes back from its own site.
    """
    response.set_cookie(
        cookie_name(request),
        cookie,
        max_age=int(people.lifetime.absolute.total_seconds()),
        path=cookie_path(),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )


def take_cookie(response: Response, request: Request) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        cookie_name(request), path=cookie_path(), secure=request.url.scheme == "https", httponly=True, samesite="lax"
    )
