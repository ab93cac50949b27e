"""Digits written freely in one cell, as the sums of rows on the sheet of 2020: how many is part of the question.

The strokes of the cell are parted into one, two and more digits, each time where little ink is crossed not far from
even parts. Every division is weighed by how wide the writing is for its height, and read by the digit reader as if each
digit stood in a box of its own: a wrong division makes shapes that it does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.evidence import NumberPosterior
from pipeline.recognition.words.area import find_pen
from pipeline.registration.geometry import Grey

DENSITY, MARGIN_MM = 2.6, 2.0
"""Px per mm of a cell that is cut whole, and what is cut beyond it on every side, mm."""

WIDTHS = {1: (0.94, 0.45), 2: (1.37, 0.25), 3: (2.14, 0.41)}
"""Width of so many digits together by their height, mean and deviation: measured on the sums of rows of
C.HASIL-KWK 2020, train part."""

SHARES = {1: 0.1, 2: 0.75, 3: 0.15}
"""How often so many digits are written, the same count rounded: most rows hold ten votes and more; some officers write
three boxes' worth, 053."""

EQUAL_SHARES = dict.fromkeys(WIDTHS, 1.0)
"""Of the sum of all rows, of which no more is known beforehand."""

WIDEST_GAP = 0.5
"""Between digits of one number, by their height: of 369 sums of rows that were read rightly none had more than 0.43, of
those in which lines or what cancels the cell were read as digits nine of ten had (C.HASIL-KWK 2020, train and calibrate
part)."""

_BOX_PIXELS = 36
_FILLED = 0.6  # share of a box that its digit is high or wide
_APART = 0.6  # how far from even parts digits may meet, in their widths
_UNEVEN = 0.2  # price of that, in the most ink of a column
_FLAT_MM = 2.5  # strokes lower than this are lines, dots and bars
_ACROSS = 0.75  # a stroke over this share of the cell's width cancels it
_EDGE_MM = 2.2  # upright strokes so near the sides are the cell's lines
_LONE_EDGE_MM = 4.0  # so is what stands so near them all alone, where the cell lies off


@dataclass(frozen=True, slots=True)
class Division:
    """One way to part what is written into digits.

    Attributes:
        crops: A picture for every digit, uint8.
        weight: How likely it is by itself.

    """

    crops: Sequence[Grey]
    weight: float = 1.0


def divisions(cell: Grey, most: int, shares: Mapping[int, float] = SHARES) -> list[Division]:
    """Return the ways to part the writing of a cell into digits; none where nothing is written.

    Args:
        cell: The cell with its margin, uint8 (h, w), `DENSITY` px per mm.
        most: Digits at most, up to 3.
        shares: How often so many digits are written.

    """
    pen = _strokes(cell)
    if pen is None:
        return []
    left, top, right, bottom = _extent(pen)
    width = (right - left) / (bottom - top)
    found = []
    for count in range(1, min(most, right - left) + 1):
        bounds = _bounds(pen.sum(axis=0), left, right, count)
        if len(bounds) == count + 1 and all(pen[:, start:end].any() for start, end in pairwise(bounds)):
            crops = [_as_box(cell, pen, start, end) for start, end in pairwise(bounds)]
            found.append(Division(crops, shares[count] * _likelihood(width, count)))
    return found


def combined(ways: Sequence[Division], posteriors: Sequence[NumberPosterior], digits: int) -> NumberPosterior | None:
    """Return what all divisions of one cell say together; None where there are none.

    Args:
        ways: The divisions.
        posteriors: What the digits of each say.
        digits: Of the largest number.

    """
    if not ways:
        return None
    weights = np.array([way.weight for way in ways])
    weights /= weights.sum()
    values = np.zeros(10**digits)
    for weight, posterior in zip(weights, posteriors, strict=True):
        values[: len(posterior.values)] += weight * posterior.values
    empty = float(weights @ [one.empty for one in posteriors])
    unreadable = float(weights @ [one.unreadable for one in posteriors])
    best = max(range(len(posteriors)), key=lambda at: float(weights[at]) * posteriors[at].best[1])
    return NumberPosterior(values, empty, unreadable, posteriors[best].boxes)


def _likelihood(width: float, count: int) -> float:
    mean, deviation = WIDTHS[count]
    return float(1.0 / deviation * np.exp(-0.5 * ((width - mean) / deviation) ** 2))


