"""The sheet as it lies around one point: an affine map through what was found close by.

Moving least squares (Schaefer, McPhail and Warren, "Image deformation using moving least squares", SIGGRAPH 2006):
beyond a fold the paper turns by more than a surface that is smooth over the whole sheet can follow.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.registration.geometry import Matrix, Points, corners, inside, project
from pipeline.registration.proposal import Landmarks

RADIUS_MM = 45.0
"""How far off, where boxes are 20 mm high, a point counts e times less."""

_STEADY = 0.001
"""What it costs that the map turns or stretches against that of the whole sheet: where little is near, it does not."""


@dataclass(frozen=True, slots=True)
class LocalMap:
    """The map from sheet mm to picture px around a point: a matrix (3, 3) without perspective."""

    matrix: Matrix

    def to_picture(self, points: Points) -> Points:
        """Return picture points (n, 2), px, of sheet points (n, 2), mm."""
        return project(self.matrix, points)

    def sheared(self, slope: float, around: Points) -> "LocalMap":
        """Return the map of a sheet whose upright lines lean by `slope`, around a sheet point (2,) that stays."""
        lean = np.array([[1.0, slope, -slope * around[1]], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        return LocalMap(self.matrix @ lean)

    def shows(self, size: tuple[int, int], place: tuple[float, float, float, float]) -> bool:
        """Return whether a rectangle of the sheet lies in a picture of this width and height."""
        return bool(inside(self.to_picture(corners(place)), size).all())


def map_around(at: Points, matrix: Matrix, found: Landmarks, radius: float) -> LocalMap:
    """Return how the sheet lies around a point.

    Args:
        at: The sheet point, mm (2,).
        matrix: Homography (3, 3) of the whole sheet, to picture px.
        found: What was found of it.
        radius: How far off a point counts e times less, mm.

    """
    away = found.points - at
    weights = found.weights * np.exp(-(away**2).sum(axis=1) / radius**2)
    design = np.column_stack([away, np.ones(len(away))])
    seen = project(matrix, found.points + found.shifts)
    steps = project(matrix, at + np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    slopes, steady = steps[1:] - steps[0], _STEADY * radius**2 * np.eye(2)
    normal, target = design.T @ (weights[:, None] * design), design.T @ (weights[:, None] * seen)
    normal[:2, :2] += steady
    target[:2] += steady @ slopes
    # Where nothing is near, the whole sheet's map says where the point lies.
    normal[2, 2] += 1e-6
    target[2] += 1e-6 * steps[0]
    solved = np.linalg.solve(normal, target)
    linear, offset = solved[:2].T, solved[2]
    return LocalMap(np.vstack([np.column_stack([linear, offset - linear @ at]), [0.0, 0.0, 1.0]]))
