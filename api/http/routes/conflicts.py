"""`/api/v1/conflicts`: files that were brought for several polling stations, and what a senior says of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from api.core.address import API, address_of
from api.db.claim_tables import StationClaim, StationConflict
from api.db.states import ConflictState
from api.db.tables import Document, Page
from api.db.types import now
from api.documents.conflicts import disputed_deliveries, settle_conflict, settled_deliveries
from api.documents.views import disputed_body, settled_body
from api.http.auth.current import CurrentPerson, guarded, may
from api.http.dependencies import RecordsDep
from api.http.errors import documented
from api.http.routes.pictures import opened_page
from api.people.actor import Actor, not_permitted
from api.people.roles import Permission
from api.regions.codes import within
from api.regions.station_name import station_name_of
from api.rendering.page_images import whole_page
from api.schemas.conflicts import ClaimLine, ConflictBody, ConflictList, DisputedDeliveries, RulingBody
from api.schemas.stations import PlaceBody
from pipeline.errors import MissingError

router = APIRouter(prefix="/conflicts", tags=["documents"])

Mover = Annotated[Actor, may(Permission.MOVE)]
Uploader = Annotated[Actor, may(Permission.UPLOAD)]
MOST = 100

SETTLED_SHOWN = timedelta(days=30)
"""For how long after it was settled whoever brought a file is told."""

_MISSING = guarded((404, "conflict_missing"))


@router.get("", responses=guarded())
def list_conflicts(
    actor: Mover, records: RecordsDep, settled: Annotated[bool, Query(description="Those that are settled.")] = False
) -> ConflictList:
    """Return the conflicts in which a station of your region is named, the oldest first."""
    with records.database.reading() as session:
        return ConflictList(conflicts=[_body(session, one) for one in _cases_for(session, actor, settled=settled)])


@router.get("/mine", responses=guarded())
def list_mine(actor: Uploader, records: RecordsDep) -> DisputedDeliveries:
    """Return the files that you brought for a polling station and that are filed elsewhere, until that is settled.

    The oldest first, by the names that you gave. Where they are filed, and who else brought them, is not told. For 30
    days after a senior has settled it, `settled` says whether they are filed under your station now.
    """
    with records.database.reading() as session:
        found = disputed_deliveries(session, actor.id, MOST)
        settled = settled_deliveries(session, actor.id, now() - SETTLED_SHOWN, MOST)
        return DisputedDeliveries(
            deliveries=[disputed_body(claim) for claim in found], settled=[settled_body(one) for one in settled]
        )


@router.get("/{conflict}", responses=_MISSING)
def show(conflict: str, actor: Mover, records: RecordsDep) -> ConflictBody:
    """Return a conflict: where the file is filed, and every delivery of it."""
    with records.database.reading() as session:
        return _body(session, _permitted(session, conflict, actor))


@router.get(
    "/{conflict}/pages/{number}",
    response_class=Response,
    responses={**_MISSING, **documented((404, "page_missing")), 200: {"content": {"image/jpeg": {}}}},
)
def picture(conflict: str, number: int, actor: Mover, records: RecordsDep) -> Response:
    """Return a page as JPEG, so that either senior sees whose it is; what was read on it is not told."""
    with records.database.reading() as session:
        original = _permitted(session, conflict, actor).conflict.original
        row = session.scalars(select(Page).where(Page.original == original, Page.number == number)).first()
    if row is None:
        raise MissingError("page_missing", page=str(number)[:20])
    headers = {"Cache-Control": "private, no-cache"}
    return Response(whole_page(opened_page(records, row)), media_type="image/jpeg", headers=headers)


@router.post(
    "/{conflict}/ruling",
    responses={
        **_MISSING,
        **documented((409, "conflict_settled"), (422, "conflict_verdict"), (422, "request_invalid")),
    },
)
def settle(conflict: str, body: RulingBody, actor: CurrentPerson, records: RecordsDep) -> ConflictBody:
    """Say which station the file is of: it stays, moves, or waits to be assigned. On record, with the reason."""
    if Permission.MOVE not in actor.permissions:
        raise not_permitted(Permission.MOVE)
    with records.database.writing() as session:
        found = _permitted(session, conflict, actor)
        conflict_id = found.conflict.id
        settled = settle_conflict(session, records, conflict_id, actor.id, body.verdict, body.station, body.reason)
        session.flush()
        return _body(session, _case(session, settled))


@dataclass(frozen=True, slots=True)
class _Case:
    """A conflict with what it is about: the station under which the file is filed, and every delivery of it."""

    conflict: StationConflict
    filed: str | None
    claims: Sequence[StationClaim]

    def concerns(self, actor: Actor) -> bool:
        """Return whether a station of the person's region is named in it."""
        named = [*self.conflict.stations, self.filed, *(claim.station for claim in self.claims)]
        return any(within(code, actor.scope) for code in named if code is not None)


def _case(session: Session, conflict: StationConflict) -> _Case:
    here = select(Document.station).join(Page, Page.document_id == Document.id)
    filed = session.scalars(here.where(Page.original == conflict.original).limit(1)).one()
    claims = select(StationClaim).where(StationClaim.original == conflict.original)
    return _Case(conflict, filed, session.scalars(claims.order_by(StationClaim.at, StationClaim.id)).all())


def _cases_for(session: Session, actor: Actor, *, settled: bool) -> list[_Case]:
    """Return the conflicts that a person may settle, the oldest first, `MOST` at most."""
    wanted = select(StationConflict).where(
        StationConflict.state == (ConflictState.SETTLED if settled else ConflictState.OPEN)
    )
    found = session.scalars(wanted.order_by(StationConflict.raised_at, StationConflict.id))
    cases = (_case(session, one) for one in found.all())
    return list(islice((case for case in cases if case.concerns(actor)), MOST))


def _permitted(session: Session, conflict: str, actor: Actor) -> _Case:
    """Return a conflict in which a station of the person's region is named; no other is there for them.

    Raises:
        MissingError: `conflict_missing`.

    """
    found = session.get(StationConflict, conflict)
    case = _case(session, found) if found is not None else None
    if case is None or not case.concerns(actor):
        raise MissingError("conflict_missing", conflict=conflict[:80])
    return case


def _place(session: Session, station: str | None) -> PlaceBody | None:
    if station is None:
        return None
    place = station_name_of(session, station)
    return PlaceBody(code=place.code, listed=place.listed, name=place.name)


def _body(session: Session, case: _Case) -> ConflictBody:
    conflict = case.conflict
    here = address_of(f"{API}/conflicts/{conflict.id}")
    pages = session.scalars(select(Page).where(Page.original == conflict.original)).all()
    first = {page.uploaded_by: page.file_name for page in pages}
    return ConflictBody.model_validate(
        {
            "id": conflict.id,
            "state": conflict.state,
            "raised_at": conflict.raised_at,
            "suspends": conflict.suspends,
            "filed": _place(session, case.filed),
            "claims": [
                ClaimLine(
                    id=one.id,
                    station=_place(session, one.station),
                    file_name=one.file_name or first.get(one.person_id),
                    person=one.person_id,
                    at=one.at,
                )
                for one in case.claims
            ],
            "sha256": conflict.original,
            "pages": len(pages),
            "verdict": conflict.verdict,
            "station": conflict.station,
            "settled_at": conflict.settled_at,
            "settled_by": conflict.settled_by,
            "comment": conflict.comment,
            "links": {"self": here, "ruling": f"{here}/ruling", "page": f"{here}/pages/1"},
        }
    )
