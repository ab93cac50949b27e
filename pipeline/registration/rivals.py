"""Other places where the same page might lie: moved by a row or a block that looks like the next.

A picture that shows only a part of a page may show block 2 or block 3. Each such place is verified like the first, and
the numbers are as sure of theirs as its odds against all the others.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.forms.template import Boxes, PageTemplate
from pipeline.registration.geometry import Points

MOST = 6
"""Places that are tried, the nearest first."""

_SAME_MM = 2.0
_SAME_SHARE = 0.05


def displacements(page: PageTemplate) -> Sequence[Points]:
    """Return by how much, mm (2,), the page may be moved so that some of its numbers lie on others like them."""
    found: list[Points] = []
    for away in sorted(_between(page), key=lambda step: float(np.hypot(*step))):
        if all(np.hypot(*(away - other)) > _SAME_MM for other in found):
            found.append(away)
    return found[:MOST]


def _between(page: PageTemplate) -> Iterable[Points]:
    """Yield the steps from each number to each other with boxes of the same make."""
    for field in page.numbers:
        for other in page.numbers:
            if field.name != other.name and _alike(field.boxes, other.boxes):
                yield np.array([other.boxes.x - field.boxes.x, other.boxes.y - field.boxes.y])


def _alike(one: Boxes, other: Boxes) -> bool:
    """Return whether one row of boxes may be taken for another: rows of one table, measured, differ a little."""
    sides = ((one.width, other.width), (one.height, other.height), (one.pitch, other.pitch))
    return one.count == other.count and all(abs(a - b) <= _SAME_SHARE * max(a, b) for a, b in sides)


def share_of_odds(probability: float, rivals: Sequence[float]) -> float:
    """Return how probable a place is among rivals, each judged by itself: its share of the sum of their odds."""
    odds = [chance / max(1.0 - chance, 1e-12) for chance in (probability, *rivals)]
    return odds[0] / max(sum(odds), 1e-12)
