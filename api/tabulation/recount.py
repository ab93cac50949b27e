"""Add up everything again from the numbers, and compare with what is kept.

It goes district by district, so that memory stays small however many stations there are.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select, text, union
from sqlalchemy.orm import Session

from api.db import Database
from api.db.states import DocumentState
from api.db.tables import Document, Number, StationCount, Tally
from api.db.types import now
from api.ledger.append import record_event
from api.regions.codes import STATION_DIGITS, inside
from api.tabulation.contribution import KEPT_DIGITS, amounts_of_document

_REGENCY, _DISTRICT, _VILLAGE = KEPT_DIGITS

Amounts = Mapping[str, int]
Progress = Callable[[int], None]
"""Called after every district with how many stations it had."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One amount that is not what the numbers add up to.

    Attributes:
        election: Id of the election.
        region: Code of a region whose sum is kept, or of a station.
        item: Field or mark.
        kept: What is kept.
        counted: What the numbers add up to.

    """

    election: str
    region: str
    item: str
    kept: int
    counted: int


@dataclass(frozen=True, slots=True)
class _Station:
    document: str
    amounts: dict[str, int]


def recount(session: Session, progress: Progress = lambda _stations: None) -> Iterator[Difference]:
    """Yield every kept amount that differs from the numbers, in one state of the database.

    Args:
        session: A reading session.
        progress: Called with how it goes on.

    """
    for election, regency, districts in _regencies(session):
        whole: Counter[str] = Counter()
        for district in districts:
            stations = _counted_stations(session, election, district)
            yield from _station_differences(session, election, district, stations)
            sums, kept = _region_sums(district, stations), _kept_sums(session, election, district)
            for region in sorted(sums.keys() | kept.keys()):
                yield from _differences(election, region, kept.get(region, {}), sums.get(region, {}))
            whole.update(sums[district])
            progress(len(stations))
        yield from _differences(election, regency, _kept_sums(session, election, regency, _REGENCY)[regency], whole)


def repair(database: Database, actor: str, progress: Progress = lambda _stations: None) -> list[Difference]:
    """Put every kept amount right; writers of sums wait meanwhile. An event tells how many were wrong."""
    with database.writing() as session:
        if not database.embedded:
            session.execute(text("LOCK TABLE station_count, tally IN EXCLUSIVE MODE"))
        found = list(recount(session, progress))
        _store_stations(session, {(one.election, one.region) for one in found if len(one.region) == STATION_DIGITS})
        for one in found:
            if len(one.region) != STATION_DIGITS:
                digits = len(one.region)
                place = {"election_id": one.election, "region": one.region, "item": one.item, "digits": digits}
                session.merge(Tally(**place, amount=one.counted, moved_at=now()))
        if found:
            record_event(session, "sums_repaired", actor, "region:0", {"differences": len(found)})
    return found


def _regencies(session: Session) -> Iterator[tuple[str, str, list[str]]]:
    """Yield election, regency and its districts, wherever anything is counted or kept."""
    query = union(
        select(Document.election_id, func.substr(Document.station, 1, _DISTRICT)).where(
            Document.station.is_not(None), Document.election_id.is_not(None)
        ),
        select(StationCount.election_id, func.substr(StationCount.station, 1, _DISTRICT)),
        select(Tally.election_id, func.substr(Tally.region, 1, _DISTRICT)),
    )
    found: dict[tuple[str, str], list[str]] = {}
    for election, code in sorted(session.execute(query).all()):
        districts = found.setdefault((election, code[:_REGENCY]), [])
        if len(code) == _DISTRICT:
            districts.append(code)
    for (election, regency), districts in found.items():
        yield election, regency, districts


def _counted_stations(session: Session, election: str, district: str) -> dict[str, _Station]:
    """Return what each station of a district adds, from its document and numbers alone."""
    here = (
        Document.election_id == election,
        inside(Document.station.expression, district),
        Document.moved_to.is_(None),
        Document.state != DocumentState.EMPTY,
    )
    wanted = select(Document.id, Document.station, Document.state, Document.missing_pages, Document.rules).where(*here)
    query = (
        select(Number.document_id, Number.field, Number.state, Number.final)
        .join(Document, Document.id == Number.document_id)
        .where(*here)
    )
    numbers: dict[str, list[_Standing]] = {}
    for row in session.execute(query):
        numbers.setdefault(row.document_id, []).append(_Standing(row.field, row.state, row.final))
    return {
        row.station: _Station(
            row.id, amounts_of_document(row.state, row.missing_pages, row.rules, numbers.get(row.id, []))
        )
        for row in session.execute(wanted)
    }


@dataclass(slots=True)
class _Standing:
    field: str
    state: str
    final: int | None


def _region_sums(district: str, stations: Mapping[str, _Station]) -> dict[str, Counter[str]]:
    """Return the sums of a district and of its villages."""
    sums: dict[str, Counter[str]] = {district: Counter()}
    for code, station in stations.items():
        sums[district].update(station.amounts)
        sums.setdefault(code[:_VILLAGE], Counter()).update(station.amounts)
    return sums


def _station_differences(
    session: Session, election: str, district: str, stations: Mapping[str, _Station]
) -> Iterator[Difference]:
    query = select(StationCount.station, StationCount.amounts).where(
        StationCount.election_id == election, inside(StationCount.station.expression, district)
    )
    kept = {row.station: row.amounts for row in session.execute(query)}
    for code in sorted(kept.keys() | stations.keys()):
        counted = stations[code].amounts if code in stations else {}
        yield from _differences(election, code, kept.get(code, {}), counted)


def _kept_sums(
    session: Session, election: str, region: str, digits: int | None = None
) -> defaultdict[str, dict[str, int]]:
    """Return what is kept for a region and for all within it, or only for regions of so many digits."""
    query = select(Tally.region, Tally.item, Tally.amount).where(
        Tally.election_id == election, inside(Tally.region.expression, region)
    )
    if digits is not None:
        query = query.where(Tally.digits == digits)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in session.execute(query):
        found[row.region][row.item] = row.amount
    return found


def _differences(election: str, region: str, kept: Amounts, counted: Amounts) -> Iterator[Difference]:
    for item in sorted(kept.keys() | counted.keys()):
        if kept.get(item, 0) != counted.get(item, 0):
            yield Difference(election, region, item, kept.get(item, 0), counted.get(item, 0))


def _store_stations(session: Session, wrong: set[tuple[str, str]]) -> None:
    """Write what stations add; their regions are stored by themselves."""
    for election, code in wrong:
        counted = _counted_stations(session, election, code).get(code)
        known = session.get(StationCount, (election, code))
        if counted is None:
            gone = (StationCount.election_id == election, StationCount.station == code)
            session.execute(delete(StationCount).where(*gone))
        elif known is None:
            row = StationCount(
                election_id=election, station=code, document_id=counted.document, amounts=counted.amounts
            )
            session.add(row)
        else:
            known.document_id, known.amounts, known.moved_at = counted.document, counted.amounts, now()
    session.flush()
