"""What each witness buys on real pages: the same evidence decided with one thing more at a time (`EVER_MORE`).

Differences are paired by page, since the numbers of one page stand or fall together: their 95 % interval is that of a
sum over pages (normal, from the variance between pages).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.decision import decide_document
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading
from training.evaluation.metrics import share_text
from training.evaluation.one_number import right_and_accepted
from training.proof.documents import EVER_MORE, only

Truth = Mapping[str, int]
"""The numbers of a page that a person can tell, by field."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision of all pages.

    Attributes:
        name: What was heard beside the step before.
        right, accepted, wrong_accepted: Counts by page (pages,).

    """

    name: str
    right: NDArray[np.int64]
    accepted: NDArray[np.int64]
    wrong_accepted: NDArray[np.int64]


def steps(
    readings: Sequence[DocumentReading],
    truths: Sequence[Truth],
    forms: Mapping[str, FormTemplate],
    threshold: float,
) -> list[Step]:
    """Decide documents of one page each, with ever more witnesses.

    Args:
        readings: With the evidence of their pages.
        truths: What is written on each.
        forms: Templates by id.
        threshold: Posterior from which a number is accepted.

    """
    bare = {reading.form: forms[reading.form].model_copy(update={"rules": ()}) for reading in readings if reading.form}
    found = []
    for heard in EVER_MORE:
        known = forms if heard.rules else bare
        decided = [
            decided_with(one, heard.witnesses, known, threshold, one_writer=heard.one_writer) for one in readings
        ]
        counts = [_counted(reading, truth) for reading, truth in zip(decided, truths, strict=True)]
        found.append(Step(heard.name, *np.array(counts, np.int64).reshape(-1, 3).T))
    return found


def decided_with(
    reading: DocumentReading,
    witnesses: Sequence[str],
    forms: Mapping[str, FormTemplate],
    threshold: float,
    *,
    one_writer: bool = True,
) -> DocumentReading:
    """Return a document decided as if these witnesses alone, beside the boxes, had said anything; see `only`."""
    pages = []
    for page in reading.pages:
        kept = {name: only(number, witnesses, one_writer=one_writer) for name, number in page.evidence.items()}
        pages.append(replace(page, evidence=kept))
    return decide_document(reading.document, pages, forms, threshold)


def table(found: Sequence[Step], numbers: int) -> Iterator[str]:
    """Yield the lines of a table in Markdown; differences are in points of all numbers, to the step before."""
    yield "| heard | numbers right | difference | accepted | difference | wrong accepted |"
    yield "|---|---|---|---|---|---|"
    for before, step in zip((None, *found), found, strict=False):
        right, accepted = (share_text(int(count.sum()), numbers) for count in (step.right, step.accepted))
        gains = ["", ""]
        if before is not None:
            gains[0] = _gain(before.right, step.right, numbers)
            gains[1] = _gain(before.accepted, step.accepted, numbers)
        yield f"| {step.name} | {right} | {gains[0]} | {accepted} | {gains[1]} | {int(step.wrong_accepted.sum())} |"


def difference(before: NDArray[np.int64], after: NDArray[np.int64], numbers: int) -> tuple[float, float, float]:
    """Return the difference of two counts by page (pages,) and its 95 % interval, in points of all numbers."""
    gained = (after - before).astype(np.float64)
    middle = float(gained.sum())
    spread = 1.96 * float(np.sqrt(len(gained) * gained.var(ddof=1))) if len(gained) > 1 else 0.0
    low, value, high = (100.0 * at / numbers for at in (middle - spread, middle, middle + spread))
    return value, low, high


def _gain(before: NDArray[np.int64], after: NDArray[np.int64], numbers: int) -> str:
    value, low, high = difference(before, after, numbers)
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def _counted(reading: DocumentReading, truth: Truth) -> tuple[int, int, int]:
    """Return how many numbers of a page are right, accepted, and accepted though wrong."""
    right = accepted = wrong = 0
    for name, value in truth.items():
        is_right, is_accepted = right_and_accepted(reading.fields.get(name), value)
        right += is_right
        accepted += is_accepted
        wrong += is_accepted and not is_right
    return right, accepted, wrong
