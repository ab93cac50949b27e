"""Digits in natural handwriting: splines through our own control points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from training.handwriting.curves import Point, jitter, place, spline
from training.handwriting.hand import Hand, Stroke

_SIGMA = 0.022  # usual scatter of a control point, in parts of the character
Pieces = list[list[Point]]  # one stroke: smooth pieces that meet in sharp corners


def free_digit(digit: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns the strokes of a natural digit in box units."""
    strokes = digit_cell(digit, hand, rng)
    height = float(np.clip(hand.height * (1.0 + hand.spread * rng.normal(0.0, 0.06)), 0.25, 0.95))
    width = height * hand.aspect * (1.0 + hand.spread * rng.normal(0.0, 0.08))
    centre = (
        0.5 + hand.shift[0] + rng.normal(0.0, 0.025) * hand.spread,
        0.5 + hand.shift[1] + rng.normal(0.0, 0.025) * hand.spread,
    )
    turn = rng.normal(0.0, 0.03) * hand.spread
    return place(strokes, centre, (width, height), hand.slant + rng.normal(0.0, 0.03) * hand.spread, turn)


def digit_cell(digit: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Returns the strokes of a natural digit in the unit cell, upright, without tremor."""
    return [_join(pieces, hand, rng) for pieces in _FORMS[digit](hand, rng)]


def _join(pieces: Pieces, hand: Hand, rng: np.random.Generator) -> Stroke:
    """Joins smooth pieces into one stroke; neighbouring pieces share their corner."""
    curves: list[Stroke] = []
    last: Stroke | None = None
    for piece in pieces:
        points = jitter(piece, _SIGMA * hand.spread, rng)
        if last is not None:
            points[0] = last
        last = points[-1]
        curves.append(spline(points) if len(points) > 2 else points)
    return np.concatenate(curves)


def _zero(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    gap = rng.normal(0.02, 0.05)
    ring: list[Point] = [
        (0.55, 0.01), (0.2, 0.1), (0.02, 0.45), (0.12, 0.85), (0.47, 1.0),
        (0.85, 0.86), (0.98, 0.5), (0.85, 0.12), (0.5 + gap, 0.0 + max(gap, 0.0)),
    ]  # fmt: skip
    strokes: list[Pieces] = [[ring]]
    if hand.slashed_zero:
        strokes.append([[(0.05, 0.95), (0.95, 0.05)]])
    return strokes


def _one(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    bow = rng.normal(0.0, 0.03)
    stem: list[Point] = [(0.5, 0.0), (0.5 + bow, 0.5), (0.5, 1.0)]
    strokes: list[Pieces] = [[stem]]
    if hand.serif_one and rng.random() < 0.85:
        strokes = [[[(rng.uniform(0.0, 0.25), rng.uniform(0.15, 0.32)), (0.5, 0.0)], stem]]
    if hand.footed_one and rng.random() < 0.8:
        strokes.append([[(0.15, 1.0), (0.85, 1.0)]])
    return strokes


def _two(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    start = rng.uniform(0.12, 0.3)
    head: list[Point] = [
        (0.05, start),
        (0.2, 0.05),
        (0.55, 0.0),
        (0.88, 0.18),
        (0.82, 0.42),
        (0.45, 0.72),
        (0.02, 0.98),
    ]
    if hand.looped_two:
        loop: list[Point] = [*head[:-1], (0.12, 0.96), (0.02, 0.88), (0.2, 0.84), (0.6, 0.98), (1.0, 0.95)]
        return [[loop]]
    return [[head, [(0.02, 0.98), (0.5, 0.97), (1.0, rng.uniform(0.92, 1.0))]]]


def _three(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    waist = rng.uniform(0.2, 0.45)
    lower: list[Point] = [(waist, 0.46), (0.75, 0.5), (0.95, 0.7), (0.75, 0.94), (0.4, 1.0), (0.0, 0.86)]
    if hand.flat_three:
        return [[[(0.05, 0.02), (0.9, 0.0)], [(0.9, 0.0), (waist, 0.42)], [(waist, 0.42), *lower[1:]]]]
    return [[[(0.05, 0.14), (0.3, 0.01), (0.68, 0.03), (0.85, 0.2), (0.7, 0.38), (waist, 0.46)], lower]]


def _four(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    bar = rng.uniform(0.52, 0.72)
    if not hand.open_four:
        return [[[(0.7, 0.0), (0.0, bar)], [(0.0, bar), (1.0, bar)]], [[(0.7, 0.0), (0.7, 1.0)]]]
    top = rng.uniform(0.05, 0.4)
    foot = rng.uniform(0.0, 0.06)
    down: list[Point] = [(top, 0.0), (0.04, bar)] if rng.random() < 0.5 else [(top, 0.0), (0.1, bar * 0.6), (0.02, bar)]
    across: list[Point] = [(0.02, bar), (1.0, bar - 0.02)]
    return [[down, across], [[(0.78, rng.uniform(0.0, 0.3)), (0.75 - foot, 0.6), (0.74 - foot, 1.0)]]]


def _five(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    left = 0.2 + 0.1 * (hand.aspect - 0.58)
    bowl: list[Point] = [
        (left - 0.05, 0.42), (0.5, 0.36), (0.88, 0.52), (0.9, 0.78), (0.6, 0.98), (0.25, 1.0), (0.0, 0.88),
    ]  # fmt: skip
    if rng.random() < 0.5:
        return [[[(0.92, 0.0), (left, 0.01)], [(left, 0.01), (left - 0.05, 0.42)], bowl]]
    lift = rng.normal(0.0, 0.03)
    return [[[(left, 0.01), (left - 0.05, 0.42)], bowl], [[(left, 0.01 + lift), (0.95, 0.0 + lift)]]]


def _six(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    top = 0.2 if hand.b_six else rng.uniform(0.55, 0.85)
    close = rng.uniform(0.0, 0.12)
    body: list[Point] = [
        (top, 0.0), (0.28 if not hand.b_six else 0.12, 0.22), (0.06, 0.55), (0.12, 0.85), (0.45, 1.0),
        (0.85, 0.9), (0.95, 0.68), (0.7, 0.5), (0.35, 0.54), (0.08 + close, 0.76),
    ]  # fmt: skip
    return [[body]]


def _seven(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    foot = rng.uniform(0.15, 0.5)
    bow = rng.uniform(-0.06, 0.04)
    pieces: Pieces = [[(0.0, 0.02), (0.95, 0.0)], [(0.95, 0.0), ((0.95 + foot) / 2 + bow, 0.45), (foot, 1.0)]]
    if rng.random() < 0.15:
        pieces = [[(0.02, 0.2), (0.0, 0.02)], *pieces]
    return [pieces, [[(0.3, 0.5), (0.95, 0.46)]]] if hand.crossed_seven else [pieces]


def _eight(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    if hand.two_loop_eight:
        upper: list[Point] = [(0.5, 0.0), (0.18, 0.1), (0.15, 0.34), (0.5, 0.46), (0.84, 0.34), (0.82, 0.1), (0.5, 0.0)]
        lower: list[Point] = [
            (0.5, 0.45),
            (0.1, 0.58),
            (0.08, 0.88),
            (0.5, 1.0),
            (0.92, 0.88),
            (0.9, 0.58),
            (0.5, 0.45),
        ]
        return [[upper], [lower]]
    end = rng.uniform(0.0, 0.1)
    body: list[Point] = [
        (0.8, 0.12 + end), (0.5, 0.0), (0.18, 0.12), (0.22, 0.34), (0.55, 0.5), (0.9, 0.7), (0.8, 0.94),
        (0.45, 1.0), (0.1, 0.9), (0.08, 0.7), (0.45, 0.48), (0.78, 0.3), (0.84, 0.12), (0.7 - end, 0.02),
    ]  # fmt: skip
    return [[body]]


def _nine(hand: Hand, rng: np.random.Generator) -> list[Pieces]:
    close = rng.uniform(-0.05, 0.08)
    ring: list[Point] = [
        (0.9, 0.14), (0.55, 0.0), (0.12, 0.12), (0.03, 0.36), (0.3, 0.54), (0.7, 0.46), (0.92, 0.14 + close),
    ]  # fmt: skip
    if hand.straight_nine:
        tail: list[Point] = [(0.92, 0.14 + close), (0.88, 0.6), (0.85, 1.0)]
    else:
        tail = [(0.92, 0.14 + close), (0.96, 0.5), (0.88, 0.85), (0.5, 1.0), (0.1, rng.uniform(0.86, 0.98))]
    return [[ring, tail]]


_FORMS: dict[str, Callable[[Hand, np.random.Generator], list[Pieces]]] = {
    "0": _zero,
    "1": _one,
    "2": _two,
    "3": _three,
    "4": _four,
    "5": _five,
    "6": _six,
    "7": _seven,
    "8": _eight,
    "9": _nine,
}
