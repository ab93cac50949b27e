"""The slope of a series, and how sure it is."""

import numpy as np
import pytest

from tests.bench.trend import trend

HOURS = np.arange(60) / 60


def test_a_straight_line_has_its_slope_without_doubt() -> None:
    found = trend(list(HOURS), list(200 + 30 * HOURS))
    assert (found.slope, found.low, found.high) == pytest.approx((30, 30, 30))
    assert found.grows(10)
    assert not found.grows(40)


def test_what_stays_equal_does_not_grow() -> None:
    found = trend(list(HOURS), [7.0] * 60)
    assert (found.mean, found.slope) == pytest.approx((7, 0))
    assert not found.grows(0)


def test_intervals_hold_the_true_slope_nineteen_times_in_twenty() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(400):
        found = trend(list(HOURS), list(5 * HOURS + rng.normal(0, 1, 60)))
        held += found.low <= 5 <= found.high
    assert 0.92 < held / 400 < 0.99


def test_a_wandering_series_is_not_taken_for_a_growing_one() -> None:
    rng, naive = np.random.default_rng(2), 0
    for _ in range(200):
        noise = rng.normal(0, 1, 60)
        for at in range(1, 60):
            noise[at] += 0.7 * noise[at - 1]
        naive += trend(list(HOURS), list(noise)).grows(0)
    assert naive / 200 < 0.08


def test_what_a_busier_machine_takes_longer_for_is_no_growth() -> None:
    rng = np.random.default_rng(3)
    busy = 2 + 3 * HOURS + rng.normal(0, 0.3, 60)
    taken = 20 * busy + rng.normal(0, 0.5, 60)
    assert trend(list(HOURS), list(taken)).grows(1)
    assert not trend(list(HOURS), list(taken), [list(busy)]).grows(1)


def test_a_few_samples_make_no_trend() -> None:
    with pytest.raises(ValueError, match="too few"):
        trend([0, 1, 2], [1, 2, 3])
