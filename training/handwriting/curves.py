"""Polylines: smooth curves through points, rounded corners, tremor, and placing in the box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from training.handwriting.hand import Stroke

Point = tuple[float, float]

_STEPS = 7  # points per span of a spline: enough for a box of 300 px
_T = np.linspace(0.0, 1.0, _STEPS, endpoint=False)[:, None]
_CATMULL = 0.5 * np.stack(
    [-_T + 2 * _T**2 - _T**3, 2 - 5 * _T**2 + 3 * _T**3, _T + 4 * _T**2 - 3 * _T**3, -(_T**2) + _T**3]
)  # (4, steps, 1): weights of the four control points of a span


def spline(points: Sequence[Point] | Stroke) -> Stroke:
    """Returns a Catmull-Rom curve through `points` as a polyline (n, 2)."""
    p = np.asarray(points, dtype=np.float64)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    spans = [p[i : len(p) - 3 + i, None, :] for i in range(4)]
    curve = sum((w[None] * s for w, s in zip(_CATMULL, spans, strict=True)), np.zeros(1))
    return np.concatenate([np.asarray(curve).reshape(-1, 2), p[-2:-1]])


def polyline(points: Sequence[Point] | Stroke, radius: float = 0.0) -> Stroke:
    """Returns straight lines through `points`, their corners rounded by about `radius`."""
    p = np.asarray(points, dtype=np.float64)
    if radius <= 0.004 or len(p) < 3:
        return p
    before, corner, after = p[:-2], p[1:-1], p[2:]
    enter = corner + _towards(corner, before, radius)
    leave = corner + _towards(corner, after, radius)
    t = np.linspace(0.0, 1.0, 5)[None, :, None]
    arcs = (1 - t) ** 2 * enter[:, None] + 2 * t * (1 - t) * corner[:, None] + t**2 * leave[:, None]
    return np.concatenate([p[:1], arcs.reshape(-1, 2), p[-1:]])


def _towards(start: Stroke, end: Stroke, length: float) -> Stroke:
    """Returns the vectors from `start` towards `end`, at most `length` and half the way long."""
    step = end - start
    norm = np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-9)
    return np.asarray(step / norm * np.minimum(length, 0.48 * norm))


def resample(stroke: Stroke, spacing: float) -> Stroke:
    """Returns the polyline with points about `spacing` apart, its corners kept roughly."""
    lengths = np.hypot(*np.diff(stroke, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    n = max(2, min(200, int(along[-1] / spacing) + 2))
    at = np.union1d(np.linspace(0.0, along[-1], n), along) if len(stroke) < 12 else np.linspace(0.0, along[-1], n)
    return np.column_stack([np.interp(at, along, stroke[:, 0]), np.interp(at, along, stroke[:, 1])])


def tremble(stroke: Stroke, amplitude: float, rng: np.random.Generator) -> Stroke:
    """Returns the stroke with the hand's smooth tremor and a slight bow, amplitudes in units of the stroke."""
    dense = resample(stroke, 0.05)
    n = len(dense)
    t = np.linspace(0.0, 1.0, n)[:, None]
    waves = np.zeros((n, 2))
    for cycles, gain in ((0.5, 2.0), (1.7, 1.0), (4.3, 0.6)):
        waves += gain * rng.normal(size=2) * np.sin(2 * np.pi * (cycles * t + rng.random(2)))
    return dense + amplitude * waves


def jitter(points: Sequence[Point] | Stroke, sigma: float, rng: np.random.Generator) -> Stroke:
    """Returns the control points, each moved at random by `sigma`."""
    p = np.asarray(points, dtype=np.float64)
    return p + sigma * rng.normal(size=p.shape)


def place(strokes: Sequence[Stroke], centre: Point, size: Point, slant: float, turn: float = 0.0) -> list[Stroke]:
    """Moves strokes from the cell 0..1 x 0..1 into the box.

    Args:
        strokes: polylines in the unit cell.
        centre: where the middle of the cell goes, in box units.
        size: width and height of the cell, in box units.
        slant: shear, dx per dy, positive leans to the right.
        turn: turn in radians, clockwise as seen.
    """
    c, s = np.cos(turn), np.sin(turn)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[1.0, -slant], [0.0, 1.0]]) @ np.diag(size)
    return [(np.asarray(stroke) - 0.5) @ matrix.T + np.asarray(centre) for stroke in strokes]
