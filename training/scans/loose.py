"""Digits as hurried people write them in the cells of older forms, beside the usual shapes of `training.handwriting`.

Every shape stands for one that was seen on scans of 2014 to 2019 and misread there: the open 0, the 2 with a loop at
its foot, the 4 like a u, the 6 with a closed head, the 8 of two rings or of a ring and a line, the 9 like a g.
"""

from collections.abc import Callable

import numpy as np

from training.handwriting.curves import Point, jitter, place, spline
from training.handwriting.hand import Stroke

_SIGMA = 0.028
"""Scatter of a control point, in parts of the character."""

Form = list[list[Point]]


def loose_digit(digit: str, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a hurried digit in the unit cell, x to the right and y down.

    Args:
        digit: One of `LOOSE`.
        rng: Source of chance.

    Raises:
        KeyError: There is no hurried shape of this character.

    """
    strokes = [spline(jitter(points, _SIGMA, rng)) for points in _FORMS[digit](rng)]
    return place(
        strokes, (0.5, 0.5), (rng.uniform(0.5, 0.9), 1.0), float(rng.normal(0.12, 0.16)), float(rng.normal(0.0, 0.08))
    )


def _zero(rng: np.random.Generator) -> Form:
    """Open above, sometimes wide; or closed with an end that runs on inside."""
    gap = rng.uniform(0.1, 0.75)
    left: list[Point] = [(0.3 - 0.2 * gap, 0.02 + rng.uniform(0.0, 0.12)), (0.05, 0.45), (0.14, 0.86), (0.46, 1.0)]
    right: list[Point] = [(0.84, 0.82), (0.95, 0.42), (0.62 + 0.3 * gap, rng.uniform(0.0, 0.2))]
    if rng.random() < 0.3:
        return [[(0.6, 0.05), *left, *right[:2], (0.6, 0.0), (0.3, rng.uniform(0.05, 0.2))]]
    return [[*left, *right]]


def _two(rng: np.random.Generator) -> Form:
    """A loop at the foot, small or as large as the head."""
    loop = rng.uniform(0.12, 0.34)
    head: list[Point] = [(0.06, rng.uniform(0.1, 0.4)), (0.3, 0.02), (0.72, 0.04), (0.84, 0.28), (0.6, 0.58)]
    foot: list[Point] = [(0.3, 0.94), (0.04, 0.98 - 0.2 * loop), (0.08, 1.0 - loop), (0.32, 0.98 - 0.6 * loop)]
    return [[*head, *foot, (0.66, 0.96), (1.0, rng.uniform(0.82, 1.0))]]


def _three(rng: np.random.Generator) -> Form:
    """Two bows with a loop at the waist, or all corners."""
    if rng.random() < 0.5:
        waist = rng.uniform(0.2, 0.5)
        return [[(0.05, 0.1), (0.5, 0.0), (0.85, 0.12), (0.6, 0.36)], [(0.6, 0.36), (waist, 0.46), (waist + 0.1, 0.54),
                (0.6, 0.46), (0.95, 0.66), (0.7, 0.95), (0.05, rng.uniform(0.85, 1.0))]]  # fmt: skip
    tip = rng.uniform(0.25, 0.55)
    return [[(0.0, 0.02), (0.5, 0.0), (0.92, 0.03)], [(0.92, 0.03), (0.65, 0.25), (tip, 0.42)],
            [(tip, 0.42), (0.9, 0.52), (0.85, 0.85), (0.0, 1.0)]]  # fmt: skip


def _four(rng: np.random.Generator) -> Form:
    """Like a u or a y: the stem hardly reaches below the bow."""
    bow, below = rng.uniform(0.5, 0.8), rng.uniform(0.12, 0.5)
    left: list[Point] = [
        (rng.uniform(0.0, 0.2), rng.uniform(0.0, 0.2)),
        (0.06, bow * 0.6),
        (0.25, bow),
        (0.6, bow - 0.03),
    ]
    end = min(1.0, bow + below)
    stem: list[Point] = [(0.86, rng.uniform(0.0, 0.15)), (0.84, end * 0.6), (rng.uniform(0.7, 0.95), end)]
    return [[*left, (0.84, bow - 0.3)], stem] if rng.random() < 0.6 else [[*left[:3], (0.95, bow - 0.05)], stem]


def _five(rng: np.random.Generator) -> Form:
    """In one line like an s."""
    bowl: list[Point] = [(0.55, 0.46), (0.9, 0.66), (0.65, 0.96), (0.05, rng.uniform(0.88, 1.0))]
    return [[(0.95, rng.uniform(0.0, 0.1)), (0.5, 0.04), (0.2, 0.16), (0.18, 0.38), *bowl]]


def _six(rng: np.random.Generator) -> Form:
    """A large ring with a short, bent or closed head."""
    ring = rng.uniform(0.3, 0.5)
    head: list[Point] = [(rng.uniform(0.4, 0.9), rng.uniform(0.0, 0.12)), (0.4, 0.08), (0.12, 0.4)]
    if rng.random() < 0.35:
        head = [(0.55, 0.2), (0.62, 0.06), (0.45, 0.0), (0.14, 0.4)]
    return [[*head, (0.06, 0.75), (0.4, 1.0), (0.85, 0.86), (0.82, ring + 0.18), (0.5, ring), (0.12, ring + 0.3)]]


def _seven(rng: np.random.Generator) -> Form:
    """Bent all the way, with or without a bar."""
    foot = rng.uniform(0.1, 0.5)
    form: Form = [[(0.0, rng.uniform(0.05, 0.25)), (0.3, 0.04), (0.9, 0.06), (0.7, 0.4), (foot, 1.0)]]
    return [*form, [(0.2, 0.55), (0.85, 0.48)]] if rng.random() < 0.4 else form


def _eight(rng: np.random.Generator) -> Form:
    """Two rings that hardly touch, one small; or a ring that a line crosses; or one left open above."""
    kind = rng.random()
    waist = rng.uniform(0.35, 0.55)
    if kind < 0.4:
        slim = rng.uniform(0.5, 1.0)
        above = _ring((0.5, waist / 2), (0.4 * slim, waist / 2), rng)
        return [above, _ring((0.5, (1.0 + waist) / 2), (0.45, (1.0 - waist) / 2), rng)]
    if kind < 0.6:
        return [_ring((0.5, 0.5), (0.42, 0.5), rng), [(0.12, waist), (0.5, waist - 0.06), (0.88, waist)]]
    gap = rng.uniform(0.05, 0.35)
    return [[(0.85, gap * 0.6), (0.5, 0.0), (0.15, 0.18), (0.4, waist), (0.85, 0.7), (0.5, 1.0), (0.12, 0.8),
             (0.5, waist), (0.8, gap)]]  # fmt: skip


def _nine(rng: np.random.Generator) -> Form:
    """Like a g: the tail bends back to the left, often so far that it closes below."""
    ring: list[Point] = [(0.8, 0.1), (0.45, 0.0), (0.12, 0.2), (0.3, 0.46), (0.65, 0.38), (0.84, 0.1)]
    tail: list[Point] = [(0.86, 0.6), (0.75, 0.92), (0.35, 1.0), (0.08, 0.86)]
    if rng.random() < 0.4:
        tail = [*tail, (0.2, rng.uniform(0.6, 0.75)), (rng.uniform(0.5, 0.95), rng.uniform(0.5, 0.68))]
    return [[*ring, *tail]]


def _ring(centre: Point, radii: Point, rng: np.random.Generator) -> list[Point]:
    """Return a ring that begins anywhere and misses or passes its own start a little."""
    turns = rng.uniform(0, 2 * np.pi) + np.linspace(0, 2 * np.pi + rng.normal(0.0, 0.35), 9)
    return [(centre[0] + radii[0] * float(np.cos(a)), centre[1] + radii[1] * float(np.sin(a))) for a in turns]


_FORMS: dict[str, Callable[[np.random.Generator], Form]] = {
    "0": _zero,
    "2": _two,
    "3": _three,
    "4": _four,
    "5": _five,
    "6": _six,
    "7": _seven,
    "8": _eight,
    "9": _nine,
}

LOOSE = frozenset(_FORMS)
"""The digits of which there is a hurried shape: a hurried 1 is the usual one."""
