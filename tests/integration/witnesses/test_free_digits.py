"""Digits written freely in one cell: parted, weighed, and read."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline import Reader
from pipeline.decision.contradiction import contradicts
from pipeline.decision.number import number_posteriors
from pipeline.documents import open_documents
from pipeline.recognition.free_digits import DENSITY, MARGIN_MM, Division, combined, divisions
from pipeline.recognition.row_sums import RowSumEvidence, misread
from pipeline.recognition.witnesses import Witnesses
from training.evaluation.split import Part
from training.evaluation.truths import real_pages

WIDE, HIGH = 29.1, 14.2


def drawn(*strokes: list[tuple[float, float]]) -> np.ndarray:
    """Return a cell with its printed frame and pen strokes, their points in mm from the cell's corner."""
    columns, rows = round((WIDE + 2 * MARGIN_MM) * DENSITY), round((HIGH + 2 * MARGIN_MM) * DENSITY)
    cell = np.full((rows, columns), 200, np.uint8)
    left, top = round(MARGIN_MM * DENSITY), round(MARGIN_MM * DENSITY)
    cv2.rectangle(cell, (left, top), (columns - left, rows - top), (120,), 1)
    for stroke in strokes:
        points = ((np.array(stroke) + MARGIN_MM) * DENSITY).round().astype(np.int32)
        cv2.polylines(cell, [points], False, (40,), 2)
    return cell


SEVEN = [(0.0, 0.0), (5.0, 0.0), (2.0, 9.0)]
ONE = [(0.0, 0.0), (0.0, 9.0)]


def at(stroke: list[tuple[float, float]], x: float) -> list[tuple[float, float]]:
    return [(x + a, 2.5 + b) for a, b in stroke]


def test_an_empty_cell_has_no_digits() -> None:
    assert divisions(drawn(), 3) == []
    assert combined([], [], 3) is None


def test_lines_of_the_cell_and_what_crosses_it_are_no_digits() -> None:
    assert divisions(drawn([(-2.0, 13.9), (31.0, 13.7)], [(28.6, -2.0), (28.8, 16.0)]), 3) == []


def test_a_line_at_the_side_is_no_digit_and_no_part_of_a_number() -> None:
    """Photograph kwk2020_0295: 43, and the line of a cell that lies off was read as a third digit, 431."""
    line = at(ONE, 25.6)
    assert divisions(drawn(line), 3) == []
    assert divisions(drawn(at(ONE, 14.0)), 3) != []
    with_line, alone = (
        divisions(drawn(at(SEVEN, 6.0), at(SEVEN, 13.0), line), 3),
        divisions(drawn(at(SEVEN, 6.0), at(SEVEN, 13.0)), 3),
    )
    assert [[crop.tolist() for crop in way.crops] for way in with_line] == [
        [crop.tolist() for crop in way.crops] for way in alone
    ]


@pytest.mark.parametrize(
    ("strokes", "count"),
    [([at(SEVEN, 12.0)], 1), ([at(SEVEN, 8.0), at(SEVEN, 15.0)], 2), ([at(SEVEN, x) for x in (4.0, 11.0, 18.0)], 3)],
)
def test_the_width_tells_how_many_digits_there_are(strokes: list[list[tuple[float, float]]], count: int) -> None:
    ways = divisions(drawn(*strokes), 3)
    assert len(max(ways, key=lambda way: way.weight).crops) == count


def test_digits_of_unlike_width_are_parted_between_them() -> None:
    """A narrow 1 before a wide 7: the middle of both would cut the 7."""
    two = divisions(drawn(at(ONE, 10.0), at(SEVEN, 12.5)), 3)[1]
    one, seven = (crop < 120 for crop in two.crops)
    assert one.any(axis=0).sum() < 8 < seven.any(axis=0).sum()


def test_divisions_are_weighed_by_their_own_likelihood() -> None:
    sure = np.eye(14)
    ways = [Division([], 1.0), Division([], 3.0)]
    posterior = combined(ways, number_posteriors([sure[[4]], sure[[3, 8]]]), 3)
    assert posterior is not None
    assert posterior.values[4] == pytest.approx(0.25)
    assert posterior.values[38] == pytest.approx(0.75)
    assert posterior.boxes == "38"
    assert posterior.values.sum() + posterior.empty + posterior.unreadable == pytest.approx(1.0)


def test_a_row_in_doubt_may_be_any_sum_and_a_sure_one_is_itself() -> None:
    sure, torn = np.zeros(100), np.zeros(100)
    sure[38] = 1.0
    torn[[41, 14]] = 0.5
    np.testing.assert_array_equal(misread(sure, 80), sure)
    spread = misread(torn, 80)
    assert spread.sum() == pytest.approx(1.0)
    assert spread[39] == pytest.approx(0.15 / 81)
    assert spread[81] == 0.0
    # Of two rows, 80 and one that is unsure: a sum that nobody read is not excluded.
    both = RowSumEvidence(np.array([np.eye(100)[80], spread]), np.zeros(2), np.zeros(2), ("80", "41"))
    assert not contradicts(both.statement(), 159)
    assert contradicts(RowSumEvidence(sure[None], np.zeros(1), np.zeros(1), ("38",)).statement(), 39)


def test_sums_of_rows_of_2020_are_read(shared: Path, witnesses: dict[str, Witnesses]) -> None:
    """Of the first twelve pages of the train part; one box for each half of the cell had read 6 in 10 of its sums."""
    reader = Reader()
    right = rows = 0
    for page in [page for page in real_pages(shared, ["wild/kwk-2020"]) if page.part is Part.TRAIN][:12]:
        witnesses.clear()
        reader.read_document(next(iter(open_documents([page.path]))))
        for name, written in page.truth["row_totals"].items():
            sums = witnesses[name].row_sums
            stated = sums.totals if sums is not None else ()
            legible = [(at, text) for at, text in enumerate(written) if text.isdigit()]
            rows += len(legible)
            right += sum(at < len(stated) and stated[at] == int(text) for at, text in legible)
    assert rows > 30
    assert right >= 0.8 * rows
