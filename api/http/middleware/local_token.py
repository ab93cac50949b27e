"""A browser that is opened with the machine's token gets a cookie for it, and an address without it."""

from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.auth.cookie import cookie_path
from api.people.machine import COOKIE, PARAMETER, MachineToken


class LocalToken:
    """Trades the token in an address for a cookie; what it is worth is decided where senders are identified.

    Args:
        app: What comes after.
        machine: The token.

    """

    def __init__(self, app: ASGIApp, machine: MachineToken) -> None:
        self._app, self._machine = app, machine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or lead the browser to the same place without the token."""
        if scope["type"] == "http" and scope["method"] == "GET" and PARAMETER.encode() in scope["query_string"]:
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            if self._machine.is_key(dict(pairs).get(PARAMETER)):
                rest = urlencode([pair for pair in pairs if pair[0] != PARAMETER])
                # A path of two slashes would lead to another host.
                path = "/" + scope["path"].lstrip("/")
                answer = RedirectResponse(f"{path}?{rest}" if rest else path, 303)
                secure = scope["scheme"] == "https"
                answer.set_cookie(
                    COOKIE, self._machine.cookie, httponly=True, samesite="strict", path=cookie_path(), secure=secure
                )
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
