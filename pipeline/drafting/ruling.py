"""The ruled lines of a page: level and upright, dark and light, with their thickness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.paper import Ink, Paper

SHORTEST = 1.7
"""Length of the shortest line that counts, in units of the sheet (`Paper.unit`): longer than any stroke of a letter."""

THICKEST = 0.45
"""Thickness from which ink is a block or a band and no line, in units of the sheet."""

_GAP = 0.25  # units: a line that is broken by less goes on
_REACH = 0.45  # units: a line that ends so near another one ends on it
_DARK, _LIGHT = 0.42, 0.07  # ink of the lines looked for first, and of the light ones looked for in what is left


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruled line, in mm.

    Attributes:
        level: Whether it runs across; else it runs down the page.
        at: Its y if it is level, else its x: the middle of its thickness.
        low, high: Where it begins and ends, in the other coordinate.
        thickness: mm.
        ink: 0 as bare paper to 1 black.

    """

    level: bool
    at: float
    low: float
    high: float
    thickness: float
    ink: float

    @property
    def length(self) -> float:
        """Length in mm."""
        return self.high - self.low

    def passes(self, along: float, slack: float = 0.0) -> bool:
        """Return whether it has a point at `along`, in the coordinate in which it runs, give or take `slack` mm."""
        return self.low - slack <= along <= self.high + slack


def ruled_lines(paper: Paper) -> tuple[Ruled, ...]:
    """Find every straight line, level or upright.

    Returns:
        The lines, dark ones first; pieces of one line joined, ends drawn to the lines on which they end.

    """
    dark = _both_ways(paper, paper.ink, _DARK)
    light = _both_ways(paper, _without_dark(paper), _LIGHT)
    light = [line for line in light if not any(_beside(line, other, paper.unit) for other in dark)]
    lines = _joined([*dark, *light], paper.unit)
    return tuple(_to_meet(line, lines, _REACH * paper.unit) for line in lines)


def _both_ways(paper: Paper, ink: Ink, threshold: float) -> list[Ruled]:
    level = _lines_across(paper, ink, threshold, paper.ink)
    upright = _lines_across(paper, ink.T, threshold, paper.ink.T)
    return [*level, *(replace(line, level=False) for line in upright)]


def _without_dark(paper: Paper) -> Ink:
    """Return the ink without all that is dark, nor the soft edge around it."""
    dark = (paper.ink > _DARK).astype(np.uint8)
    edge = 2 * paper.pixels(0.12 * paper.unit) + 1
    return np.where(cv2.dilate(dark, np.ones((edge, edge), np.uint8)) > 0, np.float32(0), paper.ink)


def _lines_across(paper: Paper, ink: Ink, threshold: float, full: Ink) -> list[Ruled]:
    """Find the level lines of a picture; that of the turned picture are the upright ones."""
    scale, unit = paper.pixels_per_mm, paper.unit
    long = _long_pieces(ink, threshold, paper.pixels(SHORTEST * unit), paper.pixels(THICKEST * unit))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(long, connectivity=8)
    found: list[Ruled] = []
    for x, y, width, height, _ in boxes[1:count].tolist():
        measured = _measured(full, x, y, width, height)
        if measured is None:
            continue
        centre, thickness, dark = measured
        if thickness <= THICKEST * unit * scale and dark > threshold:
            ends = x / scale, (x + width) / scale
            found.append(Ruled(True, centre / scale, *ends, thickness / scale, dark))
    return found


def _long_pieces(ink: Ink, threshold: float, shortest: int, thickest: int) -> NDArray[np.uint8]:
    """Keep the pixels that belong to a level run of ink of at least `shortest` px, and to no block."""
    inked = (np.ascontiguousarray(ink) > threshold).astype(np.uint8)
    square = np.ones((thickest + 2, thickest + 2), np.uint8)
    blocks = cv2.dilate(cv2.morphologyEx(inked, cv2.MORPH_OPEN, square), np.ones((3, 3), np.uint8))
    inked[blocks > 0] = 0
    # A line that is not quite level goes on in the next row of pixels.
    bridged = cv2.dilate(inked, np.ones((3, 1), np.uint8))
    return np.asarray(cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, shortest), np.uint8)), np.uint8)


def _measured(ink: Ink, x: int, y: int, width: int, height: int) -> tuple[float, float, float] | None:
    """Measure a level line: (middle, thickness, ink) in px from the top; None where there is none.

    The profile is the median along the line, so that what crosses or touches it does not count.
    """
    top, bottom = max(0, y - 2), min(ink.shape[0], y + height + 2)
    profile = np.median(ink[top:bottom, x : x + width], axis=1)
    peak = float(profile.max())
    if peak <= 0:
        return None
    drawn = np.flatnonzero(profile > 0.5 * peak)
    low, high = max(0, drawn[0] - 1), min(len(profile), drawn[-1] + 2)
    part = profile[low:high]
    middle = float(np.average(np.arange(low, high), weights=part)) + 0.5 + top
    return middle, float(part.sum() / peak), peak


def _beside(line: Ruled, other: Ruled, unit: float) -> bool:
    """Return whether a light line is only the soft edge of a dark one."""
    overlap = min(line.high, other.high) - max(line.low, other.low)
    near = abs(line.at - other.at) < other.thickness / 2 + 0.3 * unit
    return line.level == other.level and near and overlap > 0.5 * line.length


def _joined(lines: Sequence[Ruled], unit: float) -> list[Ruled]:
    """Join the pieces of one line."""
    joined: list[Ruled] = []
    for line in sorted(lines, key=lambda line: (line.level, round(line.at / unit), line.low)):
        for index in range(len(joined) - 1, -1, -1):
            other = joined[index]
            if _goes_on(other, line, unit):
                joined[index] = _merged(other, line)
                break
        else:
            joined.append(line)
    return joined


def _goes_on(line: Ruled, other: Ruled, unit: float) -> bool:
    same = line.level == other.level and abs(line.at - other.at) < max(0.06 * unit, 0.5 * line.thickness)
    gap = max(line.low, other.low) - min(line.high, other.high)
    return same and gap < _GAP * unit and abs(line.ink - other.ink) < 0.3


def _merged(line: Ruled, other: Ruled) -> Ruled:
    long = line if line.length >= other.length else other
    return replace(long, low=min(line.low, other.low), high=max(line.high, other.high))


def _to_meet(line: Ruled, lines: Iterable[Ruled], reach: float) -> Ruled:
    """Let both ends of a line fall on the line across which they nearly do."""
    across = [other for other in lines if other.level != line.level and other.passes(line.at, reach)]
    ends = []
    for end in (line.low, line.high):
        near = [other for other in across if abs(other.at - end) < reach + other.thickness / 2]
        ends.append(min(near, key=lambda other: abs(other.at - end)).at if near else end)
    return replace(line, low=ends[0], high=ends[1]) if ends[1] > ends[0] else line
