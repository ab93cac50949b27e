"""`/api/v1/differences` and `/api/v1/published`: published figures beside what is written."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from api.comparison.kinds import Kind
from api.comparison.verdict import Outcome
from api.core.address import address_of
from api.db.published_tables import PublishedSnapshot
from api.db.tables import Election
from api.desk.blindness import require_region
from api.http.auth.beside import reader_of, require_differences
from api.http.auth.current import Identified, Spectator, guarded, sees_aside
from api.http.dependencies import RecordsDep
from api.http.routes.tallies import ElectionQuery, RegionPath
from api.people.actor import Actor
from api.publication.access import Reader
from api.publication.bodies import (
    DifferenceCounts,
    DifferenceLine,
    DifferenceList,
    SnapshotBody,
    SnapshotList,
)
from api.publication.differences import MOST_PAGES, Found, Question, counts_of, kinds_of, page_of, pages_of
from api.publication.figures import current_snapshot, snapshots_of
from api.tabulation.elections import election_for
from api.tabulation.totals import region_of
from api.tabulation.views import region_line
from pipeline.errors import MissingError

router = APIRouter(tags=["tallies"], dependencies=[Spectator])

_ELECTION = ((422, "election_unknown"), (422, "election_needed"), (422, "election_none"), (422, "request_invalid"))
_ANSWERS = guarded((403, "held_blind"), (403, "differences_closed"), (404, "region_unknown"), *_ELECTION)


@router.get(
    "/differences/{region}",
    responses={**_ANSWERS, **guarded((404, "region_unknown"), (404, "differences_none"))},
)
def list_differences(
    region: RegionPath,
    records: RecordsDep,
    actor: Identified,
    election: ElectionQuery = None,
    outcome: Annotated[list[Outcome] | None, Query(description="Only these; by default `differs`.")] = None,
    kind: Annotated[list[Kind] | None, Query(description="Only differences of these kinds.")] = None,
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> DifferenceList:
    """Return published numbers of a region beside ours, those with most votes at stake first, fifty a page.

    A difference is told only where our number counts. Of stations of which a number is still decided nothing is told to
    visitors, nor to whoever may be asked to read it.
    """
    with records.database.reading() as session:
        chosen, found = election_for(session, election, aside=sees_aside(actor)), region_of(session, region)
        snapshot = _snapshot(session, actor, chosen, region)
        question, reader = Question(region, tuple(outcome or (Outcome.DIFFERS,)), tuple(kind or ())), reader_of(actor)
        rows, count = page_of(session, snapshot, question, reader, page)
        return DifferenceList(
            election=chosen.id,
            region=region_line(found),
            snapshot=_body(snapshot),
            counts=_counts(session, snapshot, region, reader),
            numbers=[_line(one, chosen.id) for one in rows],
            count=count,
            page=page,
            pages=pages_of(count),
        )


@router.get("/published", responses=_ANSWERS)
def list_snapshots(records: RecordsDep, actor: Identified, election: ElectionQuery = None) -> SnapshotList:
    """Return every published file of an election, replaced ones too, with its hash and times, the newest first."""
    with records.database.reading() as session:
        chosen = election_for(session, election, aside=sees_aside(actor))
        require_differences(actor, chosen)
        return SnapshotList(election=chosen.id, snapshots=[_body(one) for one in snapshots_of(session, chosen.id)])


def _snapshot(session: Session, actor: Actor | None, election: Election, region: str) -> PublishedSnapshot:
    """Return what is published of an election, where it may be seen."""
    require_differences(actor, election)
    require_region(session, actor, region, rows=True)
    snapshot = current_snapshot(session, election.id)
    if snapshot is None:
        raise MissingError("differences_none", election=election.id)
    return snapshot


def _counts(session: Session, snapshot: PublishedSnapshot, region: str, reader: Reader) -> DifferenceCounts:
    counts = counts_of(session, snapshot, region, reader)
    return DifferenceCounts(
        stations=counts.stations,
        photographed=counts.photographed,
        held=counts.held,
        differing=counts.differing,
        votes_at_stake=counts.stake,
        numbers=counts.outcomes,
        kinds=kinds_of(session, snapshot, region, reader),
    )


def _line(one: Found, election: str) -> DifferenceLine:
    here, query = address_of(f"/results/{one.station}"), f"?election={election}"
    links = {"station": f"{here}{query}"}
    if one.page is not None:
        links["ink"] = f"{here}/pages/{one.page}/{one.field}{query}"
    return DifferenceLine(
        station=one.station,
        field=one.field,
        published=one.published,
        written=one.written,
        difference=one.difference,
        outcome=Outcome(one.outcome),
        kind=None if one.kind is None else Kind(one.kind),
        reasons=list(one.codes),
        links=links,
    )


def _body(snapshot: PublishedSnapshot) -> SnapshotBody:
    return SnapshotBody(**{name: getattr(snapshot, name) for name in SnapshotBody.model_fields})
