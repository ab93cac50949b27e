import numpy as np
import pytest

from training.evaluation.metrics import (
    brier,
    confusion,
    coverage_at,
    nll,
    reliability,
    risk_at,
    risk_coverage,
    threshold_for,
    upper_bound,
    wilson,
)


def test_wilson_against_known_values() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(10, 10) == pytest.approx((0.722467, 1.0), abs=1e-5)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I


def test_upper_bound_is_three_over_n_without_errors() -> None:
    assert upper_bound(0, 30_000) == pytest.approx(3 / 30_000, rel=0.01)
    assert upper_bound(5, 5) == 1.0


def test_perfect_calibration_has_no_error() -> None:
    confidence = np.repeat([0.5, 0.8], 1000)
    right = np.concatenate([np.arange(1000) < 500, np.arange(1000) < 800])
    assert reliability(confidence, right).ece == pytest.approx(0)
    assert reliability(confidence + 0.1, right).ece == pytest.approx(0.1)


def test_nll_and_brier_of_a_known_case() -> None:
    p = np.array([[0.5, 0.5], [0.9, 0.1]])
    assert nll(p, np.array([0, 0])) == pytest.approx(-(np.log(0.5) + np.log(0.9)) / 2)
    assert brier(p, np.array([0, 0])) == pytest.approx((0.5 + 0.02) / 2)


def test_coverage_counts_from_the_surest() -> None:
    confidence = np.linspace(1, 0.5, 1000)
    right = np.ones(1000, np.bool_)
    right[900:902] = False
    assert coverage_at(confidence, right, 0.001) == pytest.approx(0.9)
    assert coverage_at(confidence, right, 0.002) == pytest.approx(1.0)
    assert risk_at(confidence, right, 0.9) == 0
    assert risk_at(confidence, right, 1.0) == pytest.approx(0.002)
    assert risk_coverage(confidence, right)[0][-1] == 1.0


def test_nothing_is_covered_where_the_surest_is_wrong_and_all_are_few() -> None:
    assert coverage_at(np.array([0.9, 0.8]), np.array([False, True]), 0.001) == 0


def test_confusion_counts_rows_as_truth() -> None:
    found = confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    assert found.tolist() == [[1, 1], [0, 1]]


def test_the_threshold_keeps_to_the_budget() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.5, 1, 20_000)
    right = rng.uniform(size=20_000) < confidence
    threshold = threshold_for(confidence, right, 0.05)
    kept = confidence >= threshold
    assert upper_bound(int((~right[kept]).sum()), int(kept.sum())) <= 0.05
    assert 0.88 < threshold < 0.95


def test_what_is_equally_sure_is_accepted_together() -> None:
    confidence = np.repeat([0.9, 0.5], [1000, 40])
    right = confidence == 0.9
    assert threshold_for(confidence, right, 0.01) == 0.9
