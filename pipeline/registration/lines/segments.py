"""Straight edges in a picture: what is left of a sheet's print when everything else is hidden.

Grompone von Gioi et al., "LSD: a fast line segment detector with a false detection control", PAMI 2010, as OpenCV has
it. It finds both edges of every printed line, at any angle, in photographs and in bitonal scans alike.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Points

SEARCH_LONG_SIDE = 1400
"""Long side, px, at which edges are looked for: table lines of an A4 sheet are then 2 px wide."""

SHORTEST = 0.012
"""Least length of an edge, as a share of the long side: letters are shorter."""

MOST = 900
"""The longest edges that are kept: a sheet has some hundred, and a tiled wall must not cost seconds."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight edges, longest first.

    Attributes:
        starts, ends: Their ends in the picture, px (n, 2).

    """

    starts: Points
    ends: Points

    @property
    def lengths(self) -> Points:
        """Their lengths, px (n,)."""
        return np.asarray(np.hypot(*(self.ends - self.starts).T))

    @property
    def middles(self) -> Points:
        """Their middles, px (n, 2)."""
        return (self.starts + self.ends) / 2

    @property
    def directions(self) -> Points:
        """Their directions as unit vectors (n, 2)."""
        return (self.ends - self.starts) / np.maximum(self.lengths, 1e-9)[:, None]

    def kept(self, which: NDArray[np.bool_]) -> "Segments":
        """Return those that `which` picks."""
        return Segments(self.starts[which], self.ends[which])


def find_segments(grey: Grey) -> Segments:
    """Return the straight edges of a picture, uint8 (height, width)."""
    factor = min(1.0, SEARCH_LONG_SIDE / max(grey.shape))
    size = (round(grey.shape[1] * factor), round(grey.shape[0] * factor))
    small = grey if factor == 1.0 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(small)[0]
    ends = np.zeros((0, 4)) if found is None else np.asarray(found, dtype=np.float64).reshape(-1, 4)
    lengths = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    order = np.argsort(-lengths)[:MOST]
    order = order[lengths[order] >= SHORTEST * max(small.shape)]
    # Pixel centres: the middle of the small picture's first pixel is not that of the large one's.
    picture = (ends[order] + 0.5) / factor - 0.5
    return Segments(picture[:, :2], picture[:, 2:])
