"""Photographic negatives: light print on dark paper, as scanners, copiers and screens with inverted colours give it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.documents.source import Pixels, Reduction

LIGHT_SHARE = 0.35
"""Share of light lines among all lines of a picture from which it may be a negative. Gaps between dark lines are light
lines too: of 359 real pages four in five have less, and the negatives of all but three have more."""

_LONG_SIDE = 1400
_WINDOW, _DARKER = 25, 12
_SHORTEST, _THICK = 25, 5


@dataclass(frozen=True, slots=True)
class NegativePixels:
    """The pixels of a page whose picture is a negative, turned into those of the paper.

    Attributes:
        pixels: As the file has them.

    """

    pixels: Pixels

    def decode(self, reduction: Reduction, *, colour: bool) -> NDArray[np.uint8]:
        """Return the upright pixels, inverted."""
        return inverted(self.pixels.decode(reduction, colour=colour))

    def encoded(self) -> bytes | None:
        """Return None: no file holds the page as it is read."""
        return None


def inverted(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture, uint8 of any shape, with dark and light exchanged."""
    return np.asarray(cv2.bitwise_not(pixels), np.uint8)


def may_be_negative(grey: NDArray[np.uint8]) -> bool:
    """Return whether a picture, uint8 (height, width), has so many light lines that it may be a negative."""
    factor = min(1.0, _LONG_SIDE / max(grey.shape))
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    light, dark = _lines(inverted(small)), _lines(small)
    return light > 0 and light >= LIGHT_SHARE * (light + dark)


def _lines(grey: NDArray[np.uint8]) -> int:
    """Return how many pixels lie on dark lines, thin and along an axis of the picture."""
    dark = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, _WINDOW, _DARKER)
    thick = np.ones((_THICK, _THICK), np.uint8)
    along = [
        cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(side, np.uint8)) for side in ((1, _SHORTEST), (_SHORTEST, 1))
    ]
    areas = [cv2.morphologyEx(lines, cv2.MORPH_OPEN, thick) for lines in along]
    return sum(cv2.countNonZero(lines) for lines in along) - sum(cv2.countNonZero(area) for area in areas)
