"""Calibration: turn logits into probabilities that keep their word, fitted on a split of its own.

Two maps are fitted and the one with the least cross-validated NLL is kept: one temperature, and a scale and a shift per
class (both Guo et al. 2017, arXiv:1706.04599). A uniform floor stands for what no reader can know, such as wrong
labels; it keeps a single far-off case from costing everything.

A full matrix (Dirichlet calibration, Kull et al. 2019, arXiv:1910.12656) was the third until digits-v7. Its 210 values
learn the few errors of the calibration boxes by heart: with them digits-v7 erred on 34 digits of `select` on bare
paper, with a scale and a shift per class on 23, with nothing on 22.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.package import Calibration, calibrated, log_softmax
from training.evaluation.metrics import nll

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Method = Literal["temperature", "vector"]
METHODS: tuple[Method, ...] = ("temperature", "vector")
FOLDS = 4
FLOOR_LIMIT = 0.02


@dataclass(frozen=True)
class Shape:
    """How the free values of a map become (matrix, bias), and how slopes in these become slopes in the values.

    Attributes:
        length: Number of free values for k classes.
        unpack: (values, k) to matrix (k, k) and bias (k,).
        slope: (values, slope in the matrix, slope in the bias) to the slope in the values.
        price: (values, k) to what straying from a plain temperature costs, and its slope.

    """

    length: Callable[[int], int]
    unpack: Callable[[Floats, int], tuple[Floats, Floats]]
    slope: Callable[[Floats, Floats, Floats], Floats]
    price: Callable[[Floats, int], tuple[float, Floats]]


def _ridge(values: Floats, weight: float, spared: int) -> tuple[float, Floats]:
    """Return the price of all values but the first `spared`, and its slope."""
    charged = values.copy()
    charged[:spared] = 0.0
    return weight * float(charged @ charged), 2.0 * weight * charged


SHAPES: dict[Method, Shape] = {
    "temperature": Shape(
        length=lambda _: 1,
        unpack=lambda v, k: (np.eye(k) * np.exp(v[0]), np.zeros(k)),
        slope=lambda v, matrix, _: np.array([np.trace(matrix) * np.exp(v[0])]),
        price=lambda v, _: (0.0, np.zeros(len(v))),
    ),
    "vector": Shape(  # one common log scale, one of each class, one shift of each class
        length=lambda k: 1 + 2 * k,
        unpack=lambda v, k: (np.diag(np.exp(v[0] + v[1 : 1 + k])), v[1 + k :]),
        slope=lambda v, matrix, bias: np.concatenate(
            (
                [float((np.diag(matrix) * np.exp(v[0] + v[1 : 1 + len(bias)])).sum())],
                np.diag(matrix) * np.exp(v[0] + v[1 : 1 + len(bias)]),
                bias,
            )
        ),
        price=lambda v, _: _ridge(v, 1e-4, 1),
    ),
}


def fit(
    method: Method, logits: Floats, labels: Labels, weights: Floats, fitted_on: str, offset: Floats | None = None
) -> Calibration:
    """Fit one map.

    Args:
        method: Which map.
        logits: (n, k) raw output of the network.
        labels: (n,) true classes.
        weights: (n,) how much each box counts.
        fitted_on: What the boxes were, for the package.
        offset: (k,) log odds added to the logits beforehand, where a class is rarer in use than in training
            (Saerens et al. 2002); nothing by default.

    """
    classes = logits.shape[1]
    shape = SHAPES[method]
    moved = np.zeros(classes) if offset is None else offset
    scores, share = log_softmax(logits) + moved, weights / weights.sum()
    rows = np.arange(len(labels))

    def loss(values: Floats) -> tuple[float, Floats]:
        matrix, bias = shape.unpack(values[:-1], classes)
        floor = FLOOR_LIMIT / (1.0 + np.exp(-values[-1]))
        q = np.exp(log_softmax(scores @ matrix.T + bias))  # (n, k)
        true = q[rows, labels]
        p = (1.0 - floor) * true + floor / classes
        push = (share * (1.0 - floor) * true / p)[:, None] * q  # (n, k): slope of the loss in each score
        push[rows, labels] -= share * (1.0 - floor) * true / p
        slope = shape.slope(values[:-1], push.T @ scores, push.sum(axis=0))
        floor_slope = float((share * (true - 1.0 / classes) / p).sum()) * floor * (1.0 - floor / FLOOR_LIMIT)
        price, price_slope = shape.price(values[:-1], classes)
        total = float(-(share * np.log(p)).sum()) + price
        return total, np.append(slope + price_slope, floor_slope)

    begin = np.append(np.zeros(shape.length(classes)), -5.0)
    bounds = [(-8.0, 8.0)] * (len(begin) - 1) + [(-12.0, 6.0)]
    found = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    matrix, bias = shape.unpack(found.x[:-1], classes)
    return Calibration(
        method=method,
        matrix=tuple(tuple(round(float(v), 6) for v in row) for row in matrix),
        bias=tuple(round(float(v), 6) for v in bias + matrix @ moved),
        floor=round(float(FLOOR_LIMIT / (1.0 + np.exp(-found.x[-1]))), 7),
        fitted_on=fitted_on,
    )


def best(
    logits: Floats,
    labels: Labels,
    weights: Floats,
    groups: NDArray[np.int64],
    fitted_on: str,
    offset: Floats | None = None,
) -> Calibration:
    """Fit every map of `METHODS` and return the one with the least NLL on groups that it was not fitted on."""
    scores: dict[Method, float] = {}
    for method in METHODS:
        parts = []
        for fold in range(FOLDS):
            held = groups % FOLDS == fold
            fitted = fit(method, logits[~held], labels[~held], weights[~held], fitted_on, offset)
            p = calibrated(logits[held], fitted)[np.arange(held.sum()), labels[held]]
            parts.append(-(weights[held] * np.log(p)).sum())
        scores[method] = float(sum(parts))
    return fit(min(scores, key=lambda name: scores[name]), logits, labels, weights, fitted_on, offset)


def identity(classes: int) -> Calibration:
    """Return the calibration that changes nothing."""
    rows = tuple(tuple(float(i == j) for j in range(classes)) for i in range(classes))
    return Calibration(method="none", matrix=rows, bias=(0.0,) * classes, floor=0.0, fitted_on="nothing")


def mean_nll(logits: Floats, labels: Labels, calibration: Calibration) -> float:
    """Return the NLL after calibration."""
    return nll(calibrated(logits, calibration), labels)
