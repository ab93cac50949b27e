"""Digits written along the printed seven-segment guide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from training.handwriting.curves import Point, jitter, place, polyline
from training.handwriting.hand import Hand, Stroke

# Corners of the guide in box units; a..f as on a display: top, middle and bottom, left and right.
LEFT, MIDDLE_X, RIGHT = 0.294, 0.5, 0.706
TOP, MIDDLE_Y, BOTTOM = 0.172, 0.503, 0.834

# Corners of the guide in the unit cell: top, middle, bottom; left, centre, right.
_TL, _TC, _TR = (0.0, 0.0), (0.5, 0.0), (1.0, 0.0)
_ML, _MR = (0.0, 0.5), (1.0, 0.5)
_BL, _BC, _BR = (0.0, 1.0), (0.5, 1.0), (1.0, 1.0)

_PATHS: dict[str, list[list[Point]]] = {
    "0": [[_TL, _BL, _BR, _TR, _TL]],
    "2": [[_TL, _TR, _MR, _ML, _BL, _BR]],
    "3": [[_TL, _TR, _BR, _BL], [_ML, _MR]],
    "4": [[_TL, _ML, _MR], [_TR, _BR]],
    "5": [[_TR, _TL, _ML, _MR, _BR, _BL]],
    "6": [[_TR, _TL, _BL, _BR, _MR, _ML]],
    "7": [[_TL, _TR, _BR]],
    "8": [[_TL, _BL, _BR, _TR, _TL], [_ML, _MR]],
    "9": [[_MR, _ML, _TL, _TR, _BR, _BL]],
}


def segment_digit(digit: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns the strokes of a digit along the guide, in box units."""
    paths = _variant(digit, hand, rng)
    if rng.random() < hand.broken:
        paths = [[a, b] for path in paths for a, b in pairwise(path)]
    strokes = []
    for path in paths:
        points = jitter(path, 0.017 * hand.spread, rng)
        strokes.append(polyline(_overshoot(points, hand, rng), hand.rounding * 1.6))
    width = (RIGHT - LEFT) * (1.0 + hand.spread * rng.normal(0.0, 0.05))
    height = (BOTTOM - TOP) * (1.0 + hand.spread * rng.normal(0.0, 0.04))
    centre = (
        MIDDLE_X + 0.5 * hand.shift[0] + rng.normal(0.0, 0.012) * hand.spread,
        MIDDLE_Y + 0.5 * hand.shift[1] + rng.normal(0.0, 0.012) * hand.spread,
    )
    return place(strokes, centre, (width, height), hand.slant * 0.5, rng.normal(0.0, 0.015) * hand.spread)


def _overshoot(points: Stroke, hand: Hand, rng: np.random.Generator) -> Stroke:
    """Lengthens or shortens both ends of a stroke a little."""
    for end, inner in ((0, 1), (-1, -2)):
        step = points[end] - points[inner]
        length = max(float(np.hypot(*step)), 1e-6)
        points[end] += step / length * rng.normal(0.015, 0.03) * hand.spread
    return points


def _variant(digit: str, hand: Hand, rng: np.random.Generator) -> list[list[Point]]:
    """Returns the paths of a digit in the unit cell, as this writer forms it."""
    paths = _PATHS["0"] if digit == "1" else _PATHS[digit]
    match digit:
        case "0" if hand.slashed_zero:
            paths = [*paths, [_BL, _TR]]
        case "1":
            paths = _one(hand, rng)
        case "3" if rng.random() < 0.3:
            paths = [[_TL, _TR, _MR, (0.15, 0.5)], [_MR, _BR, _BL]]
        case "4":
            paths = _four(hand, rng)
        case "6" if hand.b_six and rng.random() < 0.8:
            paths = [[_TL, _BL, _BR, _MR, _ML]]
        case "7":
            paths = _seven(hand, rng)
        case "8" if hand.two_loop_eight:
            paths = [[_TL, _TR, _MR, _ML, _TL], [_ML, _BL, _BR, _MR]]
        case "9" if hand.straight_nine and rng.random() < 0.8:
            paths = [[_TR, _TL, _ML, _MR], [_TR, _BR]]
    return paths


def _one(hand: Hand, rng: np.random.Generator) -> list[list[Point]]:
    """A bare stroke, mostly on the middle line of the guide."""
    x = rng.choice([0.5, 1.0, 0.0], p=[0.93, 0.06, 0.01])
    paths = [[(x, 0.0), (x, 1.0)]]
    if hand.serif_one and rng.random() < 0.8:
        paths = [[(x - 0.35, 0.2), (x, 0.0), (x, 1.0)]]
    if hand.footed_one:
        paths.append([(x - 0.35, 1.0), (x + 0.35, 1.0)])
    return paths


def _four(hand: Hand, rng: np.random.Generator) -> list[list[Point]]:
    """Open at the top, the stem sometimes short of the top, the bar sometimes beyond the stem."""
    beyond = 1.0 + max(0.0, rng.normal(0.0, 0.12))
    if not hand.open_four:
        return [[(0.75, 0.0), (-0.05, 0.6), (1.05, 0.6)], [(0.75, 0.0), (0.75, 1.0)]]
    if rng.random() < 0.3:
        return [[_TL, _ML, (beyond, 0.5)], [(0.9, 0.0), (0.9, 1.0)]]
    return [[_TL, _ML, (beyond, 0.5)], [_TR, _BR]]


def _seven(hand: Hand, rng: np.random.Generator) -> list[list[Point]]:
    """Down the right side, or aslant to the middle of the foot; a serif now and then."""
    foot = _BR if rng.random() < 0.65 else (rng.uniform(0.2, 0.7), 1.0)
    path: list[Point] = [_TL, _TR, foot]
    if rng.random() < 0.12:
        path = [(0.0, 0.22), *path]
    return [path, [(0.45, 0.5), (1.25, 0.5)]] if hand.crossed_seven else [path]
