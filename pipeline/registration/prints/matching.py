"""Which feature of the picture is which printed one, where a map foretells it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Matrix, Points, pixels_per_mm, project
from pipeline.registration.prints.descriptors import Features
from pipeline.registration.prints.page_print import PagePrint

LEAST_ALIKE = 0.6
"""Cosine of small descriptors from which two features may be one."""

UNLIKE_SIZE = 0.5
"""Natural logarithm of the ratio of two sizes from which two features are not one."""

_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Matches:
    """Printed features that were found.

    Attributes:
        printed: Which feature of the page (m,).
        seen: Which feature of the picture (m,).
        alike: Cosine of their small descriptors (m,).

    """

    printed: NDArray[np.intp]
    seen: NDArray[np.intp]
    alike: NDArray[np.float32]


def match_near(
    page: PagePrint, matrix: Matrix, moved: Points, seen: Features, small: NDArray[np.float32], reach: float
) -> Matches:
    """Match every printed feature with the one most like it nearby, where each is the other's best.

    Args:
        page: The print.
        matrix: Homography (3, 3) from sheet mm to the picture's pixels.
        moved: Where the page's features lie on the bent sheet, mm (n, 2).
        seen: Features of the picture, px, m of them.
        small: Their small descriptors, as of a sheet that lies upright (m, 64).
        reach: How far from where it is foretold a feature may be, px.

    """
    nothing = np.zeros(0, dtype=np.intp)
    if not len(seen.points):
        return Matches(nothing, nothing, np.zeros(0, dtype=np.float32))
    foretold = project(matrix, moved)
    low, high = seen.points.min(axis=0) - reach, seen.points.max(axis=0) + reach
    # Witnesses are kept for the verification: nothing is fitted to them.
    tried = page.witnesses + np.flatnonzero(((foretold >= low) & (foretold <= high)).all(axis=1)[page.witnesses :])
    if not len(tried):
        return Matches(nothing, nothing, np.zeros(0, dtype=np.float32))
    which, other = _pairs(foretold[tried], seen.points, reach)
    size = np.log(page.sizes[tried] * pixels_per_mm(matrix, moved[tried].mean(axis=0)))
    like = np.abs(size[which] - np.log(seen.sizes)[other]) < UNLIKE_SIZE
    printed, found = tried[which[like]], other[like]
    alike = np.empty(len(printed), dtype=np.float32)
    for start in range(0, len(printed), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        alike[part] = np.einsum("nk,nk->n", page.descriptors[printed[part]], small[found[part]])
    of_printed, of_seen = np.full(len(foretold), LEAST_ALIKE), np.full(len(seen.points), LEAST_ALIKE)
    wide = alike.astype(np.float64)  # numpy is ten times as quick where both are of one kind
    np.maximum.at(of_printed, printed, wide)
    np.maximum.at(of_seen, found, wide)
    mutual = (alike >= of_printed[printed]) & (alike >= of_seen[found])
    return Matches(printed[mutual], found[mutual], alike[mutual])


def _pairs(first: Points, second: Points, reach: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices (k,) and (k,) of all pairs of two sets of points, (n, 2) and (m, 2), within reach."""
    low = np.minimum(first.min(axis=0), second.min(axis=0)) - reach
    across = int((max(first[:, 0].max(), second[:, 0].max()) - low[0]) / reach) + 2
    cells = [((points - low) / reach).astype(np.intp) @ np.array([1, across]) for points in (first, second)]
    order = np.argsort(cells[1], kind="stable")
    there = cells[1][order]
    # Coordinates apart, and the second points in order: what is fetched a hundred thousand times lies close together.
    (x, y), (other_x, other_y) = np.ascontiguousarray(first.T), np.ascontiguousarray(second[order].T)
    pairs = []
    for row in (-1, 0, 1):
        # Three neighbouring cells of a row are one run.
        middle = cells[0] + row * across
        start, end = np.searchsorted(there, middle - 1), np.searchsorted(there, middle + 1, side="right")
        counts = end - start
        one = np.repeat(np.arange(len(first)), counts)
        at = np.arange(len(one)) + np.repeat(start - (np.cumsum(counts) - counts), counts)
        near = (x[one] - other_x[at]) ** 2 + (y[one] - other_y[at]) ** 2 <= reach**2
        pairs.append((one[near], order[at[near]]))
    return np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs])
