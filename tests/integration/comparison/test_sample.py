"""The statements of a sample, held against simulated elections of known error; numbers alone, no pictures."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from api.comparison.contest import Checked, Contest, assertions, holds, p_value
from api.comparison.random_sample import Drawn, draw, most_wrong, runs_of

ELECTIONS, CONFIDENCE = 500, 0.95
MOST_FAILURES = 35
"""Of 500: more than that has a chance of 1 in 500 where the confidence is kept exactly."""

Wrong = NDArray[np.bool_]


def codes(count: int) -> list[str]:
    return [
        f"11{index // 400:02d}{index // 40 % 10:02d}{index // 10 % 4:04d}{index % 10 + 1:03d}" for index in range(count)
    ]


@cache
def drawn_of(count: int, size: int, seed: str) -> list[Drawn]:
    """Return a draw; every kind of election is judged by the same ones."""
    return draw(codes(count), size, seed)


def scattered(rng: np.random.Generator, count: int) -> Wrong:
    return np.asarray(rng.random(count) < rng.choice([0.0, 0.003, 0.02, 0.2]))


def in_one_district(rng: np.random.Generator, count: int) -> Wrong:
    wrong = np.zeros(count, dtype=bool)
    first, length = rng.integers(0, count), int(rng.integers(1, count // 4))
    wrong[first : first + length] = True
    return wrong


def every_second(rng: np.random.Generator, count: int) -> Wrong:
    return np.asarray(np.arange(count) % int(rng.integers(2, 60)) == 0)


def nearly_all(rng: np.random.Generator, count: int) -> Wrong:
    return np.asarray(rng.random(count) > rng.choice([0.0, 0.01, 0.05]))


@pytest.mark.parametrize("election", [scattered, in_one_district, every_second, nearly_all])
@pytest.mark.parametrize(("count", "size"), [(2000, 100), (130, 100), (997, 37)])
def test_the_bound_on_wrong_stations_fails_no_more_often_than_stated(
    election: Callable[[np.random.Generator, int], Wrong], count: int, size: int
) -> None:
    rng = np.random.default_rng(41)
    place = {code: index for index, code in enumerate(codes(count))}
    failures = 0
    for index in range(ELECTIONS):
        wrong = election(rng, count)
        drawn = drawn_of(count, size, f"seed {index}")
        seen = sum(bool(wrong[place[one.code]]) for one in drawn)
        failures += most_wrong([one.run for one in drawn], seen, CONFIDENCE) < int(wrong.sum())
    assert failures <= MOST_FAILURES


def test_a_bound_says_something() -> None:
    assert most_wrong([20] * 100, 0, CONFIDENCE) == 59
    assert most_wrong([1] * 100, 3, CONFIDENCE) == 3
    assert most_wrong([20] * 100, 100, CONFIDENCE) == 2000


def test_anybody_can_draw_the_sample_again() -> None:
    listed = codes(1000)
    drawn = draw(listed, 30, "2024-02-20 dadu 4 1 6")
    assert draw(listed, 30, "2024-02-20 dadu 4 1 6") == drawn
    assert draw(listed, 30, "another") != drawn
    for one, (first, last) in zip(drawn, runs_of(listed, 30), strict=True):
        digests = {
            code: hashlib.sha256(f"2024-02-20 dadu 4 1 6:{code}".encode()).hexdigest() for code in listed[first:last]
        }
        assert one.code == min(digests, key=lambda code: digests[code])
        assert one.run == last - first
    assert sum(one.run for one in drawn) == len(listed)


def test_every_station_has_the_same_chance_within_its_run() -> None:
    listed = codes(20)
    found = [draw(listed, 4, str(seed)) for seed in range(2000)]
    for place in range(4):
        counts = np.unique([one[place].code for one in found], return_counts=True)[1]
        assert len(counts) == 5
        assert counts.min() > 320


class Election:
    """Stations with votes as written and as published; the published winner is the wrong one where `overturned`."""

    def __init__(self, rng: np.random.Generator, count: int, *, overturned: bool, everywhere: bool) -> None:
        self.written = rng.poisson(rng.uniform(20, 120, size=(count, 2)))
        lead = int(self.written[:, 0].sum() - self.written[:, 1].sum())
        self.published = self.written.copy()
        # The pair that is behind in the ink is published ahead, by as little as that takes.
        winner = 1 if (lead >= 0) == overturned else 0
        self.winner = winner
        if overturned:
            self._raise(rng, winner, abs(lead) + 1, everywhere=everywhere)

    def _raise(self, rng: np.random.Generator, pair: int, votes: int, *, everywhere: bool) -> None:
        places = np.arange(len(self.published)) if everywhere else rng.permutation(len(self.published))
        added = votes // len(places) + 1 if everywhere else 300
        ahead = int(self.published[:, pair].sum() - self.published[:, 1 - pair].sum())
        for place in places:
            if ahead > 0:
                return
            self.published[place, pair] += added
            ahead += added

    def confirmed(self, listed: Sequence[str], size: int, seed: str, risk: float) -> bool:
        drawn = drawn_of(len(listed), size, seed)
        place = {code: index for index, code in enumerate(listed)}
        votes = [(one.run, place[one.code]) for one in drawn]
        checked = [Checked(run, _named(self.published[at]), _named(self.written[at])) for run, at in votes]
        sums = _named(self.published.sum(axis=0))
        contest = Contest(sums, _named(self.published.max(axis=0)), {}, 999)
        return holds(assertions(contest, checked), risk)


def _named(votes: NDArray[np.int64]) -> dict[str, int]:
    return {f"paslon_{index}": int(value) for index, value in enumerate(votes, 1)}


@pytest.mark.parametrize("everywhere", [True, False], ids=["a few votes everywhere", "many votes at some stations"])
def test_a_wrong_outcome_is_confirmed_no_more_often_than_stated(everywhere: bool) -> None:
    rng = np.random.default_rng(42)
    listed = codes(800)
    confirmed = 0
    for index in range(ELECTIONS):
        election = Election(rng, len(listed), overturned=True, everywhere=everywhere)
        confirmed += election.confirmed(listed, 200, str(index), 1 - CONFIDENCE)
    assert confirmed <= MOST_FAILURES


def test_a_right_outcome_with_a_clear_margin_is_confirmed() -> None:
    rng = np.random.default_rng(43)
    written = rng.poisson((110, 40), size=(2000, 2))
    checked = [Checked(20, _named(votes), _named(votes)) for votes in written[::20]]
    contest = Contest(_named(written.sum(axis=0)), _named(written.max(axis=0)), {}, 999)
    (found,) = assertions(contest, checked)
    assert (found.winner, found.loser, found.overstated) == ("paslon_1", "paslon_2", 0)
    assert holds([found], 0.05)
    unseen = [Checked(20, _named(votes), {}) for votes in written[::20]]
    assert not holds(assertions(contest, unseen), 0.05)


def test_what_no_sheet_can_show_is_taken_off_before_anything_is_drawn() -> None:
    sums = {"paslon_1": 360_000, "paslon_2": 200_000}
    votes = {"paslon_1": 100, "paslon_2": 60}
    checked = [Checked(20, votes, votes)] * 200
    assert holds(assertions(Contest(sums, {"paslon_1": 300}, {}, 999), checked), 0.05)
    assert not holds(assertions(Contest(sums, {"paslon_1": 300}, {"paslon_1": 136_000}, 999), checked), 0.05)


def test_a_whole_count_leaves_nothing_to_chance() -> None:
    assert p_value([0.0] * 9 + [5.0], [1] * 10, 6.0, 100.0) == 0.0
    assert p_value([0.0] * 9 + [6.0], [1] * 10, 6.0, 100.0) == 1.0
