"""Lay a page's printed lines onto the edges of a picture, closer and closer, and count how many of them are there.

Iterative closest lines: points on the printed lines look for edges that run their way nearby, the homography is fitted
so that the points fall onto those edges, and the reach shrinks.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points, inside, pixels_per_mm, project
from pipeline.registration.lines.layout import Layout
from pipeline.registration.lines.matching import Candidate
from pipeline.registration.lines.segments import SEARCH_LONG_SIDE, Segments
from pipeline.registration.lines.vanishing import Ruling
from pipeline.registration.lines.view import BINS, NEAR, LineMap, View

REACHES = (0.016, 0.010, 0.006, 0.004, 0.003, 0.003)
"""How far an edge may lie from where a printed line is foretold, as a share of the sheet's longer side; the last one
decides whether the line is there: 0.9 mm of an A4 sheet."""

_STEP = 0.016
"""From point to point along a printed line, as a share of the sheet's longer side."""

_BEYOND_PX = 6.0
"""How far beyond its ends an edge still counts: letters and crossings break it there."""

_LEAST_DEPTH = 0.2
"""A sheet's far edge is at most five times as far away as its near one."""

_PARALLEL = 0.09
"""Sine of the angle up to which an edge runs along a line."""

_FEWEST = 24
"""Points that must find an edge, or there is nothing to fit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A page laid onto a picture.

    Attributes:
        layout: The page.
        matrix: Homography (3, 3) from sheet mm to picture px.
        support: Share of the printed lines' length, within the picture, that has a line of the picture on it; mean of
            level and upright lines.
        weaker: The same of those of the two that have less of it.
        explained: Share of the picture's lines, in the area of the printed ones, that are printed ones.
        visible: Share of the printed lines' length that lies within the picture.
        error_mm: Root mean square distance from line to edge.
        error_px: The same in px of the picture as edges were looked for in it.

    """

    layout: Layout
    matrix: Matrix
    support: float
    weaker: float
    explained: float
    visible: float
    error_mm: float
    error_px: float

    @property
    def score(self) -> float:
        """What fits are compared by: that the page's lines are there, and that few others are."""
        return float(self.support * self.explained**0.5)


@dataclass(frozen=True, slots=True)
class _Samples:
    """Points on printed lines: mm (m, 2), whether each lies on a level line (m,)."""

    points: Points
    level: NDArray[np.bool_]


def fit(candidate: Candidate, ruling: Ruling, view: View, shape: tuple[int, ...]) -> Fit | None:
    """Lay a candidate onto the ruling of a picture of this shape, seen in `view`; None where it does not hold."""
    height, width = shape
    samples = _samples(candidate.layout)
    sides = (ruling.level, ruling.upright) if candidate.quarters % 2 == 0 else (ruling.upright, ruling.level)
    matrix, sheet = candidate.matrix, max(candidate.layout.size)
    for reach in REACHES:
        if not _sound(matrix, samples.points):
            return None
        shown = inside(project(matrix, samples.points), (width, height))
        offsets, normals = _nearest(matrix, samples, sides, reach * sheet)
        found = np.isfinite(offsets) & shown
        if found.sum() < _FEWEST:
            return None
        last = matrix
        matrix = _fitted(matrix, samples.points[found], offsets[found], normals[found], sheet)
    error = float(np.sqrt(np.mean(offsets[found] ** 2)))
    searched = min(1.0, SEARCH_LONG_SIDE / max(shape))
    scale = pixels_per_mm(last, samples.points.mean(axis=0))
    if scale <= 0.0:  # lines upon lines: the sheet has shrunk to one of them
        return None
    fitted = Fit(candidate.layout, last, 0.0, 0.0, 0.0, float(shown.mean()), error / scale, error * searched)
    return _judged(fitted, samples, shown, view, crossed=candidate.quarters % 2 == 1)


def _samples(layout: Layout) -> _Samples:
    step = _STEP * max(layout.size)
    level = [_along(start, end, at, step, swap=False) for at, start, end in layout.level]
    upright = [_along(start, end, at, step, swap=True) for at, start, end in layout.upright]
    points = np.vstack([*level, *upright])
    kinds = np.arange(len(points)) < sum(len(part) for part in level)
    return _Samples(points, kinds)


def _along(start: float, end: float, at: float, step: float, *, swap: bool) -> Points:
    """Return points (n, 2) evenly spread over a line; x and y swapped for an upright one."""
    count = max(2, round((end - start) / step))
    along = start + (np.arange(count) + 0.5) * (end - start) / count
    across = np.full(count, at)
    return np.column_stack([across, along] if swap else [along, across])


def _sound(matrix: Matrix, points: Points) -> bool:
    """Return whether a homography sees all points (m, 2) from one side, none near its horizon."""
    if not np.isfinite(matrix).all():
        return False
    depth = points @ matrix[2, :2] + matrix[2, 2]
    return bool(depth.min() > _LEAST_DEPTH * depth.max() > 0)


