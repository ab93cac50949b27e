"""What could be misread on a page, from nothing but its distributions."""

from typing import Any

import numpy as np
import pytest

from api.http.ambiguity import LEAST, MOST, close_calls
from pipeline.documents import Source
from pipeline.evidence import NumberEvidence, NumberPosterior
from pipeline.reading import FieldReading, Outcome, PageReading, Quadrilateral


def square(left: float) -> Quadrilateral:
    return ((left, 0.0), (left + 10, 0.0), (left + 10, 10.0), (left, 10.0))


def page(**numbers: tuple[str, dict[int, float]]) -> PageReading:
    """Return a page with numbers: their boxes, and how likely each value is."""
    fields, evidence = {}, {}
    for name, (boxes, likely) in numbers.items():
        values = np.zeros(10 ** len(boxes))
        for value, probability in likely.items():
            values[value] = probability
        evidence[name] = NumberEvidence(NumberPosterior(values, 0.0, 1 - values.sum(), boxes))
        read = evidence[name].boxes.best[0]
        places = tuple(square(10.0 * box) for box in range(len(boxes)))
        fields[name] = FieldReading(read, boxes, 0.9, Outcome.REVIEW, box_regions=places)
    return PageReading("tps", Source("a.jpg", sha256="0" * 64), Outcome.REVIEW, fields=fields, evidence=evidence)


def said(found: list[dict[str, Any]]) -> list[tuple[str, int, str, int]]:
    return [(call["field"], call["box"], call["mark"], call["rival"]) for call in found]


def test_the_next_likely_digit_of_a_box_is_told_with_its_chance_and_its_place() -> None:
    (call,) = close_calls(page(paslon_1=("X17", {17: 0.9, 11: 0.06, 12: 0.01})))
    assert said([call]) == [("paslon_1", 2, "7", 1)]
    assert call["probability"] == pytest.approx(0.9)
    assert call["rival_probability"] == pytest.approx(0.06)
    assert call["region"][0] == [20.0, 0.0]


def test_the_closest_calls_come_first_and_only_so_many() -> None:
    found = close_calls(page(**{f"paslon_{at}": ("X10", {10: 0.9, 18: at / 1000}) for at in range(3, 30)}))
    assert [call["field"] for call in found] == [f"paslon_{at}" for at in range(29, 29 - MOST, -1)]


def test_what_is_clear_or_cannot_be_read_is_not_spoken_of() -> None:
    clear = ("X17", {17: 1 - LEAST / 2, 11: LEAST / 2})
    unreadable = ("X#7", {17: 0.2, 11: 0.1})
    assert close_calls(page(paslon_1=clear, paslon_2=unreadable)) == []


def test_an_x_that_may_be_a_digit_is_a_close_call_too() -> None:
    assert said(close_calls(page(paslon_1=("X17", {17: 0.9, 417: 0.05})))) == [("paslon_1", 0, "X", 4)]
