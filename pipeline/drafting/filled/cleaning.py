"""What is written taken off what is printed, pixel by pixel and along lines.

The median of many hands keeps print, and ink where nearly everybody writes. There a lighter rank shows the paper; what
loses more than half of its ink on the way from the one to the other is written. Ruled lines are kept by their length:
no pen draws a level or an upright stroke at the same place on most sheets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled.photograph import Photograph, flat, middles
from pipeline.drafting.filled.ranks import at_rank, count_of, in_order
from pipeline.drafting.paper import COARSEST, scale_for
from pipeline.registration.geometry import Grey

USUAL, LIGHT = 0.5, 0.95
"""Ranks from the darkest: what most photographs show, and what the lightest but a few do."""

FINER = 2.0
"""How much finer than the photographs their common print is drawn: lines of boxes stand a pixel or two apart."""

LINE = 2.1
"""Length, units of the sheet, of ink that is a ruled line: longer than a stroke of a tally, shorter than a box."""

HIDDEN, HIDDEN_OF = 4.0, 12.0
"""Lengths, units: what ink may hide of a line, and of how long a line that is mostly seen."""

KEPT = 0.5
"""Share of the ink that print keeps at the lighter rank."""

_AROUND, _SOFT, _BESIDE = 0.3, 0.12, 0.4
_FAINTEST, _FAINTER, _CREST, _DRAWN = 0.2, 0.12, 0.6, 0.8
_HIDDEN, _MOSTLY = 0.1, 0.5
_PAPER_RANK = 60


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A clean print.

    Attributes:
        grey: The picture, uint8 (height, width).
        seen: In how many photographs each pixel was seen (height, width).
        written: Where ink was taken away (height, width).

    """

    grey: Grey
    seen: NDArray[np.uint8]
    written: NDArray[np.bool_]


def cleaned(photographs: Sequence[Photograph], size: tuple[float, float]) -> Cleaned:
    """Return what is printed on the sheet of which photographs show filled copies.

    Args:
        photographs: In the frame of the sheet.
        size: Width and height of the sheet, mm.

    """
    sharp = float(np.median([one.place.resolution(np.array(size) / 2) for one in photographs]))
    density = float(np.clip(FINER * sharp, COARSEST * 1.02, scale_for(*size)))
    x, y = (middles(side, density) for side in size)
    flats = [flat(one, x, y) for one in photographs]
    counts = count_of([one.seen for one in flats])
    ordered = in_order([one.picture for one in flats], [one.seen for one in flats])
    unit = float(np.sqrt(size[0] * size[1])) / 100 * density
    ink, written = without_writing(at_rank(ordered, counts, USUAL), at_rank(ordered, counts, LIGHT), unit)
    return Cleaned(np.asarray(255 * (1 - ink), dtype=np.uint8), counts, written)


def without_writing(usual: Grey, light: Grey, unit: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the ink of what is printed, 0 to 1 (height, width), and where writing was taken away.

    Args:
        usual: What most photographs show, uint8 (height, width).
        light: What the lightest of them show.
        unit: A hundredth of the sheet's side, px.

    """
    paper = float(np.percentile(light[::4, ::4], _PAPER_RANK))
    most, least = (np.clip(1 - one.astype(np.float32) / paper, 0, 1) for one in (usual, light))
    ruled = ruled_ink(most, unit)
    around = [cv2.GaussianBlur(np.where(ruled > 0, 0, ink), (0, 0), _AROUND * unit) for ink in (most, least)]
    written = around[1] < KEPT * around[0]
    return np.maximum(np.where(written, 0, most), ruled), np.asarray(written & (ruled == 0) & (most > _FAINTEST))


def ruled_ink(ink: NDArray[np.float32], unit: float) -> NDArray[np.float32]:
    """Return the ruled lines of a page, level and upright, as ink (height, width); `unit` in px."""
    sharp = np.clip(ink + 1.5 * (ink - cv2.GaussianBlur(ink, (0, 0), _SOFT * unit)), 0, 1)
    dark = cv2.GaussianBlur(ink, (0, 0), _SOFT * unit) > _HIDDEN
    level = _lines_across(sharp, dark, unit)
    upright = _lines_across(np.ascontiguousarray(sharp.T), np.ascontiguousarray(dark.T), unit).T
    return np.where(level | upright, np.float32(_DRAWN), np.float32(0))


def _lines_across(sharp: NDArray[np.float32], dark: NDArray[np.bool_], unit: float) -> NDArray[np.bool_]:
    """Return where level lines run (height, width): on their crests, so that two beside each other stay two."""
    lines = cv2.morphologyEx(sharp, cv2.MORPH_OPEN, np.ones((1, round(LINE * unit)), np.uint8))
    highest = cv2.dilate(lines, np.ones((2 * round(_BESIDE * unit / 2) + 1, 1), np.uint8))
    crest = lines >= _CREST * highest
    seen = _followed(crest & (lines >= _FAINTEST), crest & (lines >= _FAINTER))
    # A line that ink hides at some columns is seen at others.
    long = round(HIDDEN_OF * unit)
    thick = cv2.dilate(seen, np.ones((3, 1), np.uint8))
    joined = cv2.morphologyEx(thick, cv2.MORPH_CLOSE, np.ones((1, round(HIDDEN * unit)), np.uint8))
    whole = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    share = cv2.blur(thick.astype(np.float32), (long, 1))
    return np.asarray((seen > 0) | ((cv2.erode(whole, np.ones((3, 1), np.uint8)) > 0) & (share > _MOSTLY) & dark))


def _followed(sure: NDArray[np.bool_], faint: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return what is faint (height, width) and touches what is sure: a line that was seen is followed where it fades.

    Two thresholds, as edges are followed (Canny 1986): by one alone a line that is as faint falls to pieces.
    """
    count, found = cv2.connectedComponents(faint.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    kept = np.zeros(count, np.uint8)
    kept[np.unique(labels[sure])] = 1
    kept[0] = 0
    return np.asarray(kept[labels], np.uint8)
