"""Receive uploads into memory, within limits that are checked before and while the bytes arrive."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from math import inf
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.core.settings import KIB, Settings
from api.http.errors import ProtocolError
from pipeline.documents.limits import MIB
from pipeline.errors import UsageError

FIELD = "files"
MAX_OTHER_FIELDS = 20
MOST_FORM_FILES = 2

UPLOAD_FAULTS = (
    (400, "upload_broken"),
    (408, "upload_too_slow"),
    (408, "upload_stalled"),
    (413, "upload_too_large"),
    (413, "upload_too_many_files"),
    (415, "upload_not_multipart"),
    (422, "upload_missing"),
)
"""Status and code of what `receive_uploads` raises, as the API's description lists them."""

Upload = tuple[str, bytes]
"""The name that the sender gave, and the bytes."""


def multipart(files: str) -> dict[str, Any]:
    """Return how the API's description tells of a request that `receive_uploads` takes.

    Args:
        files: What is said of the files.

    """
    items = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}, "description": files}
    schema = {"type": "object", "required": [FIELD], "properties": {FIELD: items}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


async def receive_uploads(request: Request, settings: Settings) -> list[Upload]:
    """Return the files of a multipart request, in the order in which they were sent.

    Raises:
        ProtocolError: 400 `upload_broken`, 408 `upload_too_slow` or `upload_stalled`, 413 `upload_too_large` or
            `upload_too_many_files`, 415 `upload_not_multipart`.
        UsageError: `upload_missing`.

    """
    _check_headers(request.headers, settings)
    body = paced(_limited(request, settings.max_upload_bytes), settings)
    parser = _Parser(request.headers, body, settings.max_files)
    try:
        async with asyncio.timeout(settings.upload_seconds):
            form = await parser.parse()
    except MultiPartException as error:
        raise ProtocolError(400, "upload_broken", problem=error.message) from error
    except TimeoutError as error:
        raise ProtocolError(408, "upload_too_slow", limit=settings.upload_seconds) from error
    try:
        # A browser sends a nameless empty file where none was chosen.
        files = [item for item in form.getlist(FIELD) if isinstance(item, UploadFile) and (item.filename or item.size)]
        if not files:
            raise UsageError("upload_missing")
        return [(file.filename or "upload", await file.read()) for file in files]
    finally:
        await form.close()


async def receive_form(request: Request, settings: Settings) -> FormData:
    """Return the fields and the files of a multipart request; what is large lies on disk meanwhile.

    Raises:
        ProtocolError: As `receive_uploads`.

    """
    _check_headers(request.headers, settings)
    body = paced(_limited(request, settings.max_upload_bytes), settings)
    parser = MultiPartParser(request.headers, body, max_files=MOST_FORM_FILES, max_fields=MAX_OTHER_FIELDS)
    try:
        async with asyncio.timeout(settings.upload_seconds):
            return await parser.parse()
    except MultiPartException as error:
        raise ProtocolError(400, "upload_broken", problem=error.message) from error
    except TimeoutError as error:
        raise ProtocolError(408, "upload_too_slow", limit=settings.upload_seconds) from error


class _Parser(MultiPartParser):
    """The parser of the framework, keeping files in memory and saying what is too much."""

    spool_max_size = 0
    """No size at which a file would be moved to disk."""

    def __init__(self, headers: Headers, stream: AsyncGenerator[bytes, None], limit: int) -> None:
        super().__init__(headers, stream, max_files=limit + 1, max_fields=MAX_OTHER_FIELDS)
        self._limit = limit

    def on_headers_finished(self) -> None:
        """Begin one part."""
        super().on_headers_finished()
        if self._current_files > self._limit:
            raise ProtocolError(413, "upload_too_many_files", limit=self._limit)


def _check_headers(headers: Headers, settings: Settings) -> None:
    """Refuse by what the headers announce, before a byte of the body is read."""
    kind = headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise ProtocolError(415, "upload_not_multipart", seen=kind or "without Content-Type")
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > settings.max_upload_bytes:
        raise _too_large(settings.max_upload_bytes)


async def _limited(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """Pass the body on, no more than `limit` bytes of it."""
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit:
            raise _too_large(limit)
        yield chunk


async def paced(body: AsyncGenerator[bytes, None], settings: Settings) -> AsyncGenerator[bytes, None]:
    """Pass a body on that comes in fast enough.

    A place is held for as long as bytes come: not by who opens a connection and sends next to nothing.

    Raises:
        ProtocolError: 408 `upload_stalled`.

    """
    begun, received = asyncio.get_running_loop().time(), 0
    async with aclosing(body):
        while True:
            due = received / settings.upload_rate if settings.upload_rate else inf
            try:
                async with asyncio.timeout_at(begun + settings.upload_grace + due):
                    chunk = await anext(body, None)
            except TimeoutError as error:
                rate = round(settings.upload_rate / KIB, 1)
                raise ProtocolError(408, "upload_stalled", rate_kib=rate, seconds=settings.upload_grace) from error
            if chunk is None:
                return
            received += len(chunk)
            yield chunk


def _too_large(limit: int) -> ProtocolError:
    return ProtocolError(413, "upload_too_large", limit_mib=round(limit / MIB, 1))
