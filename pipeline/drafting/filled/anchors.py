"""Corner markers of single photographs, measured: what holds the foot of a sheet where little else is printed."""

from dataclasses import dataclass

import numpy as np

from pipeline.drafting.filled.corner_marks import Layout
from pipeline.drafting.filled.photograph import Photograph, flat
from pipeline.registration.geometry import Points, peaks
from pipeline.registration.tags.markers import CLEAR_SCORE, marker_correlation, marker_pattern

REACH = 18.0
"""How far from its place a marker is looked for, mm: sheets that are taped at the top curl at their foot."""

_DENSITY = 3.0


@dataclass(frozen=True, slots=True)
class Anchors:
    """Points of a photograph whose places on the sheet are known.

    Attributes:
        printed: On the sheet, mm (n, 2).
        picture: In the photograph, px (n, 2).

    """

    printed: Points
    picture: Points


def no_anchors() -> Anchors:
    """Return none."""
    return Anchors(np.zeros((0, 2)), np.zeros((0, 2)))


def anchors_of(photograph: Photograph, layout: Layout) -> Anchors:
    """Return the corner markers that are clearly seen in a photograph whose frame is the sheet, mm."""
    drawn = marker_pattern(layout.corners, _DENSITY)
    half = REACH + drawn.shape[0] / _DENSITY / 2
    axis = (np.arange(round(2 * half * _DENSITY)) + 0.5) / _DENSITY - half
    printed, picture = [], []
    for point in layout.points:
        view = flat(photograph, point[0] + axis, point[1] + axis)
        for x, y, score in peaks(marker_correlation(view.picture, drawn), 1, radius=1):
            at = point + (np.array([x, y]) + drawn.shape[0] / 2) / _DENSITY - half
            if score >= CLEAR_SCORE and view.seen[round(y) + drawn.shape[0] // 2, round(x) + drawn.shape[0] // 2]:
                printed.append(point)
                picture.append(photograph.place.to_picture(at[None])[0])
    return Anchors(np.array(printed).reshape(-1, 2), np.array(picture).reshape(-1, 2))
