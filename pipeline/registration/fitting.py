"""Lay a page's printed lines onto the edges of a picture, closer and closer, and count how many of them are there.

Iterative closest lines: points on the printed lines look for edges that run their way nearby, the homography is fitted
so that the points fall onto those edges, and the reach shrinks.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points, pixels_per_mm, project
from pipeline.registration.layout import Layout
from pipeline.registration.matching import Candidate
from pipeline.registration.segments import Segments
from pipeline.registration.vanishing import Ruling

REACHES = (0.016, 0.010, 0.006, 0.004, 0.003, 0.003)
"""How far an edge may lie from where a printed line is foretold, as a share of the sheet's longer side; the last one
decides whether the line is there: 0.9 mm of an A4 sheet."""

_STEP = 0.016
"""From point to point along a printed line, as a share of the sheet's longer side."""

_BEYOND_PX = 6.0
"""How far beyond its ends an edge still counts: letters and crossings break it there."""

_FEWEST = 24
"""Points that must find an edge, or there is nothing to fit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A page laid onto a picture.

    Attributes:
        layout: The page.
        matrix: Homography (3, 3) from sheet mm to picture px.
        support: Share of the printed lines' length, within the picture, that has an edge of the picture on it; mean of
            level and upright lines.
        visible: Share of the printed lines' length that lies within the picture.
        error_mm: Root mean square distance from line to edge.

    """

    layout: Layout
    matrix: Matrix
    support: float
    visible: float
    error_mm: float


@dataclass(frozen=True, slots=True)
class _Samples:
    """Points on printed lines: mm (m, 2), whether each lies on a level line (m,)."""

    points: Points
    level: NDArray[np.bool_]


def fit(candidate: Candidate, ruling: Ruling, width: int, height: int) -> Fit | None:
    """Lay a candidate onto the ruling of a picture of this size; None where it does not hold."""
    samples = _samples(candidate.layout)
    sides = (ruling.level, ruling.upright) if candidate.quarters % 2 == 0 else (ruling.upright, ruling.level)
    matrix, sheet = candidate.matrix, max(candidate.layout.size)
    for reach in REACHES:
        inside = _inside(matrix, samples.points, width, height)
        offsets, normals = _nearest(matrix, samples, sides, reach * sheet)
        found = np.isfinite(offsets) & inside
        if found.sum() < _FEWEST:
            return None
        last = matrix
        matrix = _fitted(matrix, samples.points[found], offsets[found], normals[found], sheet)
        if not np.isfinite(matrix).all():
            return None
    return _judged(candidate.layout, last, samples, found, inside, offsets)


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


def _inside(matrix: Matrix, points: Points, width: int, height: int) -> NDArray[np.bool_]:
    seen = project(matrix, points)
    return np.asarray((seen[:, 0] >= 0) & (seen[:, 1] >= 0) & (seen[:, 0] <= width - 1) & (seen[:, 1] <= height - 1))


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
    from_start = seen[:, None] - edges.starts[None]
    along_edge = np.einsum("mnk,nk->mn", from_start, edges.directions)
    beside = (along_edge > -_BEYOND_PX) & (along_edge < edges.lengths[None] + _BEYOND_PX)
    parallel = np.abs(across @ edges.directions.T) < 0.09
    normal = np.column_stack([-edges.directions[:, 1], edges.directions[:, 0]])
    distance = np.einsum("mnk,nk->mn", from_start, normal)
    near = beside & parallel & (np.abs(distance) < reach[:, None])
    # Both edges of a printed line lie near; their mean is its middle. Signs follow the point's own normal.
    sign = np.sign(direction @ edges.directions.T)
    # Farther edges are more likely another line's.
    weight = near * np.maximum(0.0, 1.1 - np.abs(distance) / reach[:, None]) ** 2
    total = weight.sum(axis=1)
    mean = -(distance * sign * weight).sum(axis=1) / np.maximum(total, 1e-12)
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


def _judged(
    layout: Layout,
    matrix: Matrix,
    samples: _Samples,
    found: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    offsets: Points,
) -> Fit:
    shares = [found[inside & side].mean() for side in (samples.level, ~samples.level) if (inside & side).any()]
    scale = pixels_per_mm(matrix, samples.points.mean(axis=0))
    error = float(np.sqrt(np.mean(offsets[found] ** 2))) / scale
    return Fit(layout, matrix, float(sum(shares)) / 2, float(inside.mean()), error)
