"""`/api/v1/progress`: how far the work is; `/api/v1/retry`: what failed is read again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from api.documents.progress import Counted
from api.documents.retry import failed_pages, read_again
from api.http.auth.current import AuthenticatorDep, CurrentPerson, Standing, guarded, standing
from api.http.dependencies import CountedDep, RecordsDep
from api.people.roles import Permission
from api.schemas.documents import ProgressBody, RetryBody

router = APIRouter(tags=["work"])

_REFUSED = guarded()
EVERY_SECONDS = 1.0


@router.get("/progress", responses=_REFUSED)
def show(actor: CurrentPerson, counted: CountedDep) -> ProgressBody:
    """Return how many pages and documents are in which state, and how long the oldest page has waited.

    Where counting takes long, the answer may be as old as twenty such counts take.
    """
    actor.require(Permission.READ_DOCUMENTS, actor.scope)
    return counted.now()


@router.get(
    "/progress/events",
    response_class=Response,
    responses={**_REFUSED, 200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."}},
)
async def follow(
    actor: CurrentPerson,
    people: AuthenticatorDep,
    counted: CountedDep,
    once: Annotated[bool, Query(description="Send one event and end.")] = False,
) -> Response:
    """Send an event `progress` every second in which something has changed, for as long as you may see it."""
    actor.require(Permission.READ_DOCUMENTS, actor.scope)
    still = standing(people, actor, Permission.READ_DOCUMENTS, actor.scope)
    return StreamingResponse(_events(counted, still, once=once), media_type="text/event-stream")


@router.post("/retry", responses=_REFUSED)
def retry(
    actor: CurrentPerson,
    records: RecordsDep,
    code: Annotated[str | None, Query(max_length=64, description="Only pages that failed with this code.")] = None,
) -> RetryBody:
    """Let pages that were rejected or set aside be read again."""
    actor.require(Permission.MANAGE_SYSTEM, None)
    return RetryBody(pages=read_again(records, failed_pages(records, code), actor.id))


async def _events(counted: Counted, still: Standing, *, once: bool) -> AsyncIterator[str]:
    seen = ""
    while await run_in_threadpool(still):
        body = await run_in_threadpool(counted.now)
        counts = body.model_dump_json(exclude={"oldest_waiting_seconds"})
        if counts != seen:
            seen = counts
            yield f"event: progress\ndata: {body.model_dump_json()}\n\n"
        if once:
            return
        await asyncio.sleep(EVERY_SECONDS)