def _nearest(
    matrix: Matrix, samples: _Samples, sides: tuple[Segments, Segments], reach: float
) -> tuple[Points, Points]:
    """Return how far each point lies from edges near it, px (m,), nan where none, and across which normal (m, 2)."""
    offsets, normals = np.full(len(samples.points), np.nan), np.zeros((len(samples.points), 2))
    for kind, edges in zip((True, False), sides, strict=True):
        which = np.flatnonzero(samples.level == kind)
        points = samples.points[which]
        seen = project(matrix, points)
        along = np.array([1.0, 0.0]) if kind else np.array([0.0, 1.0])
        ahead = project(matrix, points + along) - seen
        scale = np.hypot(*ahead.T)
        direction = ahead / scale[:, None]
        across = np.column_stack([-direction[:, 1], direction[:, 0]])
        offsets[which], normals[which] = _offsets(seen, direction, across, edges, reach * scale), across
    return offsets, normals


def _offsets(seen: Points, direction: Points, across: Points, edges: Segments, reach: Points) -> Points:
    """Return the mean signed distance (m,), px, from points to the edges that run along them within reach."""
    directions, lengths = edges.directions, edges.lengths
    normals = np.column_stack([-directions[:, 1], directions[:, 0]])
    along = seen @ directions.T - (edges.starts * directions).sum(axis=1)
    distance = seen @ normals.T - (edges.starts * normals).sum(axis=1)
    near = (np.abs(distance) < reach[:, None]) & (along > -_BEYOND_PX) & (along < lengths + _BEYOND_PX)
    near &= np.abs(across @ directions.T) < _PARALLEL
    point, edge = np.nonzero(near)
    # Both edges of a printed line lie near; their mean is its middle. Signs follow the point's own normal.
    signed = distance[point, edge] * np.sign((direction[point] * directions[edge]).sum(axis=1))
    # Farther edges are more likely another line's.
    weight = np.maximum(0.0, 1.1 - np.abs(signed) / reach[point]) ** 2
    total = np.bincount(point, weight, len(seen))
    mean = -np.bincount(point, signed * weight, len(seen)) / np.maximum(total, 1e-12)
    return np.where(total > 0, mean, np.nan)


def _fitted(matrix: Matrix, points: Points, offsets: Points, normals: Points, sheet: float) -> Matrix:
    """Return the homography that brings points (m, 2) mm onto lines at `offsets` px along their normals (m, 2)."""
    seen = project(matrix, points)
    at = seen + offsets[:, None] * normals
    centre, reach = at.mean(axis=0), float(np.abs(at - at.mean(axis=0)).max())
    lines = np.column_stack([normals, -np.sum(normals * (at - centre) / reach, axis=1)])
    unit = np.column_stack([points / sheet - 0.5, np.ones(len(points))])
    depth = points @ matrix[2, :2] + matrix[2, 2]
    rows = (lines[:, :, None] * unit[:, None, :]).reshape(len(points), 9) / (depth / depth.mean())[:, None]
    solution = np.linalg.svd(rows, full_matrices=False)[2][-1].reshape(3, 3)
    to_unit = np.array([[1 / sheet, 0, -0.5], [0, 1 / sheet, -0.5], [0, 0, 1]])
    back = np.array([[reach, 0, centre[0]], [0, reach, centre[1]], [0, 0, 1]])
    fitted = back @ solution @ to_unit
    return np.asarray(fitted / fitted[2, 2])


def _judged(fitted: Fit, samples: _Samples, inside: NDArray[np.bool_], view: View, *, crossed: bool) -> Fit:
    """Return the fit with what its lines meet in the view; `crossed` where level lines lie upright there."""
    forward = np.linalg.inv(view.back) @ fitted.matrix
    at = np.floor(project(forward, samples.points) * BINS).astype(np.intp)
    met, explained = [], []
    for kind in (True, False):
        which = (samples.level == kind) & inside
        level = kind != crossed
        lined = view.level if level else view.upright
        row, column = (at[which, 1], at[which, 0]) if level else (at[which, 0], at[which, 1])
        height, width = lined.near.shape
        met.append(float(lined.near[row.clip(0, height - 1), column.clip(0, width - 1)].mean()) if which.any() else 0.0)
        explained.append(_explained(row, column, lined))
    return replace(fitted, support=sum(met) / 2, weaker=min(met), explained=sum(explained) / 2)


def _explained(row: NDArray[np.intp], column: NDArray[np.intp], lined: LineMap) -> float:
    """Return the share of the picture's lines, around points (m,) on printed ones, that are near such a point."""
    if not len(row):
        return 0.0
    height, width = lined.there.shape
    box = (slice(max(0, row.min() - 2), row.max() + 3), slice(max(0, column.min()), column.max() + 1))
    drawn = np.zeros((height, width), np.uint8)
    drawn[row.clip(0, height - 1), column.clip(0, width - 1)] = 1
    reach = round(_STEP * BINS)
    drawn = np.asarray(cv2.dilate(drawn[box], np.ones((2 * NEAR + 3, 2 * reach + 1), np.uint8)))
    there = lined.there[box]
    return float((drawn.astype(bool) & there).sum() / max(1, there.sum()))
