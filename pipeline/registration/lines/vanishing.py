"""The two directions of a sheet's ruling: where its lines meet, and the view in which they run straight.

Level lines of a sheet meet in one point of the picture, upright ones in another, at infinity where the camera looked
straight. A view that moves both points to infinity shows the sheet with its lines parallel to the axes; only its place
and its two scales are then unknown (Liebowitz and Zisserman, "Metric rectification for perspective images of planes",
CVPR 1998).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Matrix, Points, project
from pipeline.registration.lines.segments import Segments

_TRIES = 400
_LEAST_ANGLE = np.radians(55)
"""The two directions differ by at least this at the middle of the picture, however slanted the view."""

_NEAR, _EXACT = np.radians(1.6), np.radians(0.9)
"""How far an edge may point past the point where it should go: while the point is looked for, and in the end."""

_FEWEST = 6
"""Edges of each direction without which there is no ruling."""

_LEAST_DEPTH = 0.35
"""The far end of the picture is at most about three times as far away as its middle."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The edges of a picture that follow the two directions of a sheet.

    Attributes:
        view: Homography (3, 3) from the picture to the straightened view: level lines have constant y there, upright
            ones constant x, and around the picture's middle its scale is that of the picture, in px.
        level, upright: The edges of each direction, in the picture.

    """

    view: Matrix
    level: Segments
    upright: Segments

    @property
    def sides(self) -> tuple[Segments, Segments]:
        """The edges of both directions."""
        return self.level, self.upright


def find_ruling(grey: Grey, segments: Segments) -> Ruling | None:
    """Return the ruling that most edges follow, or None where there is none."""
    height, width = grey.shape
    centre, reach = np.array([width - 1, height - 1]) / 2, max(width, height) / 2
    if len(segments.starts) < 2 * _FEWEST:
        return None
    starts, ends = (segments.starts - centre) / reach, (segments.ends - centre) / reach
    unit = Segments(starts, ends)
    rng = np.random.default_rng(0)
    first = _vanishing_point(unit, np.ones(len(starts), bool), None, rng)
    if first is None:
        return None
    rest = _misses(unit, first[None])[0] > 2 * _NEAR
    second = _vanishing_point(unit, rest, first, rng)
    if second is None:
        return None
    across, down = _in_order(first, second)
    view = _view(across, down, centre, reach)
    if not _sees(view, width, height):
        return None
    level, upright = (_misses(unit, point[None])[0] < _NEAR for point in (across, down))
    if min(level.sum(), upright.sum()) < _FEWEST:
        return None
    return Ruling(view, segments.kept(level & ~upright), segments.kept(upright & ~level))


def _vanishing_point(
    unit: Segments,
    allowed: NDArray[np.bool_],
    other: Points | None,
    rng: np.random.Generator,
) -> Points | None:
    """Return the homogeneous point (3,) that the greatest length of edges points to, refined on them."""
    usable = np.flatnonzero(allowed)
    if len(usable) < _FEWEST:
        return None
    lengths = unit.lengths
    lines = _lines(unit)
    chance = lengths[usable] ** 1.5
    pairs = rng.choice(usable, (_TRIES, 2), p=chance / chance.sum())
    points = np.cross(lines[pairs[:, 0]], lines[pairs[:, 1]])
    points = points[np.linalg.norm(points, axis=1) > 1e-9]
    points = points[np.hypot(points[:, 0], points[:, 1]) > 0.9 * np.abs(points[:, 2])]
    if other is not None:
        points = points[_angle(points, other) > _LEAST_ANGLE]
    if not len(points):
        return None
    votes = (np.maximum(0.0, 1 - _misses(unit, points)[:, usable] / _NEAR) * lengths[usable]).sum(axis=1)
    best = points[int(np.argmax(votes))]
    for limit in (_NEAR, _EXACT, _EXACT):
        best = _refined(lines, lengths, allowed & (_misses(unit, best[None])[0] < limit), best)
    return np.asarray(best)


def _refined(lines: Points, lengths: Points, near: NDArray[np.bool_], point: Points) -> Points:
    """Return the point (3,) with the least squared distance from the lines that are near."""
    if near.sum() < _FEWEST:
        return point
    # A line through the middle of its edge, weighed so that its value is the angle by which the edge misses.
    weighted = lines[near] * lengths[near][:, None]
    best = np.linalg.svd(weighted, full_matrices=False)[2][-1]
    return np.asarray(best if best @ point > 0 else -best)


def _lines(unit: Segments) -> Points:
    """Return the line (n, 3) through each edge, its normal of length 1."""
    normal = np.column_stack([-unit.directions[:, 1], unit.directions[:, 0]])
    return np.column_stack([normal, -np.sum(normal * unit.middles, axis=1)])


def _misses(unit: Segments, points: Points) -> Points:
    """Return by which angle (k, n), radians, each edge misses each homogeneous point (k, 3), seen from its middle."""
    middles, directions = unit.middles, unit.directions
    x = points[:, :1] - points[:, 2:] * middles[:, 0]
    y = points[:, 1:2] - points[:, 2:] * middles[:, 1]
    across = np.abs(x * directions[:, 1] - y * directions[:, 0])
    return np.asarray(np.arcsin(np.minimum(1.0, across / np.maximum(np.sqrt(x * x + y * y), 1e-12))))


def _angle(points: Points, other: Points) -> Points:
    """Return the angle (k,), radians, 0 to 90 degrees, between directions to points (k, 3) and to `other` (3,)."""
    a = points[:, :2] / np.hypot(points[:, 0], points[:, 1])[:, None]
    b = other[:2] / np.hypot(*other[:2])
    return np.asarray(np.arccos(np.minimum(1.0, np.abs(a @ b))))


def _in_order(first: Points, second: Points) -> tuple[Points, Points]:
    """Return the point to the side and the point up or down, pointing right and down."""
    across, down = (first, second) if abs(first[0] * second[1]) > abs(first[1] * second[0]) else (second, first)
    return np.asarray(across * np.sign(across[0])), np.asarray(down * np.sign(down[1]))


def _view(across: Points, down: Points, centre: Points, reach: float) -> Matrix:
    """Return the homography from the picture to the view in which both points lie at infinity."""
    columns = [across / np.hypot(*across[:2]), down / np.hypot(*down[:2]), np.array([0.0, 0.0, 1.0])]
    to_unit = np.array([[1 / reach, 0, -centre[0] / reach], [0, 1 / reach, -centre[1] / reach], [0, 0, 1]])
    view = np.diag([reach, reach, 1.0]) @ np.linalg.inv(np.column_stack(columns)) @ to_unit
    return np.asarray(view)


def _sees(view: Matrix, width: int, height: int) -> bool:
    """Return whether the whole picture lies in front of the view, none of it near the horizon."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
    depth = corners @ view[2, :2] + view[2, 2]
    middle = np.array([width, height]) / 2 @ view[2, :2] + view[2, 2]
    return bool((depth / middle > _LEAST_DEPTH).all()) and bool(np.isfinite(project(view, corners)).all())
