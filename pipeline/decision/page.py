"""Decide the numbers of one page, from what its boxes say alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.cells import NumberCut
from pipeline.decision.number import NumberPosterior, number_posterior
from pipeline.forms import NumberField
from pipeline.reading import Evidence, FieldReading, Outcome, Quadrilateral
from pipeline.reasons import Reason


def decide_numbers(
    cuts: Sequence[NumberCut], probabilities: NDArray[np.floating], threshold: float, scale: float
) -> dict[str, FieldReading]:
    """Return every number of a page.

    Args:
        cuts: The numbers, in the order in which their boxes were read.
        probabilities: (all boxes, 14), calibrated.
        threshold: Posterior from which a number is accepted.
        scale: Full-size px per px of the picture that was cut.

    """
    fields = {}
    start = 0
    for cut in cuts:
        end = start + len(cut.crops)
        posterior = number_posterior(probabilities[start:end])
        fields[cut.field.name] = _field(cut, posterior, threshold, scale)
        start = end
    return fields


def _field(cut: NumberCut, posterior: NumberPosterior, threshold: float, scale: float) -> FieldReading:
    value, confidence = posterior.best
    reasons = _doubts(cut.field, posterior, threshold)
    return FieldReading(
        value=value,
        boxes=posterior.boxes,
        confidence=confidence,
        outcome=Outcome.REVIEW if reasons else Outcome.ACCEPTED,
        reasons=reasons,
        evidence={"digits": Evidence(value, confidence)},
        region=_quadrilateral(cut.region, scale),
        box_regions=tuple(_quadrilateral(box, scale) for box in cut.boxes),
    )


def _doubts(field: NumberField, posterior: NumberPosterior, threshold: float) -> tuple[Reason, ...]:
    """Return why people must look at a number, weightiest first; nothing if it can be accepted."""
    value, confidence = posterior.best
    if value is None and posterior.unreadable > posterior.empty:
        code = "number_struck" if "#" in posterior.boxes else "number_disordered"
        return (Reason(code, {"boxes": posterior.boxes}),)
    if value is None and field.required:
        return (Reason("number_empty"),)
    if confidence < threshold:
        percent = f"{100 * confidence:.2f}"
        return (
            Reason("number_unsure", {"boxes": posterior.boxes, "seen": percent, "limit": f"{100 * threshold:.2f}"}),
        )
    return ()


def _quadrilateral(points: NDArray[np.floating], scale: float) -> Quadrilateral:
    """Return corners (4, 2) of the decoded picture as full-size coordinates; the same point of the same pixel grid."""
    full = (points + 0.5) * scale - 0.5
    first, second, third, fourth = ((float(x), float(y)) for x, y in full)
    return first, second, third, fourth
