"""What a number in review says, in words and codes."""

import numpy as np
import pytest

from pipeline.decision.acceptance import decide_number
from pipeline.decision.contradiction import contradictions
from pipeline.decision.joint import posteriors
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.forms import load_forms
from pipeline.reading import Outcome

FIELD = load_forms()["c-hasil-ppwp-2024"].page(2).numbers[0]


def boxes(value: int, sure: float = 0.9999) -> NumberPosterior:
    values = np.full(1000, (1 - sure) / 1000)
    values[value] += sure
    return NumberPosterior(values, 0.0, 0.0, f"{value:03d}")


def states(witness: str, odds: dict[int, float]) -> Statement:
    values = np.zeros(1000)
    values[list(odds)] = list(odds.values())
    return Statement(witness, values, 1.0 - sum(odds.values()))


def test_the_contradiction_is_spelt_out_in_both_languages() -> None:
    said = (states("bubbles", {617: 0.999}), states("tally", {117: 0.99}), states("row_sums", {117: 0.99}))
    evidence = NumberEvidence(boxes(117), said)
    decision = decide_number(FIELD, evidence, posteriors({"n": evidence}, ())["n"], 0.999)
    assert decision.value == 117
    assert decision.outcome is Outcome.REVIEW
    reason = decision.reasons[0]
    assert reason.code == "witnesses_disagree"
    assert "boxes 117, bubbles 617, tally 117, row sums 117" in reason.text("en")
    assert "kotak 117, bulatan 617, turus 117, jumlah baris 117" in reason.text("id")
    assert {name: said.value for name, said in decision.evidence.items()} == {
        "digits": 117, "bubbles": 617, "tally": 117, "row_sums": 117,
    }  # fmt: skip


def test_marks_that_make_no_number_are_shown_as_they_stand() -> None:
    twice = Statement("bubbles", np.zeros(1000), 1.0, faulty=0.99, text="1?7")
    (reason,) = contradictions(NumberEvidence(boxes(117), (twice,)))
    assert "bubbles 1?7" in reason.text("en")
    assert not contradictions(NumberEvidence(boxes(117), (Statement("bubbles", np.zeros(1000), 1.0),)))


@pytest.mark.parametrize(("odds", "reported"), [({28: 0.95, 29: 0.002}, True), ({28: 0.5, 29: 0.45}, False)])
def test_a_tally_that_might_agree_is_no_contradiction(odds: dict[int, float], reported: bool) -> None:
    assert bool(contradictions(NumberEvidence(boxes(29), (states("tally", odds),)))) is reported
