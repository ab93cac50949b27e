"""`/api/v1/readings`: read files and store nothing: for practice, and for programs that keep their own records."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from api.core.language import Language
from api.core.settings import Settings
from api.http.auth.current import guarded
from api.http.dependencies import FormDep, Practising, ReadingsDep
from api.http.errors import problem_body
from api.http.multipart import UPLOAD_FAULTS, multipart, receive_uploads
from api.http.reading_pool import Wanted, opening_budget
from pipeline.documents import Source
from pipeline.documents.budget import Budget
from pipeline.errors import ChasilError
from pipeline.reading import DocumentReading, Outcome, PageReading
from pipeline.reasons import Reason

NDJSON = "application/x-ndjson"

_log = logging.getLogger(__name__)

router = APIRouter(prefix="/readings", tags=["readings"])

_REQUEST = multipart("Images, PDFs, ZIPs. Names alike up to `-p1`, `-p2` make one document.")

GONE_SECONDS = 0.5
"""How often it is looked whether somebody still waits for the readings."""

_ANSWERS = guarded(
    *UPLOAD_FAULTS,
    (422, "form_unknown"),
    (422, "reading_too_long"),
    (422, "request_invalid"),
    (429, "uploads_at_once"),
    (500, "service_failed"),
    (503, "service_busy"),
)


def _readings_answer() -> dict[str, Any]:
    """Describe the 200 of an upload: one JSON object, or the same lines as they come."""
    source = Source("tps-7.jpg", sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    damaged = PageReading("tps-7", source, Outcome.REJECTED, reasons=(Reason("file_truncated", {"path": source.name}),))
    whole = DocumentReading("tps-7", None, (damaged,), (), {}, (), Outcome.REJECTED, (Reason("no_page_read"),))
    page, document = damaged.to_json(), whole.to_json()
    lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in (page, document))
    return {
        "description": "The readings: the pages of a document, then the document, as `chasil read --json` writes them.",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ReadingsBody"},
                "example": {"readings": [page, document]},
            },
            NDJSON: {
                "schema": {
                    "type": "string",
                    "description": "One JSON object a line, each a PageLine or a DocumentLine. Should the program fail "
                    "on the way, the last line is a Problem.",
                },
                "example": lines,
            },
        },
    }


@router.post(
    "",
    response_class=Response,
    openapi_extra=_REQUEST,
    responses={**_ANSWERS, 200: _readings_answer()},
)
async def read_only(
    request: Request,
    actor: Practising,
    readings: ReadingsDep,
    form: FormDep,
    overlay: Annotated[bool, Query(description="Add a picture of what was read where to every page.")] = False,
    lang: Annotated[Language, Query(description="Language of the words in that picture.")] = Language.INDONESIAN,
    explain: Annotated[bool, Query(description="Add what could be misread, and the sums that do not add up.")] = False,
) -> Response:
    """Read images, PDFs and ZIPs into numbers.

    A file that cannot be read is no error: it comes back as a page with the outcome `rejected` and a reason. With
    `Accept: application/x-ndjson` lines come as soon as a document has been read. Nothing is stored. Visitors without a
    login may do so where the service says it (`CHASIL_PRACTICE=public`), with less at a time. What nobody waits for any
    more is not read.
    """
    settings = readings.settings
    seconds = settings.practice_seconds if actor is None else None
    wanted = Wanted(form, lang if overlay else None, explain, seconds)
    uploads = await receive_uploads(request, settings if actor is not None else for_strangers(settings))
    budget = opening_budget(uploads)
    documents = _while_awaited(request, readings.read(uploads, wanted, budget, stranger=actor is None), budget)
    if NDJSON in request.headers.get("accept", "").lower():
        # Proxies must pass lines on as they come.
        return StreamingResponse(_stream(documents), media_type=NDJSON, headers={"X-Accel-Buffering": "no"})
    return Response(await _collect(documents), media_type="application/json")


def for_strangers(settings: Settings) -> Settings:
    """Return what holds for a request of a visitor without a login."""
    return settings.model_copy(
        update={
            "max_upload_bytes": min(settings.max_upload_bytes, settings.practice_bytes),
            "upload_seconds": min(settings.upload_seconds, settings.practice_seconds),
        }
    )


async def _while_awaited(
    request: Request, documents: AsyncGenerator[list[str], None], budget: Budget
) -> AsyncGenerator[list[str], None]:
    """Pass readings on while somebody waits for them; what runs when nobody does any more is ended."""
    watch = asyncio.create_task(_cancel_when_gone(request, budget))
    try:
        async with aclosing(documents):
            async for lines in documents:
                yield lines
                if watch.done():
                    raise ClientDisconnect
    finally:
        watch.cancel()


async def _cancel_when_gone(request: Request, budget: Budget) -> None:
    while not await request.is_disconnected():
        await asyncio.sleep(GONE_SECONDS)
    budget.cancel()


async def _stream(documents: AsyncGenerator[list[str], None]) -> AsyncIterator[str]:
    """Yield lines; the status is sent long before a failure, so a failure can only be told in a line."""
    async with aclosing(documents):
        try:
            async for lines in documents:
                yield "".join(f"{line}\n" for line in lines)
        except ClientDisconnect:
            return
        except ChasilError as error:
            yield json.dumps(problem_body(error.status, error.reason), ensure_ascii=False) + "\n"
        except Exception:
            _log.exception("reading failed on the way")
            yield json.dumps(problem_body(500, Reason("service_failed")), ensure_ascii=False) + "\n"


async def _collect(documents: AsyncGenerator[list[str], None]) -> str:
    """Return all readings as one object."""
    collected: list[str] = []
    async with aclosing(documents):
        async for lines in documents:
            collected += lines
    return f'{{"readings":[{",".join(collected)}]}}'
