"""`/api/v1/uploads`: uploads in parts for poor links, by tus 1.0 with most of its extensions."""

import asyncio
import base64
import binascii
import contextlib
import hashlib
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.core.address import API, address_of
from api.core.context import Records
from api.core.settings import Settings
from api.documents.receive import Delivery, Receipt, check_delivery, receive
from api.documents.resumable import Plan, Upload, begin, documents_of_batch, find
from api.http.auth.current import CurrentPerson, guarded
from api.http.dependencies import ReadingsDep, RecordsDep, SettingsDep
from api.http.errors import ProtocolError
from api.http.reading_pool import Readings, opening_budget
from api.http.routes.acknowledge import acknowledgement
from api.people.actor import Actor
from api.people.roles import Permission
from api.schemas.documents import UploadBody
from pipeline.documents import Limits
from pipeline.documents.limits import MIB
from pipeline.errors import ConflictError, TooManyError

router = APIRouter(prefix="/uploads", tags=["documents"])

VERSION = "1.0.0"
PART = "application/offset+octet-stream"
CHECKSUMS = ("sha1", "sha256")
TUS = {"Tus-Resumable": VERSION}

Version = Annotated[str, Header(alias="Tus-Resumable", description="1.0.0")]

Checksum = tuple[str, bytes]
"""Algorithm and hash."""

_ALWAYS = ((412, "resumable_version"), (422, "request_invalid"))
_KNOWN = (*_ALWAYS, (404, "resumable_missing"))


def _found(upload: str, actor: CurrentPerson, settings: SettingsDep, version: Version) -> Upload:
    _check_version(version)
    actor.require(Permission.UPLOAD, actor.scope)
    found = find(_root(settings), actor.id, upload)
    actor.require(Permission.UPLOAD, found.plan.station or actor.scope)
    return found


Found = Annotated[Upload, Depends(_found)]


