"""Whether errors of publication could have changed who won, from a sample of stations. Pure.

The question is put as assertions, in the manner of SHANGRLA (Stark, Financial Cryptography 2020, arXiv:1911.10035): the
published winner has more votes than each loser; if all of them hold, so does the outcome. Of each assertion the
overstatement of a station is what its published margin has too much over its ink; the assertion is wrong exactly if
overstatements add up to the published margin of all or more. The statistic is a product of bets, as in ALPHA (Stark,
Ann. Appl. Stat. 17 (2023) 641, arXiv:2201.02707) and Waudby-Smith and Ramdas (J. R. Stat. Soc. B 86 (2024) 1).

Here one station is drawn from each of n runs, so draws are independent and unlike. For a fixed bet b the expectation of
the product of 1 - b + b Z_i is the product of the means 1 - b + b E Z_i, and that is at most (1 - b + b m)^n with m the
mean of the E Z_i, by the inequality of arithmetic and geometric means: at most 1 where m is at most 1. A mixture over
bets that were fixed beforehand keeps that, and Markov's inequality gives the p-value. Bets are not adapted to what was
seen, so the test is of one sample of a size fixed beforehand; to look, and then draw more, needs a new seed and a
smaller risk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

BETS = np.linspace(0.02, 1.0, 50)
"""The bets that are mixed, each with the same weight."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A station of the sample: for how many it stands, and its votes by pair as published and as written.

    Attributes:
        run: Stations that it stands for.
        published: By pair.
        written: By pair; None for a pair that could not be checked.

    """

    run: int
    published: Mapping[str, int]
    written: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Assertion:
    """That one pair has more votes than another.

    Attributes:
        winner, loser: The pairs.
        margin: Published votes of the winner over the loser's, over all stations.
        p_value: At most so likely would be what was seen, were the assertion wrong.
        overstated: Votes by which the margin of the sample's own stations is published too large.

    """

    winner: str
    loser: str
    margin: int
    p_value: float
    overstated: int


@dataclass(frozen=True, slots=True)
class Contest:
    """The published figures of one contest.

    Attributes:
        sums: By pair, over all stations.
        largest: The largest published figure of a pair at one station, by pair; what is above `most` is taken for
            `most`.
        impossible: By pair, the published votes that no sheet can show: what exceeds `most` at any station.
        most: What the boxes of a sheet can hold, 999.

    """

    sums: Mapping[str, int]
    largest: Mapping[str, int]
    impossible: Mapping[str, int]
    most: int


def assertions(contest: Contest, checked: Sequence[Checked]) -> list[Assertion]:
    """Return the assertions of a contest, each with what a sample says of it; the winner is the pair with most votes.

    Args:
        contest: What is published.
        checked: The sample.

    """
    if len(contest.sums) < 2:
        return []
    ranked = sorted(contest.sums, key=lambda pair: (-contest.sums[pair], pair))
    return [_assertion(contest, checked, ranked[0], loser) for loser in ranked[1:]]


def holds(found: Sequence[Assertion], risk: float) -> bool:
    """Return whether a sample confirms who won: every assertion, each at the same risk."""
    return bool(found) and all(one.p_value <= risk for one in found)


def p_value(values: Sequence[float], runs: Sequence[int], total: float, most: float) -> float:
    """Return how likely what was seen is at most, if the sum over all stations is `total` or more.

    Args:
        values: Of the stations drawn, each at most `most`.
        runs: For how many stations each of them stands.
        total: The sum that is doubted, over all stations.
        most: What no station exceeds.

    """
    if total <= 0:
        return 1.0
    if all(run == 1 for run in runs):
        return 0.0 if sum(values) < total else 1.0
    longest = max(runs)
    scaled = np.array([value * run / longest for value, run in zip(values, runs, strict=True)])
    mean = total / (len(runs) * longest)
    if most <= mean:
        return 0.0  # not even the most at every station adds up to it
    payoffs = (most - scaled) / (most - mean)
    logs = np.log1p(BETS[:, None] * (payoffs[None, :] - 1.0) * (1 - 1e-12)).sum(axis=1)
    top = float(logs.max())
    capital = np.exp(np.clip(top, None, 700)) * float(np.mean(np.exp(logs - top)))
    return float(min(1.0, 1.0 / capital)) if capital > 0 else 1.0


def _assertion(contest: Contest, checked: Sequence[Checked], winner: str, loser: str) -> Assertion:
    margin = contest.sums[winner] - contest.sums[loser]
    most = contest.largest.get(winner, 0) + contest.most
    values = [_overstatement(one, winner, loser, contest.most) for one in checked]
    # What no sheet can show is known to be wrong without a sample: it is taken off before anything is drawn.
    left = margin - contest.impossible.get(winner, 0)
    found = p_value(values, [one.run for one in checked], left, most) if checked else 1.0
    return Assertion(winner, loser, margin, found, sum(_seen(one, winner, loser) for one in checked))


def _overstatement(one: Checked, winner: str, loser: str, most: int) -> int:
    """Return by how much a station's margin is published too large; at the worst where it could not be checked."""
    published = min(one.published.get(winner, 0), most) - one.published.get(loser, 0)
    written_winner, written_loser = one.written.get(winner), one.written.get(loser)
    least = 0 if written_winner is None else written_winner
    highest = most if written_loser is None else written_loser
    return published - (least - highest)


def _seen(one: Checked, winner: str, loser: str) -> int:
    """Return the overstatement that was seen; 0 where a pair could not be checked."""
    written_winner, written_loser = one.written.get(winner), one.written.get(loser)
    if written_winner is None or written_loser is None:
        return 0
    return one.published.get(winner, 0) - one.published.get(loser, 0) - (written_winner - written_loser)
