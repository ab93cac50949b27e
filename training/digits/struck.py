"""Struck-out boxes made from real ones: lines, crosses and scribbles drawn over a digit.

Made in the picture, on real crops, so that nothing but the strike tells them from a clean box. What stays a fair
reading of another mark is never made: one line through a 7 is a crossed seven, one through a 0 a slashed zero.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Crop = NDArray[np.uint8]


def strike(crop: Crop, digit: str, rng: np.random.Generator) -> Crop:
    """Return the box (H x W grey, uint8) with its mark struck out.

    Args:
        crop: A box that holds `digit`.
        digit: One of 0-9, or X.
        rng: Source of chance.

    """
    kinds: list[Callable[[str, np.random.Generator], list[NDArray[np.float64]]]] = [_lines, _cross, _zigzag]
    odds = (0.5, 0.2, 0.3) if digit != "X" else (0.45, 0.0, 0.55)
    strokes = kinds[int(rng.choice(3, p=odds))](digit, rng)
    return draw(crop, strokes, rng)


def draw(crop: Crop, strokes: list[NDArray[np.float64]], rng: np.random.Generator, pen: float | None = None) -> Crop:
    """Return the box with strokes (points, 2), x and y in parts of the crop, drawn as dark and sharp as its own ink."""
    height, width = crop.shape
    mask = np.zeros((4 * height, 4 * width), np.uint8)
    wide = max(1, round(4 * min(height, width) * (pen or rng.uniform(0.025, 0.06))))
    for stroke in strokes:
        points = np.rint(stroke * (4 * width, 4 * height)).astype(np.int32)
        cv2.polylines(mask, [points], False, (255,), wide, cv2.LINE_AA)
    ink = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.0) * min(height, width) / 48 + 0.05))
    inside = crop[height // 5 : -height // 5, width // 5 : -width // 5]
    paper, dark = np.percentile(inside, 85), np.percentile(inside, 2)
    depth = float(paper - dark) * rng.uniform(0.8, 1.25)
    if depth < 0.2 * paper:  # no ink to go by: an empty box, or a very pale one
        depth = float(paper) * rng.uniform(0.2, 0.75)
    return np.clip(np.minimum(crop, paper - ink * depth), 0, 255).astype(np.uint8)


def _lines(digit: str, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """One to three lines through the middle; never one that would be a slash, a crossing or a digit's own bar."""
    slope = float(rng.choice((0.0, -0.6, -0.9, 0.6)))
    least = 2 if digit in "0174" or slope == 0.0 else 1
    count = max(least, int(rng.integers(1, 4)))
    angle = slope + rng.normal(0, 0.12)
    along = np.array((np.cos(angle), np.sin(angle)))
    across = np.array((-along[1], along[0]))
    half, pitch = rng.uniform(0.26, 0.42), rng.uniform(0.08, 0.14)
    centre = np.array((0.5, 0.5)) + rng.normal(0, 0.03, 2)
    strokes = []
    for index in range(count):
        middle = centre + across * pitch * (index - (count - 1) / 2)
        strokes.append(np.stack((middle - along * half, middle + along * half)) + rng.normal(0, 0.015, (2, 2)))
    return strokes


def _cross(digit: str, rng: np.random.Generator) -> list[NDArray[np.float64]]:  # noqa: ARG001
    """An X over the digit."""
    reach, centre = rng.uniform(0.22, 0.4, 2), np.array((0.5, 0.5)) + rng.normal(0, 0.03, 2)
    ends = (np.array(((-1, -1), (1, 1))), np.array(((-1, 1), (1, -1))))
    return [centre + end * reach + rng.normal(0, 0.02, (2, 2)) for end in ends]


def _zigzag(digit: str, rng: np.random.Generator) -> list[NDArray[np.float64]]:  # noqa: ARG001
    """A scribble back and forth."""
    count, radius, angle = int(rng.integers(8, 22)), rng.uniform(0.14, 0.32), rng.uniform(0, np.pi)
    along = np.linspace(-radius, radius, count)
    side = radius * rng.uniform(0.5, 1.1, count) * np.where(np.arange(count) % 2, 1.0, -1.0)
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    return [np.column_stack((along, side)) @ turn.T + 0.5 + rng.normal(0, 0.03, 2)]
