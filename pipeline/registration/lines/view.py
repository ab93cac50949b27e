"""The straightened view of a ruled picture, and the maps of its level and its upright lines.

Edges give the two directions; in the view that follows from them every printed line is parallel to an axis. There all
that is dark, thin and long enough along an axis is a line, however many others cross it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Matrix, Points, project
from pipeline.registration.lines.vanishing import Ruling

BINS = 1100
"""Longer side of the view, px: a quarter of a millimetre of an A4 sheet."""

SHORTEST = 26
"""Least length of a line, px of the view: letters are shorter, and the sides of most cells longer or continued."""

SEEN = 22
"""How many of the longest lines are tried in pairs against those of a template."""

NEAR = 2
"""How far off, px of the view, a line still counts as met."""

MARGIN = 0.03
"""The view reaches this far beyond the outermost edges that follow the ruling, as a share of its longer side: where the
sheet is a small part of the picture, its short lines must not be lost."""

WINDOW = 25
"""A line is darker than its surroundings of so many px."""

DARKER, LEAST_DARKER, MOST_DARKER = 0.08, 6.0, 25.0
"""By how much: a share of the picture's contrast, within grey levels that noise and print keep."""

_EDGE = 2
_CONTRAST_RANKS = (2, 80)


@dataclass(frozen=True, slots=True)
class LineMap:
    """The lines of one direction; the first index runs across them.

    Attributes:
        there: Whether a line runs through, (h, w).
        near: The same, `NEAR` px thicker on both sides.
        lengths: The length of line near every position across, in parts of the view's longer side, (h,).
        longest: The positions across, 0 to 1, of the longest lines, longest first.
        total: Integral (h + 1, w + 1) of line length, in px.

    """

    there: NDArray[np.bool_]
    near: NDArray[np.bool_]
    lengths: Points
    longest: Points
    total: NDArray[np.int32]

    def length_within(
        self, top: NDArray[np.intp], bottom: NDArray[np.intp], left: NDArray[np.intp], right: NDArray[np.intp]
    ) -> Points:
        """Return the length of line (k,), px, within rectangles given by first and behind the last index, (k,) each."""
        height, width = self.there.shape
        top, bottom = top.clip(0, height), bottom.clip(0, height)
        left, right = left.clip(0, width), right.clip(0, width)
        total = self.total
        return np.asarray(total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left])


@dataclass(frozen=True, slots=True)
class View:
    """A picture's lines in its straightened view, scaled so that the longer side is 1.

    Attributes:
        back: Homography (3, 3) from that view to the picture.
        level, upright: Its lines.

    """

    back: Matrix
    level: LineMap
    upright: LineMap


def straightened(grey: Grey, ruling: Ruling) -> View:
    """Return the view of a picture, uint8 (height, width), along its ruling."""
    ends = np.vstack([*(side.starts for side in ruling.sides), *(side.ends for side in ruling.sides)])
    seen = project(ruling.view, ends)
    margin = MARGIN * np.ptp(seen, axis=0).max()
    origin, size = seen.min(axis=0) - margin, np.ptp(seen, axis=0) + 2 * margin
    unit = np.array([[1, 0, -origin[0]], [0, 1, -origin[1]], [0, 0, size.max()]]) / size.max()
    view = unit @ ruling.view
    shape = tuple(int(side) for side in np.ceil(size / size.max() * BINS))
    # Pixel (0, 0) covers the view from 0 to 1/BINS.
    scaled = np.array([[BINS, 0, -0.5], [0, BINS, -0.5], [0, 0, 1]]) @ view
    flat = cv2.warpPerspective(grey, scaled, shape, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    ink, paper = np.percentile(flat[::4, ::4], _CONTRAST_RANKS)
    darker = float(np.clip(DARKER * (paper - ink), LEAST_DARKER, MOST_DARKER))
    dark = cv2.adaptiveThreshold(flat, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, WINDOW, darker)
    level, upright = _lines(np.asarray(dark, np.uint8)), _lines(np.ascontiguousarray(dark.T, np.uint8))
    return View(np.linalg.inv(view), level, upright)


def _lines(dark: NDArray[np.uint8]) -> LineMap:
    """Return the lines along the second index of what is dark, (h, w)."""
    # Broken and slightly slanted lines are joined before what is short is taken away.
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, 4), np.uint8))
    whole = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, SHORTEST), np.uint8))
    # Of filled areas only the edges are lines.
    opened = cv2.subtract(whole, cv2.erode(whole, np.ones((2 * _EDGE + 1, 1), np.uint8)))
    there = np.asarray(opened, dtype=bool)
    near = np.asarray(cv2.dilate(opened, np.ones((2 * NEAR + 1, 5), np.uint8)), dtype=bool)
    first = there.copy()
    first[1:] &= ~there[:-1]
    total = np.asarray(cv2.integral(first.astype(np.uint8)), dtype=np.int32)
    lengths = np.asarray(cv2.dilate(opened, np.ones((3, 1), np.uint8))).sum(axis=1) / BINS
    return LineMap(there, near, lengths, _longest(there, lengths), total)


def _longest(there: NDArray[np.bool_], lengths: Points) -> Points:
    """Return the positions across, 0 to 1, of up to `SEEN` of the longest lines."""
    rest, found = lengths.copy(), []
    weights, places = there.sum(axis=1) + 1e-9, np.arange(len(lengths)) + 0.5
    for _ in range(SEEN):
        best = int(np.argmax(rest))
        if rest[best] <= 0.02:
            break
        around = slice(max(0, best - 2), best + 3)
        found.append(float(np.average(places[around], weights=weights[around])) / BINS)
        rest[max(0, best - 4) : best + 5] = 0
    return np.array(found)
