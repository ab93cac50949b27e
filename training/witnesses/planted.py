"""Strokes drawn into empty cells of real pages: one to four of them, on that page's own paper, lines and light.

Of a tally one cell at most holds less than a bundle, so real pages show few of these; drawn pages show many, but on
drawn paper. A stroke on a real page's empty cell is as dark as the page's own bundles.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.tallies.cut import CELL_MARGIN_MM, CELL_PIXELS
from training.handwriting import Hand, TallyStyle, draw_strokes, write_bundles
from training.handwriting.tallies import BUNDLE
from training.witnesses.windows import EMPTY_OR_CANCELLED

CELL_MM = 12.0
"""Side of a cell, mm: on the installed forms 9 to 14."""

EMPTY_INK = 0.45
"""Ink above that of the cell's paper which 98 % of a cell without any stroke stay under."""

DARKNESS = (0.55, 1.05)
"""How dark single strokes are against the darkest ink of the page's bundles."""

BLUR = (0.3, 1.6)
"""Standard deviation of the blur of a stroke's edge, px of the window."""

_SCALE = CELL_PIXELS / (CELL_MM + 2 * CELL_MARGIN_MM)  # px per mm


def with_planted(
    ink: NDArray[np.float32], labels: NDArray[np.int64], count: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the cells of one page with strokes in up to `count` of its empty ones.

    Args:
        ink: Levelled windows (n, size, size) of one page.
        labels: (n,), strokes in each; `EMPTY_OR_CANCELLED` where none counts.
        count: Cells that are written in, at most.
        rng: Source of the writer and of the strokes.

    Returns:
        New arrays; those given where the page has no bundle to go by, or no empty cell.

    """
    full = np.flatnonzero(labels == BUNDLE)
    empty = [place for place in np.flatnonzero(labels == EMPTY_OR_CANCELLED) if is_empty(ink[place])]
    if not len(full) or not empty:
        return ink, labels
    written, strokes_of = ink.copy(), labels.copy()
    level = ink_level(ink[full])
    hand = replace(Hand.sample(rng), colour=(0.0, 0.0, 0.0), darkness=1.0, fade=0.0)
    style, blur = TallyStyle.sample(rng, practice=True), rng.uniform(*BLUR)
    for place in rng.permutation(empty)[:count]:
        strokes = int(rng.integers(1, BUNDLE))
        darkness = level * rng.uniform(*DARKNESS)
        written[place] += np.float32(darkness) * _drawn(strokes, style, hand, float(blur), rng)
        strokes_of[place] = strokes
    return written, strokes_of


def ink_level(bundles: NDArray[np.float32]) -> float:
    """Return the darkest ink of a page by its bundles (n, size, size)."""
    return float(np.median(np.percentile(bundles, 98, axis=(1, 2))))


def is_empty(cell: NDArray[np.float32]) -> bool:
    """Whether no stroke runs through a cell, not even a cancelling one."""
    inner = cell[8:-8, 8:-8]
    return bool(np.percentile(inner, 98) - np.median(inner) < EMPTY_INK)


def _drawn(count: int, style: TallyStyle, hand: Hand, blur: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return how far strokes cover each pixel of a window, (size, size), 0 to 1."""
    canvas = np.ones((CELL_PIXELS, CELL_PIXELS, 3), np.float32)
    side, margin = CELL_MM * _SCALE, CELL_MARGIN_MM * _SCALE
    strokes = [margin + side * stroke for stroke in write_bundles(count, style, hand, rng)]
    draw_strokes(canvas, strokes, hand, _SCALE, rng)
    return np.asarray(cv2.GaussianBlur(1.0 - canvas[..., 0], (0, 0), blur), np.float32)
