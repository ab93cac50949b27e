"""HEAD on what everyone may look at: the head of the same GET, which monitors and link previews ask for."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import API

OPEN = ("/results", "/practice", "/login", f"{API}/elections", f"{API}/regions", f"{API}/tallies")
"""Addresses, each with all below it; "/" stands for itself."""


class HeadOfGet:
    """Answers HEAD as GET, and keeps the body back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or not _is_open(scope["path"]):
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self._app({**scope, "method": "GET"}, receive, send_head)


def _is_open(path: str) -> bool:
    return path == "/" or any(path == one or path.startswith(f"{one}/") for one in OPEN)
