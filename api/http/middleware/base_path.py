"""The service beneath a path of another site, which a proxy in front leaves in what it passes on, or takes off."""

from collections.abc import Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.core.address import beneath
from pipeline.errors import UsageError


class BasePath:
    """Tells the application in ASGI's `root_path`, and all that makes addresses, what they begin with.

    Must lie outside of whatever makes an address.

    Args:
        app: What comes after.
        base: The path; empty where the service has a host's root.

    """

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app, self._base = app, base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or not self._base:
            await self._app(scope, receive, send)
            return
        kept = f"{scope['path']}/".startswith(f"{self._base}/")
        path = scope["path"] if kept else self._base + scope["path"]
        with beneath(self._base):
            await self._app({**scope, "root_path": self._base, "path": path}, receive, send)


def refuse_own(base: str, routes: Sequence[BaseRoute]) -> None:
    """Refuse a base path that begins like an address of the service: nobody could tell whether a proxy took it off.

    Raises:
        UsageError: `setting_invalid`.

    """
    first = base.split("/")[1] if base else ""
    if first and first in {str(route.path).split("/")[1] for route in iter_route_contexts(routes)}:
        raise UsageError("setting_invalid", faults=f"CHASIL_BASE_PATH: /{first} is an address of the service itself")
