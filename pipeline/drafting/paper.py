"""One page of a blank form, straight and at a known scale: what all other steps of drafting look at."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Ink = NDArray[np.float32]

FINEST = 10.0
"""Pixels per mm beyond which a picture is made smaller: nothing that a template says is finer than 0.1 mm."""

LONG_SIDE = 4500
"""Pixels beyond which the long side of a large sheet is made smaller."""

COARSEST = 2.5
"""Pixels per mm below which ruled lines of half a millimetre cannot be told from noise."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A straightened page.

    Attributes:
        grey: uint8 (height, width), 0 is black.
        ink: float32 (height, width), 0 bare paper to 1 black; shadows and the paper's own grey are taken out.
        pixels_per_mm: Scale; the upper left corner of the first pixel is the sheet's corner.

    """

    grey: Grey
    ink: Ink
    pixels_per_mm: float

    @property
    def width(self) -> float:
        """Width of the sheet in mm."""
        return float(self.grey.shape[1] / self.pixels_per_mm)

    @property
    def height(self) -> float:
        """Height of the sheet in mm."""
        return float(self.grey.shape[0] / self.pixels_per_mm)

    @property
    def unit(self) -> float:
        """A hundredth of the sheet's side were it square, in mm: forms are printed larger on larger sheets.

        2.5 mm on A4, 7.3 mm on a sheet of 600 x 900 mm.
        """
        return float(np.sqrt(self.width * self.height)) / 100

    def pixels(self, millimetres: float) -> int:
        """Return a length in whole pixels, at least one."""
        return max(1, round(millimetres * self.pixels_per_mm))

    def part(self, x: float, y: float, width: float, height: float) -> Ink:
        """Return the ink in a rectangle given in mm; what lies outside the page is left out."""
        left, top = (max(0, round(at * self.pixels_per_mm)) for at in (x, y))
        right, bottom = (max(0, round(at * self.pixels_per_mm)) for at in (x + width, y + height))
        return self.ink[top:bottom, left:right]


def scale_for(width: float, height: float) -> float:
    """Return the pixels per mm at which a sheet of `width` x `height` mm is looked at."""
    return min(FINEST, LONG_SIDE / max(width, height))


def paper_of(grey: Grey, width: float, height: float) -> Paper:
    """Bring the picture of a straight page to its scale.

    Args:
        grey: uint8, the whole sheet and nothing else.
        width: Of the sheet, mm.
        height: Of the sheet, mm.

    Returns:
        The page at `scale_for` pixels per mm, or at its own scale where that is coarser.

    """
    scale = min(scale_for(width, height), max(grey.shape[0] / height, grey.shape[1] / width))
    size = (round(width * scale), round(height * scale))
    if (grey.shape[1], grey.shape[0]) != size:
        smaller = size[0] < grey.shape[1]
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_CUBIC))
    return Paper(grey, ink_of(grey, scale), scale)


def ink_of(grey: Grey, pixels_per_mm: float) -> Ink:
    """Return how much darker than the paper around it each pixel is, 0..1, float32.

    Args:
        grey: uint8 (height, width).
        pixels_per_mm: Scale.

    """
    step = max(1, round(pixels_per_mm))  # the paper's own grey changes over centimetres
    small = cv2.resize(grey, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    reach = 2 * max(3, min(small.shape) // 16) + 1
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((3, 3), np.uint8)), min(reach, 255))
    paper = cv2.resize(np.maximum(paper, 64), grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.clip(1.0 - grey.astype(np.float32) / paper.astype(np.float32), 0.0, 1.0)
