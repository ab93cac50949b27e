"""Calibration: turn logits into probabilities that keep their word, fitted on a split of its own.

Three maps are fitted, from stiff to supple, and the one with the least cross-validated NLL is kept: one temperature
(Guo et al. 2017, arXiv:1706.04599), a scale and a shift per class, and a full matrix (Dirichlet calibration, Kull et
al. 2019, arXiv:1910.12656) held near the temperature. A uniform floor stands for what no reader can know, such as
wrong labels; it keeps a single far-off case from costing everything.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.package import Calibration, calibrated, log_softmax
from training.metrics import nll

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Method = Literal["none", "temperature", "vector", "dirichlet"]
METHODS: tuple[Method, ...] = ("temperature", "vector", "dirichlet")
FOLDS = 4


def fit(method: Method, logits: Floats, labels: Labels, weights: Floats, fitted_on: str) -> Calibration:
    """Fit one map.

    Args:
        method: Which map.
        logits: (n, k) raw output of the network.
        labels: (n,) true classes.
        weights: (n,) how much each box counts.
        fitted_on: What the boxes were, for the package.

    """
    classes = logits.shape[1]
    unpack, start, stiffness = _shape(method, classes)
    scores, share = log_softmax(logits), weights / weights.sum()
    truth = np.eye(classes)[labels]

    def loss(values: Floats) -> float:
        matrix, bias, floor = unpack(values)
        log_p = log_softmax(scores @ matrix.T + bias)
        p = (1.0 - floor) * np.exp((log_p * truth).sum(axis=1)) + floor / classes
        return float(-(share * np.log(p)).sum() + stiffness(values))

    found = minimize(loss, start, method="L-BFGS-B", options={"maxiter": 60, "maxfun": 20_000})
    matrix, bias, floor = unpack(found.x)
    rows = tuple(tuple(round(float(v), 6) for v in row) for row in matrix)
    shifts = tuple(round(float(v), 6) for v in bias)
    return Calibration(method=method, matrix=rows, bias=shifts, floor=round(float(floor), 7), fitted_on=fitted_on)


def best(logits: Floats, labels: Labels, weights: Floats, groups: NDArray[np.int64], fitted_on: str) -> Calibration:
    """Fit every map of `METHODS` and return the one with the least NLL on groups that it was not fitted on."""
    scores: dict[Method, float] = {}
    for method in METHODS:
        parts = []
        for fold in range(FOLDS):
            held = groups % FOLDS == fold
            fitted = fit(method, logits[~held], labels[~held], weights[~held], fitted_on)
            p = calibrated(logits[held], fitted)[np.arange(held.sum()), labels[held]]
            parts.append(-(weights[held] * np.log(p)).sum())
        scores[method] = float(sum(parts))
    return fit(min(scores, key=lambda name: scores[name]), logits, labels, weights, fitted_on)


def identity(classes: int) -> Calibration:
    """Return the calibration that changes nothing."""
    rows = tuple(tuple(float(i == j) for j in range(classes)) for i in range(classes))
    return Calibration(method="none", matrix=rows, bias=(0.0,) * classes, floor=0.0, fitted_on="nothing")


Unpack = Callable[[Floats], tuple[Floats, Floats, float]]


def _shape(method: Method, k: int) -> tuple[Unpack, Floats, Callable[[Floats], float]]:
    """Return how values become (matrix, bias, floor), where to start, and the price of straying from a temperature."""

    def floor_of(value: float) -> float:
        return 0.05 / (1.0 + np.exp(-np.clip(value, -30, 30)))

    if method == "temperature":
        return (
            lambda v: (np.eye(k) * np.exp(v[0]), np.zeros(k), floor_of(v[1])),
            np.array([0.0, -5.0]),
            lambda _: 0.0,
        )
    if method == "vector":
        return (
            lambda v: (np.diag(np.exp(v[:k])), v[k : 2 * k], floor_of(v[-1])),
            np.append(np.zeros(2 * k), -5.0),
            lambda v: 1e-3 * float(np.var(v[:k]) + np.mean(v[k : 2 * k] ** 2)),
        )
    if method == "dirichlet":
        return (
            lambda v: (np.eye(k) * np.exp(v[0]) + _hollow(v[1 : 1 + k * k], k), v[1 + k * k : -1], floor_of(v[-1])),
            np.append(np.zeros(1 + k * k + k), -5.0),
            lambda v: 0.1 * float(np.mean(v[1:-1] ** 2)),
        )
    raise ValueError(f"{method} is not fitted")


def _hollow(values: Floats, k: int) -> Floats:
    return values.reshape(k, k) * (1.0 - np.eye(k))


def mean_nll(logits: Floats, labels: Labels, calibration: Calibration) -> float:
    """Return the NLL after calibration."""
    return nll(calibrated(logits, calibration), labels)
