"""What the machine read in every single box of a page, a row a box.

How sure a box is, is the posterior of its digit in the number, by the boxes alone: the sum over all values that have
this digit here. X, dash and empty before the first digit count as the digit 0, for they make the same number.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from api.db.review_tables import BoxMark
from pipeline.evidence import NumberPosterior
from pipeline.marks import DIGITS
from pipeline.reading import PageReading


def marks_of_page(page_id: str, reading: PageReading) -> list[BoxMark]:
    """Return the boxes of a page as rows, not yet on record.

    Of numbers that people type there are none: no reader has looked at their boxes.
    """
    return [
        BoxMark(page_id=page_id, field=name, box=box, mark=mark, probability=sure, rival=rival)
        for name, evidence in reading.evidence.items()
        if not evidence.unread
        for box, (mark, sure, rival) in enumerate(marks_of(evidence.boxes))
    ]


def marks_of(posterior: NumberPosterior) -> Iterable[tuple[str, float, int | None]]:
    """Yield for each box its mark, how likely its digit is, and the likeliest other digit.

    Where the boxes make no number, all are as sure as that.
    """
    value, probability = posterior.best
    for mark, digits in zip(posterior.boxes, box_digits(posterior), strict=True):
        own = None if value is None else digit_of(mark)
        sure = probability if own is None else float(digits[own])
        others = np.where(np.arange(10) == own, -1.0, digits)
        yield mark, min(sure, 1.0), int(others.argmax()) if others.max() > 0 else None


def box_digits(posterior: NumberPosterior) -> Iterator[NDArray[np.float64]]:
    """Yield for each box how likely each digit is, (10,): the sum over all values that have it there."""
    count = len(posterior.boxes)
    values = np.asarray(posterior.values, np.float64).reshape((10,) * count)
    for box in range(count):
        yield values.sum(axis=tuple(axis for axis in range(count) if axis != box))


def digit_of(mark: str) -> int:
    """Return the digit that a mark stands for."""
    return int(mark) if mark in DIGITS else 0
