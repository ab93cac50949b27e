"""Draw stations by chance, by a rule that anybody can follow by hand, and say how many of all are wrong at most. Pure.

The rule: all stations in the order of their codes are cut into as many runs of equal length as are to be drawn (station
number i of N, from 0, is in run i * n // N, rounded down; see `runs_of`). From each run the one is drawn whose SHA-256
of "SEED:CODE" is the smallest. So every region has its share of the sample to within one, at every level at once, and
whoever has the list and the seed can check each draw with `printf '%s' SEED:CODE | sha256sum`. The seed must not be
known to the publisher before the figures are out: dice thrown in public do.

The bound: of n runs, one station each, X are found wrong. X is a sum of independent draws of unlike rates, whose lower
tail is no heavier than the binomial one at the mean rate as long as X is at most n times that rate less 1 (Hoeffding,
Ann. Math. Stat. 27 (1956) 713). So the exact bound of Clopper and Pearson (Biometrika 26 (1934) 404) holds for the sum
of the rates, where it is at least X + 1, and that is taken where it is not. Runs that are one longer than others weigh
one station more.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.sampling.intervals import upper_bound
from api.sampling.lottery import run_edges


@dataclass(frozen=True, slots=True)
class Drawn:
    """A station that was drawn.

    Attributes:
        code: The station.
        run: How many stations it stands for.

    """

    code: str
    run: int


@dataclass(frozen=True, slots=True)
class SampleStatement:
    """What a sample says of all stations.

    Attributes:
        stations: All of them.
        drawn, right, wrong, unknown: Of the sample; unknown are those that could not be checked.
        confidence: Of the bounds.
        wrong_at_most: Stations wrong at most; those that could not be checked count as wrong.
        wrong_at_most_if_unknown_are_right: The same if those that could not be checked are all right.

    """

    stations: int
    drawn: int
    right: int
    wrong: int
    unknown: int
    confidence: float
    wrong_at_most: int
    wrong_at_most_if_unknown_are_right: int


def runs_of(codes: Sequence[str], size: int) -> list[tuple[int, int]]:
    """Return where the runs begin and end in a sorted list of codes; as equal as whole numbers allow."""
    return list(pairwise(run_edges(len(codes), size)))


def draw(codes: Sequence[str], size: int, seed: str) -> list[Drawn]:
    """Return the stations that are drawn, in the order of their codes.

    Args:
        codes: All stations, sorted, each once.
        size: How many to draw; all where there are fewer.
        seed: What chance begins with, as text.

    """
    return [
        Drawn(min(codes[first:last], key=lambda code: rank(seed, code)), last - first)
        for first, last in runs_of(codes, size)
    ]


def rank(seed: str, code: str) -> str:
    """Return by what stations are drawn: the smallest of a run is."""
    return hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()


def most_wrong(runs: Sequence[int], wrong: int, confidence: float) -> int:
    """Return how many of all stations are wrong at most, with `confidence`.

    Args:
        runs: For each station drawn, how many it stands for.
        wrong: How many of those drawn are wrong.
        confidence: Of the statement.

    """
    right = len(runs) - wrong
    rates = min(max(len(runs) * upper_bound(wrong, len(runs), confidence), wrong + 1.0), float(len(runs)))
    longest = sorted(runs, reverse=True)
    whole = int(rates)
    most = sum(longest[:whole]) + (rates - whole) * (longest[whole] if whole < len(longest) else 0)
    # Those that were seen to be right are not wrong, whatever the tail of a distribution says.
    return max(wrong, min(int(most + 1e-9), sum(runs) - right))


def statement(runs: Sequence[int], right: int, wrong: int, confidence: float) -> SampleStatement:
    """Return what a sample says, both ways of taking those that could not be checked."""
    unknown = len(runs) - right - wrong
    return SampleStatement(
        stations=sum(runs),
        drawn=len(runs),
        right=right,
        wrong=wrong,
        unknown=unknown,
        confidence=confidence,
        wrong_at_most=most_wrong(runs, wrong + unknown, confidence),
        wrong_at_most_if_unknown_are_right=most_wrong(runs, wrong, confidence),
    )
