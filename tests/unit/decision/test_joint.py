"""The joint model against the sum over every combination of candidate values."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.decision.joint import posteriors
from pipeline.decision.priors import DEFAULT_PRIORS as PRIORS
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.forms import Rule, load_forms
from pipeline.forms.template import Text

SIZE = 1000


def number(odds: dict[int, float], *statements: Statement) -> NumberEvidence:
    values = np.zeros(SIZE)
    values[list(odds)] = list(odds.values())
    rest = 1.0 - values.sum()
    return NumberEvidence(NumberPosterior(values, 0.0, rest, ""), statements)


def states(witness: str, value: int) -> Statement:
    probability = 0.999
    values: NDArray[np.float64] = np.full(SIZE, (1 - probability) / SIZE)
    values[value] += probability
    return Statement(witness, values, 0.0)


def rule(expression: str) -> Rule:
    return Rule(id="r", expression=expression, label=Text(id="", en=""))


SUM = rule("total == a + b + c")


def brute_force(evidence: dict[str, NumberEvidence], rules: list[Rule]) -> dict[str, dict[int, float]]:
    names = list(evidence)
    candidates = [np.flatnonzero(evidence[name].boxes.values).tolist() for name in names]
    result: dict[str, dict[int, float]] = {name: {} for name in names}
    for values in itertools.product(*candidates):
        given = dict(zip(names, values, strict=True))
        weight = float(np.prod([evidence[name].boxes.values[value] for name, value in given.items()]))
        for each in rules:
            held = each.parsed.holds(given)
            weight *= 1 - PRIORS.equality_broken if held else PRIORS.equality_broken / PRIORS.spread
        for name, value in given.items():
            result[name][value] = result[name].get(value, 0.0) + weight
    total = sum(result[names[0]].values())
    return {name: {value: weight / total for value, weight in odds.items()} for name, odds in result.items()}


@pytest.mark.parametrize("seed", range(20))
def test_equal_to_brute_force_over_random_documents(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c", "d", "total", "all"]
    rules = [rule("total == a + b + c"), rule("all == total + d"), rule("a == b")]
    evidence = {}
    for name in names:
        values = rng.choice(12, 3, replace=False)
        odds = rng.dirichlet(np.ones(3) * 0.5)
        evidence[name] = number(dict(zip(values.tolist(), odds.tolist(), strict=True)))
    found = posteriors(evidence, rules)
    expected = brute_force(evidence, rules)
    for name in names:
        for value, probability in expected[name].items():
            assert found[name].of(value) == pytest.approx(probability, abs=1e-6)


def test_arithmetic_lifts_what_the_ink_supports() -> None:
    evidence = {"a": number({117: 0.98, 617: 0.02}), "b": number({3: 1.0}), "c": number({0: 1.0})}
    evidence["total"] = number({120: 0.9999})
    assert posteriors(evidence, [SUM])["a"].of(117) > 0.9999
    evidence["total"] = number({620: 0.9999})
    assert posteriors(evidence, [SUM])["a"].of(617) > 0.9


def test_arithmetic_alone_gives_nothing() -> None:
    evidence = {"a": number({117: 0.9999}), "b": number({3: 1.0}), "c": number({0: 1.0}), "total": number({620: 1.0})}
    assert posteriors(evidence, [SUM])["a"].of(617) == 0.0


def test_an_agreeing_witness_lifts_and_a_contradicting_one_sinks() -> None:
    alone = posteriors({"a": number({117: 0.98, 617: 0.02})}, [])["a"].of(117)
    agreeing = posteriors({"a": number({117: 0.98, 617: 0.02}, states("bubbles", 117))}, [])["a"].of(117)
    against = posteriors({"a": number({117: 0.98, 617: 0.02}, states("bubbles", 617))}, [])["a"].of(117)
    assert against < 0.1 < alone < agreeing
    assert agreeing > 0.9995


def test_a_silent_witness_changes_nothing() -> None:
    silent = Statement("bubbles", np.zeros(SIZE), 1.0)
    before = posteriors({"a": number({117: 0.98, 617: 0.02})}, [])["a"].of(117)
    assert posteriors({"a": number({117: 0.98, 617: 0.02}, silent)}, [])["a"].of(117) == pytest.approx(before)


def test_a_rule_about_a_missing_page_is_left_out() -> None:
    assert posteriors({"a": number({5: 1.0})}, [SUM])["a"].of(5) == pytest.approx(1.0)


def test_unsure_everywhere_stays_within_reach() -> None:
    """Every number of a whole form with ten candidates: the tables must not explode."""
    form = load_forms()["c-hasil-ppwp-2024"]
    rng = np.random.default_rng(3)
    evidence = {
        field.name: number(dict(zip(range(10 * i, 10 * i + 10), rng.dirichlet(np.ones(10)).tolist(), strict=True)))
        for i, field in enumerate(field for page in form.pages for field in page.numbers)
    }
    assert len(posteriors(evidence, form.rules)) == len(evidence)
