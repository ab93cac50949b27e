"""One probabilistic model of a document: every number, every witness, every rule; exact posteriors come out.

Each number's unknown is what its boxes say. Its states are the values that any ink supports, and one more, OTHER, for
everything else. Three kinds of factors speak of it:

- the boxes: the product of their calibrated probabilities under the grammar of numbers, as far as their place is sure;
- each further witness: states the same value but for its prior of differing;
- each rule: holds but for its prior of being broken, and then by any amount. Long sums are chained through partial
  sums, so that tables stay small however many numbers a sum has.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.elimination import Factor, marginals, plan
from pipeline.decision.priors import DEFAULT_PRIORS, Priors
from pipeline.errors import FormError
from pipeline.evidence import NumberEvidence
from pipeline.forms import Rule


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is told apart; everything else is OTHER.

    Attributes:
        candidates: Values of a number, at most.
        least: A value or sum less probable than this, by its own witnesses, is left out.
        sums: Values of a partial sum, at most.

    """

    candidates: int
    least: float
    sums: int


DETAILS = (
    Detail(10, 1e-9, 120),
    Detail(6, 1e-9, 120),
    Detail(4, 1e-8, 80),
    Detail(3, 1e-7, 40),
    Detail(2, 1e-6, 20),
    Detail(2, 1e-5, 10),
)
"""From the finest to the coarsest: the first that keeps the tables small is taken. What is left out lowers confidence
by no more than its probability, a hundred-thousandth of the error budget in the finest."""

MOST_ENTRIES = 20_000_000
"""Entries of all tables in the coarsest detail: 160 MB. Only rules that bind very many numbers meet it."""

ENTRIES_A_NUMBER = 10_000
"""Entries of all tables of a document, for each of its numbers: some 10 ms for 31 numbers, under 100 ms for 219. Only a
document that is unsure nearly everywhere, or one with very many numbers, meets it."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Posterior of one number over its candidate values (k,); what is missing to 1 is OTHER."""

    values: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    def of(self, value: int) -> float:
        """Return the posterior of one value; 0 where it is no candidate."""
        return float(self.probabilities[self.values == value].sum())


NOTHING_KNOWN = Posterior(np.zeros(0, np.int64), np.zeros(0))
"""Of a number that no reader has looked at."""


@dataclass(frozen=True, slots=True)
class _Domain:
    """States of a variable: the values, then OTHER; and the weights (k + 1,) that its own witnesses give them."""

    values: NDArray[np.int64]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Link:
    """One step of a long sum: `sum` is `first` times its factor plus `second` times its own; `last` closes the rule."""

    first: str
    first_factor: int
    second: str
    second_factor: int
    sum: str
    last: str

    def sums(self, first: _Domain, second: _Domain) -> NDArray[np.int64]:
        """Return the sums (first values, second values)."""
        return self.first_factor * first.values[:, None] + self.second_factor * second.values


def posteriors(
    evidence: Mapping[str, NumberEvidence], rules: Sequence[Rule], priors: Priors = DEFAULT_PRIORS
) -> dict[str, Posterior]:
    """Return the posterior of every number under all witnesses and all rules whose numbers are at hand."""
    weighed = {name: own_ink(number, priors) for name, number in evidence.items()}
    known = [rule for rule in rules if all(name in evidence for name in rule.parsed.names)]
    if not known:
        alone = {name: _domain(*weights, DETAILS[0]) for name, weights in weighed.items()}
        return {name: Posterior(domain.values, domain.weights[:-1]) for name, domain in alone.items()}
    domains, chains = _affordable(weighed, known)
    factors = [Factor((name,), domains[name].weights) for name in evidence]
    for rule, links in zip(known, chains, strict=True):
        factors += [Factor((link.first, link.second, link.sum), _link_table(link, domains)) for link in links]
        factors.append(_closing(rule, links[-1], domains, priors) if links else _direct(rule, domains, priors))
    found = marginals({name: len(domain.weights) for name, domain in domains.items()}, factors)
    return {name: Posterior(domains[name].values, found[name][:-1]) for name in evidence}


def own_ink(number: NumberEvidence, priors: Priors = DEFAULT_PRIORS) -> tuple[NDArray[np.float64], float]:
    """Return the posterior (values,) that all that is written of a number gives it, without rules, and of all else.

    Boxes that were cut beside their place say nothing of the number: every value is as likely then. So the doubt of a
    place is lifted by what agrees with the boxes from places of its own, and weighs where nothing does.
    """
    boxes = number.place * number.boxes.values + (1.0 - number.place) / len(number.boxes.values)
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
    beside = number.place * (number.boxes.empty + number.boxes.unreadable) * float(factors.mean())
    total = float(weights.sum()) + beside
    return weights / total, beside / total


