"""`/api/v1/elections`, `/regions`, `/tallies`: what is counted, where, and the sums."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.desk.blindness import require_region, sees_undecided
from api.http.auth.current import Identified, Spectator, guarded, sees_aside
from api.http.dependencies import RecordsDep
from api.regions.codes import is_station
from api.schemas.tabulation import ElectionList, RegionBody, StationBody, TallyBody, TallyList
from api.tabulation.elections import election_for, elections_of
from api.tabulation.totals import (
    parts_of,
    region_of,
    regions_above,
    state_of,
    sums_of,
    sums_of_parts,
)
from api.tabulation.views import added_of, election_line, region_line, station_body, tally_body, tally_line

router = APIRouter(tags=["tallies"], dependencies=[Spectator])

PARTS = 100
MOST_PARTS = 1000

RegionPath = Annotated[str, Path(pattern=r"^(0|[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}|[0-9]{13})$", examples=["1101"])]
ElectionQuery = Annotated[
    str | None, Query(max_length=64, description="By default the main one.", examples=["ppwp-2024"])
]
After = Annotated[str, Query(pattern=r"^[0-9]{0,13}$", description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST_PARTS)]
Known = Annotated[str | None, Header(alias="If-None-Match", description="The ETag of an earlier answer.")]

_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "Nothing has changed since that ETag."}}
_REGION = guarded((404, "region_unknown"), (422, "request_invalid"))
_TALLY = {
    **guarded(
        (403, "held_blind"),
        (404, "region_unknown"),
        (422, "election_unknown"),
        (422, "election_needed"),
        (422, "election_none"),
        (422, "request_invalid"),
    ),
    **_UNCHANGED,
}


@router.get("/elections", responses=guarded())
def list_elections(records: RecordsDep) -> ElectionList:
    """List the elections that are on and of which a page came in, and which of them is the main one."""
    with records.database.reading() as session:
        known = elections_of(session)
        main = None if known.main is None else known.main.id
        return ElectionList(elections=[election_line(election) for election in known.listed], main=main)


@router.get("/regions/{region}", responses=_REGION)
def show_region(region: RegionPath, records: RecordsDep, after: After = "", limit: Limit = PARTS) -> RegionBody:
    """Describe a region, what lies above it, and a page of its parts, by code."""
    with records.database.reading() as session:
        found = region_of(session, region)
        parts, following = parts_of(session, found, after, limit)
        line = region_line(found)
        return RegionBody(
            **{name: getattr(line, name) for name in type(line).model_fields},
            above=[region_line(one) for one in regions_above(session, found)],
            children=[region_line(part) for part in parts],
            next=following,
        )


@router.get("/tallies/{region}", response_model=TallyBody | StationBody, responses=_TALLY)
def show_tally(
    region: RegionPath, records: RecordsDep, actor: Identified, election: ElectionQuery = None, known: Known = None
) -> Response:
    """Add up a region: only numbers that are accepted or reviewed count, and what is left out is stated.

    For a polling station (13 digits) every number comes with its state, and with links to its history, page and crop.
    """
    with records.database.reading() as session:
        require_region(session, actor, region)
        insider = is_station(region) and sees_undecided(actor, region)
        state = state_of(session)
        tag = f"{state}-insider" if insider else state
        if knows(known, tag):
            return _unchanged(tag)
        chosen, found = election_for(session, election, aside=sees_aside(actor)), region_of(session, region)
        items = sums_of(session, chosen.id, region)
        added = added_of(records.forms.get(chosen.form_id), items)
        line = tally_line(found, chosen, added, items)
        if found.level == "station":
            body = station_body(session, line, chosen, state, added.fields, records.forms, visitor=not insider)
            return _answer(body, tag)
        return _answer(tally_body(session, line, chosen, state), state)


@router.get(
    "/tallies/{region}/children",
    response_model=TallyList,
    responses=_TALLY,
)
def show_parts(
    region: RegionPath,
    records: RecordsDep,
    actor: Identified,
    election: ElectionQuery = None,
    after: After = "",
    limit: Limit = PARTS,
    known: Known = None,
) -> Response:
    """Add up every part of a region, a page at a time, by code."""
    with records.database.reading() as session:
        require_region(session, actor, region)
        state = state_of(session)
        if knows(known, state):
            return _unchanged(state)
        parts = _parts(session, records, state, region, election, after, limit, aside=sees_aside(actor))
        return _answer(parts, state)


def _parts(
    session: Session,
    records: RecordsDep,
    state: str,
    region: str,
    election: str | None,
    after: str,
    limit: int,
    *,
    aside: bool,
) -> TallyList:
    chosen, found = election_for(session, election, aside=aside), region_of(session, region)
    parts, following = parts_of(session, found, after, limit)
    sums = sums_of_parts(session, chosen.id, parts)
    added = added_of(records.forms.get(chosen.form_id), {item: 0 for items in sums.values() for item in items})
    return TallyList(
        state=state,
        election=election_line(chosen),
        region=region_line(found),
        children=[tally_line(part, chosen, added, sums.get(part.code, {})) for part in parts],
        next=following,
    )


def knows(known: str | None, state: str) -> bool:
    """Return whether a client has this state already; a proxy may have marked its tag as weak."""
    tags = [] if known is None else [tag.strip().removeprefix("W/") for tag in known.split(",")]
    return f'"{state}"' in tags


def _headers(state: str) -> dict[str, str]:
    return {"ETag": f'"{state}"', "Cache-Control": "private, no-cache"}


def _unchanged(state: str) -> Response:
    return Response(status_code=304, headers=_headers(state))


def _answer(body: BaseModel, state: str) -> Response:
    """Send a body as it is; checking it again would cost more than adding it up."""
    return Response(body.model_dump_json(), media_type="application/json", headers=_headers(state))
