"""Where a page's printed lines lie among the lines of a picture: candidates, found without any mark on the sheet.

In the straightened view of a ruling only four things are unknown: a scale and a shift across, and a scale and a shift
down. Both pairs are found apart, from pairs of lines, and then tried together on the plane.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points, project
from pipeline.registration.layout import Layout, turned
from pipeline.registration.segments import Segments
from pipeline.registration.vanishing import Ruling

BINS = 640
"""Resolution of the view's maps of lines: 1/640 of its longer side, half a millimetre of an A4 sheet."""

PRINTED, SEEN = 8, 22
"""How many of the longest lines of the template, and of the picture, are tried against each other in pairs."""

KEPT = 8
"""Candidates for each axis that are tried together with those of the other."""

MIN_SHARE, MAX_SHARE = 0.22, 2.2
"""The sheet's size as a share of the picture's: what is smaller cannot be read, what is larger is mostly outside."""

MAX_STRETCH = 1.33
"""How much the scale across may differ from the scale down: a slanted view leaves the view unsure of it, and some
scanners stretch by 3 %."""

_STEPS = 24
"""Points at which a printed line of the sheet's longer side is looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a page may lie.

    Attributes:
        layout: The page.
        quarters: How many quarters clockwise the sheet lies turned in the straightened view.
        matrix: Homography (3, 3) from sheet mm to picture px.
        score: Share of the printed lines within the picture that were met, mean of level and upright ones.

    """

    layout: Layout
    quarters: int
    matrix: Matrix
    score: float


@dataclass(frozen=True, slots=True)
class Seen:
    """The lines of a picture in its straightened view, scaled so that the longer side is 1.

    Attributes:
        back: Homography (3, 3) from that view to the picture.
        size: Width and height of the view.
        maps: For level and for upright lines: (BINS, BINS) whether a line runs through, first index across the lines.
        axes: For both: positions (k,) of the longest lines, and the length of line at every position (BINS,).

    """

    back: Matrix
    size: tuple[float, float]
    maps: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    axes: tuple[tuple[Points, Points], tuple[Points, Points]]


def seen(ruling: Ruling, width: int, height: int) -> Seen:
    """Draw the maps of a ruling in a picture of this size."""
    corners = project(ruling.view, np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64))
    origin, size = corners.min(axis=0), np.ptp(corners, axis=0)
    unit = np.array([[1, 0, -origin[0]], [0, 1, -origin[1]], [0, 0, size.max()]]) / size.max()
    view = unit @ ruling.view
    level, upright = _strokes(view, ruling.level, 1), _strokes(view, ruling.upright, 0)
    size = size / size.max()
    return Seen(
        np.linalg.inv(view),
        (float(size[0]), float(size[1])),
        (_map(level), _map(upright)),
        (_axis(level), _axis(upright)),
    )


def candidates(layouts: Sequence[Layout], picture: Seen) -> list[Candidate]:
    """Return the best place of every page in every direction, best first."""
    found = [place for layout in layouts for quarters in range(4) if (place := _place(layout, quarters, picture))]
    return sorted(found, key=lambda place: -place.score)


def _strokes(view: Matrix, segments: Segments, across: int) -> Points:
    """Return edges as (position, start, end) in the view (n, 3); `across`: 1 for level lines, 0 for upright ones."""
    starts, ends = project(view, segments.starts), project(view, segments.ends)
    along = 1 - across
    low, high = np.minimum(starts[:, along], ends[:, along]), np.maximum(starts[:, along], ends[:, along])
    return np.column_stack([(starts[:, across] + ends[:, across]) / 2, low, high])


def _map(strokes: Points) -> NDArray[np.bool_]:
    """Draw strokes, three bins wide and a little longer than they are."""
    drawn = np.zeros((BINS, BINS), bool)
    bins = np.clip((strokes * BINS).astype(int), 0, BINS - 1)
    for at, start, end in bins:
        drawn[max(0, at - 1) : at + 2, max(0, start - 3) : end + 4] = True
    return drawn


def _axis(strokes: Points) -> tuple[Points, Points]:
    """Return the positions of the longest lines, and the length of line near every position."""
    fine = np.zeros((BINS, BINS), bool)
    bins = np.clip((strokes * BINS).astype(int), 0, BINS - 1)
    for at, start, end in bins:
        fine[at, start : end + 1] = True
    single = fine.sum(axis=1) / BINS
    near = (fine | np.roll(fine, 1, axis=0) | np.roll(fine, -1, axis=0)).sum(axis=1) / BINS
    rest, longest = single.copy(), []
    for _ in range(SEEN):
        best = int(np.argmax(rest))
        if rest[best] <= 0.02:
            break
        longest.append(_centre(strokes, best))
        rest[max(0, best - 2) : best + 3] = 0
    return np.array(longest), near


def _centre(strokes: Points, place: int) -> float:
    """Return the mean position of the strokes in one bin, weighed by their lengths."""
    inside = (np.clip((strokes[:, 0] * BINS).astype(int), 0, BINS - 1)) == place
    return float(np.average(strokes[inside, 0], weights=strokes[inside, 2] - strokes[inside, 1]))


