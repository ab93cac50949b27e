"""Tally bundles as officers draw them: how they lie in their cell, how the fifth stroke runs, one or two a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from training.handwriting.curves import jitter, tremble
from training.handwriting.hand import Hand, Stroke

Fifth = Literal["rising", "falling", "level", "upright"]
BUNDLE = 5
MOST = 2 * BUNDLE


@dataclass(frozen=True, slots=True)
class TallyStyle:
    """How one officer draws bundles. Lengths are parts of the cell.

    Attributes:
        fifth: How the fifth stroke runs: across and rising, falling or level; or upright beside the other four.
        pitch: From stroke to stroke.
        place: Middle of a bundle, from the left of the cell.
        height: Of the strokes.
        middle: Of the strokes' height, from the top of the cell.
        lean: How far the strokes lean to the right at their top.
        together: A bundle that is not full lies where its strokes would lie in a full one, or (True) in the middle.

    """

    fifth: Fifth = "falling"
    pitch: float = 0.13
    place: float = 0.45
    height: float = 0.62
    middle: float = 0.5
    lean: float = 0.0
    together: bool = False

    @staticmethod
    def sample(rng: np.random.Generator, *, practice: bool = False) -> TallyStyle:
        """Draw one officer's style; for practice the rare ones more often, and bundles that lean further."""
        shares = [0.32, 0.32, 0.2, 0.16] if practice else [0.42, 0.4, 0.14, 0.04]
        fifth: Fifth = ("falling", "rising", "level", "upright")[rng.choice(4, p=shares)]
        # Five uprights must stand apart from those of the next cell, or nobody could count them.
        pitch = float(rng.uniform(0.075, 0.13 if fifth == "upright" else 0.175))
        half = (2.0 if fifth == "upright" else 1.5) * pitch + 0.1
        return TallyStyle(
            fifth=fifth,
            pitch=pitch,
            place=float(np.clip(rng.normal(0.47, 0.1), min(half, 0.5), max(1.0 - half, 0.5))),
            height=float(rng.uniform(0.45, 0.85)),
            middle=float(rng.normal(0.5, 0.04)),
            lean=float(np.clip(rng.normal(0.0, 0.035), -0.09, 0.09)) * (1.5 if practice else 1.0),
            together=bool(rng.random() < 0.1),
        )


def write_bundles(count: int, style: TallyStyle, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of one cell, in units of the cell.

    Args:
        count: 0 to 10 strokes; more than five make a second bundle, and both are drawn half as wide.
        style: The officer's style.
        hand: The writer's tremor.
        rng: Source of the variation from cell to cell.

    Raises:
        ValueError: `count` is out of range.

    """
    if not 0 <= count <= MOST:
        raise ValueError(f"a cell holds 0 to {MOST} strokes, not {count}")
    if count <= BUNDLE:
        return _bundle(count, style, hand, rng)
    halves = (_bundle(BUNDLE, style, hand, rng), _bundle(count - BUNDLE, style, hand, rng))
    squeeze = 0.6 if style.pitch < 0.12 else 0.52
    middles = np.array((0.26, 0.73)) + rng.normal(0.0, 0.015, 2)
    return [
        (stroke - (style.place, 0.0)) * (squeeze, 1.0) + (middle, 0.0)
        for half, middle in zip(halves, middles, strict=True)
        for stroke in half
    ]


def _bundle(count: int, style: TallyStyle, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Return up to five strokes."""
    upright = count if style.fifth == "upright" else min(count, 4)
    wide = BUNDLE if style.fifth == "upright" else 4
    taken = upright if style.together else wide
    pitch = style.pitch * (1.0 + rng.normal(0.0, 0.06))
    left = style.place - (taken - 1) / 2 * pitch + rng.normal(0.0, 0.025)
    middle = style.middle + rng.normal(0.0, 0.025)
    half = style.height / 2 * (1.0 + rng.normal(0.0, 0.05))
    strokes = []
    for i in range(upright):
        x = left + i * pitch + rng.normal(0.0, 0.1 * pitch) * hand.spread
        lean = style.lean + rng.normal(0.0, 0.008)
        ends = jitter([(x + lean, middle - half), (x - lean, middle + half)], 0.018 * hand.spread, rng)
        strokes.append(tremble(ends, hand.wobble, rng))
    if count == BUNDLE and style.fifth != "upright":
        strokes.append(_across(left, left + 3 * pitch, middle, half, style, hand, rng))
    return strokes


def _across(
    left: float, right: float, middle: float, half: float, style: TallyStyle, hand: Hand, rng: np.random.Generator
) -> Stroke:
    """Return the stroke through four uprights that stand from `left` to `right`."""
    over = rng.uniform(0.15, 0.8) * style.pitch
    rise = {"rising": 1.0, "falling": -1.0}.get(style.fifth, 0.0) * half * rng.uniform(0.45, 1.0)
    rise += rng.normal(0.0, 0.025)
    ends = jitter([(left - over, middle + rise), (right + over, middle - rise)], 0.015, rng)
    return tremble(ends, hand.wobble, rng)
