"""From letters to the number: which account explains a line best, of every number, nothing written, and no number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import Statement
from pipeline.recognition.words.scoring import WORD_CLASSES, score

BLANK_SHARE, OTHER_SHARE = 0.2, 0.02
"""How often a place is left blank, and how often something else than a number is written there. Blank: 172 of 920
places of C.HASIL-KWK 2020; something else: an estimate, as none of its lines is."""

LETTER_PRICE = 0.1
"""Share of the next letter in what is no number: any one of twenty, likelier one that the strokes look like."""

SURELY_NOTHING = 1e-8
"""Odds of the likeliest letter in a frame against none, below which nothing is written there; the price of a letter
that nobody saw is a hundred thousand times that."""


@dataclass(frozen=True, slots=True)
class WordsEvidence:
    """What the words of one number say.

    Attributes:
        values: (10 ** digits,): probability of every number; sums to 1 with the two below.
        nothing: Probability that nothing is written.
        other: Probability that what is written is no number.
        text: The likeliest number's words as read; "" where there is none.

    """

    values: NDArray[np.float64]
    nothing: float
    other: float
    text: str

    def statement(self) -> Statement:
        """Return the evidence as the decision takes it."""
        return Statement("words", self.values, self.nothing + self.other, text=self.text)


def words_evidence(lines: Sequence[NDArray[np.float64]], digits: int) -> list[WordsEvidence]:
    """Weigh the accounts of some lines.

    Args:
        lines: Each (frames, classes): calibrated probabilities of `WORD_CLASSES`.
        digits: Boxes of each number.

    """
    if not lines:
        return []
    scores = score(padded([without_pauses(line) for line in lines]), digits)
    values = (1.0 - BLANK_SHARE - OTHER_SHARE) / 10**digits * scores.values
    nothing = BLANK_SHARE * scores.nothing
    # A line of n letters that may be anything: the likeliest reading, whose likelihood is 1, at the price of each.
    other = np.where(scores.letters > 0, OTHER_SHARE * LETTER_PRICE**scores.letters, 0.0)
    total = values.sum(axis=1) + nothing + other
    likeliest = values.max(axis=1) >= np.maximum(nothing, other)
    return [
        WordsEvidence(
            values[line] / total[line],
            float(nothing[line] / total[line]),
            float(other[line] / total[line]),
            scores.words[line] if likeliest[line] else "",
        )
        for line in range(len(lines))
    ]


def without_pauses(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a line (frames, classes) with one frame for each run in which surely nothing is written.

    A second such frame says nothing that the first did not: half of a line are such frames.
    """
    idle = line[:, 1:].max(axis=1, initial=0.0) < SURELY_NOTHING * line[:, 0]
    return np.asarray(line[~(idle & np.append(False, idle[:-1]))])


def padded(lines: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return lines (frames, classes) as one array (n, frames, classes); behind their ends surely nothing is written."""
    longest = max(len(line) for line in lines)
    frames = np.zeros((len(lines), longest, len(WORD_CLASSES)))
    frames[:, :, 0] = 1.0
    for row, line in zip(frames, lines, strict=True):
        row[: len(line)] = line
    return frames
