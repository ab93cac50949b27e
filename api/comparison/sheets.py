"""Whether two photographs show one sheet of paper: the same numbers, in the same ink.

Two stations may well have the same three numbers; no two hands write them alike. What the ink of a page's numbers looks
like is kept small, straightened and without its light, and two pages that say the same are compared by it.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.documents import Page
from pipeline.errors import DocumentError
from pipeline.reading import PageReading

BOX = 32
"""Side of one box in a print, px."""

LEAST_VOTES, LEAST_DIGITS = 2, 4
"""Numbers that a page must say, and digits in them, before its numbers can tell it from others."""

SAME_SHEET, LEAST_BOXES = 0.95, 6
"""Likeness from which two pages are one sheet, and in how many boxes at least; docs/guides/compare.md says how well."""

EDGE, SHIFT = 7, 5
"""What of a box is left out at its edges, px, where its frame is; how far, px, one may lie beside the other."""

INKED = 0.05
"""Spread of the ink in a box, paper 0 and ink 1, from which anything is written in it."""

Print = NDArray[np.uint8]


def votes_of(reading: PageReading) -> str | None:
    """Return what a page says as one text, form and page before it; None where it says too little to be told by it."""
    votes = [(name, field.value) for name, field in sorted(reading.fields.items()) if field.value is not None]
    if len(votes) < LEAST_VOTES or sum(len(str(value)) for _, value in votes) < LEAST_DIGITS:
        return None
    return f"{reading.form} {reading.form_page} " + " ".join(f"{name}={value}" for name, value in votes)


def print_of(page: Page, reading: PageReading) -> bytes | None:
    """Return what the ink of a page's numbers looks like, `BOX` bytes high; None where no number was found."""
    regions = [
        (field.region, len(field.boxes)) for _, field in sorted(reading.fields.items()) if field.region and field.boxes
    ]
    if not regions:
        return None
    try:
        grey = page.grey()
    except DocumentError:
        return None
    cuts = []
    for region, boxes in regions:
        size = (BOX * boxes, BOX)
        corners = np.array([(0, 0), (size[0], 0), size, (0, size[1])], np.float32) - 0.5
        matrix = cv2.getPerspectiveTransform(np.array(region, np.float32), corners.astype(np.float32))
        cuts.append(np.asarray(cv2.warpPerspective(grey, matrix, size, flags=cv2.INTER_AREA), np.uint8))
    return np.hstack([_without_light(cut) for cut in cuts]).tobytes()


def likeness(first: bytes, second: bytes) -> float:
    """Return how alike two prints are: the mean correlation of their boxes, each at its best shift.

    -1 where they have other sizes, or where fewer than `LEAST_BOXES` boxes are written in.
    """
    if len(first) != len(second) or len(first) % (BOX * BOX):
        return -1.0
    both = [np.hsplit(np.frombuffer(data, np.uint8).reshape(BOX, -1), len(data) // BOX**2) for data in (first, second)]
    found = [_likeness(one, other) for one, other in zip(*both, strict=True)]
    written = [one for one in found if one is not None]
    return float(np.mean(written)) if len(written) >= LEAST_BOXES else -1.0


def _likeness(one: Print, other: Print) -> float | None:
    """Return how alike the ink of two boxes is; None where one of them is empty."""
    inner = np.ascontiguousarray(one[EDGE:-EDGE, EDGE:-EDGE], np.float32) / 255
    outer = np.ascontiguousarray(other[EDGE - SHIFT : SHIFT - EDGE, EDGE - SHIFT : SHIFT - EDGE], np.float32) / 255
    if min(float(inner.std()), float(outer.std())) < INKED:
        return None
    return float(cv2.matchTemplate(outer, inner, cv2.TM_CCOEFF_NORMED).max())


def same_sheets(prints: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of names whose prints show one sheet; all of them say the same."""
    for index, (name, first) in enumerate(prints):
        for other, second in prints[index + 1 :]:
            if likeness(first, second) >= SAME_SHEET:
                yield name, other


def _without_light(cut: Print) -> Print:
    """Return the ink of a number (BOX, n): what is darker than the paper around it, paper 0."""
    paper = cv2.medianBlur(cv2.dilate(cut, np.ones((13, 13), np.uint8)), 9)
    ink = cv2.subtract(paper, cut).astype(np.float32)
    return np.asarray(np.clip(ink * (200.0 / max(float(np.percentile(ink, 98)), 12.0)), 0, 255), np.uint8)
