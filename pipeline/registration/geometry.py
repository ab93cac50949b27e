"""Homographies and windows: the plane geometry of a sheet in a picture.

Sheet coordinates are mm (x right, y down from the top left corner); picture coordinates are pixels whose integer values
lie at pixel centres.
"""

from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import Rectangle

Points = NDArray[np.floating]
Matrix = NDArray[np.floating]
Grey = NDArray[np.uint8]


def corners(rectangle: Rectangle) -> Points:
    """Return the corners (4, 2) of [x, y, width, height], clockwise from the upper left."""
    x, y, width, height = rectangle
    return np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float64)


def outlines(rectangles: Iterable[Rectangle]) -> Points:
    """Return the corners (n, 4, 2) of rectangles, each as `corners` does."""
    sides = np.array(list(rectangles), dtype=np.float64).reshape(-1, 4)
    ends = sides[:, :2] + sides[:, 2:]
    left, top, right, foot = sides[:, 0], sides[:, 1], ends[:, 0], ends[:, 1]
    return np.stack([left, top, right, top, right, foot, left, foot], axis=1).reshape(-1, 4, 2)


def middle_of(rectangle: Rectangle) -> Points:
    """Return the middle (2,) of [x, y, width, height]."""
    x, y, width, height = rectangle
    return np.array([x + width / 2, y + height / 2])


def fit_homography(sheet: Points, picture: Points) -> Matrix | None:
    """Return the least-squares homography (3, 3) from `sheet` to `picture`, (n, 2) each, n >= 4; None if degenerate."""
    matrix, _ = cv2.findHomography(sheet, picture, 0)
    return None if matrix is None or not np.isfinite(matrix).all() else np.asarray(matrix, dtype=np.float64)


def fit_affinity(sheet: Points, picture: Points) -> Matrix:
    """Return the affine map, as a 3 x 3 matrix, from `sheet` (n, 2) to `picture` (n, 2) by least squares, n >= 3."""
    design = np.column_stack([sheet, np.ones(len(sheet))])
    solution, *_ = np.linalg.lstsq(design, picture, rcond=None)
    return np.vstack([solution.T, [0.0, 0.0, 1.0]])


def project(matrix: Matrix, points: Points) -> Points:
    """Apply a homography to points (n, 2)."""
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def translation(step: Points) -> Matrix:
    """Return the map (3, 3) that moves points by `step` (2,)."""
    return np.array([[1.0, 0.0, step[0]], [0.0, 1.0, step[1]], [0.0, 0.0, 1.0]])


def inside(points: Points, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which points (..., 2), px, lie in a picture of this width and height."""
    return np.asarray(((points >= 0) & (points <= np.array(size) - 1)).all(axis=-1))


def covered(size: tuple[int, int], outline: Points) -> float:
    """Return the share of a picture of this width and height that a convex outline (n, 2), px, covers."""
    width, height = size
    whole = corners((0.0, 0.0, width, height)).astype(np.float32)
    common, _ = cv2.intersectConvexConvex(outline.astype(np.float32), whole)
    return float(common) / (width * height)


def pixels_per_mm(matrix: Matrix, at: Points) -> float:
    """Return the resolution of a homography at one sheet point (2,): the square root of its area scale."""
    step = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]]) + at
    origin, right, down = project(matrix, step)
    (a, b), (c, d) = right - origin, down - origin
    return float(2.0 * np.sqrt(abs(a * d - b * c)))


def window(
    grey: Grey, matrix: Matrix, centre: Sequence[float] | Points, half: tuple[float, float], density: float
) -> Grey:
    """Cut the sheet rectangle `centre` +- `half` (mm) out of the picture, straightened, at `density` px per mm.

    Pixel (0, 0) of the result lies at `centre - half`; what is outside the picture repeats its edge.
    """
    width, height = (round(2 * side * density) + 1 for side in half)
    to_sheet = np.array(
        [[1 / density, 0, centre[0] - half[0]], [0, 1 / density, centre[1] - half[1]], [0, 0, 1]], dtype=np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpPerspective(grey, matrix @ to_sheet, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8)


def peaks(scores: NDArray[np.float32], count: int, radius: int) -> list[tuple[float, float, float]]:
    """Return up to `count` maxima of `scores` (h, w) as (x, y, score), best first, at least `radius` px apart.

    Positions are refined below the pixel by a parabola through the neighbours.
    """
    left = scores.copy() if count > 1 else scores
    found: list[tuple[float, float, float]] = []
    while len(found) < count:
        y, x = divmod(int(left.argmax()), left.shape[1])
        score = float(left[y, x])
        if not np.isfinite(score) or score <= 0:
            break
        found.append((x + _offset(scores[y, :], x), y + _offset(scores[:, x], y), score))
        if len(found) < count:
            left[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1] = -np.inf
    return found


def _offset(line: NDArray[np.float32], at: int) -> float:
    """Return where between -0.5 and 0.5 the parabola through `line[at - 1 : at + 2]` has its top."""
    if at == 0 or at == len(line) - 1:
        return 0.0
    before, top, after = line[at - 1 : at + 2].tolist()
    curvature = before - 2 * top + after
    return 0.0 if curvature >= 0 else min(max(0.5 * (before - after) / curvature, -0.5), 0.5)
