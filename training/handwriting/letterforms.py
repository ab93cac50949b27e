"""Other forms of the letters of number words: small letters, and capitals as people write them who were never drawn.

Strokes in the unit cell, as in `training.handwriting.letters`: y runs from 0, the head of a capital, to 1, its foot;
small letters begin at 0.42, and what hangs below the line goes to 1.35. "s": a smooth curve through the points; "p":
straight lines. A form has a width in parts of a usual capital's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.handwriting.curves import Point, jitter, place, polyline, spline, tremble
from training.handwriting.hand import Hand, Stroke


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a letter: its strokes, its width, and how common it is among forms of its case."""

    strokes: tuple[tuple[str, tuple[Point, ...]], ...]
    width: float = 1.0
    weight: float = 1.0


def _form(*strokes: tuple[str, list[Point]], width: float = 1.0, weight: float = 1.0) -> Form:
    return Form(tuple((kind, tuple(points)) for kind, points in strokes), width, weight)


CAPITALS: dict[str, tuple[Form, ...]] = {
    "A": (
        _form(("p", [(0, 1), (0.5, 0), (1, 1)]), ("p", [(0.2, 0.65), (0.8, 0.65)]), weight=2),
        _form(("s", [(0.02, 1), (0.1, 0.3), (0.5, 0), (0.9, 0.3), (0.97, 1)]), ("p", [(0.05, 0.6), (0.95, 0.55)])),
        _form(("p", [(0.05, 1), (0.45, 0), (0.55, 0), (0.95, 1), (0.15, 0.62), (0.8, 0.6)])),
        _form(("p", [(0.08, 1), (0.12, 0.02), (0.9, 0.02), (0.92, 1)]), ("p", [(0.1, 0.5), (0.92, 0.5)])),
    ),
    "B": (
        _form(
            ("p", [(0.05, 0), (0.05, 1)]),
            ("s", [(0.05, 0), (0.6, 0.02), (0.8, 0.22), (0.6, 0.45), (0.1, 0.48)]),
            ("s", [(0.1, 0.48), (0.7, 0.52), (0.95, 0.75), (0.7, 0.97), (0.05, 1)]),
        ),
        _form(
            ("s", [(0.1, 1), (0.12, 0.05), (0.7, 0.05), (0.75, 0.35), (0.25, 0.5), (0.85, 0.6), (0.8, 0.95), (0.0, 1)])
        ),
    ),
    "D": (
        _form(("p", [(0.05, 0), (0.05, 1)]), ("s", [(0.05, 0), (0.6, 0.05), (0.95, 0.45), (0.65, 0.92), (0.05, 1)])),
        _form(("s", [(0.2, 0.02), (0.2, 0.95)]), ("s", [(0, 0.05), (0.7, 0.05), (1, 0.5), (0.7, 0.95), (0, 0.98)])),
    ),
    "E": (
        _form(("p", [(0.95, 0), (0.05, 0), (0.05, 1), (1, 1)]), ("p", [(0.05, 0.48), (0.8, 0.48)]), weight=2),
        _form(
            ("p", [(0.1, 0), (0.08, 1)]),
            ("p", [(0.05, 0.02), (0.9, 0)]),
            ("p", [(0.1, 0.5), (0.7, 0.47)]),
            ("p", [(0.08, 0.98), (0.95, 0.95)]),
        ),
        _form(("s", [(0.9, 0.1), (0.4, 0), (0.1, 0.25), (0.5, 0.47), (0.1, 0.7), (0.35, 1), (0.95, 0.88)])),
        _form(
            ("s", [(0.9, 0.05), (0.2, 0.1), (0.08, 0.6), (0.3, 0.98), (0.95, 0.9)]), ("p", [(0.1, 0.5), (0.75, 0.5)])
        ),
    ),
    "G": (
        _form(
            ("s", [(0.92, 0.15), (0.55, 0), (0.12, 0.22), (0.03, 0.6), (0.25, 0.94), (0.65, 0.98), (0.95, 0.75)]),
            ("p", [(0.55, 0.56), (0.96, 0.56), (0.95, 1)]),
        ),
        _form(
            ("s", [(0.9, 0.1), (0.4, 0), (0.05, 0.45), (0.3, 0.97), (0.8, 0.85), (0.9, 0.55), (0.5, 0.55)]),
        ),
        _form(("s", [(0.9, 0.12), (0.4, 0.02), (0.05, 0.5), (0.4, 1), (0.85, 0.8)]), ("p", [(0.5, 0.6), (0.95, 0.6)])),
        _form(("s", [(0.85, 0.1), (0.2, 0.05), (0.1, 0.45), (0.7, 0.5), (0.9, 0.1), (0.85, 0.95), (0.2, 1.0)])),
    ),
    "H": (
        _form(
            ("p", [(0.05, 0), (0.05, 1)]), ("p", [(0.95, 0), (0.95, 1)]), ("p", [(0.05, 0.5), (0.95, 0.5)]), weight=2
        ),
        _form(("p", [(0.05, 0), (0.08, 1)]), ("p", [(0.06, 0.55), (0.9, 0.45), (0.92, 0), (0.95, 1)])),
    ),
    "I": (
        _form(("p", [(0.5, 0), (0.5, 1)]), width=0.25, weight=3),
        _form(("p", [(0.5, 0), (0.5, 1)]), ("p", [(0.1, 0), (0.9, 0)]), ("p", [(0.1, 1), (0.9, 1)]), width=0.6),
    ),
    "J": (
        _form(("s", [(0.75, 0), (0.75, 0.65), (0.6, 0.97), (0.25, 0.97), (0.05, 0.75)]), width=0.8),
        _form(
            ("p", [(0.2, 0), (1, 0)]),
            ("s", [(0.65, 0), (0.65, 0.7), (0.5, 0.98), (0.15, 0.95), (0.03, 0.75)]),
            width=0.9,
        ),
    ),
    "K": (_form(("p", [(0.08, 0), (0.08, 1)]), ("p", [(0.9, 0), (0.12, 0.55), (0.95, 1)])),),
    "L": (
        _form(("p", [(0.08, 0), (0.08, 1), (0.95, 1)]), width=0.9, weight=2),
        _form(("s", [(0.3, 0), (0.15, 0.6), (0.1, 0.97), (0.5, 1), (0.95, 0.9)]), width=0.85),
    ),
    "M": (
        _form(("p", [(0, 1), (0.12, 0), (0.5, 0.6), (0.88, 0), (1, 1)]), width=1.25, weight=2),
        _form(("p", [(0.02, 1), (0.05, 0), (0.5, 0.95), (0.95, 0), (0.98, 1)]), width=1.2),
        _form(("s", [(0, 1), (0.1, 0.1), (0.3, 0.15), (0.48, 0.9), (0.65, 0.15), (0.85, 0.1), (1, 1)]), width=1.25),
    ),
    "N": (
        _form(("p", [(0.05, 1), (0.05, 0), (0.95, 1), (0.95, 0)]), weight=2),
        _form(("s", [(0.02, 1), (0.1, 0.05), (0.2, 0.1), (0.8, 0.95), (0.9, 0.9), (0.97, 0)])),
        _form(("p", [(0.05, 1), (0.05, 0.05), (0.9, 0.95), (0.95, 0)]), width=0.85),
    ),
    "O": (
        _form(("s", [(0.5, 0), (0.1, 0.2), (0.05, 0.7), (0.45, 1), (0.9, 0.8), (0.95, 0.25), (0.5, 0), (0.3, 0.05)])),
    ),
    "P": (
        _form(("p", [(0.08, 0), (0.08, 1)]), ("s", [(0.08, 0), (0.7, 0.05), (0.92, 0.28), (0.65, 0.53), (0.1, 0.55)])),
        _form(("p", [(0.2, 0.05), (0.15, 1)]), ("s", [(0, 0.15), (0.5, 0), (0.95, 0.2), (0.7, 0.5), (0.2, 0.5)])),
    ),
    "R": (
        _form(
            ("p", [(0.08, 0), (0.08, 1)]),
            ("s", [(0.08, 0), (0.7, 0.05), (0.9, 0.27), (0.65, 0.5), (0.1, 0.53)]),
            ("p", [(0.35, 0.53), (0.97, 1)]),
        ),
        _form(
            ("p", [(0.2, 0.05), (0.12, 1)]),
            ("s", [(0.02, 0.15), (0.5, 0), (0.9, 0.2), (0.6, 0.5), (0.2, 0.52), (0.6, 0.7), (1, 1)]),
        ),
    ),
    "S": (
        _form(
            ("s", [(0.92, 0.15), (0.5, 0), (0.1, 0.2), (0.25, 0.42), (0.75, 0.56), (0.92, 0.8), (0.5, 1), (0.05, 0.85)])
        ),
        _form(("p", [(0.95, 0.02), (0.1, 0.05), (0.1, 0.48), (0.9, 0.52), (0.9, 0.97), (0.05, 1)])),
        _form(("s", [(0.95, 0.02), (0.3, 0.05), (0.12, 0.3), (0.8, 0.55), (0.75, 0.95), (0.02, 0.98)])),
    ),
    "T": (
        _form(("p", [(0, 0), (1, 0)]), ("p", [(0.5, 0), (0.5, 1)]), weight=2),
        _form(("p", [(0, 0.08), (1, 0)]), ("s", [(0.55, 0.03), (0.5, 0.6), (0.4, 1)])),
    ),
    "U": (
        _form(("s", [(0.06, 0), (0.08, 0.65), (0.3, 0.98), (0.7, 0.98), (0.92, 0.65), (0.94, 0)]), weight=2),
        _form(("p", [(0.06, 0), (0.08, 0.95), (0.9, 0.95), (0.94, 0), (0.96, 1)])),
        _form(("s", [(0.03, 0), (0.2, 0.8), (0.45, 1), (0.8, 0.7), (0.97, 0)])),
    ),
}

