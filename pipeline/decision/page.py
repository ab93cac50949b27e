"""Decide the numbers of one page by what the page itself says of each: boxes first, then bubbles, tallies, row sums."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from pipeline.decision.acceptance import decide_number
from pipeline.decision.joint import posteriors
from pipeline.decision.number import expecting_leads, number_posteriors
from pipeline.decision.one_writer import numbers_of_one_writer
from pipeline.evidence import NumberEvidence, NumberPosterior, Statement
from pipeline.extraction.cells import NumberCut
from pipeline.reading import FieldReading, Quadrilateral
from pipeline.reasons import Reason


def weigh_numbers(
    cuts: Sequence[NumberCut],
    probabilities: NDArray[np.floating],
    statements: Mapping[str, tuple[Statement, ...]],
    withheld: Mapping[str, tuple[Reason, ...]],
    places: Mapping[str, float],
) -> dict[str, NumberEvidence]:
    """Return the evidence for every number of a page.

    Args:
        cuts: The numbers, in the order in which their boxes were read.
        probabilities: (all boxes, 14), calibrated.
        statements: What further witnesses say, by number.
        withheld: Why a number may not be accepted, by number.
        places: Probability that the boxes lie where they were cut, by number.

    """
    looks = np.split(probabilities, np.cumsum([len(cut.crops) for cut in cuts])[:-1])
    numbers = number_posteriors(list(_written(cuts, looks)))
    evidence = {}
    for cut, boxes, look in zip(cuts, numbers, looks, strict=True):
        name = cut.field.name
        known = NumberEvidence(
            boxes,
            statements.get(name, ()),
            cut.overexposed,
            withheld=withheld.get(name, ()),
            place=places.get(name, 0.0),
            looks=look,
        )
        evidence[name] = nothing_known(len(cut.crops)) if cut.outside else known
    return evidence


def _written(cuts: Sequence[NumberCut], looks: Sequence[NDArray[np.floating]]) -> Iterator[NDArray[np.float64]]:
    """Yield the boxes of every number (boxes, 14) as they are by themselves, and as their page tells.

    Numbers whose ink is not shown neither tell of the writer nor learn from the page.
    """
    shown = [not (cut.outside or cut.overexposed) for cut in cuts]
    told = iter(numbers_of_one_writer(list(compress(looks, shown))))
    for look, is_shown in zip(looks, shown, strict=True):
        yield next(told) if is_shown else expecting_leads(look)


def nothing_known(boxes: int) -> NumberEvidence:
    """Return the evidence of a number that the picture does not show, or not whole."""
    return NumberEvidence(NumberPosterior(np.zeros(10**boxes), 0.0, 1.0, "#" * boxes), outside=True)


def left_to_people(boxes: int) -> NumberEvidence:
    """Return the evidence of a number whose boxes nobody has located: none, so that people type it."""
    return replace(nothing_known(boxes), outside=False, place=0.0, unread=True)


def decide_numbers(
    cuts: Sequence[NumberCut], evidence: Mapping[str, NumberEvidence], threshold: float, scale: float
) -> dict[str, FieldReading]:
    """Return every number of a page, decided without the rules between numbers.

    Args:
        cuts: The numbers.
        evidence: For each of them.
        threshold: Posterior from which a number is accepted.
        scale: Full-size px per px of the picture that was cut.

    """
    found = posteriors(evidence, ())
    fields = {}
    for cut in cuts:
        name = cut.field.name
        decision = decide_number(cut.field, evidence[name], found[name], threshold)
        region, *boxes = _at_full_size(np.concatenate((cut.region[None], cut.boxes)), scale)
        fields[name] = FieldReading(
            value=decision.value,
            boxes=decision.boxes,
            confidence=decision.confidence,
            outcome=decision.outcome,
            reasons=decision.reasons,
            evidence=decision.evidence,
            region=region,
            box_regions=tuple(boxes),
        )
    return fields


def _at_full_size(outlines: NDArray[np.floating], scale: float) -> list[Quadrilateral]:
    """Return corners (n, 4, 2) of the decoded picture as full-size coordinates; the same points of its pixel grid."""
    full = ((outlines + 0.5) * scale - 0.5).tolist()
    return [((a, b), (c, d), (e, f), (g, h)) for (a, b), (c, d), (e, f), (g, h) in full]
