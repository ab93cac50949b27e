import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.decision.acceptance import INK_FLOOR
from pipeline.decision.number import (
    LEFT_ALIGNED,
    UNGRAMMATICAL_PRIOR,
    expecting_leads,
    number_posteriors,
)
from pipeline.evidence import NumberPosterior
from pipeline.recognition.digits import CLASSES


def sure(marks: str, certainty: float = 0.995) -> NDArray[np.float64]:
    rows = np.full((len(marks), len(CLASSES)), (1 - certainty) / (len(CLASSES) - 1))
    rows[range(len(marks)), [CLASSES.index(mark) for mark in marks]] = certainty
    return rows


def number_posterior(boxes: NDArray[np.floating]) -> NumberPosterior:
    return number_posteriors([boxes])[0]


@pytest.mark.parametrize(
    ("marks", "value"),
    [
        ("X24", 24),
        ("024", 24),
        ("--7", 7),
        ("_-7", 7),
        ("123", 123),
        ("XXX", 0),
        ("---", 0),
        ("000", 0),
        ("XX0", 0),
        ("__0", 0),
        ("00427", 427),
        ("14", 14),
        ("2024", 2024),
    ],
)
def test_value_and_boxes(marks: str, value: int) -> None:
    posterior = number_posterior(sure(marks))
    assert posterior.best[0] == value
    assert posterior.best[1] > 0.97
    assert posterior.boxes == marks


def test_nothing_written_is_no_number() -> None:
    posterior = number_posterior(sure("___"))
    assert posterior.best[0] is None
    assert posterior.empty > 0.97
    assert posterior.boxes == "___"


@pytest.mark.parametrize("marks", ["1#4", "#12", "12#"])
def test_a_struck_box_makes_the_number_unreadable(marks: str) -> None:
    posterior = number_posterior(sure(marks))
    assert posterior.best[0] is None
    assert posterior.unreadable > 0.97
    assert posterior.boxes == marks


def test_a_lead_after_a_digit_is_never_a_confident_number() -> None:
    posterior = number_posterior(sure("1X4", 0.9999))
    assert posterior.best[1] < 0.97


@pytest.mark.parametrize(("marks", "value"), [("83_", 83), ("4__", 4), ("_1_", 1)])
def test_digits_with_empty_boxes_behind_them_are_shown_and_never_sure(marks: str, value: int) -> None:
    posterior = number_posterior(sure(marks, 0.999))
    assert posterior.best[0] == value
    assert posterior.boxes == marks
    assert posterior.best[1] < INK_FLOOR


@pytest.mark.parametrize("marks", ["_-_", "_X_", "XX_", "X__", "--_"])
def test_leads_before_an_empty_last_box_are_shown_as_zero_and_never_sure(marks: str) -> None:
    """A scan in black and white had lost the digits of --1; the number was accepted as zero."""
    posterior = number_posterior(sure(marks, 0.9999))
    assert posterior.best[0] == 0
    assert posterior.boxes == marks
    assert posterior.best[1] < INK_FLOOR
    assert number_posterior(sure(f"{marks[:2]}X", 0.9999)).best[1] > INK_FLOOR


@settings(deadline=None)
@given(st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_equal_to_the_sum_over_all_ways_to_mark_the_boxes(count: int, seed: int) -> None:
    rows = np.random.default_rng(seed).dirichlet(np.full(len(CLASSES), 0.3), count)
    values = np.zeros(10**count)
    empty = unreadable = 0.0
    for marks in itertools.product(range(len(CLASSES)), repeat=count):
        likelihood = float(np.prod(rows[range(count), marks]))
        text = "".join(CLASSES[mark] for mark in marks)
        digits = text.lstrip("X-_")
        if "#" in text:
            unreadable += likelihood
        elif not digits and set(text) == {"_"}:
            empty += likelihood
        elif not digits and text[-1] == "_":
            values[0] += likelihood * LEFT_ALIGNED
            unreadable += likelihood * (1 - LEFT_ALIGNED)
        elif not digits:
            values[0] += likelihood
        elif digits.isdigit():
            values[int(digits)] += likelihood
        elif digits.rstrip("_").isdigit():
            values[int(digits.rstrip("_"))] += likelihood * UNGRAMMATICAL_PRIOR * LEFT_ALIGNED
            unreadable += likelihood * UNGRAMMATICAL_PRIOR * (1 - LEFT_ALIGNED)
        else:
            unreadable += likelihood * UNGRAMMATICAL_PRIOR
    total = values.sum() + empty + unreadable
    posterior = number_posterior(rows)
    np.testing.assert_allclose(posterior.values, values / total, atol=1e-12)
    assert posterior.empty == pytest.approx(empty / total)
    assert posterior.unreadable == pytest.approx(unreadable / total)


def test_numbers_of_different_lengths_are_combined_as_each_alone() -> None:
    rng = np.random.default_rng(3)
    numbers = [rng.dirichlet(np.full(len(CLASSES), 0.2), count) for count in (3, 1, 4, 3, 2)]
    for number, together in zip(numbers, number_posteriors(numbers), strict=True):
        alone = number_posterior(number)
        np.testing.assert_allclose(together.values, alone.values)
        assert together.boxes == alone.boxes
        assert together.empty == pytest.approx(alone.empty)
        assert len(together.values) == 10 ** len(number)
        assert together.values.sum() + together.empty + together.unreadable == pytest.approx(1.0)


def read_as(*boxes: dict[str, float]) -> np.ndarray:
    rows = np.zeros((len(boxes), len(CLASSES)))
    for row, marks in zip(rows, boxes, strict=True):
        row[[CLASSES.index(mark) for mark in marks]] = list(marks.values())
    return rows


def test_a_cross_that_looks_struck_before_the_first_digit_is_a_cross() -> None:
    """Photograph kwk2020_0147: an X as a blob before 71, read as struck at 0.63."""
    posterior = number_posterior(expecting_leads(read_as({"#": 0.63, "X": 0.37}, {"7": 1.0}, {"1": 1.0})))
    assert (posterior.boxes, posterior.best[0]) == ("X71", 71)
    surely = number_posterior(expecting_leads(read_as({"#": 0.99, "X": 0.01}, {"7": 1.0}, {"1": 1.0})))
    assert (surely.boxes, surely.best[0]) == ("#71", None)


@pytest.mark.parametrize("struck", [0, 1, 2])
def test_a_struck_digit_is_never_believed_for_that(struck: int) -> None:
    boxes = [{"1": 0.999, "X": 0.001}, {"2": 0.999, "X": 0.001}, {"3": 0.999, "X": 0.001}]
    boxes[struck] = {"#": 0.6, "1": 0.38, "X": 0.02}
    before, after = number_posterior(read_as(*boxes)), number_posterior(expecting_leads(read_as(*boxes)))
    as_struck = [123, 113, 121][struck]
    assert after.values[as_struck] <= before.values[as_struck] + 1e-3
    assert after.best[0] is None
