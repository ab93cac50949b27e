"""What a number in review says, in words and codes."""

import math

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
    (reason,) = contradictions(NumberEvidence(boxes(117), (twice,)), 117)
    assert "bubbles 1?7" in reason.text("en")
    assert not contradictions(NumberEvidence(boxes(117), (Statement("bubbles", np.zeros(1000), 1.0),)), 117)


@pytest.mark.parametrize(("odds", "reported"), [({28: 0.95, 29: 0.002}, True), ({28: 0.5, 29: 0.45}, False)])
def test_a_tally_that_might_agree_is_no_contradiction(odds: dict[int, float], reported: bool) -> None:
    assert bool(contradictions(NumberEvidence(boxes(29), (states("tally", odds),)), 29)) is reported


def decided(evidence: NumberEvidence, threshold: float = 0.999) -> tuple[Outcome, list[str]]:
    decision = decide_number(FIELD, evidence, posteriors({"n": evidence}, ())["n"], threshold)
    return decision.outcome, [reason.code for reason in decision.reasons]


def test_faint_boxes_are_carried_by_what_else_is_written_of_the_number() -> None:
    """Photograph kwk2020_0382: boxes 28 at 0.797; tally 0.966, row sums 0.982 and words 0.996 all say 28."""
    others = tuple(states(name, {28: sure}) for name, sure in [("tally", 0.966), ("row_sums", 0.982), ("words", 0.996)])
    assert decided(NumberEvidence(boxes(28, 0.797), others)) == (Outcome.ACCEPTED, [])
    assert decided(NumberEvidence(boxes(28, 0.797))) == (Outcome.REVIEW, ["number_ink_unsure"])
    # Less likely than not by the boxes alone: the ink is too poor for anything to carry.
    assert decided(NumberEvidence(boxes(28, 0.45), others)) == (Outcome.REVIEW, ["number_boxes_unsure"])


def test_misread_boxes_are_no_contradiction_of_the_page() -> None:
    """All else says 28, and the boxes leave it open: it is shown as an estimate, and nobody is said to have slipped."""
    values = np.zeros(1000)
    values[[23, 28]] = 0.9, 0.1
    torn = NumberPosterior(values, 0.0, 0.0, "023")
    others = tuple(states(name, {28: 0.99}) for name in ("bubbles", "tally", "row_sums"))
    evidence = NumberEvidence(torn, others)
    decision = decide_number(FIELD, evidence, posteriors({"n": evidence}, ())["n"], 0.999)
    assert (decision.value, [reason.code for reason in decision.reasons]) == (28, ["number_estimated"])
    # Boxes that are sure say what they say, and then the page contradicts itself.
    assert decided(NumberEvidence(boxes(23, 0.9999), others))[1][0] == "witnesses_disagree"


def test_sums_do_not_carry_what_the_ink_does_not() -> None:
    """Arithmetic alone gets no number accepted, however well it fits."""
    form = load_forms()["c-hasil-ppwp-2024"]
    evidence = {
        "suara_sah": NumberEvidence(boxes(127, 0.8)),
        "suara_tidak_sah": NumberEvidence(boxes(3)),
        "suara_total": NumberEvidence(boxes(130)),
    }
    found = posteriors(evidence, form.rules)
    assert found["suara_sah"].of(127) > 0.999
    field = next(one for one in form.page(3).numbers if one.name == "suara_sah")
    decision = decide_number(field, evidence["suara_sah"], found["suara_sah"], 0.999)
    assert [reason.code for reason in decision.reasons] == ["number_ink_unsure"]
    # Each percentage says what it is of: overall the number is all but certain, and no text says otherwise.
    assert decision.confidence > 0.999
    (reason,) = decision.reasons
    assert reason.values["seen"] < 90 < 100 * decision.confidence
    assert "tanpa penjumlahan" in reason.text("id")


def test_the_doubt_of_a_place_is_lifted_by_what_agrees_from_places_of_its_own() -> None:
    """Photograph kwk2020_0266: 203 clear in its boxes and in words; the print around it could not be made out."""
    words = (states("words", {203: 0.9999}),)
    alone = NumberEvidence(boxes(203), place=0.95)
    assert decided(alone) == (Outcome.REVIEW, ["number_place_unsure"])
    assert decided(NumberEvidence(boxes(203), words, place=0.95)) == (Outcome.ACCEPTED, [])
    # Words that say something else: both are told.
    other = NumberEvidence(boxes(203), (states("words", {208: 0.9999}),), place=0.95)
    assert decided(other) == (Outcome.REVIEW, ["witnesses_disagree", "number_place_unsure"])


def test_nothing_written_is_not_believed_where_the_place_is_in_doubt() -> None:
    day = next(one for one in load_forms()["c-hasil-ppwp-2024"].page(3).numbers if one.name == "tgl_hari")
    nothing = NumberPosterior(np.zeros(100), 1.0, 0.0, "__")
    for place, expected in ((1.0, []), (0.9, ["number_place_unsure"])):
        evidence = NumberEvidence(nothing, place=place)
        decision = decide_number(day, evidence, posteriors({"n": evidence}, ())["n"], 0.999)
        assert [reason.code for reason in decision.reasons] == expected


@pytest.mark.parametrize("own", [0.95, 0.98, 0.99])
def test_what_is_said_of_the_whole_is_the_confidence_of_the_number(own: float) -> None:
    evidence = NumberEvidence(boxes(28, own))
    decision = decide_number(FIELD, evidence, posteriors({"n": evidence}, ())["n"], 0.999)
    (reason,) = decision.reasons
    assert (reason.code, reason.values["seen"]) == ("number_unsure", math.floor(decision.confidence * 10_000) / 100)
    assert "secara keseluruhan" in reason.text("id")
