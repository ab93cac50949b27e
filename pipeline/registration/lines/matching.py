"""Where a page's printed lines lie among the lines of a picture: candidates, found without any mark on the sheet.

In the straightened view of a ruling only four things are unknown: a scale and a shift across, and a scale and a shift
down. Both pairs are found apart, from pairs of lines, and then tried together on the plane.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points
from pipeline.registration.lines.layout import Layout, Lines, Turn
from pipeline.registration.lines.view import BINS, LineMap, View

PRINTED = 6
"""How many of the longest lines of a template are tried in pairs against those of the picture."""

TRIED = 200
"""How many (scale, shift) of an axis are tried on all lines."""

PLACED = 10
"""How many pages and directions, of those whose lines are met best on each axis, are tried on the plane."""

KEPT = 8
"""Candidates for each axis that are tried together with those of the other."""

LEAST_APART = 0.01
"""How far apart, in parts of the view, candidates for an axis lie at one end of the sheet at least."""

MIN_SHARE, MAX_SHARE = 0.22, 2.2
"""The sheet's size as a share of the picture's: what is smaller cannot be read, what is larger is mostly outside."""

MAX_STRETCH = 1.33
"""How much the scale across may differ from the scale down: a slanted view leaves the view unsure of it, and some
scanners stretch by 3 %."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a page may lie.

    Attributes:
        layout: The page.
        quarters: How many quarters clockwise the sheet lies turned in the straightened view.
        matrix: Homography (3, 3) from sheet mm to picture px.
        score: Share of the printed lines within the picture that were met, mean of level and upright ones, times the
            square root of the share of the picture's lines there that are printed ones.

    """

    layout: Layout
    quarters: int
    matrix: Matrix
    score: float


def candidates(layouts: Sequence[Layout], picture: View) -> list[Candidate]:
    """Return the best place of the likeliest pages and directions, best first."""
    axes = [(layout, turn, _axes(layout, turn, picture)) for layout in layouts for turn in layout.turns]
    likeliest = sorted(axes, key=lambda one: -one[2].fit)[:PLACED]
    places = (_place(layout, turn, found, picture) for layout, turn, found in likeliest)
    return sorted(filter(None, places), key=lambda place: -place.score)


@dataclass(frozen=True, slots=True)
class _Tried:
    """The (scale, shift) (k, 2) of an axis that were tried on all lines, and the share of them that each meets (k,)."""

    maps: Points
    met: Points

    @property
    def fit(self) -> float:
        """The share of lines that the best of them meets."""
        return float(self.met.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class _Axes:
    """What was tried down and across."""

    down: _Tried
    across: _Tried

    @property
    def fit(self) -> float:
        """The share of lines that the best of both meet."""
        return self.down.fit + self.across.fit


def _axes(layout: Layout, turn: Turn, picture: View) -> _Axes:
    """Return where the lines of a page that lies turned so may lie, each axis by itself."""
    sheet = max(layout.size)
    return _Axes(_tried(turn.level, picture.level, sheet), _tried(turn.upright, picture.upright, sheet))


def _place(layout: Layout, turn: Turn, axes: _Axes, picture: View) -> Candidate | None:
    """Return the best place of a page on the plane."""
    across, down = (_best(axis, max(layout.size)) for axis in (axes.across, axes.down))
    ratio = across[:, :1] / down[:, 0]
    first, second = np.nonzero((ratio > 1 / MAX_STRETCH) & (ratio < MAX_STRETCH))
    if not len(first):
        return None
    x, y = across[first], down[second]
    scores = (_agreement(turn.level, y, x, picture.level) + _agreement(turn.upright, x, y, picture.upright)) / 2
    best = int(np.argmax(scores))
    straight = np.array([[x[best, 0], 0, x[best, 1]], [0, y[best, 0], y[best, 1]], [0, 0, 1]])
    return Candidate(layout, turn.quarters, picture.back @ straight @ turn.matrix, float(scores[best]))


def _tried(lines: Lines, lined: LineMap, sheet: float) -> _Tried:
    """Return the likeliest (scale, shift) along one axis, from mm to the view, and how much they meet."""
    first, second = _pairs(lines.spans[:PRINTED, 0], 0.08 * sheet)
    low, high = _pairs(lined.longest, 0.02)
    scale = ((high - low)[:, None] / (second - first)[None]).ravel()
    shift = (low[:, None] - scale.reshape(len(low), len(first)) * first[None]).ravel()
    fits = (scale * sheet > MIN_SHARE) & (scale * sheet < MAX_SHARE)
    scale, shift = scale[fits], shift[fits]
    # The longest lines leave few; only those are tried on all.
    few = np.argsort(-_fit(lines.spans[: 2 * PRINTED], lined.lengths, scale, shift))[:TRIED]
    maps = np.column_stack([scale[few], shift[few]])
    return _Tried(maps, _fit(lines.spans, lined.lengths, *maps.T))


def _pairs(values: Points, least: float) -> tuple[Points, Points]:
    """Return all pairs of values of which the second is greater than the first by at least so much."""
    low, high = np.nonzero(values[None, :] - values[:, None] > least)
    return values[low], values[high]


def _fit(lines: Points, lengths: Points, scale: Points, shift: Points) -> Points:
    """Return which share (k,) of the printed length is met at all, whatever lies along the lines."""
    # (lines, k): thousands are tried on a dozen lines, and arrays are gone through along their last axis.
    at = ((lines[:, :1] * scale + shift) * BINS).astype(np.int32)
    printed = (lines[:, 2] - lines[:, 1])[:, None]
    # Beyond both ends there is no line.
    there = np.concatenate([[0.0], lengths, [0.0]]).take(at + 1, mode="clip")
    return np.asarray(np.minimum(there, printed * scale).sum(axis=0) / (printed.sum() * scale))


def _best(tried: _Tried, sheet: float) -> Points:
    """Return the best (scale, shift) (k, 2) that differ from one another, somewhere on the sheet."""
    maps = tried.maps[np.argsort(-tried.met)]
    ends = np.column_stack([maps[:, 1], maps[:, 0] * sheet + maps[:, 1]])
    kept, left = list[int](), np.arange(len(maps))
    while len(left) and len(kept) < KEPT:
        kept.append(int(left[0]))
        left = left[(np.abs(ends[left] - ends[left[0]]) > LEAST_APART).any(axis=1)]
    return maps[kept]


def _agreement(lines: Lines, across: Points, along: Points, lined: LineMap) -> Points:
    """Return how well (k,) printed lines and those of the picture agree.

    Args:
        lines: Printed lines.
        across: Scale and shift (k, 2) across the lines.
        along: Scale and shift (k, 2) along them.
        lined: The picture's lines of this direction.

    """
    points, spans = lines.points, lines.spans
    at = _bins(across[:, :1] * points[None, :, 0] + across[:, 1:])
    on = _bins(along[:, :1] * points[None, :, 1] + along[:, 1:])
    breadth, length = lined.near.shape
    inside = (at >= 0) & (at < breadth) & (on >= 0) & (on < length)
    hits = (lined.near[at.clip(0, breadth - 1), on.clip(0, length - 1)] & inside).sum(axis=1)
    met = hits / np.maximum(inside.sum(axis=1), 0.35 * len(points))
    printed = along[:, 0] * BINS * float((spans[:, 2] - spans[:, 1]).sum()) * hits / len(points)
    rows = [_bins(across[:, 0] * edge + across[:, 1]) for edge in (spans[:, 0].min(), spans[:, 0].max())]
    columns = [_bins(along[:, 0] * edge + along[:, 1]) for edge in (spans[:, 1].min(), spans[:, 2].max())]
    there = lined.length_within(rows[0] - 2, rows[1] + 3, columns[0], columns[1])
    return np.asarray(met * np.sqrt(np.minimum(1.0, printed / np.maximum(there, 1))))


def _bins(values: Points) -> NDArray[np.intp]:
    return np.asarray(np.floor(values * BINS), dtype=np.intp)
