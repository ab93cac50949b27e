"""Logistic regression of examples: the weights, and how often what they call sure was so."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.verification import probability
from training.evaluation.metrics import wilson
from training.registration.examples import Example

BINS = (0.0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1.01)
"""Probabilities between which the curve is told."""

_RIDGE = 0.05
_ROUNDS = 60
_SIGNS = dict.fromkeys(("print_asked", "matched_asked", "lines_asked", "block_asked", "blocks_asked", "apart"), -1)

_PRINT = ("print_asked", "print", "print_sure", "print_least", "print_of_parts")
_BLOCKS = ("block_asked", "block", "block_score", "blocks_asked", "blocks")


def as_finder_needs(examples: Sequence[Example]) -> list[Example]:
    """Return examples, and each again as one of which less was asked: no print, no blocks, neither.

    The finder asks for both only where the rest leaves a doubt, and many forms have only one of them, or none.
    """
    cases = [()], [(), _PRINT], [(), _BLOCKS], [(), _PRINT, _BLOCKS, _PRINT + _BLOCKS]
    return [
        _without(one, unasked)
        for one in examples
        for unasked in cases[int(one.quantities["print_asked"]) + 2 * int(one.quantities["blocks_asked"])]
    ]


def _without(example: Example, unasked: Sequence[str]) -> Example:
    kept = {name: 0.0 if name in unasked else value for name, value in example.quantities.items()}
    return replace(example, quantities=kept) if unasked else example


def fit(examples: Sequence[Example]) -> Mapping[str, float]:
    """Return the weights of a logistic regression with a small ridge.

    What speaks for a place must not count against it because it goes with something else that does: a quantity whose
    weight has the wrong sign is left out, the worst first.
    """
    right = np.array([example.right for example in examples], dtype=np.float64)
    names = list(examples[0].quantities)
    while True:
        design = np.array([[1.0, *(example.quantities[name] for name in names)] for example in examples])
        weights = _regression(design, right)
        signed = {name: weight * _SIGNS.get(name, 1) for name, weight in zip(names, weights[1:], strict=True)}
        worst = min(signed, key=signed.__getitem__)
        if signed[worst] >= 0:
            break
        names.remove(worst)
    fitted = dict(zip(["constant", *names], (round(float(one), 4) for one in weights), strict=True))
    return {name: fitted.get(name, 0.0) for name in ["constant", *examples[0].quantities]}


def _regression(design: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights (k,) by Newton's method; the first column of the design (n, k) is 1."""
    weights = np.zeros(design.shape[1])
    ridge = np.diag([0.0] + [_RIDGE] * (len(weights) - 1))
    for _ in range(_ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (right - chance) - ridge @ weights
        curvature = (design.T * (chance * (1 - chance))) @ design + ridge + 1e-9 * np.eye(len(ridge))
        step = np.linalg.solve(curvature, gradient)
        weights += step * min(1.0, 5.0 / max(1e-9, float(np.abs(step).max())))
    return weights


def report(name: str, weights: Mapping[str, float], examples: Sequence[Example]) -> Iterator[str]:
    """Yield how often examples of each probability were right, real ones beside all."""
    chances = np.array([probability(weights, one.quantities) for one in examples])
    right = np.array([one.right for one in examples])
    real = np.array([one.real for one in examples])
    yield f"{name}: {len(right)} examples held back, {right.sum()} right, {real.sum()} of real pages"
    for low, high in itertools.pairwise(BINS):
        inside = (chances >= low) & (chances < high)
        counts = [(int(right[some].sum()), int(some.sum())) for some in (inside, inside & real)]
        shares = ["{} of {} ({:.2f} to {:.2f} %)".format(*one, *(100 * end for end in wilson(*one))) for one in counts]
        yield f"  {low:5.3f} to {min(high, 1.0):5.3f}: {shares[0]} right; real {shares[1]}"
