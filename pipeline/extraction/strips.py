"""Straightened strips: many windows of the sheet sampled out of the picture in one pass.

A strip is given by the sheet coordinates of its columns and rows, which need not be evenly spaced: windows may overlap
or leave gaps, so that the windows of a whole grid come out of one call, side by side.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Points

Place = Callable[[Points], Points]
"""From sheet points (n, 2) in mm to picture points (n, 2) in px."""

_NODE_MM = 16.0
"""The map is worked out this densely and is linear in between: bows are smooth, so the error is under 0.1 px."""


def windows(starts: NDArray[np.floating], length: float, pixels: int) -> NDArray[np.float64]:
    """Return the centres of `pixels` pixels over each of n windows `length` mm long, (n * pixels,), in mm."""
    inside = (np.arange(pixels) + 0.5) * (length / pixels)
    return np.asarray(starts[:, None] + inside, dtype=np.float64).ravel()


def sample(grey: Grey, place: Place, x: NDArray[np.float64], y: NDArray[np.float64], fine: int = 1) -> Grey:
    """Sample the picture at sheet columns `x` (w,) and rows `y` (h,), in mm; return uint8 (h, w).

    Args:
        grey: The picture (height, width), uint8.
        place: Where sheet points are in it.
        x: Sheet x of every column; neighbours within a window are evenly spaced.
        y: Sheet y of every row.
        fine: How many samples across and down are averaged to one, where the picture is finer than the strip.

    """
    nodes_x, nodes_y = _nodes(x), _nodes(y)
    mesh = np.empty((len(nodes_y), len(nodes_x), 2))
    mesh[:, :, 0], mesh[:, :, 1] = nodes_x, nodes_y[:, None]
    at = place(mesh.reshape(-1, 2)).T.reshape(2, *mesh.shape[:2]).astype(np.float32)
    if fine > 1:
        x, y = _finer(x, fine), _finer(y, fine)
    map_x, map_y = _between(_between(at, 2, x, nodes_x), 1, y, nodes_y)
    kind = cv2.INTER_LINEAR if fine == 1 else cv2.INTER_NEAREST  # an average of neighbours smooths by itself
    strip = cv2.remap(grey, map_x, map_y, kind, borderMode=cv2.BORDER_REPLICATE)
    if fine > 1:
        strip = cv2.resize(strip, (len(x) // fine, len(y) // fine), interpolation=cv2.INTER_AREA)
    return np.asarray(strip, dtype=np.uint8)


def fineness(resolution: float, density: float) -> int:
    """Return how many samples a side to average for a strip of `density` px per mm in a picture of `resolution`."""
    return min(max(int(resolution / density + 0.25), 1), 4)


def _nodes(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(axis.min()), float(axis.max())
    meshes = max(1, math.ceil((high - low + 1.0) / _NODE_MM))
    return np.asarray(low - 0.5 + (high - low + 1.0) / meshes * np.arange(meshes + 1), dtype=np.float64)


def _between(
    values: NDArray[np.float32], along: int, axis: NDArray[np.float64], nodes: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Interpolate `values` linearly along one axis, from evenly spaced nodes to the coordinates of `axis`."""
    at = (axis - nodes[0]) / (nodes[1] - nodes[0])
    left = np.minimum(at.astype(np.intp), len(nodes) - 2)
    part = (at - left).astype(np.float32).reshape([-1 if i == along else 1 for i in range(values.ndim)])
    # In place: of a page at full size every intermediate result is a hundred megabytes.
    between: NDArray[np.float32] = np.diff(values, axis=along).take(left, axis=along)
    between *= part
    between += values.take(left, axis=along)
    return between


def _finer(axis: NDArray[np.float64], fine: int) -> NDArray[np.float64]:
    """Put `fine` samples evenly around every coordinate, spread over one step of its window."""
    step = float(axis[1] - axis[0])
    offsets = ((np.arange(fine) + 0.5) / fine - 0.5) * step
    return np.asarray((axis[:, None] + offsets).ravel(), dtype=np.float64)
