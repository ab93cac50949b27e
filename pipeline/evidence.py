"""Everything that one page says of one number."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.reasons import Reason

PLACED = 0.99
"""Probability of a number's place from which nothing is said of it."""


@dataclass(frozen=True, slots=True)
class NumberPosterior:
    """What the boxes of one number say.

    Attributes:
        values: Posterior of every value, (10 ** boxes,); sums to 1 with `empty` and `unreadable`.
        empty: Posterior that nothing is written.
        unreadable: Posterior that a box is struck out or the marks make no number.
        boxes: The likeliest marks, one character a box, that make the likeliest answer.

    """

    values: NDArray[np.floating]
    empty: float
    unreadable: float
    boxes: str

    @property
    def best(self) -> tuple[int | None, float]:
        """Return the likeliest answer and its posterior: a value, or None for empty or unreadable."""
        value = int(self.values.argmax())
        if self.values[value] >= max(self.empty, self.unreadable):
            return value, float(self.values[value])
        return None, max(self.empty, self.unreadable)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a further witness (bubbles, tally strokes, row sums, words) says of a number.

    Attributes:
        witness: Its name, as in the contract's `evidence`.
        values: Calibrated probability of every value that it may state, (n,); sums to 1 with `silent`.
        silent: Probability that it states no number: nothing filled in, or nothing that can be read.
        faulty: The part of `silent` in which it is filled in, but not as any number is: two bubbles in a column, say.
        text: What is marked, where that says more than the value, such as `1?7` or the words; else "".

    """

    witness: str
    values: NDArray[np.floating]
    silent: float
    faulty: float = 0.0
    text: str = ""

    @property
    def best(self) -> tuple[int | None, float]:
        """Return the likeliest value and its probability, or None where it is likelier silent."""
        value = int(self.values.argmax())
        probability = float(self.values[value])
        return (value, probability) if probability >= self.silent else (None, self.silent)

    def of(self, value: int) -> float:
        """Return the probability that it states this value."""
        return float(self.values[value]) if 0 <= value < len(self.values) else 0.0


@dataclass(frozen=True, slots=True)
class NumberEvidence:
    """The boxes of a number, which are what the form legally says, and its further witnesses.

    Attributes:
        boxes: What the boxes say.
        statements: What the others say.
        overexposed: Whether the boxes lie where the picture has no grey left, so that emptiness means nothing.
        outside: Whether a part of the boxes lies outside the picture, so that nothing is known of it.
        withheld: Why the number may not be accepted whatever it says: its page is in doubt.
        place: Probability that the boxes lie where they were cut, on a page that is not in doubt itself.
        unread: Whether no reader looked at the number: nobody knows where its boxes lie, and people type it.
        looks: What each box looks like to the reader by itself, (boxes, 14); None where that was not kept.

    """

    boxes: NumberPosterior
    statements: tuple[Statement, ...] = ()
    overexposed: bool = False
    outside: bool = False
    withheld: tuple[Reason, ...] = ()
    place: float = 1.0
    unread: bool = False
    looks: NDArray[np.floating] | None = field(default=None, compare=False, repr=False)
