"""What a witness buys is counted page by page, on the evidence that was read once."""

import numpy as np
import pytest

from pipeline import Reader
from pipeline.reading import DocumentReading
from tests import SAMPLES
from training.proof.ablation import decided_with, difference, steps, table


@pytest.fixture(scope="module")
def read() -> tuple[Reader, list[DocumentReading]]:
    reader = Reader()
    pages = sorted(SAMPLES.glob("*p2.jpg"))
    return reader, [reader.read(page)[0] for page in pages]


def test_every_step_hears_more_and_the_last_is_the_reading_itself(
    read: tuple[Reader, list[DocumentReading]],
) -> None:
    reader, readings = read
    truths = [{name: field.value for name, field in one.fields.items() if field.value is not None} for one in readings]
    found = steps(readings, truths, reader.forms, reader.threshold)
    names = ["boxes", "+ bubbles", "+ tally", "+ row sums", "+ words", "+ rules", "+ one writer"]
    assert [step.name for step in found] == names
    accepted = sum(field.outcome.value == "accepted" for one in readings for field in one.fields.values())
    assert int(found[-1].accepted.sum()) == accepted
    assert all(int(step.right.sum()) == sum(map(len, truths)) for step in found)
    lines = list(table(found, sum(map(len, truths))))
    assert len(lines) == 9
    # A truth that is otherwise makes accepted numbers wrong ones.
    false = [{name: value + 1 for name, value in truth.items()} for truth in truths]
    assert int(steps(readings, false, reader.forms, reader.threshold)[-1].wrong_accepted.sum()) == accepted


def test_a_witness_that_is_not_heard_says_nothing(read: tuple[Reader, list[DocumentReading]]) -> None:
    reader, readings = read
    alone = decided_with(readings[0], (), reader.forms, reader.threshold)
    assert not any(said.statements for page in alone.pages for said in page.evidence.values())
    surer = [readings[0].fields[name].confidence > field.confidence for name, field in alone.fields.items()]
    assert all(surer)


def test_without_one_writer_each_box_says_what_it_says_by_itself(read: tuple[Reader, list[DocumentReading]]) -> None:
    reader, readings = read
    alone = decided_with(readings[0], (), reader.forms, reader.threshold, one_writer=False)
    told = decided_with(readings[0], (), reader.forms, reader.threshold)
    assert {name: field.value for name, field in alone.fields.items()} == {
        name: field.value for name, field in told.fields.items()
    }
    surer = [told.fields[name].confidence > field.confidence for name, field in alone.fields.items()]
    assert all(surer), "a clear hand makes every number of its page surer"


def test_a_difference_is_as_sure_as_pages_agree() -> None:
    alike = difference(np.zeros(50, np.int64), np.ones(50, np.int64), 200)
    assert alike == (25.0, 25.0, 25.0)
    value, low, high = difference(np.zeros(50, np.int64), np.array([3, -1] * 25), 200)
    assert value == 25.0
    assert high - low == pytest.approx(100 / 200 * 2 * 1.96 * np.sqrt(50 * np.var([3, -1] * 25, ddof=1)))
