"""`/results`: the count for everyone, from the nation down to the history of one number, and its pictures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.core.context import Records
from api.db.published_tables import PublishedSnapshot
from api.db.tables import Election
from api.desk.blindness import require_region
from api.documents.picture_etags import public_etag
from api.http.auth.beside import reader_of, sees_differences
from api.http.auth.current import AuthenticatorDep, Identified, Spectator, authenticator_of, sees_aside
from api.http.dependencies import RecordsDep
from api.http.made_at_start import made_at_start
from api.http.pages.answers import PageRoute
from api.http.pages.differences import words_beside
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import page_of
from api.http.pages.report import absolute, report_address
from api.http.routes.pictures import answered
from api.http.routes.tallies import RegionPath, knows
from api.publication.beside import station_beside
from api.publication.differences import compared_at
from api.publication.differences import parts_of as differing_parts
from api.publication.figures import anything_published, current_snapshot
from api.regions.codes import NATION, is_code
from api.results.gallery import Gallery
from api.results.history import history_at
from api.results.region import ROWS, Sums, election_at, lines_of, parts_at, sums_at
from api.results.search import LONGEST, MOST, search
from api.results.station import ShownNumber, Station, label_of, page_at, station_at
from api.results.table import Shape, Table, csv_name, csv_of, numbers_table, sums_table, table_name
from api.results.workbook import workbook_of
from api.tabulation.elections import elections_of
from api.tabulation.totals import state_of
from pipeline.errors import MissingError


def _unheld(request: Request, records: RecordsDep, actor: Identified) -> None:
    """Refuse a station or a village to whoever holds a number of it blind; its pictures are ink, and no answer."""
    region = request.path_params.get("station") or request.path_params.get("region")
    # This runs before the address is checked; what is no code of a region is refused there.
    if region is not None and is_code(region) and "page" not in request.path_params:
        with records.database.reading() as session:
            require_region(session, actor, region)


router = APIRouter(
    prefix="/results", include_in_schema=False, route_class=PageRoute, dependencies=[Spectator, Depends(_unheld)]
)

Chosen = Annotated[str | None, Query(max_length=64)]
StationPath = Annotated[str, Path(pattern=r"^[0-9]{13}$")]
FieldPath = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
PagePath = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]

PICTURE_SECONDS = 300
"""How long a public picture is taken without asking again."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

REFRESH_SECONDS = 60
"""How often an open page asks for its figures again."""


GalleryDep = Annotated[Gallery, Depends(made_at_start("gallery", Gallery))]


@router.get("")
def nation(frame: FrameDep) -> Response:
    """Begin with the nation."""
    return RedirectResponse(frame.to(f"/results/{NATION}", **frame.query), 303)


@router.get("/search")
def find_place(
    request: Request,
    records: RecordsDep,
    frame: FrameDep,
    q: Annotated[str, Query(max_length=LONGEST)] = "",
    election: Chosen = None,
) -> Response:
    """Show the places that a question means; the only polling station at once."""
    with records.database.reading() as session:
        found = search(session, q)
    if len(found.places) == 1 and found.places[0].region.level == "station":
        return RedirectResponse(frame.to(f"/results/{found.places[0].region.code}", election=election), 303)
    context = {"found": found, "question": q, "most": MOST, "election": election}
    return HTMLResponse(page_of(request).show("search.html", frame, "search", **context))


