"""`/api/v1/exports`: numbers and sums in bulk, streamed."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from api.desk.blindness import reads_blind, require_region
from api.http.auth.current import guarded, may
from api.http.dependencies import RecordsDep
from api.http.routes.tallies import ElectionQuery, RegionPath
from api.people.actor import Actor
from api.people.roles import Permission
from api.schemas.tabulation import KpuStation
from api.tabulation.elections import election_for
from api.tabulation.encode import MEDIA_TYPES, Format
from api.tabulation.exports import Export, check_export, exported
from api.tabulation.kpu import kpu_station
from api.tabulation.rows import Selection
from api.tabulation.totals import region_of
from pipeline.errors import MissingError

router = APIRouter(prefix="/exports", tags=["exports"])

Exporter = Annotated[Actor, may(Permission.EXPORT)]
RegionQuery = Annotated[str, Query(pattern=r"^[0-9]{1,13}$", description="Only this region.", examples=["1101"])]

_ANSWERS = guarded(
    (403, "held_blind"),
    (404, "region_unknown"),
    (422, "election_unknown"),
    (422, "election_needed"),
    (422, "election_none"),
    (422, "request_invalid"),
)


def _content(*formats: Format) -> dict[int | str, dict[str, Any]]:
    contents: dict[str, Any] = {}
    for one in formats:
        binary = one is Format.PARQUET
        contents[MEDIA_TYPES[one]] = {"schema": {"type": "string", "format": "binary"} if binary else {}}
    return {200: {"description": "The export, as it is made.", "content": contents}}


@router.get(
    "/tallies",
    response_class=Response,
    responses={**_ANSWERS, **_content(*Format)},
)
def export_tallies(
    actor: Exporter,
    records: RecordsDep,
    election: ElectionQuery = None,
    region: RegionQuery = "0",
    format: Format = Format.CSV,  # noqa: A002  the name in the address
) -> Response:
    """Send one row a number of a region, from the region down to its villages, with how far its stations have come."""
    return _stream(actor, records, Export.TALLIES, format, election, region)


@router.get(
    "/numbers",
    response_class=Response,
    responses={**_ANSWERS, **_content(*Format)},
)
def export_numbers(
    actor: Exporter,
    records: RecordsDep,
    election: ElectionQuery = None,
    region: RegionQuery = "0",
    format: Format = Format.CSV,  # noqa: A002  the name in the address
) -> Response:
    """Send one row a number of a station: what counts, what the machine says, and where both come from."""
    return _stream(actor, records, Export.NUMBERS, format, election, region)


@router.get(
    "/kpu",
    response_class=Response,
    responses={**_ANSWERS, **_content(Format.JSON)},
)
def export_kpu(
    actor: Exporter, records: RecordsDep, election: ElectionQuery = None, region: RegionQuery = "0"
) -> Response:
    """Send one object: every station that has a document, by its code."""
    return _stream(actor, records, Export.KPU, Format.JSON, election, region)


@router.get("/kpu/{region}", responses=_ANSWERS)
def export_kpu_station(
    region: RegionPath, actor: Exporter, records: RecordsDep, election: ElectionQuery = None
) -> KpuStation:
    """Send one polling station; for a code of another length the answer is 404."""
    actor.require(Permission.EXPORT, region)
    with records.database.reading() as session:
        require_region(session, actor, region)
        chosen = election_for(session, election, aside=True)
        if region_of(session, region).level != "station":
            raise MissingError("region_unknown", seen=region)
        return kpu_station(session, Selection(chosen, region, records.forms.get(chosen.form_id)))


def _stream(
    actor: Actor, records: RecordsDep, what: Export, format_: Format, election: str | None, region: str
) -> Response:
    actor.require(Permission.EXPORT, region)
    with records.database.reading() as session:
        require_region(session, actor, region, rows=True)
    chosen = replace(check_export(records, what, format_, election, region), insider=not reads_blind(actor))
    name = f"{what.value}-{chosen.election.id}-{region}.{format_.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(exported(records, what, format_, chosen), media_type=MEDIA_TYPES[format_], headers=headers)
