"""Every number and every sum as rows, in the order of their codes, district by district."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api.db.tables import Decision, Document, Election, Number, Reading, Region
from api.regions.codes import LEVELS, NATION, inside
from api.tabulation.elections import named_pair
from api.tabulation.encode import Column, Row
from api.tabulation.shares import shares_of
from api.tabulation.shown import IN_REVIEW, shown_values
from api.tabulation.totals import Items, sums_of, sums_of_parts
from api.tabulation.views import added_of, count_of, stations_of
from pipeline.forms import FormTemplate

NUMBERS: Sequence[Column] = (
    Column("election"),
    Column("station"),
    Column("field"),
    Column("value", "whole"),
    Column("counts", "flag"),
    Column("state"),
    Column("boxes"),
    Column("confidence", "real"),
    Column("machine_value", "whole"),
    Column("machine_boxes"),
    Column("machine_outcome"),
    Column("document"),
    Column("page"),
    Column("reading"),
    Column("read_at", "moment"),
    Column("model"),
    Column("model_sha256"),
    Column("program"),
    Column("form_sha256"),
    Column("decision"),
    Column("decision_kind"),
    Column("decided_at", "moment"),
    Column("pair"),
)
"""One row a number of a station: what counts, what the machine says, and where both come from. No person is named."""

SUMS: Sequence[Column] = (
    Column("election"),
    Column("region"),
    Column("level"),
    Column("name"),
    Column("field"),
    Column("sum", "whole"),
    Column("counted", "whole"),
    Column("left_out", "whole"),
    Column("expected", "whole"),
    Column("received", "whole"),
    Column("read", "whole"),
    Column("in_review", "whole"),
    Column("final", "whole"),
    Column("broken", "whole"),
    Column("share", "real"),
    Column("share_stations", "whole"),
    Column("pair"),
)
"""One row a number of a region, with how far its stations have come.

`sum` is empty where no station contributes; `share` is of the votes in the `share_stations` in which every pair counts.
`pair` is "1 — NAME" where people have given the name.
"""

_NUMBER_COLUMNS = (
    Document.station, Number.field, Number.final, Number.state, Number.final_boxes, Number.confidence,
    Number.value, Number.boxes, Number.outcome, Number.document_id, Number.page_id, Number.reading_id,
    Reading.at.label("read_at"), Reading.model_id, Reading.model_sha256, Reading.program, Reading.form_sha256,
    Number.decision_id, Decision.kind, Decision.at.label("decided_at"),
)  # fmt: skip

SUM_LEVELS = ("nation", "province", "regency", "district", "village")
REGIONS_AT_ONCE = 200
_DISTRICT = 6


@dataclass(frozen=True, slots=True)
class Selection:
    """What is exported: one election in one region; `insider`: for people who read nothing blind."""

    election: Election
    region: str = NATION
    form: FormTemplate | None = None
    insider: bool = True


def number_rows(session: Session, chosen: Selection) -> Iterator[Row]:
    """Yield the rows of `NUMBERS`, by station and field."""
    for place in districts_of(session, chosen.region):
        query = (
            select(*_NUMBER_COLUMNS)
            .select_from(Document)
            .join(Number, Number.document_id == Document.id)
            .outerjoin(Reading, Reading.id == Number.reading_id)
            .outerjoin(Decision, Decision.id == Number.decision_id)
            .where(*filed(chosen.election.id, place))
            .order_by(Document.station, Number.field)
        )
        for row in session.execute(query):
            yield (*_number_row(chosen, row), named_pair(chosen.election, row.field))


def sum_rows(session: Session, chosen: Selection) -> Iterator[Row]:
    """Yield the rows of `SUMS`, level by level from the largest."""
    for level in SUM_LEVELS:
        query = select(Region).where(Region.level == level, inside(Region.code.expression, chosen.region))
        regions = session.scalars(query.order_by(Region.code)).all()
        for start in range(0, len(regions), REGIONS_AT_ONCE):
            parts = regions[start : start + REGIONS_AT_ONCE]
            sums = _sums(session, chosen.election.id, parts)
            for part in parts:
                yield from _rows(chosen, part, sums.get(part.code, {}))


def districts_of(session: Session, region: str) -> list[str]:
    """Return the districts of a region, or the region itself where it is no larger than one."""
    if len(region) >= _DISTRICT:
        return [region]
    query = select(Region.code).where(Region.level == LEVELS[_DISTRICT], inside(Region.code.expression, region))
    return list(session.scalars(query.order_by(Region.code)))


def filed(election: str, place: str) -> Iterable[ColumnElement[bool]]:
    """Return the conditions that a document is filed in a region in an election."""
    return (
        Document.election_id == election,
        inside(Document.station.expression, place),
        Document.moved_to.is_(None),
    )


def _number_row(chosen: Selection, row: Any) -> Row:
    """Return a number as a row; while people still decide it, nobody is told what one of them read."""
    shown = shown_values(row, insider=chosen.insider)
    decision = (None, None, None) if row.state == IN_REVIEW else (row.decision_id, row.kind, row.decided_at)
    return (
        chosen.election.id, row.station, row.field, shown.value, shown.counts, row.state,
        shown.boxes, shown.confidence, shown.machine_value, shown.machine_boxes, shown.machine_outcome, row.document_id,
        row.page_id, row.reading_id, row.read_at, row.model_id, row.model_sha256, row.program, row.form_sha256,
        *decision,
    )  # fmt: skip


def _sums(session: Session, election: str, parts: Sequence[Region]) -> dict[str, Items]:
    if parts[0].code == NATION:
        return {NATION: sums_of(session, election, NATION)}
    return dict(sums_of_parts(session, election, parts))


def _rows(chosen: Selection, region: Region, items: Items) -> Iterator[Row]:
    line = stations_of(region, items)
    stations = (line.expected, line.received, line.read, line.in_review, line.final, line.broken)
    added = added_of(chosen.form, items)
    shares = shares_of(items, added.pairs, added.size)
    for field in added.fields:
        count = count_of(items, field)
        numbers = (count.sum, count.counted, count.left_out)
        share = (shares.shares[field], shares.stations) if field in shares.shares else (None, None)
        yield (
            chosen.election.id,
            region.code,
            region.level,
            region.name,
            field,
            *numbers,
            *stations,
            *share,
            named_pair(chosen.election, field),
        )
