"""Columns of ten printed rings, "0" at the top."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.drafting.paper import Paper

DIGITS = 10
"""Rings in a column."""

_LEAST, _MOST = 0.6, 2.6  # units: diameter of a ring
_ROUND = 0.86  # part of its enclosing circle that a ring's outline fills
_EMPTY = 0.55  # part of a ring that is inked at most: the ring and the digit inside, no filled disc


@dataclass(frozen=True, slots=True)
class Ring:
    """A printed ring in mm: its centre and its outer diameter."""

    x: float
    y: float
    diameter: float


@dataclass(frozen=True, slots=True)
class RingColumn:
    """Ten rings below each other, in mm: centre of the first, outer diameter, and from one to the next."""

    x: float
    y: float
    diameter: float
    pitch: float

    @property
    def bottom(self) -> float:
        """Centre of the last ring."""
        return self.y + (DIGITS - 1) * self.pitch


def rings_of(paper: Paper) -> tuple[Ring, ...]:
    """Find every printed ring that is not filled."""
    dark = (paper.ink > 0.35).astype(np.uint8)
    contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    scale = paper.pixels_per_mm
    least, most = _LEAST * paper.unit * scale, _MOST * paper.unit * scale
    rings: list[Ring] = []
    for contour in contours:
        _, _, width, height = cv2.boundingRect(contour)
        if not least <= max(width, height) <= most or min(width, height) < 0.85 * max(width, height):
            continue
        (x, y), radius = cv2.minEnclosingCircle(contour)
        # The contour runs through the centres of the outermost pixels, half a pixel inside the ring.
        area = cv2.contourArea(contour) + cv2.arcLength(contour, True) / 2
        if area < _ROUND * np.pi * (radius + 0.5) ** 2:
            continue
        moments = cv2.moments(contour)
        x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
        ring = Ring((x + 0.5) / scale, (y + 0.5) / scale, 2 * float(np.sqrt(area / np.pi)) / scale)
        if _outlined(paper, ring):
            rings.append(ring)
    return tuple(_outer(rings))


def _outlined(paper: Paper, ring: Ring) -> bool:
    """Return whether there is ink along the ring, and paper between it and what stands inside."""
    half = ring.diameter / 2
    part = paper.part(ring.x - half, ring.y - half, ring.diameter, ring.diameter)
    if part.size == 0:
        return False
    rows, columns = np.indices(part.shape, dtype=np.float64)
    centre = (np.array(part.shape) - 1) / 2
    radius = np.hypot(rows - centre[0], columns - centre[1]) / centre.mean()
    inside = part[radius < 1.0] > 0.35
    between = part[(radius > 0.7) & (radius < 0.8)]
    return bool(inside.mean() < _EMPTY and np.median(between) < 0.25)


def _outer(rings: Sequence[Ring]) -> list[Ring]:
    """Leave out the inner outline of each ring."""
    kept: list[Ring] = []
    for ring in sorted(rings, key=lambda ring: -ring.diameter):
        if all(np.hypot(ring.x - other.x, ring.y - other.y) > 0.5 * other.diameter for other in kept):
            kept.append(ring)
    return kept


def ring_columns(rings: Sequence[Ring]) -> tuple[RingColumn, ...]:
    """Put rings into columns of ten at one pitch; single rings, such as in an example, are left out.

    A column of which one ring was not found is completed; of which two were not, is none.
    """
    columns: list[RingColumn] = []
    left = sorted(rings, key=lambda ring: (ring.x, ring.y))
    while left:
        first = left[0]
        same = [ring for ring in left if abs(ring.x - first.x) < 0.25 * first.diameter]
        left = [ring for ring in left if ring not in same]
        columns.extend(_columns_in(sorted(same, key=lambda ring: ring.y)))
    return tuple(sorted(columns, key=lambda column: (round(column.y / column.diameter), column.x)))


def _columns_in(rings: Sequence[Ring]) -> list[RingColumn]:
    """Cut rings of one x into columns where the pitch breaks off."""
    if len(rings) < DIGITS - 1:
        return []
    steps = np.diff([ring.y for ring in rings])
    pitch = float(np.median(steps))
    columns, run = [], [rings[0]]
    for ring, step in zip(rings[1:], steps, strict=True):
        if step > 2.3 * pitch:
            columns.append(run)
            run = []
        run.append(ring)
    columns.append(run)
    return [column for run in columns if (column := _fitted(run, pitch)) is not None]


def _fitted(rings: Sequence[Ring], pitch: float) -> RingColumn | None:
    """Fit one column: the places of its rings in whole steps of the pitch."""
    if not rings:
        return None
    places = np.round((np.array([ring.y for ring in rings]) - rings[0].y) / pitch)
    if len(rings) < DIGITS - 1 or places[-1] != DIGITS - 1:
        return None
    fitted, start = np.polyfit(places, [ring.y for ring in rings], 1)
    x, diameter = (float(np.median([getattr(ring, name) for ring in rings])) for name in ("x", "diameter"))
    return RingColumn(x, float(start), diameter, float(fitted))