@router.get("/{region}")
def region(
    request: Request,
    region: RegionPath,
    records: RecordsDep,
    frame: FrameDep,
    election: Chosen = None,
    sort: Annotated[str, Query(max_length=64)] = "code",
    page: Annotated[int, Query()] = 1,
) -> Response:
    """Show a region with its parts, or a polling station with its numbers."""
    with records.database.reading() as session:
        snapshot = _snapshot(session, frame, election)
        state = _state(session, frame)
        if snapshot is not None:
            state += f"-{compared_at(session, snapshot)}"
        if _knows(request, state):
            return _unchanged()
        sums = _sums(session, records, frame, region, election)
        context: dict[str, Any] = {"many": len(sums.elections) + len(sums.aside) > 1, "snapshot": snapshot}
        if sums.line.region.level == "station":
            context["station"] = _station(session, records, sums, frame)
            context |= _beside(session, records, sums, frame, snapshot, context["station"]) | words_beside(
                page_of(request), frame.language
            )
            return _page(request, frame, sums, state, "station.html", **context)
        parts = parts_at(session, records, sums, sort, page)
        if snapshot is not None:
            context |= words_beside(page_of(request), frame.language)
            context["differing"] = differing_parts(session, snapshot, sums.line.region.code, reader_of(frame.actor))
    return _page(request, frame, sums, state, "region.html", parts=parts, rows=ROWS, **context)


@router.get("/{region}/table.csv")
def table(
    region: RegionPath,
    records: RecordsDep,
    frame: FrameDep,
    election: Chosen = None,
    shape: Annotated[Shape, Query(alias="for")] = Shape.PLAIN,
) -> Response:
    """Return the table of a page as CSV, for programs or `for=excel`."""
    with records.database.reading() as session:
        sums = _sums(session, records, frame, region, election)
        text = csv_of(_table(session, records, sums, frame, shape), shape)
    return _file(text, "text/csv", csv_name(sums.election.id, region, sums.as_of, shape))


@router.get("/{region}/table.xlsx")
def workbook(region: RegionPath, records: RecordsDep, frame: FrameDep, election: Chosen = None) -> Response:
    """Return the table of a page as a workbook."""
    with records.database.reading() as session:
        sums = _sums(session, records, frame, region, election)
        data = workbook_of(_table(session, records, sums, frame, Shape.EXCEL), sums.as_of)
    return _file(data, XLSX, table_name(sums.election.id, region, sums.as_of, "xlsx"))


