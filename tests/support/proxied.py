"""A proxy in front of the service that gives it a path of its host, as nginx, Caddy and Traefik do."""

from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

BASE = "/pemilu/chasil"
NOT_OURS = "Here is the neighbour."


class Proxy:
    """Passes on what lies beneath a path; everything else on its host is another program's.

    Args:
        app: The service.
        keeps: Whether it leaves the path in what it passes on; else it takes it off.

    """

    def __init__(self, app: ASGIApp, *, keeps: bool) -> None:
        self._app, self._keeps = app, keeps
        self.state: Any = getattr(app, "state", None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif not scope["path"].startswith(f"{BASE}/"):
            await PlainTextResponse(NOT_OURS, 404)(scope, receive, send)
        else:
            path = scope["path"] if self._keeps else scope["path"].removeprefix(BASE)
            await self._app({**scope, "path": path, "raw_path": path.encode()}, receive, send)
