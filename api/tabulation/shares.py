"""Shares of pairs: over the stations in which every pair counts, and no others.

The plain sums of pairs are over different stations: a pair that waits in one of them would seem to have no vote there.
Shares are rounded so that they add up to one (the largest remainder gets what is left), never cut.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.tabulation.amounts import PAIRS, SOME_PAIRS

PARTS = 10_000
"""Shares are whole numbers of these parts: hundredths of a per cent."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of pairs in a region.

    Attributes:
        stations: In how many stations every pair counts; no others take part.
        votes: By pair, its votes in these stations; None where there are none of these stations.
        shares: By pair, its part of these votes, 0 to 1; None where nobody can tell.

    """

    stations: int = 0
    votes: Mapping[str, int | None] = field(default_factory=dict)
    shares: Mapping[str, float | None] = field(default_factory=dict)


def shares_of(items: Mapping[str, int], pairs: Sequence[str], size: int | None = None) -> Shares:
    """Return the shares of pairs.

    Stations with different numbers of pairs hold different elections: over both nobody can tell a share.

    Args:
        items: Amounts by field and mark.
        pairs: The fields of the pairs.
        size: How many pairs every station has; None where they may differ. Then a station of which a page is missing
            takes no part, for it may have more pairs than were read.

    """
    nobody: dict[str, None] = dict.fromkeys(pairs)
    marks = (PAIRS,) if size is None else (PAIRS, SOME_PAIRS)
    sizes = _sizes(items) if size is None else [size]
    stations = [sum(items.get(f"{mark}{one}", 0) for mark in marks) for one in sizes]
    if len(sizes) != 1 or not stations[0]:
        return Shares(0, nobody, nobody)
    count = stations[0]
    # A pair without a vote has no amount; where there are two pairs, they are the first two of the ballot.
    taking = sorted(pairs, key=number_of)[: sizes[0]]
    votes = {pair: sum(items.get(mark + pair, 0) for mark in marks) for pair in taking}
    return Shares(count, {**nobody, **votes}, {**nobody, **rounded_shares(votes)})


def number_of(pair: str) -> int:
    """Return the number of a pair on the ballot."""
    return int(pair.rpartition("_")[2])


def rounded_shares(votes: Mapping[str, int]) -> dict[str, float | None]:
    """Return parts of a whole to a hundredth of a per cent, which add up to exactly one; None where all is zero."""
    total = sum(votes.values())
    if not total:
        return dict.fromkeys(votes)
    parts = {name: amount * PARTS // total for name, amount in votes.items()}
    left = PARTS - sum(parts.values())
    # Equal remainders: the larger sum first, then the order given.
    order = sorted(votes, key=lambda name: (-(votes[name] * PARTS % total), -votes[name]))
    for name in order[:left]:
        parts[name] += 1
    return {name: part / PARTS for name, part in parts.items()}


def _sizes(items: Mapping[str, int]) -> list[int]:
    """Return how many pairs the whole stations have of which every pair counts."""
    marks = [item.removeprefix(PAIRS) for item, amount in items.items() if item.startswith(PAIRS) and amount]
    return [int(name) for name in marks if name.isdigit()]
