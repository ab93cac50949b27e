"""Single-stroke capital letters, for header lines and numbers written in words."""

from __future__ import annotations

import numpy as np

from training.handwriting.curves import Point, jitter, place, polyline, spline, tremble
from training.handwriting.glyphs_free import digit_cell
from training.handwriting.hand import Hand, Stroke

# Strokes in the unit cell. Lower-case "s": a smooth curve through the points; "p": straight lines.
_LETTERS: dict[str, list[tuple[str, list[Point]]]] = {
    "A": [("p", [(0, 1), (0.5, 0), (1, 1)]), ("p", [(0.2, 0.65), (0.8, 0.65)])],
    "B": [
        ("p", [(0.05, 0), (0.05, 1)]),
        ("s", [(0.05, 0), (0.6, 0.02), (0.8, 0.22), (0.6, 0.45), (0.1, 0.48)]),
        ("s", [(0.1, 0.48), (0.7, 0.52), (0.95, 0.75), (0.7, 0.97), (0.05, 1)]),
    ],
    "C": [("s", [(0.95, 0.18), (0.6, 0), (0.15, 0.2), (0.02, 0.55), (0.2, 0.9), (0.6, 1), (0.97, 0.82)])],
    "D": [("p", [(0.05, 0), (0.05, 1)]), ("s", [(0.05, 0), (0.6, 0.05), (0.95, 0.45), (0.65, 0.92), (0.05, 1)])],
    "E": [("p", [(0.95, 0), (0.05, 0), (0.05, 1), (1, 1)]), ("p", [(0.05, 0.48), (0.8, 0.48)])],
    "F": [("p", [(0.95, 0), (0.05, 0), (0.05, 1)]), ("p", [(0.05, 0.48), (0.75, 0.48)])],
    "G": [
        ("s", [(0.92, 0.15), (0.55, 0), (0.12, 0.22), (0.03, 0.6), (0.25, 0.94), (0.65, 0.98), (0.95, 0.75)]),
        ("p", [(0.55, 0.56), (0.96, 0.56), (0.95, 1)]),
    ],
    "H": [("p", [(0.05, 0), (0.05, 1)]), ("p", [(0.95, 0), (0.95, 1)]), ("p", [(0.05, 0.5), (0.95, 0.5)])],
    "I": [("p", [(0.5, 0), (0.5, 1)])],
    "J": [("s", [(0.75, 0), (0.75, 0.65), (0.6, 0.97), (0.25, 0.97), (0.05, 0.75)])],
    "K": [("p", [(0.08, 0), (0.08, 1)]), ("p", [(0.9, 0), (0.12, 0.55), (0.95, 1)])],
    "L": [("p", [(0.08, 0), (0.08, 1), (0.95, 1)])],
    "M": [("p", [(0, 1), (0.12, 0), (0.5, 0.6), (0.88, 0), (1, 1)])],
    "N": [("p", [(0.05, 1), (0.05, 0), (0.95, 1), (0.95, 0)])],
    "O": [("s", [(0.5, 0), (0.1, 0.2), (0.05, 0.7), (0.45, 1), (0.9, 0.8), (0.95, 0.25), (0.5, 0)])],
    "P": [("p", [(0.08, 0), (0.08, 1)]), ("s", [(0.08, 0), (0.7, 0.05), (0.92, 0.28), (0.65, 0.53), (0.1, 0.55)])],
    "Q": [
        ("s", [(0.5, 0), (0.1, 0.2), (0.05, 0.7), (0.45, 1), (0.9, 0.8), (0.95, 0.25), (0.5, 0)]),
        ("p", [(0.6, 0.7), (1, 1.08)]),
    ],
    "R": [
        ("p", [(0.08, 0), (0.08, 1)]),
        ("s", [(0.08, 0), (0.7, 0.05), (0.9, 0.27), (0.65, 0.5), (0.1, 0.53)]),
        ("p", [(0.35, 0.53), (0.97, 1)]),
    ],
    "S": [("s", [(0.92, 0.15), (0.5, 0), (0.1, 0.2), (0.25, 0.42), (0.75, 0.56), (0.92, 0.8), (0.5, 1), (0.05, 0.85)])],
    "T": [("p", [(0, 0), (1, 0)]), ("p", [(0.5, 0), (0.5, 1)])],
    "U": [("s", [(0.06, 0), (0.08, 0.65), (0.3, 0.98), (0.7, 0.98), (0.92, 0.65), (0.94, 0)])],
    "V": [("p", [(0, 0), (0.5, 1), (1, 0)])],
    "W": [("p", [(0, 0), (0.25, 1), (0.5, 0.35), (0.75, 1), (1, 0)])],
    "X": [("p", [(0, 0), (1, 1)]), ("p", [(1, 0), (0, 1)])],
    "Y": [("p", [(0, 0), (0.5, 0.5)]), ("p", [(1, 0), (0.5, 0.5), (0.45, 1)])],
    "Z": [("p", [(0, 0), (1, 0), (0, 1), (1, 1)])],
    "-": [("p", [(0.15, 0.5), (0.85, 0.5)])],
    ".": [("p", [(0.1, 0.95), (0.16, 1)])],
    ",": [("p", [(0.15, 0.92), (0.05, 1.12)])],
    "/": [("p", [(0.9, 0), (0.1, 1)])],
    ":": [("p", [(0.1, 0.35), (0.15, 0.4)]), ("p", [(0.1, 0.85), (0.15, 0.9)])],
    "'": [("p", [(0.1, 0), (0.05, 0.22)])],
}
_NARROW = {"I": 0.25, ".": 0.3, ",": 0.3, ":": 0.3, "'": 0.25, "J": 0.8, "L": 0.9, "M": 1.25, "W": 1.3}
_WIDTH = 0.62  # of a usual letter, in parts of the letters' height
_GAP = 0.24
_SPACE = 0.55


def write_word(text: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns the strokes of a line of capitals.

    Args:
        text: letters, digits, spaces and - . , / : '; small letters are written as capitals, other signs left out.
        hand: the writer.
        rng: source of the variation between letters.

    Returns:
        Polylines in units of the letters' height: the line starts at x = 0, y runs from 0 (top) to 1 (foot).
    """
    strokes: list[Stroke] = []
    x = 0.0
    for sign in text.upper():
        if sign == " ":
            x += _SPACE * rng.uniform(0.85, 1.3)
            continue
        width = _WIDTH * _NARROW.get(sign, 1.0) * (hand.aspect / 0.58) * rng.uniform(0.9, 1.1)
        if sign in "0123456789":
            shapes = digit_cell(sign, hand, rng)
        elif sign in _LETTERS:
            shapes = [_form(kind, points, hand, rng) for kind, points in _LETTERS[sign]]
        else:
            continue
        drop = rng.normal(0.0, 0.025) * hand.spread
        placed = place(shapes, (x + width / 2, 0.5 + drop), (width, 1.0), hand.slant)
        strokes += [tremble(stroke, 1.5 * hand.wobble, rng) for stroke in placed]
        x += width + _GAP * rng.uniform(0.7, 1.3)
    return strokes


def _form(kind: str, points: list[Point], hand: Hand, rng: np.random.Generator) -> Stroke:
    """Returns one stroke of a letter in the unit cell, a curve or straight lines."""
    moved = jitter(points, 0.03 * hand.spread, rng)
    return spline(moved) if kind == "s" else polyline(moved, 0.03)
