"""Lengths of bars, in parts of a hundred: what the templates draw as SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.schemas.tabulation import Count, Stations

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
        count: Its votes, and over how many stations.
        share: Of all counted votes of pairs; None where there are none.
        length: Of its bar: as long as its share.

    """

    field: str
    number: str
    count: Count
    share: float | None
    length: float


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


def bars(votes: Mapping[str, Count]) -> list[Bar]:
    """Return a bar for each pair."""
    total = sum(count.sum for count in votes.values())
    return [
        Bar(
            field,
            field.rpartition("_")[2],
            count,
            count.sum / total if total else None,
            round(FULL * count.sum / total, 3) if total else 0.0,
        )
        for field, count in votes.items()
    ]


def uneven(votes: Sequence[Bar]) -> bool:
    """Tell whether pairs are counted over different numbers of stations, so that their shares compare badly."""
    return len({bar.count.counted for bar in votes}) > 1