def _domain(weights: NDArray[np.float64], beside: float, detail: Detail) -> _Domain:
    """Choose the candidate values of one number."""
    likely = np.flatnonzero(weights > detail.least)
    chosen = likely[np.argsort(weights[likely])[::-1][: detail.candidates]]
    kept = weights[chosen]
    other = max(float(weights.sum()) + beside - float(kept.sum()), 1e-12)
    return _Domain(chosen.astype(np.int64), np.append(kept, other))


def _affordable(
    weighed: Mapping[str, tuple[NDArray[np.float64], float]], rules: Sequence[Rule]
) -> tuple[dict[str, _Domain], list[list[_Link]]]:
    """Return the domains of all numbers and partial sums, and the links of every rule, in affordable detail."""
    limit = ENTRIES_A_NUMBER * len(weighed)
    for detail in DETAILS:
        domains = {name: _domain(*weights, detail) for name, weights in weighed.items()}
        chains = _chains(rules, domains, detail, math.inf if detail is DETAILS[-1] else limit)
        if chains is None:
            continue
        scopes: list[tuple[str, ...]] = []
        for rule, links in zip(rules, chains, strict=True):
            scopes += [(link.first, link.second, link.sum) for link in links]
            scopes.append((links[-1].sum, links[-1].last) if links else rule.parsed.names)
        entries = plan({name: len(domain.weights) for name, domain in domains.items()}, scopes)[1]
        if entries <= limit:
            break
    else:
        if entries > MOST_ENTRIES:
            raise FormError("form_rules_too_wide", entries=entries, limit=MOST_ENTRIES)
    assert chains is not None, "the coarsest detail has no limit"
    return domains, chains


def _chains(
    rules: Sequence[Rule], domains: dict[str, _Domain], detail: Detail, limit: float
) -> list[list[_Link]] | None:
    """Return the links of every rule and add partial sums to `domains`; None beyond the limit."""
    chains = []
    entries = 0
    for place, rule in enumerate(rules):
        links = _links(rule, f"sum {place}")
        for link in links:
            domains[link.sum] = _partial_sum(link, domains, detail)
            entries += math.prod(len(domains[part].weights) for part in (link.first, link.second, link.sum))
        if entries > limit:
            return None
        chains.append(links)
    return chains


def _links(rule: Rule, name: str) -> list[_Link]:
    """Return the steps of a long sum; none for a rule whose table over all its numbers is small enough."""
    linear = rule.parsed.linear()
    if linear is None or not rule.parsed.chained:
        return []
    factors = {part: factor for part, factor in linear[0].items() if factor}
    names = list(factors)
    links = [_Link(names[0], factors[names[0]], names[1], factors[names[1]], f"{name} to 1", names[-1])]
    for index, part in enumerate(names[2:-1], start=2):
        links.append(_Link(links[-1].sum, 1, part, factors[part], f"{name} to {index}", names[-1]))
    return links


def _partial_sum(link: _Link, domains: Mapping[str, _Domain], detail: Detail) -> _Domain:
    """Return the sum of two variables as a third.

    Its weights only steer which sums are kept further on; as a factor they would count the evidence twice.
    """
    first, second = domains[link.first], domains[link.second]
    likelihood = (first.weights[:-1, None] * second.weights[:-1]).ravel()
    values, places = np.unique(link.sums(first, second).ravel(), return_inverse=True)
    weights = np.bincount(places, likelihood, minlength=len(values))
    kept = np.argsort(weights)[::-1][: detail.sums]
    kept = np.sort(kept[weights[kept] > detail.least])
    return _Domain(values[kept], np.append(weights[kept], max(1.0 - float(weights[kept].sum()), 1e-12)))


def _link_table(link: _Link, domains: Mapping[str, _Domain]) -> NDArray[np.float64]:
    """Return the table (first, second, sum) of ones where the third is the sum of the others."""
    first, second, total = domains[link.first], domains[link.second], domains[link.sum]
    count = len(total.values)
    sums = link.sums(first, second)
    at = np.minimum(np.searchsorted(total.values, sums), max(count - 1, 0))
    state = np.full((len(first.weights), len(second.weights)), count)  # OTHER, unless both are known and their sum is
    state[:-1, :-1] = np.where(total.values[at] == sums, at, count) if count else count
    return np.asarray(np.eye(count + 1)[state])


def _closing(rule: Rule, link: _Link, domains: Mapping[str, _Domain], priors: Priors) -> Factor:
    """Return the factor between the last partial sum of a long rule and its last number."""
    linear = rule.parsed.linear()
    assert linear is not None
    coefficients, constant = linear
    left = domains[link.sum].values[:, None] + coefficients[link.last] * domains[link.last].values + constant
    return Factor((link.sum, link.last), _table(left == 0, *_odds(rule, priors)))


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
