"""Who may edit: the browser that was opened with the token, and no other, though anything on this machine can ask."""

import secrets
import threading
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.errors import problem_response
from api.people.local import LOOPBACK_NAMES, host_name
from pipeline.reasons import Reason

COOKIE = "chasil-edit"
TOKEN = "token"  # noqa: S105  a name, no secret


class TokenAccess:
    """Trades the token of the first address for a cookie, once; everything else needs the cookie.

    Also answers 421 to names that are not this machine's: a page elsewhere whose name was bent to point here.

    Args:
        app: What is behind.
        token: Secret of the address that is opened.
        open_paths: Beginnings of the addresses that need nothing.

    """

    def __init__(self, app: ASGIApp, token: str, open_paths: tuple[str, ...] = ("/static/",)) -> None:
        self._app = app
        self._token: str | None = token
        self._session = secrets.token_urlsafe(32)
        self._open = open_paths
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = parse_qs(scope["query_string"].decode("latin-1")).get(TOKEN, [""])[0]
        if host_name(headers.get("host", "")) not in LOOPBACK_NAMES:
            answer = problem_response(421, Reason("host_unknown"))
        elif given and self._trade(given):
            answer = RedirectResponse(scope["path"], 303)
            # No `secure`: this is plain HTTP on the machine itself.
            answer.set_cookie(COOKIE, self._session, httponly=True, samesite="strict", path="/")
        elif self._knows(headers) or scope["path"].startswith(self._open):
            await self._app(scope, receive, send)
            return
        else:
            answer = problem_response(403, Reason("edit_token_needed"))
        await answer(scope, receive, send)

    def _trade(self, given: str) -> bool:
        """Take the token, which is worth something only once."""
        with self._lock:
            right = self._token is not None and secrets.compare_digest(given, self._token)
            if right:
                self._token = None
            return right

    def _knows(self, headers: Headers) -> bool:
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return secrets.compare_digest(cookie.encode(), self._session.encode())
