"""The page of differences: how many numbers ended in which outcome, in which regions, and each of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, select
from sqlalchemy.orm import Session

from api.comparison.kinds import Kind
from api.comparison.verdict import Outcome
from api.db.published_tables import PublishedJudged, PublishedSnapshot, PublishedStation, PublishedVerdict
from api.db.tables import Document, Number, Region
from api.publication.access import Reader
from api.regions.codes import LEVELS, inside

ROWS = 50
"""Numbers of one page."""

MOST_PAGES = 200
"""Pages that are turned; who wants more narrows the question, or takes the table."""

MOST_BARS = 40

_DIGITS = sorted(LEVELS)


@dataclass(frozen=True, slots=True)
class Question:
    """Which numbers are asked for.

    Attributes:
        region: In which region, or of which station.
        outcomes: Which became of them; all where none is named.
        kinds: Kinds of difference; all where none is named.

    """

    region: str
    outcomes: Sequence[Outcome] = ()
    kinds: Sequence[Kind] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One number.

    Attributes:
        station, field: Which.
        published: As published.
        written: What counts beside it; None where nothing does.
        difference: Published less written.
        outcome, kind, codes: What became of it, what kind of difference it is, and the codes of why.
        page: Id of the page that shows it.
        place: Name of the village that the station is in; "" where no list has it.

    """

    station: str
    field: str
    published: int
    written: int | None
    difference: int | None
    outcome: str
    kind: str | None
    codes: Sequence[str]
    page: str | None
    place: str = ""


