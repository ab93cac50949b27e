"""Cut what is read out of the picture: every box straightened, with a margin around its printed frame.

Only these small windows are resampled, never the page. The frame stays in the cut: the reader has learnt it, and it
tells where the box lies.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import NumberField, Rectangle
from pipeline.registration.geometry import Points, outlines
from pipeline.registration.sheet import SheetMap

MARGIN = 0.1
"""Share of a box's side that is cut on every side beyond its frame."""

CLIPPED, CLIPPED_SHARE = 254, 0.5
"""A cut of which more than half is this bright is overexposed: the paper has no grey left, and the ink hardly any."""

VISIBLE = 200
"""A mark in a box that is darker than this can be read as it is: a scan is white all over, and must stay as it is."""

RECOVERY = 6.0
"""Exponent that brings back what ink is left in an overexposed cut; clipped paper has no noise that it could raise."""

BEYOND = 0.08
"""Share of a box's side that may lie outside the picture: about its frame and what the registration may be off."""

MIN_SIDE, MAX_SIDE = 24, 96
"""Limits, px, of a cut: it is taken at the picture's own resolution within them."""

_DRAWN = 96  # px of a box in a picture for people


@dataclass(frozen=True, slots=True)
class NumberCut:
    """The boxes of one number, cut out.

    Attributes:
        field: The number.
        crops: One grey picture a box, uint8 (height, width).
        boxes: Corners of every box's frame in the picture, px (count, 4, 2), clockwise from the upper left.
        region: Corners of all boxes together, px (4, 2).
        overexposed: Whether a cut was so bright that its ink had to be brought back.
        outside: Whether a part of the boxes lies outside the picture.

    """

    field: NumberField
    crops: tuple[NDArray[np.uint8], ...]
    boxes: NDArray[np.floating]
    region: Points
    overexposed: bool
    outside: bool = False


def cut_numbers(grey: NDArray[np.uint8], sheet: SheetMap, fields: Sequence[NumberField]) -> list[NumberCut]:
    """Cut the boxes of numbers out of the grey picture (height, width)."""
    boxes = [(field.name, box) for field in fields for box in field.boxes.rectangles]
    names = [name for name, _ in boxes]
    own, outer = [box for _, box in boxes], [_grown(box) for _, box in boxes]
    around = [field.boxes.bounds for field in fields]
    # In one go: to ask the map costs as much for one box as for a hundred.
    places = sheet.places(outlines([*own, *outer, *around]), [*names, *names, *(field.name for field in fields)])
    frames, grown, regions = (iter(part) for part in np.split(places, [len(boxes), 2 * len(boxes)]))
    return [
        _cut(grey, field, np.array(list(islice(frames, field.boxes.count))), islice(grown, field.boxes.count), region)
        for field, region in zip(fields, regions, strict=True)
    ]


def _cut(
    grey: NDArray[np.uint8], field: NumberField, frames: Points, grown: Iterable[Points], region: Points
) -> NumberCut:
    """Cut the boxes of one number: `frames` (count, 4, 2), `grown` by their margins, `region` (4, 2), px each."""
    crops = [straighten(grey, outline) for outline in grown]
    bright = [overexposed(crop) for crop in crops]
    recovered = tuple(recover(crop) if is_bright else crop for crop, is_bright in zip(crops, bright, strict=True))
    return NumberCut(field, recovered, frames, region, any(bright), _leaves(frames, grey.shape))


def _leaves(frames: Points, shape: tuple[int, ...]) -> bool:
    """Return whether frames (n, 4, 2), px, reach beyond a picture of this shape by more than a part of a box."""
    across, down = np.ptp(frames, axis=1).max(axis=0) * BEYOND
    x, y = frames[..., 0], frames[..., 1]
    beyond = (x < -across) | (y < -down) | (x > shape[1] - 1 + across) | (y > shape[0] - 1 + down)
    return bool(beyond.any())


def overexposed(cut: NDArray[np.uint8]) -> bool:
    """Return whether most of a cut (height, width) is clipped to white, and no ink is left inside that can be seen."""
    height, width = cut.shape
    inside = cut[height // 5 : height - height // 5, width // 5 : width - width // 5]
    return float(np.count_nonzero(cut >= CLIPPED)) > CLIPPED_SHARE * cut.size and int(inside.min()) > VISIBLE


def recover(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a cut with its light greys spread out, so that ink that is nearly white can be seen."""
    levels = np.round(255 * (np.arange(256) / 255) ** RECOVERY).astype(np.uint8)
    return np.asarray(levels[cut], dtype=np.uint8)


def straighten(grey: NDArray[np.uint8], outline: Points) -> NDArray[np.uint8]:
    """Return the quadrilateral `outline` (4, 2) px, clockwise from the upper left, as an upright rectangle.

    The result is as large as the quadrilateral is, within `MIN_SIDE` and `MAX_SIDE`.
    """
    first, second, third, fourth = outline.tolist()
    across = max(math.dist(first, second), math.dist(fourth, third))
    down = max(math.dist(first, fourth), math.dist(second, third))
    width, height = (min(max(math.ceil(side), MIN_SIDE), MAX_SIDE) for side in (across, down))
    # The outline runs along the outer edges of the corner pixels, half a pixel beyond their centres.
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(target, outline.astype(np.float32))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(grey, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8)


def _grown(box: Rectangle) -> Rectangle:
    x, y, width, height = box
    return (x - MARGIN * width, y - MARGIN * height, (1 + 2 * MARGIN) * width, (1 + 2 * MARGIN) * height)


def draw_cuts(cuts: Sequence[NumberCut]) -> NDArray[np.uint8]:
    """Draw the boxes of every number as they were cut, one number a row, its name beside it."""
    rows = []
    width = 260 + _DRAWN * max((len(cut.crops) for cut in cuts), default=1)
    for cut in cuts:
        row = np.full((_DRAWN + 8, width), 255, np.uint8)
        cv2.putText(row, cut.field.name, (6, 56), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 0, 1, cv2.LINE_AA)
        for index, crop in enumerate(cut.crops):
            left = 250 + index * _DRAWN
            row[4 : 4 + _DRAWN, left : left + _DRAWN] = cv2.resize(crop, (_DRAWN, _DRAWN))
        rows.append(row)
    return np.vstack(rows) if rows else np.full((8, width), 255, np.uint8)
