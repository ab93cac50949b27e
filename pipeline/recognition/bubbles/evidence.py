"""From single bubbles to columns, and from columns to the number: exact sums over everything that may be marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Statement

NONE, SEVERAL = 0, 11
"""Places of "none" and "several" in a column's distribution; the digit d stands at d + 1."""

COLUMN_PRIOR = (0.05, 0.948, 0.002)
"""How often none, exactly one, several bubbles of a column are marked: 5.3, 94.7 and 0 % of the 924 columns of real
pages of the train part (`chasil train trust`); two in a thousand are allowed for. None stands under
one leading box with X in six."""

PAIRS = 0.9
"""Share of two marked bubbles among several."""

_SIGNS = "_0123456789?"


@dataclass(frozen=True, slots=True)
class BubbleEvidence:
    """What the bubbles of one number say.

    Attributes:
        marked: (count, 10): probability that a bubble is marked, if that were as likely as not.
        columns: (count, 12): distribution over none, 0..9, several of every column; rows sum to 1.

    """

    marked: NDArray[np.float64]
    columns: NDArray[np.float64]

    @property
    def text(self) -> str:
        """The likeliest reading, one character a column: a digit, `_` for none, `?` for several."""
        return "".join(_SIGNS[int(best)] for best in self.columns.argmax(axis=1))

    def likelihood(self) -> tuple[NDArray[np.float64], float]:
        """Return the distribution over the 10 ** count values, and the probability that no number is stated.

        Columns before the first digit may be none or 0, which both mean 0; the last column must be marked. Several in
        a column, none after a digit other than 0, or none at all state no number.
        """
        count = len(self.columns)
        digits = self.columns[:, 1:11]
        values = np.zeros(10**count)
        for value_digits in range(1, count + 1):
            first = count - value_digits
            leads = float(np.prod(self.columns[:first, NONE] + digits[:first, 0]))
            tail = np.ones(1)
            for column in digits[first:]:
                tail = np.outer(tail, column).ravel()
            # Values with fewer digits belong to a shorter tail, with more leading columns.
            least = 10 ** (value_digits - 1) if value_digits > 1 else 0
            values[least : 10**value_digits] = leads * tail[least:]
        return values, max(0.0, 1.0 - float(values.sum()))

    def statement(self) -> Statement:
        """Return the evidence as the decision takes it."""
        values, silent = self.likelihood()
        bare = float(np.prod(self.columns[:, NONE]))
        return Statement("bubbles", values, silent, max(0.0, silent - bare), self.text)


def bubble_evidence(marked: NDArray[np.float64]) -> BubbleEvidence:
    """Return the evidence from (count, 10) probabilities that a bubble is marked, calibrated for even odds."""
    return BubbleEvidence(marked, np.array([column_distribution(column) for column in marked]).reshape(-1, 12))


def column_distribution(marked: NDArray[np.float64], prior: Sequence[float] = COLUMN_PRIOR) -> NDArray[np.float64]:
    """Return the exact distribution (12,) over none, 0..9, several of one column.

    The odds of every bubble multiply; the prior speaks of the column as a whole. Among several, two are likelier than
    more, and all pairs are alike.

    Args:
        marked: (10,) probability of each bubble at even prior odds, so that p / (1 - p) is the likelihood ratio.
        prior: How often none, one and several of a column are marked.

    """
    odds = marked / np.maximum(1.0 - marked, 1e-12)
    none, one, several = prior
    count = len(odds)
    pairs = (odds.sum() ** 2 - (odds**2).sum()) / 2
    more = float(np.prod(1.0 + odds)) - 1.0 - odds.sum() - pairs
    pair_count = count * (count - 1) / 2
    more_count = 2.0**count - 1 - count - pair_count
    weights = np.empty(12)
    weights[NONE] = none
    weights[1:11] = one / count * odds
    weights[SEVERAL] = several * (PAIRS * pairs / pair_count + (1.0 - PAIRS) * max(more, 0.0) / more_count)
    return np.asarray(weights / weights.sum())