SMALL: dict[str, tuple[Form, ...]] = {
    "A": (
        _form(
            ("s", [(0.9, 0.55), (0.5, 0.42), (0.08, 0.7), (0.35, 1), (0.8, 0.8), (0.92, 0.5)]),
            ("s", [(0.92, 0.45), (0.9, 0.85), (1.05, 1)]),
            width=0.85,
        ),
        _form(
            ("s", [(0.15, 0.5), (0.6, 0.42), (0.85, 0.6), (0.88, 1)]),
            ("s", [(0.86, 0.7), (0.3, 0.72), (0.1, 0.9), (0.45, 1), (0.86, 0.85)]),
            width=0.8,
        ),
    ),
    "B": (
        _form(
            ("s", [(0.1, 0), (0.1, 0.95)]),
            ("s", [(0.1, 0.65), (0.55, 0.42), (0.9, 0.7), (0.5, 1), (0.1, 0.9)]),
            width=0.8,
        ),
    ),
    "D": (
        _form(
            ("s", [(0.88, 0.55), (0.45, 0.42), (0.08, 0.7), (0.35, 1), (0.85, 0.8)]),
            ("s", [(0.9, 0), (0.88, 0.8), (1, 1)]),
            width=0.85,
        ),
        _form(("s", [(0.9, 0.6), (0.3, 0.48), (0.1, 0.85), (0.6, 0.98), (0.88, 0.5), (0.6, 0.0)]), width=0.8),
    ),
    "E": (_form(("s", [(0.1, 0.72), (0.85, 0.66), (0.5, 0.42), (0.08, 0.7), (0.4, 1), (0.9, 0.88)]), width=0.75),),
    "G": (
        _form(
            ("s", [(0.88, 0.5), (0.4, 0.42), (0.1, 0.68), (0.4, 0.92), (0.86, 0.6)]),
            ("s", [(0.9, 0.45), (0.88, 1.1), (0.5, 1.35), (0.1, 1.2)]),
            width=0.8,
        ),
    ),
    "H": (_form(("p", [(0.1, 0), (0.1, 1)]), ("s", [(0.1, 0.7), (0.5, 0.43), (0.85, 0.6), (0.88, 1)]), width=0.8),),
    "I": (
        _form(("p", [(0.5, 0.42), (0.5, 1)]), ("p", [(0.5, 0.15), (0.55, 0.2)]), width=0.25),
        _form(("s", [(0.3, 0.45), (0.4, 0.95), (0.9, 0.95)]), ("p", [(0.4, 0.18), (0.5, 0.2)]), width=0.4),
    ),
    "J": (
        _form(("s", [(0.7, 0.42), (0.7, 1.1), (0.4, 1.35), (0, 1.2)]), ("p", [(0.7, 0.15), (0.75, 0.2)]), width=0.5),
    ),
    "K": (_form(("p", [(0.1, 0), (0.1, 1)]), ("p", [(0.8, 0.42), (0.12, 0.75), (0.9, 1)]), width=0.75),),
    "L": (
        _form(("p", [(0.5, 0), (0.5, 1)]), width=0.25),
        _form(("s", [(0.1, 0.8), (0.6, 0.2), (0.45, 0), (0.25, 0.6), (0.5, 1), (0.95, 0.9)]), width=0.5),
    ),
    "M": (
        _form(
            ("s", [(0.03, 1), (0.05, 0.45), (0.08, 0.7), (0.3, 0.43), (0.48, 0.6), (0.5, 1)]),
            ("s", [(0.5, 0.7), (0.75, 0.43), (0.95, 0.6), (0.97, 1)]),
            width=1.25,
        ),
    ),
    "N": (
        _form(("p", [(0.08, 0.42), (0.08, 1)]), ("s", [(0.08, 0.7), (0.5, 0.43), (0.85, 0.58), (0.88, 1)]), width=0.8),
    ),
    "O": (
        _form(
            ("s", [(0.5, 0.42), (0.1, 0.6), (0.15, 0.92), (0.55, 1), (0.9, 0.75), (0.75, 0.45), (0.45, 0.43)]),
            width=0.75,
        ),
    ),
    "P": (
        _form(
            ("p", [(0.1, 0.42), (0.1, 1.35)]),
            ("s", [(0.1, 0.6), (0.5, 0.42), (0.9, 0.68), (0.55, 1), (0.1, 0.9)]),
            width=0.8,
        ),
    ),
    "R": (
        _form(("p", [(0.15, 0.42), (0.15, 1)]), ("s", [(0.15, 0.7), (0.5, 0.45), (0.9, 0.5)]), width=0.65),
        _form(("s", [(0.05, 1), (0.25, 0.4), (0.4, 0.52), (0.8, 0.5), (0.75, 0.95), (1, 0.95)]), width=0.7),
    ),
    "S": (
        _form(("s", [(0.85, 0.5), (0.45, 0.42), (0.2, 0.58), (0.75, 0.8), (0.6, 1), (0.08, 0.92)]), width=0.7),
        _form(("s", [(0.05, 1), (0.5, 0.42), (0.75, 0.8), (0.5, 1), (0.15, 0.93)]), width=0.7),
    ),
    "T": (
        _form(("s", [(0.5, 0.1), (0.48, 0.9), (0.85, 0.97)]), ("p", [(0.1, 0.42), (0.95, 0.4)]), width=0.6),
        _form(("p", [(0.5, 0), (0.5, 1)]), ("p", [(0.1, 0.35), (0.95, 0.33)]), width=0.6),
    ),
    "U": (
        _form(
            ("s", [(0.08, 0.42), (0.12, 0.85), (0.45, 1), (0.85, 0.8), (0.88, 0.42)]),
            ("s", [(0.88, 0.45), (0.88, 0.9), (1, 1)]),
            width=0.8,
        ),
    ),
}

