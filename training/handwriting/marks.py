"""What is not a digit: X, dash, corrections, tally bundles and filled bubbles."""

from __future__ import annotations

from typing import Literal

import numpy as np

from training.handwriting.curves import jitter, place, spline, tremble
from training.handwriting.glyphs_free import free_digit
from training.handwriting.glyphs_segment import segment_digit
from training.handwriting.hand import Hand, Stroke

BubbleStyle = Literal["filled", "half", "light", "dot", "tick", "cross"]
DIGITS = "0123456789"
OVER = ("02", "03", "04", "05", "24", "25", "26", "29", "36", "46")
"""Pairs of digits that spoil each other: each has bars that the other lacks, three or more together, and all their bars
make an 8 and no other digit, which two digits that are moved apart do not look like. Others are left out: a 5 written
over a 6 leaves a 6, a 4 over a 5 a 9, and a 1 or a 7 would be taken for a bar of the other."""


def write_character(label: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns the strokes of one character as this writer puts it into a box.

    Args:
        label: "0" to "9", "X" or "-".
        hand: the writer.
        rng: source of the variation between instances.

    Returns:
        Polylines (n, 2) in box units: 0..1 from left to right and from top to bottom of the printed box.

    Raises:
        ValueError: for any other label.
    """
    if label == "X":
        strokes = _cross(hand, rng)
    elif label == "-":
        strokes = _dash(hand, rng)
    elif label in DIGITS and len(label) == 1:
        loyal = rng.random() < hand.loyalty
        segment = (hand.style == "segment") == loyal
        # The guide's lines invite a bare 1 and an open 4 even from those who leave the guide elsewhere.
        invites = (label == "1" and not hand.serif_one) or (label == "4" and hand.open_four)
        segment |= invites and rng.random() < 0.5
        strokes = segment_digit(label, hand, rng) if segment else free_digit(label, hand, rng)
    else:
        raise ValueError(f"no such character: {label!r}; expected 0-9, X or -")
    return [tremble(stroke, hand.wobble, rng) for stroke in strokes]


def _cross(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Two diagonals; big ones run from corner to corner of the frame."""
    big = hand.cross_size > 0.78
    height = hand.cross_size * (1.0 + rng.normal(0.0, 0.05))
    width = height * (1.0 if big else rng.uniform(0.5, 0.85))
    corners = jitter([(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)], 0.03 if big else 0.045, rng)
    bow = rng.normal(0.0, 0.02, 2)
    middles = (corners[0::2] + corners[1::2]) / 2 + bow[:, None]
    strokes = [spline(np.stack([corners[2 * i], middles[i], corners[2 * i + 1]])) for i in range(2)]
    centre = (0.5 + rng.normal(0.0, 0.02) + hand.shift[0] * (not big), 0.5 + rng.normal(0.0, 0.02))
    return place(strokes, centre, (width, height), 0.0 if big else 0.5 * hand.slant)


def _dash(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """One level stroke near the middle of the box, seldom two."""
    length = rng.uniform(0.25, 0.6) if rng.random() < 0.8 else rng.uniform(0.6, 0.9)
    y = 0.5 + rng.normal(0.0, 0.05) + hand.shift[1]
    tilt = rng.normal(-0.02, 0.04)
    x = 0.5 + rng.normal(0.0, 0.04)
    stroke = spline(
        [(x - length / 2, y - tilt * length / 2), (x, y + rng.normal(0, 0.01)), (x + length / 2, y + tilt * length / 2)]
    )
    return [stroke]


def write_struck(hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns a spoiled box: a struck-out or overwritten digit, a scribble or a blot, in box units.

    What a person would still read as one clean mark is never drawn: no single level line, which would lie on the
    middle bar of a digit along the guide, and no digit right on top of another.
    """
    kind = rng.choice(["lines", "cross", "over", "scribble", "blot"], p=[0.32, 0.18, 0.26, 0.14, 0.10])
    if kind == "blot":
        return [tremble(_scribble(rng, rng.uniform(0.13, 0.25), 9), 0.01, rng)]
    if kind == "over":
        return [stroke for digit in write_over(hand, rng) for stroke in digit]
    first = str(rng.choice(list(DIGITS)))
    base = write_character(first, hand, rng)
    if kind == "cross":
        return [*base, *write_character("X", hand, rng)]
    if kind == "scribble":
        return [*base, tremble(_scribble(rng, rng.uniform(0.2, 0.34), 7), 0.015, rng)]
    # One line through these may be a slashed zero, an X, a looped 2, a closed 4 or a crossed 7: they are struck twice.
    return [*base, *_strike_lines(hand, rng, fewest=2 if first in "01247" else 1)]


def write_over(hand: Hand, rng: np.random.Generator) -> tuple[list[Stroke], list[Stroke]]:
    """Returns an earlier and a later digit of `OVER`, moved apart so that their lines lie beside one another."""
    first, second = (str(digit) for digit in rng.permutation(list(rng.choice(OVER))))
    step = np.minimum(0.06 + rng.uniform(1.3, 2.0, 2) * hand.pen_mm / 18.0, 0.2)  # pens are drawn on boxes of 18 mm
    move = step * rng.choice((-1.0, 1.0), 2)
    passes = 2 if rng.random() < 0.4 else 1
    earlier = [stroke - move / 2 for stroke in write_character(first, hand, rng)]
    later = [stroke + move / 2 for _ in range(passes) for stroke in write_character(second, hand, rng)]
    return earlier, later


def _strike_lines(hand: Hand, rng: np.random.Generator, *, fewest: int) -> list[Stroke]:
    """Up to three lines through the box, level or aslant; level ones are two at least, and paper shows between them."""
    pitch = min(0.05 + rng.uniform(1.0, 1.5) * hand.pen_mm / 18.0, 0.18)
    level = rng.random() < 0.4
    angle = (0.0 if level else rng.choice([-0.6, -0.9, 0.6], p=[0.42, 0.33, 0.25])) + rng.normal(0.0, 0.1)
    half = np.array([np.cos(angle), np.sin(angle)]) * rng.uniform(0.35, 0.5)
    across = np.array([-half[1], half[0]]) / np.hypot(*half)
    middle = np.array([0.5, 0.44]) + rng.normal(0.0, 0.03, 2)
    strokes = []
    for offset in pitch * np.arange(rng.integers(2 if level else fewest, 4)):
        centre = middle + offset * across + rng.normal(0.0, 0.01, 2)
        strokes.append(tremble(np.stack([centre - half, centre + half]), 0.008, rng))
    return strokes


def _scribble(rng: np.random.Generator, radius: float, turns: int) -> Stroke:
    """A zigzag back and forth over a patch of the given half size, in box units."""
    n = turns * 2 + int(rng.integers(0, 6))
    along = np.linspace(-radius, radius, n)
    across = radius * rng.uniform(0.6, 1.1, n) * np.where(np.arange(n) % 2, 1.0, -1.0)
    angle = rng.uniform(0.0, np.pi)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return spline(np.column_stack([along, across]) @ turn.T + 0.5 + rng.normal(0.0, 0.04, 2))


def write_tally(count: int, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns one bundle of tally strokes in the unit cell: up to four uprights and a crossing fifth.

    Raises:
        ValueError: if `count` is not 0..5.
    """
    if not 0 <= count <= 5:
        raise ValueError(f"a bundle holds 0 to 5 strokes, not {count}")
    pitch = rng.uniform(0.12, 0.19)
    left = 0.5 - 1.5 * pitch + rng.normal(0.0, 0.03)
    top, bottom = 0.18 + rng.normal(0.0, 0.03), 0.82 + rng.normal(0.0, 0.03)
    strokes = []
    for i in range(min(count, 4)):
        x = left + i * pitch + rng.normal(0.0, 0.012) * hand.spread
        ends = jitter([(x + 0.25 * hand.slant, top), (x - 0.25 * hand.slant, bottom)], 0.02 * hand.spread, rng)
        strokes.append(tremble(ends, hand.wobble, rng))
    if count == 5:
        right = left + 3 * pitch
        rise = rng.uniform(0.2, 0.3) if hand.tally_slash else rng.normal(0.0, 0.03)
        ends = jitter([(left - 0.09, 0.5 + rise), (right + 0.09, 0.5 - rise)], 0.02, rng)
        strokes.append(tremble(ends, hand.wobble, rng))
    return strokes


def fill_bubble(hand: Hand, rng: np.random.Generator, style: BubbleStyle = "filled") -> list[Stroke]:
    """Returns strokes that mark a disc of unit diameter centred at (0.5, 0.5).

    Args:
        hand: the writer; the zigzag is as dense as the pen needs on a bubble of 8 mm.
        rng: source of variation.
        style: "filled" (scribbled all over), "half", "light" (a few lines), "dot" (a blot in the middle), "tick" or
            "cross".
    """
    if style == "tick":
        strokes = [spline([(0.2, 0.55), (0.42, 0.8), (0.6, 0.4), (0.9, 0.05)])]
    elif style == "dot":
        strokes = [0.5 + rng.uniform(0.35, 0.6) * (_hatching(hand, rng, 0.95) - 0.5)]
    elif style == "light":
        strokes = [_hatching(hand, rng, 0.95)[:: int(rng.integers(3, 6))]]
    elif style == "cross":
        strokes = [np.array([(0.15, 0.15), (0.85, 0.85)]), np.array([(0.85, 0.15), (0.15, 0.85)])]
    else:
        strokes = [_hatching(hand, rng, 0.95 if style == "filled" else rng.uniform(0.4, 0.65))]
    move = rng.normal(0.0, 0.04, 2)
    return [tremble(stroke, 0.012, rng) + move for stroke in strokes]


def _hatching(hand: Hand, rng: np.random.Generator, share: float) -> Stroke:
    """A zigzag over the first `share` of a disc of unit diameter, as a polyline."""
    step = float(np.clip(hand.pen_mm / 8.0 * rng.uniform(0.7, 1.1), 0.05, 0.2))
    y = np.arange(-0.44, -0.44 + 0.88 * share, step / 2)
    x = (
        np.sqrt(np.maximum(0.46**2 - y**2, 0.0))
        * rng.uniform(0.8, 1.05, len(y))
        * np.where(np.arange(len(y)) % 2, 1, -1)
    )
    angle = rng.uniform(-0.8, 0.8)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray(np.column_stack([x, y]) @ turn.T + 0.5)
