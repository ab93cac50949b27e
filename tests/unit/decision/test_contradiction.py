"""When a witness is said to contradict the boxes: as often as it is likely to."""

import numpy as np
import pytest

from pipeline.decision.contradiction import REPORTED, contradicts, disagreement
from pipeline.evidence import Statement


def states(odds: dict[int, float], witness: str = "tally", faulty: float = 0.0) -> Statement:
    values = np.zeros(601)
    values[list(odds)] = list(odds.values())
    return Statement(witness, values, 1.0 - sum(odds.values()), faulty)


def test_what_a_witness_surely_states_agrees_or_contradicts() -> None:
    assert disagreement(states({137: 0.999}), 137) < 0.001
    assert disagreement(states({135: 0.999, 137: 1e-4}), 137) > 0.8
    assert contradicts(states({87: 0.999, 137: 1e-5}), 137)


def test_the_less_it_leaves_the_boxes_number_the_likelier_it_contradicts() -> None:
    chances = [disagreement(states({136: 0.99 - left, 137: left}), 137) for left in (0.5, 0.1, 0.01, 0.001, 1e-5)]
    assert chances == sorted(chances)
    assert chances[0] < REPORTED < chances[-1]


def test_a_small_slip_is_likelier_than_a_large_one() -> None:
    near, one_digit, far = (disagreement(states({stated: 0.98, 137: 0.001}), 137) for stated in (136, 37, 258))
    assert near > one_digit > 3 * far


def test_a_number_beside_any_number_is_reported_alike_wherever_it_is() -> None:
    # Below 0 and above the most that it may hold nothing can be stated: the slips there fall to the others.
    at_the_end, amid = (disagreement(states({value + 1: 0.98, value: 0.001}), value) for value in (0, 300))
    assert at_the_end == pytest.approx(amid, abs=0.2)


@pytest.mark.parametrize("silent", [1.0, 0.7])
def test_who_says_nothing_contradicts_nobody(silent: float) -> None:
    assert not contradicts(states({400: 1.0 - silent} if silent < 1 else {}), 137)


def test_marks_that_make_no_number_contradict_any() -> None:
    assert contradicts(states({}, "bubbles", faulty=0.9), 137)
    assert not contradicts(states({}, "bubbles"), 137)


def test_a_number_beyond_all_that_can_be_stated_is_contradicted_by_any() -> None:
    assert contradicts(states({12: 0.999}), 9999)


def test_what_is_read_beside_a_numbers_place_contradicts_nothing() -> None:
    sure = states({87: 0.999, 137: 1e-5})
    assert contradicts(sure, 137, place=0.99)
    assert not contradicts(sure, 137, place=0.05)
    assert not contradicts(states({}, "bubbles", faulty=0.9), 137, place=0.05)
