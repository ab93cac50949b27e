"""Where in a large picture a small sheet may lie: the windows that hold most of what looks like print."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Points

SIDES = (0.5, 0.28)
"""Sides of the windows as shares of the picture's longer side. A sheet is found that fills half of its window: all that
are a seventh of the picture are looked for, and smaller ones cannot be read even at 48 megapixels."""

ROOM = 0.1
"""Around a sheet, as a share of its longer side."""

_LONG_SIDE = 1000
_STROKE, _DARKER = 7, 10
_DARKEST_RANK, _SHARE = 99.7, 0.5
_STEPS = 3


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, in shares of its width and height: from `left`, `top` to `right`, `bottom`."""

    left: float
    top: float
    right: float
    bottom: float

    def within(self, grey: Grey) -> tuple[slice, slice]:
        """Return the rows and the columns of a picture (height, width) that it covers, at least one of each."""
        height, width = grey.shape
        top, left = int(self.top * height), int(self.left * width)
        bottom, right = max(top + 1, round(self.bottom * height)), max(left + 1, round(self.right * width))
        return slice(top, bottom), slice(left, right)

    def long_side(self, width: float, height: float) -> float:
        """Return its longer side, px, in a picture of this width and height."""
        return max((self.right - self.left) * width, (self.bottom - self.top) * height)


def windows_of_print(grey: Grey) -> list[Window]:
    """Return where sheets may lie that are a small part of a picture, uint8 (height, width), the largest first."""
    factor = min(1.0, _LONG_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    thin = cv2.morphologyEx(small, cv2.MORPH_BLACKHAT, np.ones((_STROKE, _STROKE), np.uint8))
    # Print is darker on its paper than the grain of wood or the noise of a dim room on theirs.
    darkest = float(np.percentile(thin, _DARKEST_RANK))
    marks = (thin > max(_DARKER, _SHARE * darkest)).astype(np.float32)
    return [_densest(marks, max(8, round(side * max(size)))) for side in SIDES]


def window_around(grey: Grey, outline: Points) -> Window:
    """Return the window around a sheet whose corners, px (4, 2), are known in a picture, uint8 (height, width)."""
    size = np.array([grey.shape[1], grey.shape[0]])
    room = ROOM * np.ptp(outline, axis=0).max()
    low, high = (outline.min(axis=0) - room) / size, (outline.max(axis=0) + room) / size
    left, top, right, bottom = (float(side) for side in np.clip([*low, *high], 0.0, 1.0))
    return Window(left, top, right, bottom)


def _densest(marks: NDArray[np.float32], side: int) -> Window:
    """Return the window of so many px that holds most marks (height, width), which lie around its middle."""
    height, width = marks.shape
    summed = cv2.boxFilter(marks, -1, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
    y, x = (float(at) for at in np.unravel_index(int(np.argmax(summed)), summed.shape))
    for _ in range(_STEPS):
        top, left = max(0, round(y - side / 2)), max(0, round(x - side / 2))
        rows, columns = np.nonzero(marks[top : top + side, left : left + side])
        if not len(rows):
            break
        y, x = top + float(rows.mean()), left + float(columns.mean())
    left_edge, top_edge = x - side / 2, y - side / 2
    return Window(
        max(0.0, left_edge / width),
        max(0.0, top_edge / height),
        min(1.0, (left_edge + side) / width),
        min(1.0, (top_edge + side) / height),
    )
