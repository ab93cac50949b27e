"""Millimetres for the frame: by the corner markers at the places where the commission prints them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.drafting.filled.corner_marks import CornerMarks, Layout
from pipeline.drafting.filled.photograph import Photograph, in_frame_of
from pipeline.registration.geometry import Points

UNEVEN = 0.02
"""How much longer a millimetre may be down the frame than across: more is no proportion that cameras have seen."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How millimetres of the sheet lie in the frame.

    Attributes:
        size: Width and height of the sheet, mm.
        length: Of a millimetre across and down (2,), in units of the frame.
        origin: The sheet's upper left corner in the frame (2,).

    """

    size: tuple[float, float]
    length: Points
    origin: Points


def scale_by(printed: Points, seen: Points, size: tuple[float, float]) -> Scale:
    """Return the scale by points whose places are known.

    Args:
        printed: Places on the sheet, mm (n, 2), n >= 2.
        seen: The same in a frame that is level and in proportion (n, 2).
        size: Width and height of the sheet, mm.

    """
    about, around = printed - printed.mean(axis=0), seen - seen.mean(axis=0)
    common = float((about * around).sum() / (about**2).sum())
    spread = (about**2).sum(axis=0)
    # Down a sheet of which only the upper markers are seen, a millimetre is as long as across.
    own = np.divide((about * around).sum(axis=0), spread, out=np.full(2, common), where=spread > 0.05 * spread.max())
    length = np.where(np.abs(np.log(own / common)) < UNEVEN, own, common)
    return Scale(size, length, seen.mean(axis=0) - length * printed.mean(axis=0))


def in_millimetres(photographs: Sequence[Photograph], scale: Scale) -> list[Photograph]:
    """Return photographs in the frame of the sheet, mm."""

    def back(points: Points) -> Points:
        return scale.origin + points * scale.length

    return in_frame_of(photographs, scale.size, back)


def scale_of(marks: CornerMarks) -> Scale:
    """Return the scale by the corner markers that were seen."""
    return scale_by(*_known(marks), marks.layout.sheet)


def _known(marks: CornerMarks) -> tuple[Points, Points]:
    """Return where the markers that were seen are printed, mm, and where they are in the frame (n, 2)."""
    which = sorted(marks.places)
    return marks.layout.points[which], np.array([marks.places[index] for index in which])


def unevenness(marks: CornerMarks) -> float:
    """Return by what share a layout makes millimetres longer down than across; 0 where the markers do not say."""
    about, around = (points - points.mean(axis=0) for points in _known(marks))
    if min(np.ptp(about, axis=0)) == 0:
        return 0.0
    across, down = (about * around).sum(axis=0) / (about**2).sum(axis=0)
    return abs(float(np.log(down / across)))


def likeliest(found: Sequence[CornerMarks]) -> tuple[CornerMarks | None, Layout | None]:
    """Return the arrangement of markers that fits, and another layout that fits nearly as well, if one does.

    Where markers of several layouts are seen equally well, cameras decide: millimetres are as long down as across.
    """
    if not found:
        return None, None
    best = max(marks.weight for marks in found)
    close = sorted((marks for marks in found if marks.weight > 0.9 * best), key=unevenness)
    others = [
        marks.layout
        for marks in close[1:]
        if marks.layout != close[0].layout and unevenness(marks) < unevenness(close[0]) + UNEVEN / 4
    ]
    return close[0], next(iter(others), None)