_WIDTH, _GAP, _SPACE = 0.62, 0.24, 0.6


@dataclass(frozen=True, slots=True)
class Script:
    """Which form of each letter one writer uses, and how loosely.

    Attributes:
        forms: The form of every letter; those of `SMALL` for writers of small letters.
        first: The forms of a word's first letter.
        gap: Between letters, in parts of the letters' height; below 0 they run together.
        space: Between words.
        width: Of a letter, against a usual one.
        spread: How far the points of a letter move from one time to the next.

    """

    forms: dict[str, Form]
    first: dict[str, Form]
    gap: float
    space: float
    width: float
    spread: float

    @staticmethod
    def sample(rng: np.random.Generator) -> Script:
        """Draw a writer: capitals, small letters, a capital first, or both mixed."""
        capitals = {letter: _chosen(forms, rng) for letter, forms in CAPITALS.items()}
        small = {letter: _chosen(forms, rng) for letter, forms in SMALL.items()}
        kind = rng.choice(4, p=[0.5, 0.18, 0.14, 0.18])
        mixed = {letter: (small if rng.random() < 0.35 else capitals)[letter] for letter in capitals}
        forms = (capitals, small, small, mixed)[kind]
        first = (capitals, small, capitals, mixed)[kind]
        gap = float(rng.choice([rng.uniform(0.12, 0.34), rng.uniform(-0.02, 0.12)], p=[0.7, 0.3]))
        return Script(forms, first, gap, rng.uniform(0.15, 1.0), rng.uniform(0.75, 1.4), rng.uniform(0.5, 2.2))


