"""Errors of the HTTP face as `application/problem+json` (RFC 9457), each with a stable code in two languages."""

import errno
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from obstore.exceptions import BaseError as StoreError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.methods import METHODS
from pipeline.errors import ChasilError, LoginError
from pipeline.reasons import Reason
from pipeline.texts import messages

MEDIA_TYPE = "application/problem+json"
URN = "urn:chasil:problem:"
UNAVAILABLE_SECONDS = 5
"""When to come back after the database or the store of originals did not do its part."""

_OF_THE_MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM}
    | {errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)
"""Errors of files that a change of the machine mends: space, quota, disk, rights, open files, memory."""

_log = logging.getLogger(__name__)


class Fault(BaseModel):
    """One part of a request that is not as it should be."""

    where: str = Field(examples=["query.overlay"])
    message: str


class ProblemBody(BaseModel):
    """An error. Programs match on `code`, people read `detail` or its translation."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="The code as a URN.")
    title: str = Field(description="What kind of answer this is.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What was wrong and what to do, in English.")
    code: str = Field(description="Stable; a key of `data/messages.yaml`.")
    translations: dict[str, str] = Field(description="`detail` in other languages, by language.")
    errors: list[Fault] | None = Field(default=None, description="Every fault of an invalid request.")


class ProtocolError(ChasilError, HTTPException):
    """The HTTP request itself is at fault: a header, a body, an address.

    An `HTTPException` too, for while it reads a body the framework turns every other exception into a 400 of its own.

    Args:
        status: The HTTP status.
        code: A key of `data/messages.yaml`.
        headers: Further headers of the answer.
        **values: What the text quotes.

    """

    def __init__(self, status: int, code: str, *, headers: Mapping[str, str] | None = None, **values: Any) -> None:
        HTTPException.__init__(self, status, code, headers)
        self.reason = Reason(code, values)
        self.status = status


def problem_body(status: int, reason: Reason, **extensions: Any) -> dict[str, Any]:
    """Return the members of a problem."""
    return {
        "type": URN + reason.code,
        "title": _phrase(status),
        "status": status,
        "detail": reason.text("en"),
        "code": reason.code,
        "translations": {"id": reason.text("id")},
        **extensions,
    }


def problem_response(
    status: int, reason: Reason, headers: Mapping[str, str] | None = None, **extensions: Any
) -> Response:
    """Return a problem as a response."""
    content = json.dumps(problem_body(status, reason, **extensions), ensure_ascii=False)
    return Response(content, status, headers, MEDIA_TYPE)


def documented(*problems: tuple[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route: for each status the codes that it may carry, with their texts as examples."""
    answers: dict[int | str, dict[str, Any]] = {}
    for status, code in problems:
        answer = answers.setdefault(status, {"description": _phrase(status), "content": {}})
        content = answer["content"].setdefault(
            MEDIA_TYPE, {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        )
        content["examples"][code] = {"summary": code, "value": _example(status, code)}
    return answers


def handle_problems(app: FastAPI) -> None:
    """Turn every error that routes raise into a problem."""
    app.add_exception_handler(ChasilError, _of_chasil)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(DataError, _of_data)
    app.add_exception_handler(OverflowError, _of_data)
    app.add_exception_handler(StatementError, _of_statement)
    for database in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(database, _of_database)
    for store in (StoreError, OSError):
        app.add_exception_handler(store, _of_store)


class Failures:
    """Answers 500 as a problem where the program itself fails; it must lie inside what adds the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            return  # nobody is there to be answered
        except Exception:
            if scope["type"] != "http" or started:
                raise
            _log.exception("%s failed", known_as(scope))
            await problem_response(500, Reason("service_failed"))(scope, receive, send)


def known_as(scope: Scope) -> str:
    """Return what the log calls a request: method and template of its route, nothing that a sender has written."""
    route = getattr(scope.get("route"), "path_format", None) or getattr(scope.get("route"), "path", None)
    method = scope.get("method", "")
    return f"{method if method in METHODS else 'other'} {route if isinstance(route, str) else 'unknown'}"


def _phrase(status: int) -> str:
    """Return what kind of answer a status is; 460 belongs to tus."""
    return "Checksum Mismatch" if status == 460 else HTTPStatus(status).phrase


def _example(status: int, code: str) -> dict[str, Any]:
    """Return a problem with its places unfilled, as the documentation shows it."""
    texts = messages()[code]
    return {
        "type": URN + code,
        "title": _phrase(status),
        "status": status,
        "detail": texts["en"].unfilled,
        "code": code,
        "translations": {"id": texts["id"].unfilled},
    }


def headers_of(error: ChasilError) -> Mapping[str, str] | None:
    """Return the headers that belong to an error: how to log in, or when to come back."""
    if isinstance(error, ProtocolError):
        return error.headers
    if isinstance(error, LoginError):
        return {"WWW-Authenticate": 'Bearer realm="chasil"'}
    seconds = error.reason.values.get("seconds")
    return None if seconds is None else {"Retry-After": str(seconds)}


async def _of_chasil(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChasilError)
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", known_as(request.scope), error.code, exc_info=error)
    return problem_response(error.status, error.reason, headers_of(error))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_response(error.status_code, _reason(request, error), error.headers)


def _reason(request: Request, error: HTTPException) -> Reason:
    """Return the reason for what the framework refuses."""
    path = request.url.path
    if error.status_code == HTTPStatus.NOT_FOUND:
        return Reason("not_found", {"path": path})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = (error.headers or {}).get("Allow", "GET")
        return Reason("method_not_allowed", {"path": path, "method": request.method, "allowed": allowed})
    return Reason("request_refused", {"why": error.detail})


async def _of_database(request: Request, error: Exception) -> Response:
    return _unavailable(request, error, "database_unavailable")


async def _of_data(request: Request, error: Exception) -> Response:
    """Answer that a value of the request is none that the database can hold: the last net, for what no type refused."""
    _log.warning("%s: the database cannot hold a value (%s)", known_as(request.scope), type(error).__name__)
    return problem_response(422, Reason("request_invalid", {"faults": "a value that cannot be kept"}))


async def _of_statement(request: Request, error: Exception) -> Response:
    """Answer for a value that a column could not even pass on, such as a moment before the year 1 in UTC."""
    assert isinstance(error, StatementError)
    if not isinstance(error.orig, OverflowError):
        raise error  # a defect of the program
    return await _of_data(request, error)


async def _of_store(request: Request, error: Exception) -> Response:
    if isinstance(error, OSError) and error.errno not in _OF_THE_MACHINE:
        raise error  # a defect of the program
    return _unavailable(request, error, "storage_unavailable")


def _unavailable(request: Request, error: Exception, code: str) -> Response:
    """Answer that the machine cannot do its part now; what it said stays in the log."""
    _log.warning("%s: %s: %s", known_as(request.scope), code, type(error).__name__)
    headers = {"Retry-After": str(UNAVAILABLE_SECONDS)}
    return problem_response(503, Reason(code, {"seconds": UNAVAILABLE_SECONDS}), headers)


async def _of_validation(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [{"where": ".".join(map(str, fault["loc"])), "message": fault["msg"]} for fault in error.errors()]
    text = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults)
    return problem_response(422, Reason("request_invalid", {"faults": text}), errors=faults)
