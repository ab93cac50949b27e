"""From boxes to a number: the exact distribution over values under the grammar of a written number.

A number is written as leads, then digits: X, dash and empty may stand before the first digit, never after one. All
empty is no number; leads alone with at least one X or dash are zero. A struck box makes the number unreadable.

Some officers write from the left and leave the last boxes empty. Such marks are shown as the number they most likely
mean, but never surely: whoever forgot a digit leaves the same. So do leads alone before an empty last box: of 170 zeros
on the real pages (`training/evaluation/truths.py`) each has its mark in the last box, and a scan in black and white
that loses thin ink loses the last digit too.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES
from pipeline.evidence import NumberPosterior
from pipeline.marks import LEADS

STRUCK = CLASSES.index("#")
EMPTY = CLASSES.index("_")
_CROSS = CLASSES.index("X")
_LEAD_INDICES = [CLASSES.index(mark) for mark in LEADS]

UNGRAMMATICAL_PRIOR = 1e-3
"""How often officers write a lead after a digit, against any one grammatical way: rare, but it happens (left-aligned
numbers on forms of 2014). An estimate, not measured: no public data set counts it."""

LEFT_ALIGNED = 0.75
"""How often marks with empty boxes behind them mean the number that they make alone: digits, or leads that would be
zero. Too little to accept it: the number is shown, and always looked at. An estimate, for the same reason."""


STRUCK_LEAD = 0.1
"""How much rarer a struck box is before the first digit, against an X there, than the reader takes it to be: officers
strike digits, and an X drawn as a star or a blob looks struck. Of 1,169 boxes before the first digit on the real pages
that may be learnt from two are struck; of the boxes that the reader learnt from, at least one in fifty."""


def expecting_leads(probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the boxes of a number (boxes, 14) as they are expected: an X before the first digit is hardly ever struck.

    Only what the reader leaves between struck and X is weighed anew: a digit gains nothing by it.
    """
    expected = np.array(probabilities, np.float64)
    for box in expected[:-1]:
        if box[:10].sum() >= 0.5:
            break
        rarer, crossed = STRUCK_LEAD * box[STRUCK], box[_CROSS]
        either = box[STRUCK] + crossed
        if rarer + crossed > 0.0:
            box[[STRUCK, _CROSS]] = either * np.array([rarer, crossed]) / (rarer + crossed)
    return expected


def number_posteriors(numbers: Sequence[NDArray[np.floating]]) -> list[NumberPosterior]:
    """Combine the boxes of each number, those of as many boxes in one go.

    Args:
        numbers: Each (boxes, 14): its boxes' calibrated distributions over `CLASSES`.

    Returns:
        The normalised posteriors.

    """
    found: dict[int, NumberPosterior] = {}
    for count in {len(number) for number in numbers}:
        places = [place for place, number in enumerate(numbers) if len(number) == count]
        found |= zip(places, _of_as_many_boxes(np.stack([numbers[place] for place in places])), strict=True)
    return [found[place] for place in range(len(numbers))]


def _of_as_many_boxes(probabilities: NDArray[np.floating]) -> list[NumberPosterior]:
    """Return the posterior of every number (n, boxes, 14)."""
    numbers, count, _ = probabilities.shape
    digits, leads = probabilities[:, :, :10], probabilities[:, :, _LEAD_INDICES].sum(axis=2)
    values = np.zeros((numbers, 10**count))
    for length in range(count, 0, -1):
        lead = leads[:, : count - length].prod(axis=1)
        values[:, : 10**length] += lead[:, None] * _outer(digits[:, count - length :])
    empty = probabilities[:, :, EMPTY].prod(axis=1)
    lost = (1.0 - LEFT_ALIGNED) * _zero_before_nothing(probabilities, leads)
    values[:, 0] += leads.prod(axis=1) - empty - lost
    struck = 1.0 - (1.0 - probabilities[:, :, STRUCK]).prod(axis=1)
    left_aligned = _left_aligned(probabilities, leads)
    readable = values.sum(axis=1) + lost + empty + struck + LEFT_ALIGNED * left_aligned.sum(axis=1)
    values += UNGRAMMATICAL_PRIOR * LEFT_ALIGNED * left_aligned
    unreadable = struck + lost + UNGRAMMATICAL_PRIOR * np.maximum(0.0, 1.0 - readable)
    total = values.sum(axis=1) + empty + unreadable
    shares = zip(probabilities, values / total[:, None], empty / total, unreadable / total, strict=True)
    return [_with_marks(*share) for share in shares]


def _zero_before_nothing(probabilities: NDArray[np.floating], leads: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the probability (n,) of leads, one of them an X or a dash, before a last box that is empty."""
    empty = probabilities[:, :, EMPTY]
    return np.asarray((leads[:, :-1].prod(axis=1) - empty[:, :-1].prod(axis=1)) * empty[:, -1])


def _left_aligned(probabilities: NDArray[np.floating], leads: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the probability (n, 10 ** boxes) of every value under marks with empty boxes behind the last digit."""
    numbers, count, _ = probabilities.shape
    values = np.zeros((numbers, 10**count))
    for behind in range(1, count):
        empty = probabilities[:, count - behind :, EMPTY].prod(axis=1)
        for length in range(1, count - behind + 1):
            start = count - behind - length
            written = _outer(probabilities[:, start : start + length, :10])
            values[:, : 10**length] += (leads[:, :start].prod(axis=1) * empty)[:, None] * written
    return values


def _outer(digits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the product distributions (n, 10 ** k) over the values of k digits each (n, k, 10), the first highest."""
    values = digits[:, 0]
    for place in range(1, digits.shape[1]):
        values = (values[:, :, None] * digits[:, place, None]).reshape(len(digits), -1)
    return values


def _with_marks(
    probabilities: NDArray[np.floating], values: NDArray[np.floating], empty: float, unreadable: float
) -> NumberPosterior:
    """Return the posterior of one number with the likeliest marks of its boxes (boxes, 14)."""
    bare = NumberPosterior(values, float(empty), float(unreadable), "")
    return replace(bare, boxes=_marks(probabilities, bare.best[0], blank=bare.empty >= bare.unreadable))


def _marks(probabilities: NDArray[np.floating], value: int | None, *, blank: bool) -> str:
    """Return the likeliest marks that make `value`; without one, `blank` boxes or what they look like."""
    freely = "".join(CLASSES[best] for best in probabilities.argmax(axis=1).tolist())
    count = len(probabilities)
    if value is None:
        return "_" * count if blank else freely
    written = str(value)
    lead = [LEADS[best] for best in probabilities[:, _LEAD_INDICES].argmax(axis=1).tolist()]
    boxes = [dict(zip(CLASSES, box, strict=True)) for box in probabilities.tolist()]
    best, marks = -1.0, freely
    for digits in range(len(written) if value else 0, count + 1):
        text, ahead = written.zfill(digits) if digits else "", "".join(lead[: count - digits])
        placed = [ahead + text]
        placed += [ahead[:start] + text + "_" * (len(ahead) - start) for start in range(len(ahead)) if text]
        for candidate in placed:
            likelihood = math.prod(box[mark] for box, mark in zip(boxes, candidate, strict=True))
            if likelihood > best and set(candidate) != {"_"}:
                best, marks = likelihood, candidate
    return marks
