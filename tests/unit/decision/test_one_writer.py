"""Boxes of one page tell each other what their marks are, and a box that looks like no other hears nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from models.package import CLASSES
from pipeline.decision.number import expecting_leads
from pipeline.decision.one_writer import of_one_writer
from pipeline.decision.page import weigh_numbers
from pipeline.evidence import NumberEvidence
from pipeline.extraction.cells import NumberCut
from pipeline.forms import NumberField, load_forms

X, STRUCK, ONE, SEVEN = (CLASSES.index(mark) for mark in "X#17")


def box(**marks: float) -> NDArray[np.float64]:
    """A box with these probabilities, by mark (`struck` is `#`); the rest is spread over the others."""
    shares = {CLASSES.index({"struck": "#"}.get(mark, mark.lstrip("d"))): share for mark, share in marks.items()}
    found = np.full(len(CLASSES), (1.0 - sum(shares.values())) / (len(CLASSES) - len(shares)))
    found[list(shares)] = list(shares.values())
    return found


def heard(*boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return of_one_writer(np.array(boxes), np.array(boxes))


def test_a_doubtful_mark_is_what_a_sure_one_like_it_is() -> None:
    doubtful, sure = box(d1=0.6, d7=0.395), box(d1=0.9, d7=0.095)
    told, _ = heard(doubtful, sure)
    assert told[ONE] > 0.8
    assert heard(doubtful, box(d4=0.99))[0] == pytest.approx(doubtful, abs=0.01)


def test_a_mark_unlike_all_others_stays_as_it_is() -> None:
    lone = box(d3=0.7, d5=0.29)
    assert heard(lone)[0] == pytest.approx(lone)
    told, *_ = heard(lone, box(d0=0.995), box(X=0.995), box(_=0.995))
    assert told == pytest.approx(lone, abs=0.01)


def test_ten_alike_say_no_more_than_one() -> None:
    doubtful, other = box(d1=0.6, d7=0.39), box(d7=0.8, d1=0.19)
    once, often = heard(doubtful, other)[0], heard(doubtful, *[other] * 10)[0]
    assert often == pytest.approx(once)


def test_leads_that_are_all_drawn_as_blobs_are_crosses() -> None:
    blob = box(struck=0.63, X=0.365)
    numbers = [np.array([blob, box(d7=0.995), box(d1=0.995)]), np.array([blob, box(d4=0.995), box(d2=0.995)])]
    alone = np.vstack([expecting_leads(number) for number in numbers])
    told = of_one_writer(np.vstack(numbers), alone)
    assert (told[[0, 3], X] > alone[[0, 3], X] + 0.05).all()
    assert (told[[0, 3], STRUCK] < 0.1).all()


@given(arrays(np.float64, (6, len(CLASSES)), elements=st.floats(1e-6, 1.0)), st.permutations(range(6)))
@settings(deadline=None)
def test_it_is_a_distribution_whatever_the_order(weights: NDArray[np.float64], order: list[int]) -> None:
    boxes = weights / weights.sum(axis=1, keepdims=True)
    told = of_one_writer(boxes, boxes)
    assert told.sum(axis=1) == pytest.approx(1.0)
    assert of_one_writer(boxes[order], boxes[order]) == pytest.approx(told[order])


def weighed(*, overexposed: bool) -> NumberEvidence:
    """The evidence of a number that is written doubtfully, beside one that looks alike and is sure."""
    fields = load_forms()["c-hasil-ppwp-2024"].page(2).numbers[:2]
    ends = [True, False] if overexposed else [False, False]
    cuts = [_cut(field, overexposed=which) for field, which in zip(fields, ends, strict=True)]
    sure = [box(d1=0.9, d7=0.095)] * 3
    doubtful = [box(d1=0.6, d7=0.395), box(d0=0.999), box(d0=0.999)]
    places = {field.name: 1.0 for field in fields}
    return weigh_numbers(cuts, np.array([*sure, *doubtful]), {}, {}, places)[fields[1].name]


def _cut(field: NumberField, *, overexposed: bool) -> NumberCut:
    crops = tuple(np.zeros((8, 8), np.uint8) for _ in field.boxes.rectangles)
    return NumberCut(field, crops, np.zeros((len(crops), 4, 2)), np.zeros((4, 2)), overexposed)


def test_boxes_whose_ink_is_not_shown_tell_nothing_of_the_writer() -> None:
    told, untold = weighed(overexposed=False), weighed(overexposed=True)
    assert told.boxes.values[100] > 0.8
    assert untold.boxes.values[100] < 0.65
    assert told.looks is not None
    assert told.looks[0] == pytest.approx(box(d1=0.6, d7=0.395)), "what a box looks like by itself is kept"
