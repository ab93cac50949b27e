"""From boxes to a number: the exact distribution over values under the grammar of a written number.

A number is written as leads, then digits: X, dash and empty may stand before the first digit, never after one. All
empty is no number; leads alone with at least one X or dash are zero. A struck box makes the number unreadable.

Some officers write from the left and leave the last boxes empty. Such marks are shown as the number they most likely
mean, but never surely: whoever forgot a digit leaves the same.
"""

import numpy as np
from numpy.typing import NDArray

from pipeline.digits import CLASSES
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
"""How often digits with empty boxes behind them mean the number that they make alone. Too little to accept it:
the number is shown, and always looked at. An estimate, for the same reason."""


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


def number_posterior(probabilities: NDArray[np.floating]) -> NumberPosterior:
    """Combine the boxes of one number.

    Args:
        probabilities: (boxes, 14): each box's calibrated distribution over `CLASSES`.

    Returns:
        The normalised posterior.

    """
    count = len(probabilities)
    values = np.zeros(10**count)
    leads = probabilities[:, _LEAD_INDICES].sum(axis=1)
    for digits in range(count, 0, -1):
        lead = float(np.prod(leads[: count - digits]))
        values[: 10**digits] += lead * _outer(probabilities[count - digits :, :10])
    empty = float(np.prod(probabilities[:, EMPTY]))
    values[0] += float(np.prod(leads)) - empty
    struck = 1.0 - float(np.prod(1.0 - probabilities[:, STRUCK]))
    left_aligned = _left_aligned(probabilities, leads)
    disordered = max(0.0, 1.0 - float(values.sum()) - empty - struck - LEFT_ALIGNED * float(left_aligned.sum()))
    values += UNGRAMMATICAL_PRIOR * LEFT_ALIGNED * left_aligned
    unreadable = struck + UNGRAMMATICAL_PRIOR * disordered
    total = float(values.sum()) + empty + unreadable
    posterior = NumberPosterior(values / total, empty / total, unreadable / total, "")
    return NumberPosterior(posterior.values, posterior.empty, posterior.unreadable, _marks(probabilities, posterior))


def _left_aligned(probabilities: NDArray[np.floating], leads: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the probability (10 ** boxes,) of every value under marks with empty boxes behind the last digit."""
    count = len(probabilities)
    values = np.zeros(10**count)
    for behind in range(1, count):
        empty = float(np.prod(probabilities[count - behind :, EMPTY]))
        for digits in range(1, count - behind + 1):
            start = count - behind - digits
            written = _outer(probabilities[start : start + digits, :10])
            values[: 10**digits] += float(np.prod(leads[:start])) * empty * written
    return values


def _outer(digits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the product distribution over 10 ** n values of n digit distributions (n, 10), first digit highest."""
    values = np.ones(1)
    for digit in digits:
        values = np.outer(values, digit).ravel()
    return values


def _marks(probabilities: NDArray[np.floating], posterior: NumberPosterior) -> str:
    """Return the likeliest marks that are consistent with the likeliest answer."""
    value, _ = posterior.best
    freely = "".join(CLASSES[int(best)] for best in probabilities.argmax(axis=1))
    if value is None:
        return "_" * len(probabilities) if posterior.empty >= posterior.unreadable else freely
    count = len(probabilities)
    written = str(value)
    best, marks = -1.0, freely
    for digits in range(len(written) if value else 0, count + 1):
        text = written.zfill(digits) if digits else ""
        lead = [LEADS[int(i)] for i in probabilities[: count - digits][:, _LEAD_INDICES].argmax(axis=1)]
        placed = ["".join(lead) + text]
        placed += ["".join(lead[:start]) + text + "_" * (len(lead) - start) for start in range(len(lead)) if text]
        for candidate in placed:
            likelihood = float(np.prod([probabilities[i, CLASSES.index(mark)] for i, mark in enumerate(candidate)]))
            if likelihood > best and set(candidate) != {"_"}:
                best, marks = likelihood, candidate
    return marks
