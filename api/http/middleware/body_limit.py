"""Limits of the size of request bodies and of their time; uploads have limits of their own."""

import asyncio
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import path_of
from api.core.settings import KIB
from api.http.errors import ProtocolError, problem_response
from pipeline.reasons import Reason


class BodySizeLimit:
    """Answers 413 to a request that is too large, by what it announces or while it arrives, and 408 to a slow one.

    Args:
        app: What comes after.
        limit: In bytes.
        seconds: How long a body may take to arrive.
        uploads: Addresses that have limits of their own; one that ends in a slash stands for all below it.

    """

    def __init__(self, app: ASGIApp, limit: int, seconds: float, uploads: Sequence[str]) -> None:
        self._app, self._limit, self._seconds = app, limit, seconds
        self._uploads = frozenset(uploads)
        self._folders = tuple(address for address in uploads if address.endswith("/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http" or self._is_upload(path_of(scope["path"])):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._limit:
            reason = Reason("body_too_large", {"limit_kib": self._limit // KIB})
            await problem_response(413, reason)(scope, receive, send)
            return
        await self._app(scope, self._counted(receive), send)

    def _is_upload(self, path: str) -> bool:
        return path in self._uploads or path.startswith(self._folders)

    def _counted(self, receive: Receive) -> Receive:
        received, more, end = 0, True, asyncio.get_running_loop().time() + self._seconds

        async def counted() -> Message:
            nonlocal received, more
            try:
                async with asyncio.timeout_at(end if more else None):
                    message = await receive()
            except TimeoutError as error:
                raise ProtocolError(408, "body_too_slow", limit=self._seconds) from error
            more = bool(message.get("more_body", False))
            received += len(message.get("body", b""))
            if received > self._limit:
                raise ProtocolError(413, "body_too_large", limit_kib=self._limit // KIB)
            return message

        return counted
