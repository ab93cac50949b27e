"""Whether two photographs show one page: by the print that they share, whatever is written on it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points
from pipeline.registration.picture import StraightView
from pipeline.registration.prints.descriptors import turned

RATIO = 0.92
"""A match must be so much nearer than the second best (Lowe, IJCV 2004)."""

TOLERANCE = 6.0
"""How far, px of a view 1,200 px long, a match may miss the plane: 4.5 mm of a wall sheet, which bows."""

FEWEST = 40
"""Matches that must agree on one plane. Different pages of one designer share up to 45 of 6,000 features."""

_TURNS = (0, 2, 1, 3)
_ENOUGH = 3 * FEWEST


@dataclass(frozen=True, slots=True)
class Pair:
    """How one view lies on another.

    Attributes:
        matrix: Homography (3, 3) from the first view's px to the second's.
        count: How many matches agree on it.

    """

    matrix: Matrix
    count: int


def matched(first: StraightView, second: StraightView) -> Pair | None:
    """Lay two views on each other; None where too little of their print agrees."""
    best: Pair | None = None
    for quarters in _TURNS:
        turn, points, _ = second.turned_back(quarters)
        descriptors = second.features.descriptors[:, np.argsort(turned(quarters))]
        pair = _agreeing(first.features.points, points, _mutual(first.features.descriptors, descriptors))
        if pair is not None and (best is None or pair.count > best.count):
            best = Pair(second.matrix @ np.linalg.inv(turn) @ pair.matrix, pair.count)
        if best is not None and best.count >= _ENOUGH:
            break
    return best if best is not None and best.count >= FEWEST else None


def _mutual(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return pairs (k, 2) of descriptors (n, 128) and (m, 128) that are each other's best, and clearly so."""
    if len(first) < 2 or len(second) < 2:
        return np.zeros((0, 2), np.intp)
    alike = first @ second.T
    best, back = alike.argmax(axis=1), alike.argmax(axis=0)
    which = np.arange(len(first))
    nearest = alike[which, best].copy()
    alike[which, best] = -1.0
    distances = [np.sqrt(np.maximum(2.0 - 2.0 * values, 0.0)) for values in (nearest, alike.max(axis=1))]
    kept = (back[best] == which) & (distances[0] < RATIO * distances[1])
    return np.column_stack([which[kept], best[kept]])


def _agreeing(first: Points, second: Points, pairs: NDArray[np.intp]) -> Pair | None:
    """Return the plane that most pairs agree on (Barath et al., "MAGSAC++", CVPR 2020)."""
    if len(pairs) < FEWEST:
        return None
    matrix, agree = cv2.findHomography(
        first[pairs[:, 0]],
        second[pairs[:, 1]],
        cv2.USAC_MAGSAC,
        ransacReprojThreshold=TOLERANCE,
        maxIters=3000,
        confidence=0.999,
    )
    if matrix is None or not _convex(np.asarray(matrix), first[pairs[:, 0]]):
        return None
    return Pair(np.asarray(matrix, dtype=np.float64), int(agree.sum()))


def _convex(matrix: Matrix, points: Points) -> bool:
    """Return whether a homography keeps the region of some points (n, 2) before the camera and unmirrored."""
    low, high = points.min(axis=0), points.max(axis=0)
    around = np.array([[*low, 1.0], [high[0], low[1], 1.0], [*high, 1.0], [low[0], high[1], 1.0]])
    depth = around @ matrix[2]
    return bool((depth * depth[0] > 0).all() and np.linalg.det(matrix) * depth[0] > 0)
