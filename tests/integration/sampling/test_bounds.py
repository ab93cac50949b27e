"""Bounds that hold: against tables, and in simulated audits at known rates."""

import hashlib
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from api.sampling.intervals import lower_bound, sample_needed, upper_bound, wilson
from api.sampling.lottery import drawn, reading_order, run_edges, ticket

QUEUES = 500


@pytest.mark.parametrize(("wrong", "read"), [(0, 10), (0, 300), (1, 300), (7, 200), (50, 51)])
def test_bounds_are_those_of_clopper_and_pearson(wrong: int, read: int) -> None:
    assert binom.cdf(wrong, read, upper_bound(wrong, read)) == pytest.approx(0.05, rel=1e-6)
    if wrong:
        assert binom.sf(wrong - 1, read, lower_bound(wrong, read)) == pytest.approx(0.05, rel=1e-6)
    interval = binomtest(wrong, read).proportion_ci(0.9, "exact")
    assert upper_bound(wrong, read) == pytest.approx(interval.high)


def test_bounds_at_the_ends() -> None:
    assert upper_bound(0, 0) == 1.0
    assert upper_bound(3, 3) == 1.0
    assert lower_bound(0, 100) == 0.0
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(19, 20)
    exact = binomtest(19, 20).proportion_ci(0.95, "wilson")
    assert low == pytest.approx(exact.low)
    assert high == pytest.approx(exact.high)


@pytest.mark.parametrize(("target", "wrong", "needed"), [(1e-4, 0, 29956), (0.01, 0, 299), (0.01, 1, 473)])
def test_the_sample_that_a_target_needs(target: float, wrong: int, needed: int) -> None:
    assert sample_needed(target, wrong) == needed
    assert upper_bound(wrong, needed) <= target < upper_bound(wrong, needed - 1)


def chosen(total: int, size: int, seed: int) -> list[int]:
    return list(drawn(range(total), lambda rank: f"document-{rank}/paslon_1", total, size, str(seed)))


def test_every_number_has_nearly_the_same_chance_and_every_run_its_one() -> None:
    ranks = chosen(1000, 10, 7)
    assert ranks == chosen(1000, 10, 7) != chosen(1000, 10, 8)
    assert [rank // 100 for rank in ranks] == list(range(10))
    assert chosen(5, 9, 1) == [0, 1, 2, 3, 4]
    drawn = np.bincount(np.concatenate([chosen(103, 10, seed) for seed in range(4000)]), minlength=103)
    assert (drawn > 4000 * 10 / 103 * 0.7).all()


def test_a_draw_can_be_made_again_with_a_command_line() -> None:
    """As a command line prints it (printf, sha256sum); and what was said once stays so."""
    assert ticket("7", "document-3/paslon_1").hex() == hashlib.sha256(b"7\ndocument-3/paslon_1").hexdigest()
    by_hand = [min(range(first, first + 5), key=lambda rank: ticket("42", f"d/{rank}")) for first in (0, 5)]
    assert list(drawn(range(10), lambda rank: f"d/{rank}", 10, 2, "42")) == by_hand
    places = reading_order([f"d/{rank}" for rank in range(10)], "42")
    assert sorted(places) == list(range(10))
    assert places != reading_order([f"d/{rank}" for rank in range(10)], "43")


@cache
def one_of_each_run(total: int, size: int, seed: int) -> np.ndarray:
    """Return ranks as a draw has them, quicker than by tickets: each of a run has the same chance."""
    edges = np.array(run_edges(total, size))
    return np.random.default_rng(seed).integers(edges[:-1], edges[1:])


@cache
def upper(wrong: int, read: int) -> float:
    """Return the bound; few counts of wrong numbers come up, each in many queues."""
    return upper_bound(wrong, read)


def _anywhere(rng: np.random.Generator, total: int, wrong: int) -> np.ndarray:
    return rng.permutation(np.arange(total) < wrong)


def _in_one_region(rng: np.random.Generator, total: int, wrong: int) -> np.ndarray:
    start = int(rng.integers(0, total - wrong))
    places = np.arange(total)
    return (places >= start) & (places < start + wrong)


def _at_intervals(rng: np.random.Generator, total: int, wrong: int) -> np.ndarray:
    found = np.zeros(total, bool)
    found[(np.arange(wrong) * (total // wrong) + int(rng.integers(0, total // wrong))) % total] = True
    return found


@pytest.mark.parametrize("rate", [0.001, 0.01, 0.05])
@pytest.mark.parametrize("size", [100, 600, 3000])
@pytest.mark.parametrize("spread", [_anywhere, _in_one_region, _at_intervals])
def test_the_stated_bound_fails_no_more_often_than_it_says(
    rate: float, size: int, spread: Callable[[np.random.Generator, int, int], np.ndarray]
) -> None:
    rng = np.random.default_rng(20240214)
    total = 20_000
    failures = 0
    for queue in range(QUEUES):
        wrong = spread(rng, total, int(rate * total))
        drawn = wrong[one_of_each_run(total, size, queue)]
        failures += bool(wrong.mean() > upper(int(drawn.sum()), size))
    # At a true failure rate of 5 %, more than this happens once in ten thousand.
    assert failures <= binom.ppf(0.9999, QUEUES, 0.05)
