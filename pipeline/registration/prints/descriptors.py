"""Local features of a straightened picture: where something is printed, how large, and what it looks like.

SIFT (Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004) with the square root of Arandjelovic
and Zisserman ("Three things everyone should know to improve object retrieval", CVPR 2012). In a view in which the
sheet's lines run straight its features need no direction of their own: all are described upright, which keeps words
apart that look alike when they are turned, and a sheet that lies turned or mirrored shows the same descriptors in
another order.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey, Points

LENGTH = 128
"""Of a descriptor: 4 x 4 cells of 8 directions."""

_CONTRAST, _EDGE = 0.02, 12.0
_DARKEST_RANK, _BRIGHT = 1.0, 1.05
_CELLS, _DIRECTIONS = 4, 8

PATCH_PX = 49
"""Side of a patch from which one point is described."""

_LAYER = 1
_SIZE_PX = 2 * 1.6 * 2 ** (1 / 3)
"""Diameter of a feature of the first octave's first layer, as OpenCV counts it: 1.6 px is the blur of the first one."""


@dataclass(frozen=True, slots=True)
class Features:
    """Features of a picture or of a sheet.

    Attributes:
        points: Where they are, px or mm (n, 2).
        sizes: Their diameters in the same unit (n,).
        descriptors: Unit vectors, float32 (n, 128).

    """

    points: Points
    sizes: Points
    descriptors: NDArray[np.float32]

    def kept(self, which: NDArray[np.intp] | NDArray[np.bool_]) -> "Features":
        """Return those that `which` picks."""
        return Features(self.points[which], self.sizes[which], self.descriptors[which])


def even_light(grey: Grey) -> Grey:
    """Return a picture, uint8 (height, width), as if lit evenly: paper near 255, the darkest print near 0."""
    levels = grey.astype(np.float32) + 1.0
    side = max(3, int(max(grey.shape) / 24) | 1)
    # Paper around a point: print is thin and goes when what is bright grows.
    paper = cv2.dilate(cv2.blur(levels, (3, 3)), np.ones((5, 5), np.uint8))
    share = levels / cv2.blur(paper, (side, side))
    darkest = float(np.percentile(share[::3, ::3], _DARKEST_RANK))
    scaled = 255.0 * (share - darkest) / max(_BRIGHT - darkest, 1e-3)
    return np.asarray(np.clip(scaled, 0, 255), dtype=np.uint8)


def find_features(grey: Grey, most: int) -> Features:
    """Return up to `most` features of an evenly lit picture, uint8 (height, width), the clearest first."""
    # Without the precise enlargement every point lies a quarter of a pixel too far right and down.
    sift = cv2.SIFT.create(0, 3, _CONTRAST, _EDGE, 1.6, True)
    # A point with several directions is found several times.
    found = {(key.pt, key.size): key for key in sift.detect(grey, None)}
    keys = sorted(found.values(), key=lambda key: -key.response)[:most]
    for key in keys:
        key.angle = 0.0
    kept, raw = sift.compute(grey, keys)
    points = np.array([key.pt for key in kept], dtype=np.float64).reshape(-1, 2)
    sizes = np.array([key.size for key in kept], dtype=np.float64)
    return Features(points, sizes, _rooted(raw))


def describe_patches(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the descriptors (n, 128) of the middle points of patches, uint8 (n, 49, 49), see `patch_reach`."""
    if not len(patches):
        return np.zeros((0, LENGTH), np.float32)
    middle = (PATCH_PX - 1) / 2
    across = int(np.ceil(np.sqrt(len(patches))))
    padded = np.zeros((across * across, PATCH_PX, PATCH_PX), np.uint8)
    padded[: len(patches)] = patches
    rows = padded.reshape(across, across, PATCH_PX, PATCH_PX).transpose(0, 2, 1, 3)
    mosaic = np.ascontiguousarray(rows.reshape(across * PATCH_PX, across * PATCH_PX))
    keys = [
        cv2.KeyPoint(
            PATCH_PX * (index % across) + middle, PATCH_PX * (index // across) + middle, _SIZE_PX, 0.0, 1.0, _LAYER << 8
        )
        for index in range(len(patches))
    ]
    _, raw = cv2.SIFT.create().compute(mosaic, keys)
    return _rooted(raw)


def patch_reach(sizes: Points) -> Points:
    """Return half the side (n,) of the patch that describes a feature of this diameter (n,), in the same unit."""
    return sizes * (PATCH_PX / 2 / _SIZE_PX)


def turned(quarters: int, *, mirrored: bool = False) -> NDArray[np.intp]:
    """Return the order (128,) in which a sheet's descriptors appear if it lies turned clockwise by so many quarters.

    Args:
        quarters: None to three.
        mirrored: Whether left and right were exchanged before it was turned.

    """
    order = np.arange(LENGTH).reshape(_CELLS, _CELLS, _DIRECTIONS)
    if mirrored:
        order = order[:, ::-1][..., (_DIRECTIONS // 2 - np.arange(_DIRECTIONS)) % _DIRECTIONS]
    step = 2 * quarters
    order = np.rot90(order, -quarters)[..., (np.arange(_DIRECTIONS) + step) % _DIRECTIONS]
    return np.asarray(order.reshape(-1), dtype=np.intp)


def _rooted(raw: object) -> NDArray[np.float32]:
    if raw is None:
        return np.zeros((0, LENGTH), np.float32)
    levels = np.asarray(raw, dtype=np.float32).reshape(-1, LENGTH)
    return np.asarray(np.sqrt(levels / np.maximum(levels.sum(axis=1, keepdims=True), 1e-9)), dtype=np.float32)