def _place(layout: Layout, quarters: int, picture: Seen) -> Candidate | None:
    """Return the best place of a page that lies turned by so many quarters."""
    level, upright, turn = turned(layout, quarters)
    sheet = max(layout.size)
    down = _shifts(level, *picture.axes[0], sheet)
    across = _shifts(upright, *picture.axes[1], sheet)
    pairs = [(x, y) for x in across for y in down if 1 / MAX_STRETCH < x[0] / y[0] < MAX_STRETCH]
    if not pairs:
        return None
    x, y = (np.array(side) for side in zip(*pairs, strict=True))
    scores = (
        _met(level, y, x, picture.maps[0], picture.size) + _met(upright, x, y, picture.maps[1], picture.size[::-1])
    ) / 2
    best = int(np.argmax(scores))
    straight = np.array([[x[best, 0], 0, x[best, 1]], [0, y[best, 0], y[best, 1]], [0, 0, 1]])
    return Candidate(layout, quarters, picture.back @ straight @ turn, float(scores[best]))


def _shifts(lines: Points, positions: Points, lengths: Points, sheet: float) -> list[tuple[float, float]]:
    """Return the likeliest (scale, shift) along one axis, from mm to the view."""
    longest = lines[np.argsort(lines[:, 1] - lines[:, 2])[:PRINTED], 0]
    first, second = (index.ravel() for index in np.meshgrid(np.arange(len(longest)), np.arange(len(longest))))
    apart = longest[second] - longest[first]
    first, second = first[apart > 0.08 * sheet], second[apart > 0.08 * sheet]
    low, high = (index.ravel() for index in np.meshgrid(np.arange(len(positions)), np.arange(len(positions))))
    low, high = low[positions[high] - positions[low] > 0.02], high[positions[high] - positions[low] > 0.02]
    if not len(first) or not len(low):
        return []
    scale = (positions[high] - positions[low])[:, None] / (longest[second] - longest[first])[None]
    shift = positions[low][:, None] - scale * longest[first][None]
    fits = (scale * sheet > MIN_SHARE) & (scale * sheet < MAX_SHARE)
    scale, shift = scale[fits], shift[fits]
    if not len(scale):
        return []
    return _best(scale, shift, _fit(lines, lengths, scale, shift), sheet)


def _fit(lines: Points, lengths: Points, scale: Points, shift: Points) -> Points:
    """Return which share (k,) of the printed length is met at all, whatever lies along the lines."""
    at = scale[:, None] * lines[None, :, 0] + shift[:, None]
    wanted = scale[:, None] * (lines[:, 2] - lines[:, 1])[None]
    inside = (at >= 0) & (at < 1)
    there = lengths[np.clip((at * BINS).astype(int), 0, BINS - 1)] * inside
    return np.asarray(np.minimum(there, wanted).sum(axis=1) / wanted.sum(axis=1))


def _best(scale: Points, shift: Points, fit: Points, sheet: float) -> list[tuple[float, float]]:
    """Return the best that differ from one another."""
    kept: list[tuple[float, float]] = []
    for index in np.argsort(-fit)[: 40 * KEPT]:
        this = (float(scale[index]), float(shift[index]))
        if all(_apart(this, other, sheet) > 0.01 for other in kept):
            kept.append(this)
        if len(kept) == KEPT:
            break
    return kept


def _apart(one: tuple[float, float], other: tuple[float, float], sheet: float) -> float:
    """Return how far two maps lie apart at the ends of the sheet, at most."""
    at_start = abs(one[1] - other[1])
    return max(at_start, abs((one[0] - other[0]) * sheet + one[1] - other[1]))


def _met(lines: Points, across: Points, along: Points, drawn: NDArray[np.bool_], size: Iterable[float]) -> Points:
    """Return the share (k,) of points on printed lines that meet a line of the picture.

    Args:
        lines: Printed lines (n, 3), mm.
        across: Scale and shift (k, 2) across the lines.
        along: Scale and shift (k, 2) along them.
        drawn: Map of the picture's lines, first index across them.
        size: Length of the view along the lines, and across them.

    """
    points = _points(lines)
    length, breadth = size
    at = across[:, :1] * points[None, :, 0] + across[:, 1:]
    on = along[:, :1] * points[None, :, 1] + along[:, 1:]
    inside = (at >= 0) & (at < breadth) & (on >= 0) & (on < length)
    rows, columns = ((value * BINS).astype(int).clip(0, BINS - 1) for value in (at, on))
    hits = (drawn[rows, columns] & inside).sum(axis=1)
    visible = inside.sum(axis=1)
    return np.asarray(hits / np.maximum(visible, 0.35 * len(points)))


def _points(lines: Points) -> Points:
    """Return points (m, 2) along lines: (across, along), as dense on short lines as on long ones."""
    step = float((lines[:, 2] - lines[:, 1]).max()) / _STEPS
    parts = []
    for at, start, end in lines:
        count = max(1, round((end - start) / step))
        parts.append(np.column_stack([np.full(count, at), start + (np.arange(count) + 0.5) * (end - start) / count]))
    return np.vstack(parts)