@dataclass(frozen=True, slots=True)
class PartLine:
    """A part of a region with what differs in it; `length` is that of its bar, in parts of a hundred."""

    code: str
    name: str
    stations: int
    numbers: int
    stake: int
    length: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the comparison of a region has come, and what it came to.

    Attributes:
        stations: Published stations.
        photographed: Those of them of which a page came in.
        held: Those of these of which nothing is told yet: people still decide, or it is being compared again.
        outcomes: Numbers of the others by outcome.
        differing: Stations of the others with a number that surely differs.
        stake: Votes of pairs that surely differ.

    """

    stations: int = 0
    photographed: int = 0
    held: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    differing: int = 0
    stake: int = 0


def counts_of(session: Session, snapshot: PublishedSnapshot, region: str, reader: Reader) -> Counts:
    """Return how far the comparison of a region has come, for one reader."""
    sums = [func.coalesce(func.sum(getattr(PublishedJudged, outcome.value)), 0) for outcome in Outcome]
    differing = func.coalesce(func.sum(_differs()), 0)
    stake = func.coalesce(func.sum(PublishedJudged.stake), 0)
    compared = (
        select(func.count(), *sums, differing, stake).select_from(PublishedJudged).join(Document, _joined(reader))
    )
    here = (PublishedJudged.snapshot_id == snapshot.id, inside(PublishedJudged.station.expression, region))
    shown, *rest = session.execute(compared.where(*here)).one()
    photographed = _photographed(session, snapshot, region)
    published = (PublishedStation.snapshot_id == snapshot.id, inside(PublishedStation.station.expression, region))
    stations = session.scalar(select(func.count()).select_from(PublishedStation).where(*published)) or 0
    outcomes = {outcome: int(count) for outcome, count in zip(Outcome, rest, strict=False)}
    return Counts(stations, photographed, photographed - shown, outcomes, int(rest[-2]), int(rest[-1]))


def kinds_of(session: Session, snapshot: PublishedSnapshot, region: str, reader: Reader) -> dict[Kind, int]:
    """Return the differences of a region by kind, those that there are."""
    query = _verdicts(snapshot, Question(region, (Outcome.DIFFERS,)), reader, PublishedVerdict.kind, func.count())
    found: dict[str, int] = dict(iter(session.execute(query.group_by(PublishedVerdict.kind))))
    return {kind: found[kind.value] for kind in Kind if found.get(kind.value)}


def parts_of(session: Session, snapshot: PublishedSnapshot, region: str, reader: Reader) -> list[PartLine]:
    """Return the parts of a region in which something differs, those with most votes at stake first."""
    if len(region) >= _DIGITS[-1]:
        return []
    digits = _DIGITS[_DIGITS.index(len(region)) + 1]
    part = func.substr(PublishedJudged.station, 1, digits).label("part")
    sums = (func.sum(_differs()), func.sum(PublishedJudged.differs), func.sum(PublishedJudged.stake))
    query = (
        select(part, *sums)
        .select_from(PublishedJudged)
        .join(Document, _joined(reader))
        .where(PublishedJudged.snapshot_id == snapshot.id, inside(PublishedJudged.station.expression, region))
        .where(PublishedJudged.differs > 0)
        .group_by(part)
        .order_by(sums[2].desc(), sums[1].desc(), part)
        .limit(MOST_BARS)
    )
    found = session.execute(query).all()
    names = _names(session, [code for code, *_ in found])
    # Where no votes of pairs differ, bars are as long as there are numbers.
    by_votes = any(int(stake) for *_, stake in found)
    lengths = [int(stake) if by_votes else int(numbers) for _, _, numbers, stake in found]
    most = max(lengths, default=1)
    return [
        PartLine(code, names.get(code, code), int(stations), int(numbers), int(stake), round(100 * length / most, 2))
        for (code, stations, numbers, stake), length in zip(found, lengths, strict=True)
    ]


def page_of(
    session: Session, snapshot: PublishedSnapshot, question: Question, reader: Reader, page: int
) -> tuple[list[Found], int]:
    """Return the numbers of a page, those with most votes at stake first, and how many there are in all."""
    count = session.scalar(_verdicts(snapshot, question, reader, func.count())) or 0
    query = _ranked(snapshot, question, reader).limit(ROWS).offset((page - 1) * ROWS)
    return _found(session, session.execute(query).all()), count


def all_of(session: Session, snapshot: PublishedSnapshot, question: Question, reader: Reader) -> Iterator[Found]:
    """Yield all numbers that are asked for, in the same order, a few thousand at a time."""
    found = session.execute(_ranked(snapshot, question, reader).execution_options(yield_per=2000))
    for piece in found.partitions():
        yield from _found(session, piece)


def pages_of(count: int) -> int:
    """Return how many pages may be turned."""
    return min(MOST_PAGES, max(1, -(-count // ROWS)))


def compared_at(session: Session, snapshot: PublishedSnapshot | None) -> str:
    """Return a name of the state of all verdicts, for whoever asks whether a page is new."""
    if snapshot is None:
        return "-"
    newest = select(func.max(PublishedJudged.at)).where(PublishedJudged.snapshot_id == snapshot.id)
    return f"{snapshot.id[:8]}-{session.scalar(newest)}"


def _ranked(snapshot: PublishedSnapshot, question: Question, reader: Reader) -> Select[Any]:
    columns = (
        PublishedVerdict.station, PublishedVerdict.field, PublishedVerdict.published, PublishedVerdict.written,
        PublishedVerdict.difference, PublishedVerdict.outcome, PublishedVerdict.kind, PublishedVerdict.codes,
        Number.page_id,
    )  # fmt: skip
    number = (Number.document_id == PublishedVerdict.document_id) & (Number.field == PublishedVerdict.field)
    query = _verdicts(snapshot, question, reader, *columns).outerjoin(Number, number)
    size = func.abs(func.coalesce(PublishedVerdict.difference, 0))
    return query.order_by(PublishedVerdict.stake.desc(), size.desc(), PublishedVerdict.station, PublishedVerdict.field)


def _verdicts(snapshot: PublishedSnapshot, question: Question, reader: Reader, *columns: Any) -> Select[Any]:
    """Return the verdicts that are asked for and may be told."""
    judged = (PublishedJudged.snapshot_id == PublishedVerdict.snapshot_id) & (
        PublishedJudged.station == PublishedVerdict.station
    )
    query = select(*columns).select_from(PublishedVerdict).join(PublishedJudged, judged).join(Document, _joined(reader))
    query = query.where(
        PublishedVerdict.snapshot_id == snapshot.id, inside(PublishedVerdict.station.expression, question.region)
    )
    if question.outcomes:
        query = query.where(PublishedVerdict.outcome.in_([one.value for one in question.outcomes]))
    if question.kinds:
        query = query.where(PublishedVerdict.kind.in_([one.value for one in question.kinds]))
    return query


def _joined(reader: Reader) -> ColumnElement[bool]:
    return and_(*reader.conditions())


def _differs() -> ColumnElement[int]:
    """Return 1 of a station in which a number surely differs, else 0."""
    return case((PublishedJudged.differs > 0, 1), else_=0)


def _photographed(session: Session, snapshot: PublishedSnapshot, region: str) -> int:
    here = (
        Document.election_id == snapshot.election_id,
        Document.moved_to.is_(None),
        inside(Document.station.expression, region),
    )
    published = (PublishedStation.snapshot_id == snapshot.id) & (PublishedStation.station == Document.station)
    return (
        session.scalar(select(func.count()).select_from(Document).join(PublishedStation, published).where(*here)) or 0
    )


def _found(session: Session, rows: Sequence[Row[Any]]) -> list[Found]:
    names = _names(session, {row.station[:10] for row in rows})
    return [
        Found(
            row.station,
            row.field,
            row.published,
            row.written,
            row.difference,
            row.outcome,
            row.kind,
            row.codes.split(),
            row.page_id,
            names.get(row.station[:10], ""),
        )
        for row in rows
    ]


def _names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    wanted = select(Region.code, Region.name).where(Region.code.in_(list(codes)))
    return dict(iter(session.execute(wanted)))
