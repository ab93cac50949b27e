"""The log for outsiders: checkpoint, tiles and entries (C2SP tlog-tiles) under `/log`, proofs under `/api/v1/log`.

Tiles and bundles never change and may be kept for ever; a checkpoint is good for a second.
"""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Body, Path
from sqlalchemy import func, select
from starlette.responses import PlainTextResponse, Response

from api.core.address import API, address_of
from api.core.context import Records
from api.core.settings import Settings
from api.db.log_tables import LogPending
from api.documents.signed_count import SignedCounter
from api.http.auth.current import Spectator, guarded
from api.http.dependencies import RecordsDep, SettingsDep, SignedDep
from api.ledger.log import cosigned_note, entries_of, hashes_of, newest_checkpoint, prove_consistency
from api.ledger.notes import parse_key
from api.ledger.sequencer import log_keys
from api.ledger.tiles import WIDTH, bundle, parse_index
from api.ledger.witnesses import cosignatures, take_cosignature, witness_keys
from api.schemas.log import ConsistencyBody, LogBody, WitnessBody
from api.verification.receipts import receipt_of
from pipeline.errors import MissingError

LOG = "/log"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
BRIEFLY = {"Cache-Control": "no-cache"}
LEVELS = 8

router = APIRouter(tags=["log"], prefix="/log", dependencies=[Spectator])
tiles = APIRouter(tags=["log"], prefix=LOG, dependencies=[Spectator], include_in_schema=False)

_MISSING = guarded((404, "log_tile_missing"), (422, "request_invalid"))


@router.get("", responses=guarded())
def show_log(records: RecordsDep, settings: SettingsDep, counter: SignedDep) -> LogBody:
    """Describe the log: name, key, newest checkpoint, and which witness has cosigned what."""
    return log_body(records, settings, counter)


def log_body(records: Records, settings: Settings, counter: SignedCounter) -> LogBody:
    """Return what anyone may know of the log."""
    with records.database.reading() as session:
        last, keys = newest_checkpoint(session), log_keys(session)
        signed = {one.key: one for one in cosignatures(session)}
        waiting = session.scalar(select(func.count()).select_from(LogPending)) or 0
    names = dict.fromkeys((*(str(key) for key in witness_keys(settings.witnesses)), *signed))
    witnesses = [
        WitnessBody(
            name=parse_key(key).name,
            key=key,
            size=signed[key].size if key in signed else None,
            at=signed[key].at if key in signed else None,
        )
        for key in names
    ]
    decisions = counter.now()
    return LogBody(
        origin=keys[-1].name if keys else None,
        key=str(keys[-1]) if keys else None,
        size=last.size if last else 0,
        root=last.root if last else None,
        at=last.at if last else None,
        waiting=waiting,
        witnesses=witnesses,
        signatures_required=decisions.required,
        decisions_signed=decisions.signed,
        decisions_unsigned=decisions.unsigned,
        links={
            "checkpoint": address_of(f"{LOG}/checkpoint"),
            "tiles": address_of(f"{LOG}/tile"),
            "proofs": address_of(f"{API}/log/proofs"),
        },
    )


@router.get(
    "/proofs/{event}",
    response_class=PlainTextResponse,
    responses=guarded((404, "log_event_missing"), (409, "log_event_waits"), (422, "request_invalid")),
)
def show_proof(event: Annotated[int, Path(ge=0, lt=2**53)], records: RecordsDep) -> Response:
    """Give a receipt that can be kept and checked offline: the entry, its path, and the signed checkpoint."""
    with records.database.reading() as session:
        proof = receipt_of(session, event)
    return PlainTextResponse(str(proof), headers=BRIEFLY)


@router.get("/consistency/{old}/{new}", responses=_MISSING)
def show_consistency(
    old: Annotated[int, Path(ge=1, lt=2**53)], new: Annotated[int, Path(ge=1, lt=2**53)], records: RecordsDep
) -> ConsistencyBody:
    """Prove that the tree of `old` leaves is the beginning of that of `new`."""
    with records.database.reading() as session:
        last = newest_checkpoint(session)
        if last is None or not old <= new <= last.size:
            raise MissingError("log_tile_missing", seen=f"{old} {new}")
        hashes = prove_consistency(session, old, new)
    return ConsistencyBody(old=old, new=new, hashes=[b64encode(one).decode() for one in hashes])


@router.post(
    "/cosignatures/{size}",
    status_code=204,
    responses=guarded((422, "cosignature_refused"), (422, "request_invalid")),
)
def add_cosignature(
    size: Annotated[int, Path(ge=1, lt=2**53)],
    line: Annotated[str, Body(embed=True, max_length=1000)],
    records: RecordsDep,
    settings: SettingsDep,
) -> None:
    """Take a witness' line of signature (C2SP tlog-cosignature); who signed it says the signature alone."""
    known = witness_keys(settings.witnesses)
    with records.database.writing() as session:
        take_cosignature(session, size, line, known)


@tiles.get("/checkpoint")
def checkpoint(records: RecordsDep) -> Response:
    """Give the newest checkpoint, with the signatures that it has so far."""
    with records.database.reading() as session:
        last = newest_checkpoint(session)
        if last is None:
            raise MissingError("log_tile_missing", seen="checkpoint")
        return PlainTextResponse(str(cosigned_note(session, last)), headers=BRIEFLY)


@tiles.get("/tile/entries/{path:path}")
def entries(path: str, records: RecordsDep) -> Response:
    """Give a bundle of entries."""
    index, width = _place(path)
    with records.database.reading() as session:
        found = entries_of(session, index * WIDTH, width)
    if len(found) < width:
        raise MissingError("log_tile_missing", seen=path[:80])
    return Response(bundle(found), media_type="application/octet-stream", headers=FOR_EVER)


@tiles.get("/tile/{level}/{path:path}")
def tile(level: Annotated[int, Path(ge=0, lt=LEVELS)], path: str, records: RecordsDep) -> Response:
    """Give a tile of hashes."""
    index, width = _place(path)
    with records.database.reading() as session:
        found = hashes_of(session, level, index * WIDTH, width)
    if len(found) < width:
        raise MissingError("log_tile_missing", seen=path[:80])
    return Response(b"".join(found), media_type="application/octet-stream", headers=FOR_EVER)


def _place(path: str) -> tuple[int, int]:
    place = parse_index(path)
    if place is None or place[0] >= 2**40:
        raise MissingError("log_tile_missing", seen=path[:80])
    return place
