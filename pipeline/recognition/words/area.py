"""Cut the place of a number in words out of the picture, and tell what is pen on it.

The place is cut with a margin, since officers write over the lines around it; printed lines are taken out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.strips import Place, fineness, sample
from pipeline.forms import Rectangle
from pipeline.registration.geometry import Grey

Box = tuple[float, float, float, float]
"""A place in a cut, px: left, top, right, foot."""

MARGIN = 0.1
"""Share of the place's height that is cut beyond it on every side, within `MARGIN_MM`."""

MARGIN_MM = (1.0, 5.0)

FINEST = {"narrow": 6.0, "wide": 2.0}
"""Px per mm at most: letters of an A4 sheet are 3 to 5 mm high, those of a wall sheet 6 to 15."""

NARROW_MM = 10.0
"""A place that is not higher than this is that of a small sheet."""

LEAST_INK = 0.12
"""Darkness against the paper that pen has at least: less is noise."""

PEN, FAINT = 0.42, 0.3
"""Share of the darkest ink from which a pixel is pen; and from which it is where it touches such a one."""

DARKEST_MM2 = 8.0
"""The darkness of pen is what this much of the place exceeds: one short word."""

RULE = 0.45
"""A straight stroke longer than this share of the place, level or upright, is print; it lies near the place's edge."""

NEAR_MM = 2.5
"""How far inside the place its printed edge may come to lie."""


@dataclass(frozen=True, slots=True)
class Area:
    """The place of a number in words.

    Attributes:
        ink: Darkness (h, w), float32: 0 is paper, 1 the pen; printed lines are taken out.
        pen: (h, w): what is pen.
        density: Px per mm.
        margin: How much of the picture is margin, px.
        printed: Where captions are printed, px (left, top, right, foot) each; what lies wholly in one is no writing.

    """

    ink: NDArray[np.float32]
    pen: NDArray[np.bool_]
    density: float
    margin: int
    printed: tuple[Box, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether the place is no higher than one line of a small sheet."""
        return bool((self.ink.shape[0] - 2 * self.margin) / self.density <= NARROW_MM + 0.5)


def cut_area(grey: Grey, place: Place, words: Rectangle, resolution: float) -> tuple[Grey, float, int]:
    """Return the place of a number in words with its margin, uint8 (h, w), its px per mm, and its margin in px.

    Args:
        grey: The picture (height, width), uint8.
        place: Where sheet points are in it.
        words: The place, mm.
        resolution: Of the picture there, px per mm.

    """
    x, y, width, height = words
    density = min(resolution, FINEST["narrow" if height <= NARROW_MM else "wide"])
    margin = round(density * min(max(MARGIN * height, MARGIN_MM[0]), MARGIN_MM[1]))
    columns = x + (np.arange(round(width * density) + 2 * margin, dtype=np.float64) + (0.5 - margin)) / density
    rows = y + (np.arange(round(height * density) + 2 * margin, dtype=np.float64) + (0.5 - margin)) / density
    return sample(grey, place, columns, rows, fineness(resolution, density)), density, margin


def printed_in(words: Rectangle, captions: Sequence[Rectangle], density: float, margin: int) -> tuple[Box, ...]:
    """Return where the captions, mm, at a place lie in its cut, px (left, top, right, foot) each."""
    return tuple(_in_cut(words, caption, density, margin) for caption in captions)


def _in_cut(words: Rectangle, caption: Rectangle, density: float, margin: int) -> Box:
    left, top = ((caption[axis] - words[axis]) * density + margin for axis in (0, 1))
    return left, top, left + caption[2] * density, top + caption[3] * density


def find_pen(area: Grey, density: float, margin: int) -> Area:
    """Separate pen from paper and print in a place (h, w), uint8."""
    ink = _darkness(area, density)
    edge = margin + round(NEAR_MM * density) if min(ink.shape) > 4 * (margin + NEAR_MM * density) else margin
    inner = np.ascontiguousarray(ink[edge : ink.shape[0] - edge : 2, edge : ink.shape[1] - edge : 2])
    rank = min(max(round(DARKEST_MM2 * density * density / 4), 1), inner.size)
    darkest = max(float(np.partition(inner.ravel(), -rank)[-rank]), LEAST_INK)
    ink /= np.float32(darkest)
    pen = _pen(ink)
    rules = _rules(pen, margin + round(NEAR_MM * density))
    pen &= ~rules
    ink[rules] = 0.0
    return Area(np.clip(ink, 0.0, 1.3), pen, density, margin)


def _pen(ink: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return what is pen (h, w): dark strokes, and what is fainter beside them."""
    dark = (ink > PEN).astype(np.uint8)
    near = cv2.dilate(dark, np.ones((3, 3), np.uint8))
    return np.asarray((near > 0) & (ink > FAINT))


def _darkness(area: Grey, density: float) -> NDArray[np.float32]:
    """Return how much darker than the paper around it every pixel is, 0 to 1; the paper is found in a small picture."""
    step = max(1, round(density))
    small = cv2.resize(area, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    reach = 2 * round(2.0 * density / step) + 1
    bright = cv2.dilate(small, np.ones((reach, reach), np.uint8))
    bright = cv2.GaussianBlur(bright, (0, 0), 2.0 * density / step)
    paper = cv2.resize(bright, area.shape[::-1], interpolation=cv2.INTER_LINEAR)
    dark = np.asarray(cv2.divide(area, np.maximum(paper, 1), scale=-1.0, dtype=cv2.CV_32F), np.float32)
    dark += np.float32(1.0)
    # Paper itself is a little darker than its brightest points.
    level = float(np.median(dark[::3, ::3]))
    dark -= np.float32(level)
    dark *= np.float32(1.0 / max(1.0 - level, 0.2))
    return np.asarray(np.maximum(dark, 0.0), dtype=np.float32)


def _rules(pen: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return the pixels (h, w) of long straight strokes along the edge, within so many px of it."""
    found = np.zeros_like(pen)
    for ink, marked in ((pen, found), (pen.T, found.T)):
        length = max(round(RULE * ink.shape[1]), 8)
        for band in (slice(0, reach), slice(max(ink.shape[0] - reach, 0), None)):
            mask = cv2.dilate(ink[band].astype(np.uint8), np.ones((3, 1), np.uint8))
            # Beyond the picture everything counts as ink to OpenCV: half of the length does at its edge.
            if cv2.reduce(mask, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).max(initial=0) < length // 2:
                continue
            long = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
            marked[band] |= cv2.dilate(long, np.ones((3, 3), np.uint8)) > 0
    return found
