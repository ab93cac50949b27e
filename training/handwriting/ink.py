"""Ink on paper: strokes drawn as coverage, and multiplied into the reflectance of the sheet."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.handwriting.hand import Hand, Stroke

_SHIFT = 4  # sub-pixel bits of the drawing functions
_RUN = 5  # points drawn with one width; the pressure changes from run to run


def draw_strokes(
    canvas: NDArray[np.float32],
    strokes: Sequence[Stroke],
    hand: Hand,
    pixels_per_mm: float,
    rng: np.random.Generator,
) -> None:
    """Multiplies the ink of some strokes into the paper, in place.

    Strokes that belong together (one character) should come in one call; only their surroundings are touched.

    Args:
        canvas: reflectance (height, width, 3), BGR, 0 black to 1 white.
        strokes: polylines in pixels; (0, 0) is the corner of the first pixel. Parts outside are left out.
        hand: pen width, colour, fade and bleed.
        pixels_per_mm: scale of the canvas.
        rng: source of pressure and texture.
    """
    if not strokes:
        return
    width = max(hand.pen_mm * pixels_per_mm, 0.3)
    window = _window(strokes, 1.5 * width + 2.0, canvas.shape[0], canvas.shape[1])
    if window is None:
        return
    x0, y0, x1, y1 = window
    coverage = _coverage(strokes, (x0, y0), (y1 - y0, x1 - x0), width=width, hand=hand, rng=rng)
    density = _texture(coverage, hand, pixels_per_mm, rng) * hand.darkness
    colour = np.asarray(hand.colour, dtype=np.float32)
    canvas[y0:y1, x0:x1] *= 1.0 - density[..., None] * (1.0 - colour)


def _window(strokes: Sequence[Stroke], margin: float, height: int, width: int) -> tuple[int, int, int, int] | None:
    """Returns the pixels (x0, y0, x1, y1) that the strokes can touch, or None."""
    low = np.min([s.min(axis=0) for s in strokes], axis=0) - margin
    high = np.max([s.max(axis=0) for s in strokes], axis=0) + margin
    x0, y0 = max(int(low[0]), 0), max(int(low[1]), 0)
    x1, y1 = min(int(high[0]) + 1, width), min(int(high[1]) + 1, height)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _coverage(
    strokes: Sequence[Stroke],
    origin: tuple[int, int],
    shape: tuple[int, int],
    *,
    width: float,
    hand: Hand,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Draws the strokes into a window; returns the covered part of each pixel, (height, width), 0..1."""
    # The library draws lines of certain widths only, so the window is drawn on a grid just so fine that the pen has
    # one of them, and averaged.
    fine = max(1.0, (7.44 if width < 3.0 else 11.44) / width)
    grid = np.array([round(shape[1] * fine), round(shape[0] * fine)])
    mask = np.zeros((grid[1], grid[0]), dtype=np.uint8)
    factor = grid / np.array([shape[1], shape[0]])
    for stroke in strokes:
        _draw_stroke(mask, (stroke - origin) * factor - 0.5, width * fine, hand, rng)
    if fine > 1.0:
        mask = np.asarray(cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    coverage = mask.astype(np.float32) * np.float32(1 / 255)
    if hand.bleed * width > 0.25:
        coverage = np.asarray(cv2.GaussianBlur(coverage, (0, 0), hand.bleed * width), dtype=np.float32)
    return coverage


def _draw_stroke(mask: NDArray[np.uint8], points: Stroke, width: float, hand: Hand, rng: np.random.Generator) -> None:
    """Draws one stroke in short runs, each with its own width (pressure) and density (fade)."""
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32)
    runs = max(1, (len(fixed) - 1 + _RUN - 1) // _RUN)
    pressure = _wander(runs, rng)
    density = 255.0 * (1.0 - hand.fade * np.clip(0.35 + 0.5 * _wander(runs, rng), 0.0, 0.9))
    for i in range(runs):
        piece = fixed[i * _RUN : (i + 1) * _RUN + 1]
        thickness = _thickness(width * (1.0 + hand.pressure * float(pressure[i])))
        cv2.polylines(mask, [piece], False, float(density[i]), thickness, cv2.LINE_AA, _SHIFT)


def _thickness(width: float) -> int:
    """Returns the library's thickness for a line `width` pixels wide: smooth lines of 2k come out 2k + 1.44 wide."""
    return max(1, 2 * round((width - 1.44) / 2))


def _wander(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Returns n values that change smoothly, about -1..1."""
    phase, rate = rng.random(2)
    level = 0.5 * rng.normal()
    return np.asarray(0.6 * np.sin(2 * np.pi * (phase + (0.3 + rate) * np.arange(n) / 6)) + level)


def _texture(
    coverage: NDArray[np.float32], hand: Hand, pixels_per_mm: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Breaks the ink up in grains of half a millimetre, as dry pens and rough paper do."""
    if hand.fade < 0.05:
        return coverage
    height, width = coverage.shape
    grain = max(1.0, 0.5 * pixels_per_mm)
    small = (max(2, round(width / grain)), max(2, round(height / grain)))
    noise = rng.random(size=(small[1], small[0]), dtype=np.float32)
    holes = np.asarray(cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return np.asarray(coverage * (1.0 - np.float32(hand.fade) * holes), dtype=np.float32)
