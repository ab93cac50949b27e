"""The answer to an upload: receipts, documents and readings, as far as they are there."""

import asyncio
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.core.context import Records
from api.db.tables import Document
from api.desk.blindness import is_closed
from api.documents.receive import Receipt
from api.documents.views import document_body, lines, receipt_body
from api.people.actor import Actor
from api.schemas.documents import UploadBody

LOOK_AGAIN_SECONDS = 0.15
"""How often a waiting upload looks whether its pages have been read."""


async def acknowledgement(
    records: Records,
    receipts: Sequence[Receipt],
    seconds: float,
    actor: Actor,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return 200 once all has been read, or 202 after so many seconds."""
    done = await _read(records, receipts, seconds)
    body = await run_in_threadpool(_upload_body, records, receipts, actor)
    return JSONResponse(body.model_dump(mode="json", exclude_none=False), 200 if done else 202, headers)


async def _read(records: Records, receipts: Sequence[Receipt], seconds: float) -> bool:
    """Wait until every document of an upload has been read; tell whether it has."""
    wanted = {receipt.document for receipt in receipts if receipt.document}
    left = seconds
    while not await run_in_threadpool(_settled, records, wanted):
        if left <= 0:
            return False
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        left -= LOOK_AGAIN_SECONDS
    return True


def _settled(records: Records, wanted: set[str]) -> bool:
    with records.database.reading() as session:
        states = session.scalars(select(Document.state).where(Document.id.in_(wanted)))
        return "waiting" not in set(states)


def _upload_body(records: Records, receipts: Sequence[Receipt], actor: Actor) -> UploadBody:
    """Return receipts, documents and readings; a document that was joined to another stands for it.

    One that the sender reads blind, or may be asked to, is named by its receipt alone.
    """
    with records.database.reading() as session:
        found: dict[str, Document] = {}
        for receipt in receipts:
            row = session.get(Document, receipt.document) if receipt.document else None
            while row is not None and row.moved_to is not None:
                row = session.get(Document, row.moved_to)
            if row is not None and not is_closed(session, actor, row.id):
                found.setdefault(row.id, row)
        return UploadBody(
            receipts=[receipt_body(receipt) for receipt in receipts],
            documents=[document_body(session, records, row) for row in found.values()],
            readings=[line for row in found.values() for line in lines(session, records, row)],
        )
