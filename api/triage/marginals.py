"""What the boxes of a number say digit by digit: sums over its values. Pure arithmetic, no database."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import NumberPosterior
from pipeline.marks import DIGITS


def box_digits(posterior: NumberPosterior) -> Iterator[NDArray[np.float64]]:
    """Yield for each box how likely each digit is, (10,): the sum over all values that have it there.

    X, dash and empty before the first digit count as the digit 0, for they make the same number.
    """
    count = len(posterior.boxes)
    values = np.asarray(posterior.values, np.float64).reshape((10,) * count)
    for box in range(count):
        yield values.sum(axis=tuple(axis for axis in range(count) if axis != box))


def digit_of(mark: str) -> int:
    """Return the digit that a mark stands for."""
    return int(mark) if mark in DIGITS else 0
