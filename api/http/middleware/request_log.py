"""A log line and the metrics of every request, without personal data.

Neither holds anything about people but a hash of their id: no names, no addresses, no file names, no queries. A request
is known by the template of its route, such as `/api/v1/documents/{document}`, never by the address that was asked.
"""

import hashlib
import re
import sys
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, TextIO
from uuid import uuid4

import structlog
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.address import path_of
from api.http.methods import METHODS
from api.http.metrics import Metrics
from api.people.actor import Actor

REQUEST_ID = "X-Request-ID"
UNKNOWN = "unknown"
"""The template of what no route takes."""

_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLog:
    """Gives every request an id, counts it and writes one line about it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, stream: TextIO | None = None) -> None:
        self._app, self._metrics = app, metrics
        self._log = request_log(stream)
        self._templates: Mapping[Any, str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, started, status = _request_id(scope), perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._note(scope, request_id, status, perf_counter() - started)

    def _note(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        route = self._template(scope)
        self._metrics.answered(scope["method"], route, status, seconds)
        self._log.info(
            "request",
            request=request_id,
            method=scope["method"] if scope["method"] in METHODS else "other",
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
            person=person_hash(scope.get("state", {}).get("actor")),
        )

    def _template(self, scope: Scope) -> str:
        if path_of(scope["path"]).startswith("/static/"):
            return "/static"
        if self._templates is None and "app" in scope:
            contexts = iter_route_contexts(scope["app"].routes)
            self._templates = {item.endpoint: item.path or UNKNOWN for item in contexts if item.endpoint}
        return (self._templates or {}).get(scope.get("endpoint"), UNKNOWN)


def person_hash(actor: Actor | None) -> str | None:
    """Return what the log calls a person."""
    return None if actor is None else hashlib.sha256(actor.id.encode()).hexdigest()[:12]


def request_log(stream: TextIO | None = None) -> Any:
    """Return a log of JSON lines."""
    processors: list[Callable[..., Any]] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(sort_keys=True),
    ]
    return structlog.wrap_logger(_Lines(stream), processors=processors)


class _Lines:
    """Writes whole lines to a stream, by default to what standard error is at the moment."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def info(self, line: str) -> None:
        """Write a line at once, so that those of several threads do not mix."""
        stream = self._stream or sys.stderr
        stream.write(line + "\n")
        stream.flush()


def _request_id(scope: Scope) -> str:
    """Return the id that a proxy in front gave, if it looks like one, or a new one."""
    given = Headers(scope=scope).get(REQUEST_ID.lower(), "")
    return given if _GIVEN_ID.fullmatch(given) else uuid4().hex
