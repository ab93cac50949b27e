"""How far boxes hear each other is chosen where what is written is likeliest; every part of the pages is told apart."""

import numpy as np
import pytest

from models.package import CLASSES
from pipeline import Reader
from pipeline.decision.one_writer import HAND, Hand
from tests import SAMPLES
from training.proof.one_writer import LIKENESSES, STRENGTHS, Sureness, WrittenPage, lines, loss, sureness, written


def page(*marks: dict[str, float], value: int | None, split: str = "select") -> WrittenPage:
    """A page with one number."""
    boxes = np.full((len(marks), len(CLASSES)), 1e-4)
    for row, shares in zip(boxes, marks, strict=True):
        row[[CLASSES.index(mark) for mark in shares]] = list(shares.values())
    return WrittenPage(split, (boxes / boxes.sum(axis=1, keepdims=True),), (value,))


RIGHTLY_ALIKE = page({"1": 0.98, "7": 0.02}, {"1": 0.9, "7": 0.1}, value=11)
WRONGLY_ALIKE = page({"1": 0.98, "7": 0.02}, {"1": 0.9, "7": 0.1}, value=17, split="train")


def test_what_is_written_becomes_likelier_or_not() -> None:
    assert loss([RIGHTLY_ALIKE], HAND) < loss([RIGHTLY_ALIKE], None)
    assert loss([WRONGLY_ALIKE], HAND) > loss([WRONGLY_ALIKE], None)
    assert loss([RIGHTLY_ALIKE], Hand(3.0, 0.0)) == pytest.approx(loss([RIGHTLY_ALIKE], None))


def test_numbers_that_nobody_can_tell_are_not_counted() -> None:
    unknown = page({"1": 0.98}, {"1": 0.9}, value=None)
    assert sureness([unknown, RIGHTLY_ALIKE], None) == Sureness(1, 0, 0, 0)
    assert loss([unknown], None) == 0.0


def test_a_wrong_number_that_became_sure_is_told() -> None:
    assert sureness([WRONGLY_ALIKE], Hand(3.0, 12.0)) == Sureness(1, 1, 1, 1)


def test_the_table_has_every_choice_and_names_the_likeliest() -> None:
    said = list(lines([RIGHTLY_ALIKE, WRONGLY_ALIKE]))
    assert len([line for line in said if line.startswith("| ")]) == 1 + len(LIKENESSES) * len(STRENGTHS)
    strongest = f"likeness {max(LIKENESSES):g}, strength {max(STRENGTHS):g}"
    assert f"likeliest on the calibrate part: {strongest}; in use: likeness 2, strength 2" in said
    alone, told = said[-1].split("; of one writer ")
    assert alone == "train part: each by itself 1 of 1 wrong, 0 sure, 0 of these wrong"
    assert told.startswith("1 of 1 wrong, ")


def test_a_page_that_was_read_tells_what_its_boxes_look_like() -> None:
    read = Reader().read(sorted(SAMPLES.glob("*p2.jpg"))[0])[0]
    values = {name: field.value for name, field in read.fields.items() if field.value is not None}
    found = written(read.pages[0].evidence, values, "train")
    assert sorted(value for value in found.values if value is not None) == sorted(values.values())
    assert loss([found], HAND) < loss([found], None)
    assert sureness([found], None).wrong == 0
