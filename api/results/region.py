"""A region as its page shows it: sums, how far it is, and its parts in any order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import Election, Region
from api.results.charts import Bar, Segment, bars, progress, uneven
from api.schemas.tabulation import Count, ElectionLine, RegionLine, TallyLine
from api.tabulation.amounts import PAIR
from api.tabulation.elections import Elections, elections_of
from api.tabulation.totals import (
    parts_of,
    region_of,
    regions_above,
    sums_of,
    sums_of_parts,
)
from api.tabulation.views import added_of, as_of, election_line, region_line, tally_line
from pipeline.errors import MissingError

MOST_PARTS = 1000
"""No region has more parts: stations of a village have three digits."""

ROWS = 50
"""Rows of one page of a table."""

Key = Callable[[TallyLine], Any]

KEYS: dict[str, Key] = {
    "code": lambda line: line.region.code,
    "name": lambda line: line.region.name.casefold(),
    "received": lambda line: line.stations.received / (line.stations.expected or line.stations.received or 1),
    "final": lambda line: line.stations.final,
    "in_review": lambda line: line.stations.in_review,
    "broken": lambda line: line.stations.broken,
    "valid": lambda line: _sum(line.valid),
    "invalid": lambda line: _sum(line.invalid),
}
"""What the table can be ordered by, beside the votes of each pair."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of a place, and what is drawn of them.

    Attributes:
        election: The election that they are of.
        elections: All that are listed.
        aside: Those that are off, where the reader may see them.
        off: Whether this one is off.
        settled: Whether it was asked for, or people or pages say that it is the main one; else the page names none.
        above: The regions above, the largest first.
        line: The sums.
        bars: A bar for each pair.
        uneven: Whether sums of pairs are over other stations than the shares.
        progress: How far the stations are.
        as_of: When the newest contribution came into the sums; None while nothing is counted.

    """

    election: ElectionLine
    elections: Sequence[ElectionLine]
    aside: Sequence[ElectionLine]
    off: bool
    settled: bool
    above: Sequence[RegionLine]
    line: TallyLine
    bars: Sequence[Bar]
    uneven: bool
    progress: Sequence[Segment]
    as_of: datetime | None

    @property
    def chosen(self) -> str | None:
        """The election that links of the page ask for; None where nothing says which it is, so that later pages may."""
        return self.election.id if self.settled else None

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the pairs, by their field."""
        return {field: pair.name for field, pair in self.election.pairs.items()}


@dataclass(frozen=True, slots=True)
class Parts:
    """One page of the parts of a region.

    Attributes:
        rows: Each with its sums and its bar.
        sort: What they are ordered by; a minus in front: the largest first.
        page: Number of this page, from 1.
        pages: How many pages there are.
        count: How many parts the region has.

    """

    rows: Sequence[tuple[TallyLine, Sequence[Segment]]]
    sort: str
    page: int
    pages: int
    count: int


def election_at(known: Elections, wanted: str | None, *, aside: bool) -> Election:
    """Return the election that is asked for, or the main one; while nothing says which that is, the first that is on.

    Args:
        known: All elections.
        wanted: The id of one; None for the main one.
        aside: Whether the reader may look at elections that are off.

    Raises:
        MissingError: `elections_off`.
        UsageError: `election_unknown`.

    """
    if wanted is not None:
        return known.find(wanted, aside=aside)
    seen = (one for one in known.every if aside or not known.is_off(one))
    if (found := known.main or next(seen, None)) is None:
        raise MissingError("elections_off")
    return found


def sums_at(session: Session, records: Records, code: str, wanted: str | None, *, aside: bool = False) -> Sums:
    """Return the sums of a region or a station.

    Args:
        session: A reading session.
        records: Forms.
        code: The region.
        wanted: The election; None for the main one.
        aside: Whether the reader may look at elections that are off.

    Raises:
        MissingError: `region_unknown`, `elections_off`.
        UsageError: There is no such election.

    """
    known, region = elections_of(session), region_of(session, code)
    election = election_at(known, wanted, aside=aside)
    items = sums_of(session, election.id, code)
    line = tally_line(region, election, added_of(records.forms.get(election.form_id), items), items)
    shown = election_line(election)
    drawn = bars(line.votes, line.shares, shown.pairs)
    return Sums(
        election=shown,
        elections=[election_line(one) for one in known.listed],
        aside=[election_line(one) for one in known.aside] if aside else [],
        off=known.is_off(election),
        settled=wanted is not None or known.main is not None,
        above=[region_line(one) for one in regions_above(session, region)],
        line=line,
        bars=drawn,
        uneven=uneven(drawn, line.shares.stations),
        progress=progress(line.stations),
        as_of=as_of(session, line, election),
    )


def parts_at(session: Session, records: Records, sums: Sums, sort: str, page: int) -> Parts:
    """Return a page of the parts of a region; an unknown order or page is the first one."""
    lines = lines_of(session, records, sums)
    name = sort.removeprefix("-")
    known = name in KEYS or (name.startswith(PAIR) and name in sums.line.votes)
    chosen = sort if known else "code"
    lines.sort(key=KEYS["code"])
    lines.sort(key=_key(chosen.removeprefix("-")), reverse=chosen.startswith("-"))
    pages = max(1, -(-len(lines) // ROWS))
    here = page if 1 <= page <= pages else 1
    shown = lines[(here - 1) * ROWS : here * ROWS]
    return Parts([(line, progress(line.stations)) for line in shown], chosen, here, pages, len(lines))


def lines_of(session: Session, records: Records, sums: Sums) -> list[TallyLine]:
    """Return the sums of all parts of a region, by code."""
    region = session.get(Region, sums.line.region.code)
    if region is None:
        return []
    parts, _ = parts_of(session, region, "", MOST_PARTS)
    election = session.get_one(Election, sums.election.id)
    amounts = sums_of_parts(session, election.id, parts)
    known = {item: 0 for items in amounts.values() for item in items}
    added = added_of(records.forms.get(election.form_id), known)
    return [tally_line(part, election, added, amounts.get(part.code, {})) for part in parts]


def _key(name: str) -> Key:
    return KEYS.get(name) or (lambda line: _sum(line.votes[name]))


def _sum(count: Count) -> int:
    """Return a sum to order by: what no station contributes to comes below a sum of nothing."""
    return -1 if count.sum is None else count.sum
