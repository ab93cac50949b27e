"""The answer to an upload: receipts, documents and readings, as far as they are there."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.core.context import Records
from api.db.states import DocumentState
from api.db.tables import Document
from api.desk.blindness import is_closed
from api.documents.receive import Receipt
from api.documents.views import document_body, lines, receipt_body
from api.http.auth.seen import sees_document
from api.people.actor import Actor
from api.schemas.documents import UploadBody
from api.verification.receipts import claim_event
from pipeline.reasons import Reason

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
    done = await _read(records, actor, receipts, seconds)
    body = await run_in_threadpool(_upload_body, records, actor, receipts)
    return JSONResponse(body.model_dump(mode="json", exclude_none=False), 200 if done else 202, headers)


async def _read(records: Records, actor: Actor, receipts: Sequence[Receipt], seconds: float) -> bool:
    """Wait until every document of an upload that the person may see has been read; tell whether it has."""
    left = seconds
    while not await run_in_threadpool(_settled, records, actor, receipts):
        if left <= 0:
            return False
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        left -= LOOK_AGAIN_SECONDS
    return True


def _settled(records: Records, actor: Actor, receipts: Sequence[Receipt]) -> bool:
    with records.database.reading() as session:
        found = _documents(session, receipts)
        return all(row is None or row.state != DocumentState.WAITING or not sees_document(actor, row) for row in found)


def _upload_body(records: Records, actor: Actor, receipts: Sequence[Receipt]) -> UploadBody:
    """Return receipts, documents and readings; a document that was joined to another stands for it.

    The bytes of a file may be known from elsewhere. Of a document that the person may not see, nothing is told;
    one that the sender reads blind, or may be asked to, is named by its receipt alone.
    """
    with records.database.reading() as session:
        rows = _documents(session, receipts)
        seen = [row if row is not None and sees_document(actor, row) else None for row in rows]
        found = {row.id: row for row in seen if row is not None and not is_closed(session, actor, row.id)}
        return UploadBody(
            receipts=[
                receipt_body(_visible(receipt, row), claim_event(session, receipt.sha256) if receipt.sha256 else None)
                for receipt, row in zip(receipts, seen, strict=True)
            ],
            documents=[document_body(session, records, row, actor.id) for row in found.values()],
            readings=[line for row in found.values() for line in lines(session, records, row, actor.id)],
        )


def _documents(session: Session, receipts: Sequence[Receipt]) -> list[Document | None]:
    """Return for each receipt its document, or the one that it was joined to; None where it has none."""
    named = {receipt.document for receipt in receipts if receipt.document}
    known = {row.id: row for row in session.scalars(select(Document).where(Document.id.in_(named)))}
    return [_joined(session, known.get(receipt.document or "")) for receipt in receipts]


def _joined(session: Session, row: Document | None) -> Document | None:
    while row is not None and row.moved_to is not None:
        row = session.get(Document, row.moved_to)
    return row


def _visible(receipt: Receipt, row: Document | None) -> Receipt:
    """Return a receipt as its uploader may read it."""
    if receipt.document is None:
        return receipt
    if row is not None:
        filed = (Reason("known_at", {"station": row.station}),) if receipt.outcome == "conflict" and row.station else ()
        return replace(receipt, reasons=(*receipt.reasons, *filed))
    missing = () if receipt.outcome == "conflict" else (Reason("station_needed"),)
    return replace(receipt, document=None, station=None, pages=(), reasons=(*receipt.reasons, *missing))
