"""Lengths of bars, in parts of a hundred: what the templates draw as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.schemas.tabulation import Count, PairLine, SharesLine, Stations

FULL = 100.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stacked bar.

    Attributes:
        name: What it counts.
        amount: How many.
        start: Where it begins.
        length: How long it is.

    """

    name: str
    amount: int
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The votes of one pair.

    Attributes:
        field: Its field on the form.
        number: Its number on the ballot.
        label: "1 — NAME"; None where nobody has given its name.
        count: Its votes, and over how many stations.
        share: Of the votes in stations where every pair counts; None where nobody can tell.
        length: Of its bar: as long as its share; None where there is none.

    """

    field: str
    number: str
    label: str | None
    count: Count
    share: float | None
    length: float | None


def progress(stations: Stations) -> list[Segment]:
    """Return how far the stations of a region have come, each counted once."""
    parts = {
        "final": stations.final,
        "read": max(0, stations.read - stations.final),
        "received": max(0, stations.received - max(stations.read, stations.final)),
        "outstanding": stations.outstanding,
    }
    return stacked(parts)


def stacked(parts: Mapping[str, int]) -> list[Segment]:
    """Return the segments of a full bar, in their order; parts of nothing have no length."""
    total, start, found = sum(parts.values()), 0.0, []
    for name, amount in parts.items():
        length = FULL * amount / total if total else 0.0
        found.append(Segment(name, amount, round(start, 3), round(length, 3)))
        start += length
    return found


def bars(votes: Mapping[str, Count], shares: SharesLine, pairs: Mapping[str, PairLine]) -> list[Bar]:
    """Return a bar for each pair; one of which nobody can tell a share has no length."""
    found = []
    for field, count in votes.items():
        share = shares.pairs[field].share
        length = None if share is None else round(FULL * share, 3)
        label = pairs[field].label if field in pairs else None
        found.append(Bar(field, field.rpartition("_")[2], label, count, share, length))
    return found


def uneven(votes: Sequence[Bar], stations: int) -> bool:
    """Return whether any sum of a pair is over other stations than the shares, so that the two do not compare."""
    return any(bar.count.counted != stations for bar in votes)
