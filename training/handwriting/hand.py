"""One writer: the habits that stay the same from box to box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float64]
"""A pen stroke: polyline of shape (n, 2), x to the right, y down."""

Style = Literal["segment", "free"]

# Blue, green, red reflectance of fresh ink: what is left of white light under a full stroke.
_INKS: tuple[tuple[float, tuple[float, float, float]], ...] = (
    (0.36, (0.40, 0.16, 0.10)),  # dark blue ball pen
    (0.16, (0.58, 0.22, 0.12)),  # bright blue marker
    (0.14, (0.30, 0.15, 0.12)),  # blue-black
    (0.31, (0.09, 0.08, 0.08)),  # black marker
    (0.03, (0.56, 0.24, 0.34)),  # violet
)


@dataclass(frozen=True, slots=True)
class Hand:
    """The habits of one writer and pen. Lengths without a unit are parts of the box's side.

    Attributes:
        style: "segment" follows the printed seven-segment guide, "free" writes natural digits.
        loyalty: probability that one character keeps to `style`.
        slant: shear of the letters, dx per dy, positive leans to the right.
        height: height of a free character.
        aspect: width over height of a free character.
        shift: where the writer's characters sit, (dx, dy) from the centre of the box.
        spread: size of the change from one instance to the next (1 is usual).
        wobble: amplitude of the tremor along a stroke.
        rounding: radius of the corners of segment digits.
        broken: probability that the bars of a segment digit are written one by one.
        pen_mm: width of the line in millimetres, 0.4 (ball pen) to 2.2 (marker).
        pressure: relative change of the line's width along a stroke, 0..1.
        darkness: density of the ink, 0..1.
        colour: reflectance (blue, green, red) under a full stroke, 0..1.
        fade: how much the ink runs dry along and across strokes, 0..1.
        bleed: how far the ink creeps into the paper, in parts of the line's width.
        crossed_seven: writes a bar through 7.
        slashed_zero: writes a slash through 0.
        open_four: leaves 4 open at the top.
        serif_one: gives 1 an upstroke.
        footed_one: gives 1 a foot.
        b_six: writes 6 like a b, without the bar on top (segment) or with a straight stem (free).
        straight_nine: ends 9 in a straight stem.
        flat_three: writes 3 with a flat top.
        looped_two: gives 2 a loop at the bottom.
        two_loop_eight: writes 8 as two circles.
        cross_size: side of an X.
        tally_slash: the fifth tally stroke rises (True) or lies across (False).
    """

    style: Style = "segment"
    loyalty: float = 0.95
    slant: float = 0.0
    height: float = 0.6
    aspect: float = 0.55
    shift: tuple[float, float] = (0.0, 0.0)
    spread: float = 1.0
    wobble: float = 0.005
    rounding: float = 0.03
    broken: float = 0.1
    pen_mm: float = 1.0
    pressure: float = 0.15
    darkness: float = 0.9
    colour: tuple[float, float, float] = (0.46, 0.22, 0.15)
    fade: float = 0.1
    bleed: float = 0.1
    crossed_seven: bool = False
    slashed_zero: bool = False
    open_four: bool = True
    serif_one: bool = False
    footed_one: bool = False
    b_six: bool = False
    straight_nine: bool = False
    flat_three: bool = False
    looped_two: bool = False
    two_loop_eight: bool = False
    cross_size: float = 0.6
    tally_slash: bool = True

    @staticmethod
    def sample(rng: np.random.Generator) -> Hand:
        """Draws a writer at random, with the shares of styles and pens seen on real forms."""
        segment = rng.random() < 0.68
        return Hand(
            style="segment" if segment else "free",
            loyalty=rng.uniform(0.8, 1.0),
            slant=float(np.clip(rng.normal(0.02 if segment else 0.10, 0.04 if segment else 0.10), -0.25, 0.45)),
            height=float(np.clip(rng.normal(0.62, 0.09), 0.34, 0.92)),
            aspect=float(np.clip(rng.normal(0.58, 0.09), 0.36, 0.85)),
            shift=(rng.normal(0.0, 0.025), rng.normal(0.0, 0.025)),
            spread=rng.uniform(0.4, 1.3),
            wobble=rng.uniform(0.001, 0.007),
            rounding=float(abs(rng.normal(0.0, 0.05))),
            broken=rng.choice([0.0, 0.05, 0.5, 0.95], p=[0.5, 0.38, 0.07, 0.05]),
            pen_mm=float(np.clip(rng.lognormal(np.log(0.98), 0.30), 0.4, 2.2)),
            pressure=rng.uniform(0.03, 0.25),
            darkness=rng.uniform(0.82, 0.97),
            colour=_ink_colour(rng),
            fade=float(rng.beta(1.2, 8.0)),
            bleed=rng.uniform(0.0, 0.2),
            crossed_seven=rng.random() < 0.04,
            slashed_zero=rng.random() < 0.05,
            open_four=rng.random() < 0.85,
            serif_one=rng.random() < 0.06,
            footed_one=rng.random() < 0.02,
            b_six=rng.random() < 0.15,
            straight_nine=rng.random() < 0.3,
            flat_three=rng.random() < 0.12,
            looped_two=rng.random() < 0.12,
            two_loop_eight=rng.random() < 0.2,
            cross_size=rng.uniform(0.8, 1.0) if rng.random() < 0.3 else rng.uniform(0.4, 0.75),
            tally_slash=rng.random() < 0.7,
        )


def _ink_colour(rng: np.random.Generator) -> tuple[float, float, float]:
    """Returns the reflectance of one of the usual inks, (blue, green, red)."""
    shares = np.array([share for share, _ in _INKS])
    base = np.array(_INKS[rng.choice(len(_INKS), p=shares / shares.sum())][1])
    blue, green, red = np.clip(base * rng.lognormal(0.0, 0.15, 3) + rng.normal(0.02, 0.03), 0.03, 0.9)
    return float(blue), float(green), float(red)