def _file(content: str | bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/{station}/{field}")
def number(
    request: Request,
    station: StationPath,
    field: FieldPath,
    records: RecordsDep,
    frame: FrameDep,
    election: Chosen = None,
) -> Response:
    """Show a number of a station from its first reading on."""
    with records.database.reading() as session:
        state = _state(session, frame)
        if _knows(request, state):
            return _unchanged()
        sums = _sums(session, records, frame, station, election)
        history = history_at(session, records, sums.election.id, station, field, frame.language, sums.names)
    if history is None:
        raise MissingError("not_found", path=request.url.path)
    return _page(request, frame, sums, state, "history.html", history=history, number=history.number)


@router.get("/{station}/pages/{page}")
def picture(
    request: Request,
    station: StationPath,
    page: PagePath,
    records: RecordsDep,
    gallery: GalleryDep,
    frame: FrameDep,
    people: AuthenticatorDep,
    election: Chosen = None,
) -> Response:
    """Return a page straightened and masked, as JPEG; there is no other picture of it here."""
    return _picture(request, records, gallery, frame, people.settings.public, station, page, election, None)


@router.get("/{station}/pages/{page}/{field}")
def cut(
    request: Request,
    station: StationPath,
    page: PagePath,
    field: FieldPath,
    records: RecordsDep,
    gallery: GalleryDep,
    frame: FrameDep,
    people: AuthenticatorDep,
    election: Chosen = None,
) -> Response:
    """Return the place of one number, as PNG."""
    return _picture(request, records, gallery, frame, people.settings.public, station, page, election, field)


def _picture(
    request: Request,
    records: Records,
    gallery: Gallery,
    frame: Frame,
    public: bool,
    station: str,
    page: str,
    election: str | None,
    field: str | None,
) -> Response:
    with records.database.reading() as session:
        chosen = election_at(elections_of(session), election, aside=sees_aside(frame.actor))
        row = page_at(session, chosen.id, station, page)
        if row is None:
            raise MissingError("page_missing", page=page)
        sheet = public_etag(session, records, row)
        tag = sheet if field is None else public_etag(session, records, row, field)
    caching = "public" if public else "private"
    headers = {"ETag": tag, "Cache-Control": f"{caching}, max-age={PICTURE_SECONDS}"}

    def made() -> bytes:
        shown = gallery.show(row, sheet)
        data = shown.sheet if field is None else shown.cuts.get(field)
        if data is None:
            raise MissingError("picture_missing", page=page)
        return data

    return answered(request, headers, "image/jpeg" if field is None else "image/png", made)


def _page(request: Request, frame: Frame, sums: Sums, state: str, template: str, **context: Any) -> Response:
    """Show a page of figures, with the name of the state that they are of: so it is asked whether they are new."""
    context |= {"sums": sums, "records_state": state, "seconds": REFRESH_SECONDS}
    context["report"] = _report(request, frame, sums, context.get("number"))
    context["signed_export"] = authenticator_of(request).settings.signed_export
    text = page_of(request).show(template, frame, "results", **context)
    return HTMLResponse(text, headers={"ETag": f'"{state}"'})


def _report(request: Request, frame: Frame, sums: Sums, number: ShownNumber | None) -> str | None:
    """Return where an error of a page is told: of a number with its ink."""
    words, code = page_of(request).words("letter", frame.language), sums.line.region.code
    here = f"/results/{code}" if number is None else f"/results/{code}/{number.field}"
    lines = [words["page"].format(address=absolute(request, frame.to(here, election=sums.chosen)))]
    if number is not None and number.page is not None:
        ink = f"/results/{code}/pages/{number.page}/{number.field}"
        lines.append(words["ink"].format(address=absolute(request, frame.to(ink, election=sums.chosen))))
    body = "\r\n".join([*lines, "", words["body"], ""])
    contact = authenticator_of(request).settings.security_contact
    return report_address(contact, words["subject"].format(code=code), body)


def _state(session: Session, frame: Frame) -> str:
    """Return the name of what a page shows: the state of the records, and whose page it is.

    Not everybody is told the same of a number that waits, and browsers are left to others.
    """
    state = state_of(session)
    return state if frame.actor is None else f"{state}-{frame.actor.id}"


def _knows(request: Request, state: str) -> bool:
    """Return whether an open page that asks for its figures again has those of this state."""
    return knows(request.headers.get("if-none-match"), state)


def _unchanged() -> Response:
    return Response(status_code=304)


def _table(session: Session, records: Records, sums: Sums, frame: Frame, shape: Shape) -> Table:
    if sums.line.region.level == "station":
        return numbers_table(sums.line, _station(session, records, sums, frame), sums.as_of, shape)
    return sums_table(lines_of(session, records, sums), sums.election.pairs, sums.as_of, shape)


def _sums(session: Session, records: Records, frame: Frame, code: str, election: str | None) -> Sums:
    return sums_at(session, records, code, election, aside=sees_aside(frame.actor))


def _snapshot(session: Session, frame: Frame, election: str | None) -> PublishedSnapshot | None:
    """Return what is published of an election, where the reader of a page may see that."""
    if not anything_published(session):
        return None
    chosen = election_at(elections_of(session), election, aside=sees_aside(frame.actor))
    return current_snapshot(session, chosen.id) if sees_differences(frame.actor, chosen) else None


def _beside(
    session: Session,
    records: Records,
    sums: Sums,
    frame: Frame,
    snapshot: PublishedSnapshot | None,
    station: Station,
) -> dict[str, Any]:
    """Return what is published of a station, and apart from that what of it stands beside no number of ours."""
    if snapshot is None:
        return {"beside": None, "apart": []}
    code, form = sums.line.region.code, records.forms.get(session.get_one(Election, sums.election.id).form_id)
    beside = station_beside(session, records, snapshot, code, reader_of(frame.actor))
    ours = {one.field for _, numbers in station.groups for one in numbers}
    apart = [(name, label_of(form, name, frame.language)) for name in beside.numbers if name not in ours]
    return {"beside": beside, "apart": apart}


def _station(session: Session, records: Records, sums: Sums, frame: Frame) -> Station:
    return station_at(session, records, sums.election.id, sums.line.region.code, frame.language, sums.names)