@router.options("", status_code=204)
async def abilities(settings: SettingsDep) -> Response:
    """Return the versions and extensions of tus, and the largest size."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": "creation,expiration,termination,checksum",
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
        "Tus-Max-Size": str(settings.max_upload_bytes),
    }
    return Response(status_code=204, headers={**TUS, **headers})


@router.post(
    "",
    status_code=201,
    responses={
        **guarded(
            *_ALWAYS,
            (400, "resumable_header"),
            (413, "upload_too_large"),
            (422, "station_invalid"),
            (422, "election_unknown"),
            (429, "resumable_too_many"),
        ),
        201: {"description": "Begun; send the bytes to `Location`."},
    },
    response_class=Response,
)
def create(
    actor: CurrentPerson,
    records: RecordsDep,
    settings: SettingsDep,
    version: Version,
    upload_length: Annotated[int, Header(ge=1)],
    upload_metadata: Annotated[
        str, Header(max_length=4000, description="tus: filename, station, election, key, batch.")
    ] = "",
) -> Response:
    """Begin an upload of one file: an image, a PDF or a ZIP. It waits for its bytes for 24 hours.

    Under a `key` of the sender's own, beginning it again finds it again, with what has arrived in `Upload-Offset`.
    Files of one `batch` that belong to no station yet go to one document where their names say that they are pages of
    one form.
    """
    _check_version(version)
    if upload_length > settings.max_upload_bytes:
        raise ProtocolError(413, "upload_too_large", limit_mib=round(settings.max_upload_bytes / MIB, 1))
    metadata = _metadata(upload_metadata)
    plan = Plan(
        upload_length,
        metadata.get("filename") or "upload",
        metadata.get("station"),
        metadata.get("election"),
        metadata.get("key") or None,
        metadata.get("batch") or None,
    )
    actor.require(Permission.UPLOAD, plan.station or actor.scope)
    check_delivery(records, Delivery(actor.id, plan.station, plan.election))
    upload = begin(_root(settings), actor.id, plan)
    return Response(
        status_code=201, headers={"Location": address_of(f"{API}/uploads/{upload.id}"), **_state(upload, upload.offset)}
    )


@router.head(
    "/{upload}",
    responses={**guarded(*_KNOWN), 200: {"description": "`Upload-Offset` says it."}},
    response_class=Response,
)
async def state(found: Found, actor: CurrentPerson, records: RecordsDep, readings: ReadingsDep) -> Response:
    """Return in `Upload-Offset` how many bytes are on disk. What is complete and was interrupted there is kept now."""
    offset = await run_in_threadpool(lambda: found.offset)
    if offset == found.plan.length and not found.completed:
        # Another request is about it, or was; or there is no place for it now, and whoever sends goes on later.
        with contextlib.suppress(ConflictError, TooManyError):
            await _complete(records, readings, found, actor)
    headers = {**_state(found, offset), "Upload-Length": str(found.plan.length), "Cache-Control": "no-store"}
    return Response(headers=headers)


@router.patch(
    "/{upload}",
    responses={
        **guarded(
            *_KNOWN,
            (400, "resumable_header"),
            (408, "upload_too_slow"),
            (409, "resumable_offset"),
            (409, "resumable_finishing"),
            (413, "upload_too_large"),
            (415, "resumable_header"),
            (423, "resumable_busy"),
            (429, "uploads_at_once"),
            (503, "service_busy"),
            (460, "resumable_changed"),
        ),
        200: {"model": UploadBody, "description": "Complete: kept and read."},
        202: {"model": UploadBody, "description": "Complete: kept; not all of it has been read yet."},
        204: {"description": "Kept; more is to come."},
    },
    openapi_extra={"requestBody": {"content": {PART: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def send(
    request: Request,
    found: Found,
    actor: CurrentPerson,
    records: RecordsDep,
    settings: SettingsDep,
    readings: ReadingsDep,
    upload_offset: Annotated[int, Header(ge=0)],
    upload_checksum: Annotated[str | None, Header(description="sha1 or sha256, a space, the hash in Base64.")] = None,
    wait: Annotated[float | None, Query(ge=0, le=300, description="Seconds to wait for the readings.")] = None,
) -> Response:
    """Add bytes at `Upload-Offset`; the last part is answered like `POST /api/v1/documents`.

    What arrives before a connection breaks stays, unless `Upload-Checksum` was given: then a part counts whole or not.
    An empty part at the end of a complete upload gives the last answer again.
    """
    if (kind := request.headers.get("content-type", "-")).lower() != PART:
        raise ProtocolError(415, "resumable_header", header="Content-Type", seen=kind[:80])
    offset = found.plan.length
    if not (found.completed and upload_offset == offset):
        offset = await _append(request, found, upload_offset, _checksum(upload_checksum), settings)
    headers = _state(found, offset)
    if offset < found.plan.length:
        return Response(status_code=204, headers=headers)
    receipts = found.receipts or await _complete(records, readings, found, actor)
    seconds = settings.wait_seconds if wait is None else wait
    return await acknowledgement(records, receipts, seconds, actor, headers)


@router.delete("/{upload}", status_code=204, responses=guarded(*_KNOWN))
def give_up(found: Found) -> Response:
    """Forget an unfinished upload. What is complete stays where it was kept."""
    found.delete()
    return Response(status_code=204, headers=TUS)


async def _append(request: Request, upload: Upload, offset: int, checksum: Checksum | None, settings: Settings) -> int:
    """Write what arrives; return how many bytes are on disk then."""
    try:
        with upload.writing() as file:
            begun = file.tell()
            if offset != begun:
                raise ConflictError("resumable_offset", offset=begun, seen=offset)
            try:
                async with asyncio.timeout(settings.upload_seconds):
                    await _write(request, file, upload.plan.length, checksum)
            except BaseException:
                if checksum:  # what cannot be checked does not stay
                    file.truncate(begun)
                raise
            return file.tell()
    except TimeoutError as error:
        raise ProtocolError(408, "upload_too_slow", limit=settings.upload_seconds) from error


async def _write(request: Request, file: BinaryIO, length: int, checksum: Checksum | None) -> None:
    """Write a body, up to so many bytes of the whole, and compare its checksum."""
    digest = hashlib.new(checksum[0] if checksum else CHECKSUMS[0], usedforsecurity=False)
    async for chunk in request.stream():
        if file.tell() + len(chunk) > length:
            raise ProtocolError(413, "upload_too_large", limit_mib=round(length / MIB, 1))
        await run_in_threadpool(file.write, chunk)
        digest.update(chunk)
    if checksum and digest.digest() != checksum[1]:
        raise ProtocolError(460, "resumable_changed")


async def _complete(records: Records, readings: Readings, upload: Upload, actor: Actor) -> tuple[Receipt, ...]:
    """Keep a complete upload, once there is a place for it."""
    await readings.uploads.free()
    with readings.place_for(actor):
        return await run_in_threadpool(_keep, records, upload, actor)


def _keep(records: Records, upload: Upload, actor: Actor) -> tuple[Receipt, ...]:
    delivery = Delivery(actor.id, upload.plan.station, upload.plan.election, actor.scope)
    with upload.completing():
        together = documents_of_batch(upload.folder.parent, actor.id, upload.plan)
        file = (upload.plan.name, upload.part.read_bytes())
        receipts = receive(records, [file], delivery, Limits(budget=opening_budget([file])), together=together)
        upload.complete(receipts)
    return tuple(receipts)


def _root(settings: Settings) -> Path:
    return settings.home / "uploads"


def _check_version(version: str) -> None:
    if version != VERSION:
        raise ProtocolError(412, "resumable_version", headers={"Tus-Version": VERSION})


def _state(upload: Upload, offset: int) -> dict[str, str]:
    """Return the headers that say how far an upload is."""
    return {**TUS, "Upload-Offset": str(offset), "Upload-Expires": formatdate(upload.expires, usegmt=True)}


def _metadata(header: str) -> Mapping[str, str]:
    """Return tus's metadata: names, each with a value in Base64."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("utf-8")[:255]
        except (binascii.Error, UnicodeDecodeError) as error:
            raise ProtocolError(400, "resumable_header", header="Upload-Metadata", seen=pair[:80]) from error
    return found


def _checksum(header: str | None) -> Checksum | None:
    if header is None:
        return None
    name, _, value = header.partition(" ")
    try:
        if name not in CHECKSUMS:
            raise ValueError(name)
        return name, base64.b64decode(value, validate=True)
    except ValueError as error:  # no Base64 is one too
        raise ProtocolError(400, "resumable_header", header="Upload-Checksum", seen=header[:80]) from error
