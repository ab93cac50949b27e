"""One probabilistic model of a document: every number, every witness, every rule; exact posteriors come out.

Each number's unknown is what its boxes say. Its states are the values that any ink supports, and one more, OTHER, for
everything else. Three kinds of factors speak of it:

- the boxes: the product of their calibrated probabilities under the grammar of numbers;
- each further witness: states the same value but for its prior of differing;
- each rule: holds but for its prior of being broken, and then by any amount. Long sums are chained through partial
  sums, so that tables stay small however many numbers a sum has.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.elimination import Factor, marginals, plan
from pipeline.decision.priors import DEFAULT_PRIORS, Priors
from pipeline.evidence import NumberEvidence
from pipeline.forms import Rule

CANDIDATES = (10, 6, 4, 3, 2)
"""Values of a number that are told apart; the rest is OTHER. The first count that keeps the tables small is taken."""

MAX_ENTRIES = 300_000
"""Entries of all tables of one document: about 10 ms. Only a document that is unsure nearly everywhere meets it."""

MIN_PROBABILITY = 1e-9
"""A value below this, by all witnesses of its number together, is left in OTHER: a hundred-thousandth of the budget."""

MAX_SUMS = 120
"""Partial sums that are told apart; the least likely beyond are OTHER."""

_NARROW = 3


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior of one number over its candidate values (k,); what is missing to 1 is OTHER."""

    values: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    def of(self, value: int) -> float:
        """Return the posterior of one value; 0 where it is no candidate."""
        return float(self.probabilities[self.values == value].sum())


@dataclass(frozen=True, slots=True)
class _Domain:
    """States of a variable: the values, then OTHER; and the weights (k + 1,) that its own witnesses give them."""

    values: NDArray[np.int64]
    weights: NDArray[np.float64]


def posteriors(
    evidence: Mapping[str, NumberEvidence], rules: Sequence[Rule], priors: Priors = DEFAULT_PRIORS
) -> dict[str, Posterior]:
    """Return the posterior of every number under all witnesses and all rules whose numbers are at hand."""
    if not rules:
        alone = {name: _domain(number, priors, CANDIDATES[0]) for name, number in evidence.items()}
        return {name: Posterior(domain.values, domain.weights[:-1]) for name, domain in alone.items()}
    known = [rule for rule in rules if all(name in evidence for name in rule.parsed.names)]
    for limit in CANDIDATES:
        domains = {name: _domain(number, priors, limit) for name, number in evidence.items()}
        numbers = [Factor((name,), domain.weights) for name, domain in domains.items()]
        factors = [*numbers, *(factor for rule in known for factor in _rule_factors(rule, domains, priors))]
        sizes = {name: len(domain.weights) for name, domain in domains.items()}
        if plan(sizes, [factor.variables for factor in factors])[1] <= MAX_ENTRIES:
            break
    found = marginals(sizes, factors)
    return {name: Posterior(domains[name].values, found[name][:-1]) for name in evidence}


def _domain(number: NumberEvidence, priors: Priors, limit: int) -> _Domain:
    """Choose the candidate values of one number and weigh them by its own witnesses."""
    boxes = number.boxes.values
    factors = np.ones(len(boxes))
    for statement in number.statements:
        differs = priors.witness_differs[statement.witness]
        stated = np.zeros(len(boxes))
        common = min(len(boxes), len(statement.values))
        stated[:common] = statement.values[:common]
        # Silence fits every value alike; a statement fits its own value, or any other if the officer slipped.
        factors *= (1 - differs) * stated + (differs * (1 - statement.silent) + statement.silent) / len(boxes)
    weights = boxes * factors
    # What the boxes give to "empty" and "unreadable" stands beside the values, at the witnesses' average.
    beside = (number.boxes.empty + number.boxes.unreadable) * float(factors.mean())
    total = float(weights.sum()) + beside
    likely = np.flatnonzero(weights > MIN_PROBABILITY * total)
    chosen = likely[np.argsort(weights[likely])[::-1][:limit]]
    kept = weights[chosen] / total
    other = max(1.0 - float(kept.sum()), 1e-12)
    return _Domain(chosen.astype(np.int64), np.append(kept, other))


