"""What texts of requests may hold: no control characters, no half characters, no numbers that no column holds.

PostgreSQL takes no NUL; line feeds in an address forge lines of the log; a number of a hundred digits fits nowhere. All
of it is refused in one place, for every route: in the address by a middleware, in bodies of JSON and forms by a
dependency that each router has. Comments may have several lines.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, unquote_plus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.errors import problem_response
from pipeline.reasons import Reason

LARGEST = 2**53
"""Whole numbers up to here are exact in JSON; no column of ours holds a larger one."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROLS_OF_TEXTS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"


class PlainAddresses:
    """Answers 422 to an address with control characters, in its path or its query."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 422."""
        if scope["type"] == "http":
            query = scope.get("query_string", b"").decode("latin-1")
            for where, text in (("path", scope["path"]), ("query", unquote_plus(query)), ("query", unquote(query))):
                if _CONTROLS.search(text):
                    faults = f"{where}: a control character"
                    await problem_response(422, Reason("request_invalid", {"faults": faults}))(scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def plain_body(request: Request) -> None:
    """Refuse a body of JSON, or a form, in which a text or a number can be nowhere kept.

    Raises:
        RequestValidationError: Answered as 422 `request_invalid`.

    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _FORM:
        body: Any = {name: value for name, value in (await request.form()).multi_items() if isinstance(value, str)}
    elif kind == _JSON or kind.endswith("+json"):
        try:
            body = await request.json()
        except (ValueError, RecursionError):
            return  # what is no JSON is refused where it is read
    else:
        return
    faults = [{"loc": ("body", *place), "msg": message, "type": "value_error"} for place, message in _faults(body, ())]
    if faults:
        raise RequestValidationError(faults)


def _faults(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str) and _CONTROLS_OF_TEXTS.search(value):
        yield place, "a control character"
    elif isinstance(value, int) and abs(value) > LARGEST:
        yield place, f"a number beyond {LARGEST}"
    elif isinstance(value, float) and not abs(value) < float("inf"):
        yield place, "no number"
    elif isinstance(value, dict):
        for name, inner in value.items():
            shown = name if not _CONTROLS.search(name) else repr(name)
            if shown != name:
                yield (*place, shown), "a control character in a name"
            yield from _faults(inner, (*place, shown))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _faults(inner, (*place, index))