def _strokes(cell: Grey) -> NDArray[np.bool_] | None:
    """Return the pen strokes of the digits (h, w), without the cell's lines and what crosses them; None if none."""
    margin = round(MARGIN_MM * DENSITY)
    area = find_pen(cell, DENSITY, margin)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(area.pen.astype(np.uint8), connectivity=8)
    left, top, width, height, size = (stats[:, column] for column in range(5))
    x, y = left + width / 2, top + height / 2
    (rows, columns), edge = cell.shape, margin + round(_EDGE_MM * DENSITY)
    kept = (size >= 4) & (x > margin) & (x < columns - margin) & (y > margin) & (y < rows - margin)
    kept[0] = False
    runs_out = (left <= 0) | (top <= 0) | (left + width >= columns) | (top + height >= rows)
    from_side_to_side = width >= _ACROSS * (columns - 2 * margin)
    upright_at_a_side = ((x < edge) | (x > columns - edge)) & (width < 0.3 * height)
    kept &= ~(runs_out | from_side_to_side | upright_at_a_side)
    digits = kept & (height >= _FLAT_MM * DENSITY)
    if not digits.any():
        return None
    digits &= height >= 0.45 * height[digits].max()
    # Bars and dots that lie within what the digits span belong to them.
    within = (x >= left[digits].min()) & (x <= (left + width)[digits].max())
    within &= (y >= top[digits].min()) & (y <= (top + height)[digits].max())
    small = kept & within & (np.maximum(width, height) >= 0.15 * height[digits].max())
    pen = _together(np.asarray((digits | small)[labels]))
    return None if _is_line(pen, margin) else pen


def _together(pen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the strokes (h, w) without those that stand too far away from most of them to be of the same number."""
    _, top, _, bottom = _extent(pen)
    columns, gap = np.flatnonzero(pen.any(axis=0)), WIDEST_GAP * (bottom - top)
    groups = np.split(columns, np.flatnonzero(np.diff(columns) - 1 > gap) + 1)
    most = max(groups, key=lambda group: int(pen[:, group].sum()))
    alone = np.zeros_like(pen)
    alone[:, most] = pen[:, most]
    return alone


def _is_line(pen: NDArray[np.bool_], margin: int) -> bool:
    """Return whether nothing is left (h, w) but an upright near a side of the cell."""
    left, top, right, bottom = _extent(pen)
    edge = margin + _LONE_EDGE_MM * DENSITY
    return right - left < 0.3 * (bottom - top) and not edge <= (left + right) / 2 <= pen.shape[1] - edge


def _extent(pen: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return where strokes (h, w), of which there are some, lie: left, top, and what comes first beyond them."""
    columns, rows = np.flatnonzero(pen.any(axis=0)), np.flatnonzero(pen.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _bounds(profile: NDArray[np.intp], left: int, right: int, count: int) -> list[int]:
    """Return where digits begin and the last ends, px, where columns of the `profile` cross little ink.

    Fewer than so many digits where there is no room for them.
    """
    part = (right - left) / count
    bounds = [left]
    for place in range(1, count):
        even = left + part * place
        start, end = max(bounds[-1] + 1, int(even - _APART * part)), min(right - 1, int(even + _APART * part) + 1)
        if end <= start:
            break
        across = np.arange(start, end)
        price = profile[start:end] + _UNEVEN * profile.max() * ((across - even) / (_APART * part)) ** 2
        bounds.append(start + int(price.argmin()))
    return [*bounds, right]


def _as_box(cell: Grey, pen: NDArray[np.bool_], start: int, end: int) -> Grey:
    """Return the digit between two columns as it would stand in a box of its own; other strokes become paper."""
    own = np.zeros_like(pen)
    own[:, start:end] = pen[:, start:end]
    left, top, right, bottom = _extent(own)
    middle = (left + right) / 2, (top + bottom) / 2
    step = max(right - left, bottom - top) / _FILLED / _BOX_PIXELS
    near = cv2.dilate(own.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    near[:, :start], near[:, end:] = False, False
    margin = round(MARGIN_MM * DENSITY)
    paper = float(np.percentile(cell[margin:-margin, margin:-margin], 75))
    alone = np.where(near, cell, np.float32(paper)).astype(np.float32)
    matrix = np.array(
        [[step, 0.0, middle[0] - step * _BOX_PIXELS / 2], [0.0, step, middle[1] - step * _BOX_PIXELS / 2]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    box = cv2.warpAffine(
        alone, matrix, (_BOX_PIXELS, _BOX_PIXELS), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=(paper,)
    )
    return np.asarray(box).astype(np.uint8)
