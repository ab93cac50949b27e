"""How paper bends: what the surface reproduces, follows, leaves out and carries on."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.registration.geometry import Points
from pipeline.registration.surface import Surface, fit_robustly, fit_surface

SIZES = [(600.0, 900.0), (330.0, 210.0)]
STIFFNESS = 0.1


def spread(size: tuple[float, float], count: int, seed: int) -> Points:
    """Return points all over a sheet, mm (count, 2)."""
    return np.random.default_rng(seed).uniform(0.02, 0.98, (count, 2)) * size


def bent(points: Points, size: tuple[float, float]) -> Points:
    """Return how far a sheet with a wave across and a sag down is displaced, mm (n, 2)."""
    x, y = (points / size).T
    return np.column_stack([2.0 * np.sin(2 * np.pi * y), 4.0 * np.cos(2 * np.pi * x) + 3.0 * y**2])


def fitted(size: tuple[float, float], points: Points, shifts: Points, stiffness: float = STIFFNESS) -> Surface:
    return fit_surface(size, points, shifts, np.ones(len(points)), stiffness)


numbers = st.floats(-0.05, 0.05)


@given(st.tuples(numbers, numbers, numbers, numbers), st.integers(0, 10**6), st.sampled_from(SIZES))
@example((0, -1 / 32, 0, -1 / 32), 277, SIZES[0])  # was pulled back by 0.06 mm
@settings(max_examples=25, deadline=None)
def test_what_is_only_slanted_is_reproduced_wherever_it_was_measured(
    slope: tuple[float, float, float, float], seed: int, size: tuple[float, float]
) -> None:
    def slanted(points: Points) -> Points:
        return np.asarray(points @ np.array(slope).reshape(2, 2) + np.array([4.0, -7.0]))

    some = spread(size, 30, seed)
    surface = fitted(size, some, slanted(some))
    # Off the sheet as well: it runs on straight.
    everywhere = np.vstack([spread(size, 50, seed + 1), [[-40.0, 10.0], [size[0] + 60.0, size[1] + 60.0]]])
    np.testing.assert_allclose(surface.at(everywhere), slanted(everywhere), atol=0.05)


@pytest.mark.parametrize("size", SIZES)
def test_a_bend_is_followed_where_much_was_measured(size: tuple[float, float]) -> None:
    some, others = spread(size, 300, 1), spread(size, 200, 2)
    missed = np.hypot(*(fitted(size, some, bent(some, size)).at(others) - bent(others, size)).T)
    assert np.median(missed) < 0.1
    assert missed.max() < 0.9


def test_a_stiff_surface_does_not_bend() -> None:
    size, some = SIZES[0], spread(SIZES[0], 300, 1)
    surface = fitted(size, some, bent(some, size), stiffness=1e7)
    line = np.column_stack([np.linspace(0, 600, 13), np.full(13, 300.0)])
    assert np.abs(np.diff(surface.at(line), n=2, axis=0)).max() < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_four_in_ten_wrong_measurements_are_left_out(seed: int) -> None:
    size, rng = SIZES[0], np.random.default_rng(seed)
    some, others = spread(size, 200, seed), spread(size, 200, seed + 100)
    shifts = bent(some, size) + rng.normal(0, 0.2, (200, 2))
    wrong = rng.permutation(200) < 80
    shifts[wrong] += rng.uniform(-20, 20, (80, 2))
    surface, misses = fit_robustly(size, some, shifts, np.ones(200), STIFFNESS, 1.5)
    missed = np.hypot(*(surface.at(others) - bent(others, size)).T)
    assert np.median(missed) < 0.5
    assert np.mean(misses[~wrong] < 3.0) > 0.97
    assert np.mean(misses[wrong] > 3.0) > 0.8
    plain = np.hypot(*(fitted(size, some, shifts).at(others) - bent(others, size)).T)
    assert np.median(missed) < 0.4 * np.median(plain)


def test_beyond_the_sheet_it_runs_on_straight() -> None:
    size, some = SIZES[0], spread(SIZES[0], 300, 1)
    surface = fitted(size, some, bent(some, size))
    beyond = np.column_stack([600.0 + np.linspace(0, 200, 9), np.full(9, 400.0)])
    steps = np.diff(surface.at(beyond), axis=0)
    np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=1e-9)
    # As steep as it was at the edge.
    inside = np.diff(surface.at(np.array([[599.999, 400.0], [600.0, 400.0]])), axis=0) / 0.001
    np.testing.assert_allclose(inside[0], steps[0] / 25.0, atol=1e-4)


def test_without_measurements_it_is_flat() -> None:
    nothing = np.zeros((0, 2))
    surface = fit_surface(SIZES[0], nothing, nothing, np.zeros(0), STIFFNESS)
    assert not surface.at(spread(SIZES[0], 20, 1)).any()
    assert surface.at(nothing).shape == (0, 2)


def test_what_has_no_weight_has_no_say() -> None:
    size, some = SIZES[0], spread(SIZES[0], 60, 1)
    shifts, weights = bent(some, size), np.ones(60)
    shifts[:5] += 50.0
    weights[:5] = 0.0
    surface = fit_surface(size, some, shifts, weights, STIFFNESS)
    without = fit_surface(size, some[5:], shifts[5:], weights[5:], STIFFNESS)
    np.testing.assert_allclose(surface.at(some), without.at(some), atol=1e-6)


@pytest.mark.parametrize("count", [1, 3, 22, 150])
def test_few_measurements_are_fitted_as_many_are(count: int) -> None:
    size, some = SIZES[0], spread(SIZES[0], count, 3)
    everywhere = np.vstack([some, spread(size, 300, 4)])
    known = np.arange(len(everywhere)) < count
    many = fit_surface(size, everywhere, bent(everywhere, size), known.astype(float), STIFFNESS)
    np.testing.assert_allclose(fitted(size, some, bent(some, size)).at(everywhere), many.at(everywhere), atol=1e-6)
