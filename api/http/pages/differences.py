"""`/results/{region}/differences`: what is published beside what is written, number by number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response, StreamingResponse

from api.comparison.kinds import Kind
from api.comparison.verdict import Outcome
from api.comparison.words import words_of
from api.core.context import Records
from api.core.language import Language
from api.db.published_tables import PublishedSnapshot
from api.db.tables import Election
from api.desk.blindness import require_region
from api.http.auth.beside import reader_of, require_differences
from api.http.auth.current import Spectator, sees_aside
from api.http.dependencies import RecordsDep
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import Page, page_of
from api.http.routes.tallies import RegionPath
from api.publication.differences import (
    Found,
    Question,
    all_of,
    counts_of,
    kinds_of,
    pages_of,
    parts_of,
)
from api.publication.differences import page_of as numbers_of
from api.publication.figures import current_snapshot
from api.results.region import Sums, sums_at
from api.results.station import label_of
from api.results.table import Shape, csv_name, csv_pieces, moment_in
from pipeline.errors import MissingError
from pipeline.forms import FormTemplate

router = APIRouter(prefix="/results", include_in_schema=False, route_class=PageRoute, dependencies=[Spectator])

Chosen = Annotated[str | None, Query(max_length=64)]
Outcomes = Annotated[list[Outcome] | None, Query(max_length=len(Outcome))]
Kinds = Annotated[list[Kind] | None, Query(max_length=len(Kind))]

COLUMNS = (
    "station", "village", "field", "label", "published", "written", "difference", "outcome", "kind", "reasons",
    "published_sha256", "published_taken_at", "as_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _View:
    """What a page is of: a region of an election, and the published file beside it."""

    sums: Sums
    form: FormTemplate | None
    snapshot: PublishedSnapshot | None
    question: Question

    def label(self, field: str, language: Language) -> str:
        """Return what a field is, in words; a pair whose name is known with its name."""
        label, names = label_of(self.form, field, language), self.sums.names
        return f"{label} — {names[field]}" if field in names else label


@router.get("/{region}/differences")
def differences(
    request: Request,
    region: RegionPath,
    records: RecordsDep,
    frame: FrameDep,
    election: Chosen = None,
    outcome: Outcomes = None,
    kind: Kinds = None,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show what differs in a region: counts, the parts of the region, and a page of numbers."""
    with records.database.reading() as session:
        view = _view_of(session, records, frame, region, election, outcome, kind)
        context: dict[str, Any] = {"question": view.question, "sums": view.sums, "snapshot": view.snapshot}
        if view.snapshot is not None:
            context |= _shown(session, view, frame, page)
    context |= words_beside(page_of(request), frame.language)
    return HTMLResponse(page_of(request).show("differences.html", frame, "results", **context))


@router.get("/{region}/differences.csv")
def table(
    region: RegionPath,
    records: RecordsDep,
    frame: FrameDep,
    election: Chosen = None,
    outcome: Outcomes = None,
    kind: Kinds = None,
    shape: Annotated[Shape, Query(alias="for")] = Shape.PLAIN,
) -> Response:
    """Return all numbers that are asked for as CSV, for programs or `for=excel`."""
    with records.database.reading() as session:
        view = _view_of(session, records, frame, region, election, outcome, kind)
    if view.snapshot is None:
        raise MissingError("differences_none", election=view.sums.election.id)
    name = csv_name(f"{view.sums.election.id}-differences", region, view.sums.as_of, shape)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(_pieces(records, view, frame, shape), media_type="text/csv", headers=headers)


def words_beside(page: Page, language: Language) -> dict[str, Any]:
    """Return the words that pages with published figures need beside their own."""
    return {"more": page.words("differences", language), "outcome_words": words_of(language.value)}


def _view_of(
    session: Session,
    records: Records,
    frame: Frame,
    region: str,
    election: str | None,
    outcome: list[Outcome] | None,
    kind: list[Kind] | None,
) -> _View:
    """Return what is asked for, where its reader may see it; without an outcome what differs."""
    sums = sums_at(session, records, region, election, aside=sees_aside(frame.actor))
    chosen = session.get_one(Election, sums.election.id)
    require_differences(frame.actor, chosen)
    require_region(session, frame.actor, region, rows=True)
    question = Question(region, tuple(outcome or (Outcome.DIFFERS,)), tuple(kind or ()))
    return _View(sums, records.forms.get(chosen.form_id), current_snapshot(session, chosen.id), question)


def _shown(session: Session, view: _View, frame: Frame, page: int) -> dict[str, Any]:
    """Return what the page shows of a published file."""
    snapshot, region, reader = view.snapshot, view.question.region, reader_of(frame.actor)
    assert snapshot is not None
    rows, count = numbers_of(session, snapshot, view.question, reader, page)
    return {
        "counts": counts_of(session, snapshot, region, reader),
        "kinds": kinds_of(session, snapshot, region, reader),
        "differing": parts_of(session, snapshot, region, reader),
        "rows": [(row, view.label(row.field, frame.language)) for row in rows],
        "count": count,
        "page": page,
        "pages": pages_of(count),
        "outcomes": tuple(Outcome),
        "asked": {
            "outcome": [one.value for one in view.question.outcomes],
            "kind": [one.value for one in view.question.kinds],
        },
        "insider": reader.is_insider_in(region),
    }


def _pieces(records: Records, view: _View, frame: Frame, shape: Shape) -> Iterator[str]:
    assert view.snapshot is not None
    with records.database.reading() as session:
        found = all_of(session, view.snapshot, view.question, reader_of(frame.actor))
        rows = (_row(view, one, frame.language, shape) for one in found)
        yield from csv_pieces(COLUMNS, rows, shape)


def _row(view: _View, one: Found, language: Language, shape: Shape) -> list[object]:
    snapshot = view.snapshot
    assert snapshot is not None
    return [
        one.station, one.place, one.field, view.label(one.field, language), one.published, one.written,
        one.difference, one.outcome, one.kind, " ".join(one.codes), snapshot.sha256,
        snapshot.taken_at or moment_in(snapshot.imported_at, shape), moment_in(view.sums.as_of, shape),
    ]  # fmt: skip