def write_letters(text: str, hand: Hand, script: Script, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a line of number words, in units of a capital's height, from x = 0, y 0 (head) to 1.

    Args:
        text: Letters of number words and spaces; other signs are left out.
        hand: The pen and its slant.
        script: The writer's letters.
        rng: Source of the variation between letters.

    """
    strokes: list[Stroke] = []
    x, first = 0.0, True
    for sign in text.upper():
        if sign == " ":
            x += script.space * rng.uniform(0.7, 1.3)
            first = True
            continue
        form = (script.first if first else script.forms).get(sign)
        if form is None:
            continue
        first = False
        width = _WIDTH * form.width * script.width * rng.uniform(0.88, 1.12)
        shapes = [_drawn(kind, list(points), script, rng) for kind, points in form.strokes]
        drop, tall = rng.normal(0.0, 0.04) * script.spread, rng.uniform(0.92, 1.08)
        placed = place(shapes, (x + width / 2, 0.5 + drop), (width, tall), hand.slant + rng.normal(0.0, 0.03))
        strokes += [tremble(stroke, 1.5 * hand.wobble, rng) for stroke in placed]
        x += width + script.gap * rng.uniform(0.6, 1.4) + 0.04 * rng.normal()
    return strokes


def _chosen(forms: tuple[Form, ...], rng: np.random.Generator) -> Form:
    weights = np.array([form.weight for form in forms])
    return forms[rng.choice(len(forms), p=weights / weights.sum())]


def _drawn(kind: str, points: list[Point], script: Script, rng: np.random.Generator) -> Stroke:
    moved = jitter(points, 0.03 * script.spread, rng)
    return spline(moved) if kind == "s" else polyline(moved, 0.03)