def _rule_factors(rule: Rule, domains: dict[str, _Domain], priors: Priors) -> list[Factor]:
    """Return the factors of one rule; partial sums of a long one are added to `domains`."""
    linear = rule.parsed.linear()
    if rule.parsed.comparison != "==" or linear is None or len(rule.parsed.names) <= _NARROW:
        return [_direct(rule, domains, priors)]
    coefficients, constant = linear
    names = [name for name, factor in coefficients.items() if factor]
    factors = []
    before, scale = names[0], coefficients[names[0]]
    for index, name in enumerate(names[1:-1], start=1):
        partial = f"{rule.id}#{index}"
        domains[partial], link = _partial_sum(domains[before], scale, domains[name], coefficients[name])
        factors.append(Factor((before, name, partial), link))
        before, scale = partial, 1
    last = names[-1]
    left = scale * domains[before].values[:, None] + coefficients[last] * domains[last].values + constant
    return [*factors, Factor((before, last), _table(left == 0, *_odds(rule, priors)))]


def _partial_sum(
    first: _Domain, first_factor: int, second: _Domain, second_factor: int
) -> tuple[_Domain, NDArray[np.float64]]:
    """Return the sum of two variables as a third, and the table (first, second, sum) of ones where it is their sum."""
    sums = first_factor * first.values[:, None] + second_factor * second.values
    likelihood = first.weights[:-1, None] * second.weights[:-1]
    values, places = np.unique(sums, return_inverse=True)
    weights = np.bincount(places.ravel(), likelihood.ravel(), minlength=len(values))
    kept = np.sort(np.argsort(weights)[::-1][:MAX_SUMS])
    state = np.full(len(values), len(kept))
    state[kept] = np.arange(len(kept))
    link = np.zeros((len(first.weights), len(second.weights), len(kept) + 1))
    link[..., -1] = 1.0
    rows, columns = np.indices(sums.shape)
    known = state[places.reshape(sums.shape)]
    link[rows, columns, -1] = 0.0
    link[rows, columns, known] = 1.0
    # The weights only steer which sums are kept further on; as a factor they would count the evidence twice.
    other = max(1.0 - float(weights[kept].sum()), 1e-12)
    return _Domain(values[kept], np.append(weights[kept], other)), link


def _direct(rule: Rule, domains: Mapping[str, _Domain], priors: Priors) -> Factor:
    """Return the table of a short rule over all its numbers at once."""
    names = rule.parsed.names
    grids = np.meshgrid(*(domains[name].values for name in names), indexing="ij")
    holds = rule.parsed.holds_on(dict(zip(names, grids, strict=True)))
    return Factor(names, _table(holds, *_odds(rule, priors)))


def _odds(rule: Rule, priors: Priors) -> tuple[float, float, float]:
    """Return the factor of a rule where it holds, where it is broken, and where a number is OTHER.

    An equality foretells one value of many, so it holds with the full weight of 1 - prior on that value, and its
    failure is spread; a soft one allows give or take 1, three values.
    """
    if rule.parsed.comparison == "==":
        return 1 - priors.equality_broken, priors.equality_broken / priors.spread, 1 / priors.spread
    if "abs" in rule.expression:
        return (1 - priors.soft_equality_broken) / 3, priors.soft_equality_broken / priors.spread, 1 / priors.spread
    return 1 - priors.inequality_broken, priors.inequality_broken, 1 - priors.inequality_broken


def _table(holds: NDArray[np.bool_], held: float, broken: float, unknown: float) -> NDArray[np.float64]:
    """Return the table over states, OTHER last on every axis, from whether the rule holds for the known values."""
    table = np.full([size + 1 for size in holds.shape], unknown)
    table[tuple(slice(size) for size in holds.shape)] = np.where(holds, held, broken)
    return table
