"""Close-ups of boxes in which little is written: the cells of tables are larger than what people write into them.

The reader sees a box at 32 px a side. A digit half as high as its cell is then 14 px high, and a cross and a 7 look
alike. A second cut is taken around the ink itself, and what is read from both is put together.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.cells import MARGIN, NumberCut, straighten
from pipeline.forms import Rectangle
from pipeline.registration.geometry import Grey, outlines
from pipeline.registration.sheet import SheetMap

FILL = 0.62
"""Share of a close-up that the ink's longer side takes: what digits take of the boxes of 2024 in the middle."""

LEAST_SIDE = 0.45
"""Least side of a close-up, as a share of the box: a dot must not be blown up to a digit."""

FRAME = 0.05
"""Share of a box's side, inside its frame, in which the frame itself may still lie."""

_MIN_CONTRAST = 40
_SPECK = 0.004


def close_ups(grey: Grey, sheet: SheetMap, cuts: Sequence[NumberCut]) -> list[NDArray[np.uint8] | None]:
    """Return for every box of some numbers a square cut around its ink, or None where there is none.

    Only boxes that touch are looked at again: those of a table.

    Args:
        grey: The picture, uint8 (height, width).
        sheet: Where its millimetres lie.
        cuts: The numbers.

    """
    boxes = [
        (cut.field.name, _around_ink(crop, box) if cut.field.boxes.touching else None)
        for cut in cuts
        for crop, box in zip(cut.crops, cut.field.boxes.rectangles, strict=True)
    ]
    inked = [(name, square) for name, square in boxes if square is not None]
    found = iter(sheet.places(outlines(square for _, square in inked), [name for name, _ in inked]))
    return [None if square is None else straighten(grey, next(found)) for _, square in boxes]


def combined(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what two looks at the same boxes say together: (n, classes), the normalised geometric mean of both."""
    both = np.sqrt(first * second)
    return np.asarray(both / both.sum(axis=1, keepdims=True))


def ink_bounds(crop: NDArray[np.uint8]) -> tuple[float, float, float, float] | None:
    """Return left, top, right and bottom of the ink in a cut of one box with its margin, in parts of its sides.

    What hangs on the frame and is thin is the frame, or a neighbour's stroke; specks are dirt. None if nothing is left.
    """
    paper, dark = np.percentile(crop, (80, 2))
    if paper - dark < _MIN_CONTRAST:
        return None
    height, width = crop.shape
    edge = (MARGIN + FRAME) / (1 + 2 * MARGIN)
    left, top = int(edge * width), int(edge * height)
    inside = (crop < paper - 0.5 * (paper - dark))[top : height - top, left : width - left].astype(np.uint8)
    _, _, found, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    kept = [part for part in found[1:] if _is_ink(part, inside.shape, crop.size)]
    if not kept:
        return None
    x, y, across, down = (np.array([part[i] for part in kept]) for i in range(4))
    ends = ((x + across).max() + left, (y + down).max() + top)
    return (x.min() + left) / width, (y.min() + top) / height, ends[0] / width, ends[1] / height


def _is_ink(part: NDArray[np.int32], shape: tuple[int, ...], pixels: int) -> bool:
    x, y, width, height, area = (int(value) for value in part[:5])
    beside = (x == 0 or x + width == shape[1]) and width < 0.16 * shape[1]
    above = (y == 0 or y + height == shape[0]) and height < 0.16 * shape[0]
    return area >= max(6, _SPECK * pixels) and not beside and not above


def _around_ink(crop: NDArray[np.uint8], box: Rectangle) -> Rectangle | None:
    """Return the square, mm, around the ink in the cut of a box; None where there is none."""
    bounds = ink_bounds(crop)
    if bounds is None:
        return None
    x, y, width, height = box
    outer = np.array([(1 + 2 * MARGIN) * width, (1 + 2 * MARGIN) * height])
    start = np.array([x - MARGIN * width, y - MARGIN * height]) + np.array(bounds[:2]) * outer
    size = (np.array(bounds[2:]) - np.array(bounds[:2])) * outer
    side = max(float(size.max()) / FILL, LEAST_SIDE * min(width, height))
    left, top = start + size / 2 - side / 2
    return float(left), float(top), side, side
