"""What is published of one station beside ours, number by number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.published_tables import PublishedSnapshot, PublishedStation
from api.publication.access import Reader
from api.publication.judging import judge, verdict_rows
from api.results.station import document_at


@dataclass(frozen=True, slots=True)
class PublishedBeside:
    """A published number beside ours.

    Attributes:
        published: As published.
        outcome: What became of it.
        kind: What kind of difference it is, where it surely differs.
        difference: Published less what counts; None where nothing does.

    """

    published: int
    outcome: str
    kind: str | None = None
    difference: int | None = None


@dataclass(frozen=True, slots=True)
class StationBeside:
    """What is published of a station, as one reader may see it.

    Attributes:
        snapshot: Which published file it is from.
        at: When the publisher states it, as published.
        held: Whether it is not shown yet, since a number of the station is still decided.
        known: Whether anything is published of the station; unsaid while it is held.
        numbers: By field.

    """

    snapshot: PublishedSnapshot
    at: str | None = None
    held: bool = False
    known: bool = False
    numbers: Mapping[str, PublishedBeside] = field(default_factory=dict)


def station_beside(
    session: Session, records: Records, snapshot: PublishedSnapshot, code: str, reader: Reader
) -> StationBeside:
    """Return what a snapshot says of a station, judged from the numbers as they stand."""
    published = session.get(PublishedStation, (snapshot.id, code))
    document = document_at(session, snapshot.election_id, code)
    judged = judge(session, records, document, code, {} if published is None else published.numbers)
    if not reader.may_see(session, document, held=judged.held):
        return StationBeside(snapshot, held=True)
    if published is None:
        return StationBeside(snapshot)
    rows = {row.field: row for row in verdict_rows(snapshot.id, judged)}
    numbers = {
        one.field: PublishedBeside(
            one.published, rows[one.field].outcome, rows[one.field].kind, rows[one.field].difference
        )
        if one.field in rows
        else PublishedBeside(one.published, one.verdict.outcome.value)
        for one in judged.station.numbers
    }
    return StationBeside(snapshot, published.at, known=True, numbers=numbers)
