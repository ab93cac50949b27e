"""AprilTags and corner markers of a blank page: what a photograph of it is found by."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.paper import Paper

Family = Literal["APRILTAG_16h5", "APRILTAG_25h9", "APRILTAG_36h10", "APRILTAG_36h11"]
Rotation = Literal[0, 90, 180, 270]

_TAG_LEAST, _TAG_MOST = 1.5, 25.0  # units: side of a tag
_LOOKED_AT = 2400  # px of the long side in which tags are looked for
_MARKER_LEAST, _MARKER_MOST = 0.6, 5.0  # units: side of one filled square
_SOLID = 0.5  # ink of what is printed black
_CORNER = 0.3  # part of the sheet's sides within which a corner's marker lies


@dataclass(frozen=True, slots=True)
class FoundTag:
    """An AprilTag as `pipeline.forms.template.Tag` states it; `square` in mm."""

    family: Family
    id: int
    square: tuple[float, float, float, float]
    rotation: Rotation


@dataclass(frozen=True, slots=True)
class FoundCorners:
    """Four corner markers as `pipeline.forms.template.Corners` states them: clockwise from the top left, mm."""

    kind: Literal["checkerboard", "block"]
    square: float
    points: tuple[tuple[float, float], ...]


def find_tag(paper: Paper) -> FoundTag | None:
    """Return the AprilTag of a page, of whichever family; the largest if there are several.

    Only tags without a wrong bit count: the small families would else be seen in tables and emblems.
    """
    factor = min(1.0, _LOOKED_AT / max(paper.grey.shape))
    small = cv2.resize(paper.grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    settings = cv2.aruco.DetectorParameters()
    settings.errorCorrectionRate = 0.0
    found: list[FoundTag] = []
    for family in get_args(Family):
        dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{family}"))
        corners, ids, _ = cv2.aruco.ArucoDetector(dictionary, settings).detectMarkers(small)
        for outline, number in zip(corners, [] if ids is None else ids.ravel().tolist(), strict=True):
            millimetres = (outline.reshape(4, 2) + 0.5) / (factor * paper.pixels_per_mm)
            tag = _tag(paper, family, int(number), millimetres)
            if tag is not None:
                found.append(tag)
    return max(found, key=lambda tag: tag.square[2], default=None)


def _tag(paper: Paper, family: Family, number: int, outline: NDArray[np.floating]) -> FoundTag | None:
    """Return a tag with its outline measured; None where it is too small, too large, or no upright square."""
    (left, top), (right, bottom) = outline.min(axis=0), outline.max(axis=0)
    width, height = float(right - left), float(bottom - top)
    in_size = _TAG_LEAST * paper.unit <= width <= _TAG_MOST * paper.unit
    if not in_size or abs(width - height) > 0.05 * width:
        return None
    first = outline[0] - outline.mean(axis=0)  # the corner that is the upper left one of the family's own picture
    rotation: Rotation = (0 if first[0] < 0 else 90) if first[1] < 0 else (180 if first[0] > 0 else 270)
    return FoundTag(family, number, _black_square(paper, float(left), float(top), width, height), rotation)


def _black_square(paper: Paper, x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Measure a black square whose border is filled: where the ink along its sides begins and ends, mm."""
    margin = 0.06 * width
    part = paper.part(x - margin, y - margin, width + 2 * margin, height + 2 * margin)
    origin = [max(0, round((at - margin) * paper.pixels_per_mm)) for at in (x, y)]
    edges = []
    for axis in (0, 1):  # the profile along x, then along y
        inner = part[part.shape[0] // 8 : -part.shape[0] // 8] if axis == 0 else part[:, part.shape[1] // 8 :]
        edges.append(_ends(inner.mean(axis=axis)) + origin[axis])
    (left, right), (top, bottom) = (pair / paper.pixels_per_mm for pair in edges)
    return float(left), float(top), float(right - left), float(bottom - top)


def _ends(profile: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return where a profile first rises above and last falls below half its border's ink, in px, (2,)."""
    half = 0.5 * float(profile.max())
    above = np.flatnonzero(profile > half)
    first, last = int(above[0]), int(above[-1])
    before = float(profile[first - 1]) if first else 0.0
    after = float(profile[last + 1]) if last + 1 < len(profile) else 0.0
    begin = first + 0.5 - (profile[first] - half) / max(float(profile[first]) - before, 1e-6)
    end = last + 0.5 + (profile[last] - half) / max(float(profile[last]) - after, 1e-6)
    return np.array([begin, end])


def find_corners(paper: Paper) -> FoundCorners | None:
    """Return the four markers of the sheet's corners if there are four of one kind and size in a rectangle."""
    shapes = _dark_shapes(paper)
    for kind in ("checkerboard", "block"):
        chosen = _one_a_corner(paper, [shape for shape in shapes if shape.kind == kind])
        if chosen is not None:
            square = float(np.median([shape.square for shape in chosen]))
            return FoundCorners(chosen[0].kind, square, tuple(shape.at for shape in chosen))
    return None


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: Literal["checkerboard", "block"]
    square: float
    at: tuple[float, float]


def _dark_shapes(paper: Paper) -> list[_Shape]:
    """Return every filled square, and every pair of them that touch at a corner."""
    solid = (paper.ink > _SOLID).astype(np.uint8)
    # Two squares that touch in a point may have come apart there in a scan.
    wider = cv2.dilate(solid, np.ones((3, 3), np.uint8))
    count, labels, around, _ = cv2.connectedComponentsWithStats(wider, connectivity=8)
    shapes = []
    for label in range(1, count):
        x, y, width, height = (
            side + grown for side, grown in zip(around[label, :4].tolist(), (1, 1, -2, -2), strict=True)
        )
        side = max(width, height) / paper.pixels_per_mm / paper.unit
        if not _MARKER_LEAST <= side <= 2 * _MARKER_MOST or min(width, height) < 0.85 * max(width, height):
            continue
        mask = (labels[y : y + height, x : x + width] == label) & (solid[y : y + height, x : x + width] > 0)
        if not mask.size or mask.mean() < 0.4:
            continue
        shape = _shape(paper, mask, x, y)
        if shape is not None:
            shapes.append(shape)
    return shapes


def _shape(paper: Paper, mask: NDArray[np.bool_], x: int, y: int) -> _Shape | None:
    """Return what a dark shape is; `mask` is its bounding rectangle, whose corner lies at (x, y) px."""
    height, width = mask.shape
    upper, lower = np.array_split(mask, 2)
    quarters = [[part.mean() for part in np.array_split(half, 2, axis=1)] for half in (upper, lower)]
    scale, size = paper.pixels_per_mm, (width + height) / 2 / paper.pixels_per_mm
    middle = ((x + width / 2) / scale, (y + height / 2) / scale)
    if np.mean(quarters) > 0.93 and size <= _MARKER_MOST * paper.unit:
        return _Shape("block", size, middle)
    (upper_left, upper_right), (lower_left, lower_right) = quarters
    if min(upper_left, lower_right) > 0.85 and max(upper_right, lower_left) < 0.12:
        return _Shape("checkerboard", size / 2, middle)
    return None


def _one_a_corner(paper: Paper, shapes: Sequence[_Shape]) -> list[_Shape] | None:
    """Choose the outermost shape at each corner, clockwise from the top left; None unless they make a rectangle."""
    corners = [(0.0, 0.0), (paper.width, 0.0), (paper.width, paper.height), (0.0, paper.height)]
    chosen = []
    for x, y in corners:
        near = [
            shape
            for shape in shapes
            if abs(shape.at[0] - x) < _CORNER * paper.width and abs(shape.at[1] - y) < _CORNER * paper.height
        ]
        if not near:
            return None
        distances = [abs(shape.at[0] - x) + abs(shape.at[1] - y) for shape in near]
        chosen.append(near[int(np.argmin(distances))])
    sides = [(a.at[1 - index % 2], b.at[1 - index % 2]) for index, (a, b) in enumerate(pairwise([*chosen, chosen[0]]))]
    level = all(abs(first - second) < 0.5 * paper.unit for first, second in sides)
    alike = max(shape.square for shape in chosen) < 1.25 * min(shape.square for shape in chosen)
    return chosen if level and alike else None
