"""Choose how far the boxes of a page hear each other: where the numbers written on real pages are likeliest.

    chasil evaluate writer SHARED [--jobs N]

SHARED holds the sets of real pages (`training.evaluation.truths`); only those that may be learnt from are read. Prints
for each likeness and strength (`pipeline.decision.one_writer`) the loss of the numbers by their boxes alone, in nats,
against boxes that do not hear each other: of the calibrate part, which chooses, of its two halves by sheet, and of the
train part, from which the network learnt. Then what the choice in use does to each part: numbers that are wrong, those
that are sure at 0.999, and those that are both.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline import Reader
from pipeline.decision.number import expecting_leads, number_posteriors
from pipeline.decision.one_writer import HAND, Hand, numbers_of_one_writer
from pipeline.evidence import PLACED, NumberEvidence, NumberPosterior
from training.datasets.real_boxes import split_of
from training.evaluation.split import sheets
from training.proof.cases import learnt_cases

LIKENESSES = (1.5, 2.0, 3.0, 4.0, 5.0)
STRENGTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)

SURE = 0.999
"""Posterior of a number by its boxes alone from which it is counted as sure."""

_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """The boxes of a page and what is written in them.

    Attributes:
        split: What the page may be used for: the calibrate part is parted into "select" and "calibrate".
        looks: What the boxes of each number look like, (boxes, 14).
        values: What is written; None where nobody can tell: such boxes tell of the writer, too.

    """

    split: str
    looks: tuple[NDArray[np.floating], ...]
    values: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Sureness:
    """How numbers are read by their boxes alone."""

    numbers: int
    wrong: int
    sure: int
    sure_and_wrong: int

    def line(self) -> str:
        """Return it in words."""
        return f"{self.wrong} of {self.numbers} wrong, {self.sure} sure, {self.sure_and_wrong} of these wrong"


def written(evidence: Mapping[str, NumberEvidence], values: Mapping[str, int], split: str) -> WrittenPage:
    """Return the boxes of a page that was read; those whose ink is not shown are left out, as the reader does."""
    heard = {
        name: number.looks for name, number in evidence.items() if number.looks is not None and not number.overexposed
    }
    known = (values.get(name) if evidence[name].place >= PLACED else None for name in heard)
    return WrittenPage(split, tuple(heard.values()), tuple(known))


def posteriors(page: WrittenPage, hand: Hand | None) -> list[tuple[NumberPosterior, int]]:
    """Return the numbers of a page whose value is known, by their boxes alone, each with its value."""
    looks = page.looks
    boxes = [expecting_leads(look) for look in looks] if hand is None else numbers_of_one_writer(looks, hand)
    found = zip(number_posteriors(boxes), page.values, strict=True)
    return [(posterior, value) for posterior, value in found if value is not None]


def loss(pages: Sequence[WrittenPage], hand: Hand | None) -> float:
    """Return minus the logarithm of the probability of all that is written on pages, nats."""
    likelihoods = [
        float(posterior.values[value]) if value < len(posterior.values) else 0.0
        for page in pages
        for posterior, value in posteriors(page, hand)
    ]
    return -float(np.log(np.maximum(likelihoods, _LEAST)).sum())


def sureness(pages: Sequence[WrittenPage], hand: Hand | None) -> Sureness:
    """Return how many numbers are right and sure."""
    found = [(posterior.best, value) for page in pages for posterior, value in posteriors(page, hand)]
    wrong = [best != value for (best, _), value in found]
    sure = [probability >= SURE for (_, probability), _ in found]
    return Sureness(len(found), sum(wrong), sum(sure), sum(np.logical_and(wrong, sure).tolist()))


def lines(pages: Sequence[WrittenPage]) -> Iterator[str]:
    """Yield the losses of every choice in Markdown, the likeliest, and what the choice in use does."""
    parts = {
        "calibrate part": [page for page in pages if page.split != "train"],
        "one half": [page for page in pages if page.split == "select"],
        "the other": [page for page in pages if page.split == "calibrate"],
        "train part": [page for page in pages if page.split == "train"],
    }
    deaf = {name: loss(some, None) for name, some in parts.items()}
    yield "| likeness | strength | " + " | ".join(f"{name} ({deaf[name]:.2f})" for name in parts) + " |"
    yield "|---|---|" + "---|" * len(parts)
    choices = [Hand(*pair) for pair in itertools.product(LIKENESSES, STRENGTHS)]
    gains = {hand: {name: loss(some, hand) - deaf[name] for name, some in parts.items()} for hand in choices}
    for hand, gain in gains.items():
        yield f"| {hand.likeness} | {hand.strength} | " + " | ".join(f"{gain[name]:+.2f}" for name in parts) + " |"
    best = min(choices, key=lambda hand: gains[hand]["calibrate part"])
    yield f"likeliest on the calibrate part: {_said(best)}; in use: {_said(HAND)}"
    for name, some in parts.items():
        yield f"{name}: each by itself {sureness(some, None).line()}; of one writer {sureness(some, HAND).line()}"


def _said(hand: Hand) -> str:
    return f"likeness {hand.likeness:g}, strength {hand.strength:g}"


def evaluate(shared: Path, jobs: int) -> Iterator[str]:
    """Read the pages, and yield the lines."""
    cv2.setNumThreads(1)
    yield from lines(
        [
            written(case.reading.pages[0].evidence, case.values, split_of(page.part, sheets()[page.path.name]))
            for page, case in learnt_cases(shared, Reader(), jobs)
            if case.found
        ]
    )
