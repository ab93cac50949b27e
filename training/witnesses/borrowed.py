"""Strokes of one real page copied into empty cells of another: more partial bundles than any page has, all of real ink.

Of a tally one cell at most holds less than a bundle, and it decides the total. So the train part has but a few hundred
such cells, each on one paper, in one light and one size; a network that sees no others learns them by heart. A copy is
stretched, leant, shifted, and as dark as the bundles of the page that it comes to, now and then its own. A line that
cancels the rest of the row often begins right beside the last stroke: now and then the page's own is let begin there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.handwriting.tallies import BUNDLE
from training.witnesses.planted import ink_level, is_empty
from training.witnesses.windows import EMPTY_OR_CANCELLED, Windows

STRETCH, HEIGHT, LEAN, SHIFT = (0.8, 1.25), (0.85, 1.15), 0.15, 4.0
"""Across and down, in parts; to the side, in parts of the height; px."""

DARKNESS = (0.7, 1.1)
"""How dark a copy is against the darkest ink of the page's bundles."""

FAINT = 0.2
"""Share of a page's darkest ink under which what is copied is a printed line, not a stroke."""

_DARK = 0.4  # share of the darkest ink from which a stroke is seen


@dataclass(frozen=True, slots=True)
class PartialBundle:
    """A cell of a real page that holds less than a bundle.

    Attributes:
        ink: float32 (size, size): the strokes, 0 elsewhere, 1 the darkest ink of its page's bundles.
        strokes: How many, 1 to 4.

    """

    ink: NDArray[np.float32]
    strokes: int


def partial_bundles(windows: Windows) -> list[PartialBundle]:
    """Return the cells of real pages that hold one to four strokes."""
    found = []
    for page in np.unique(windows.pages):
        own = windows.pages == page
        ink, labels = windows.ink[own], windows.labels[own]
        partial = np.flatnonzero((labels >= 1) & (labels < BUNDLE))
        if len(partial):
            level = ink_level(_written(ink, labels))
            found += [PartialBundle(_strokes_alone(ink[place], level), int(labels[place])) for place in partial]
    return found


def _written(ink: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the cells (n, size, size) by which a page's ink is known: full bundles, or else the others."""
    full = labels == BUNDLE
    return ink[full] if full.any() else ink[(labels >= 1) & (labels < BUNDLE)]


def _strokes_alone(cell: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    share = (cell - np.median(cell)) / np.float32(level)
    return np.where(share < FAINT, np.float32(0.0), share)


def with_borrowed(
    ink: NDArray[np.float32],
    labels: NDArray[np.int64],
    count: int,
    bundles: Sequence[PartialBundle],
    cancelled: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the cells of one page with strokes of other pages in up to `count` of its empty ones.

    Args:
        ink: Levelled windows (n, size, size) of one page.
        labels: (n,), strokes in each; `EMPTY_OR_CANCELLED` where none counts.
        count: Cells that are written in, at most.
        bundles: What may be copied.
        cancelled: Share of them beside which a cancelling line of the page begins, where it has one.
        rng: Source of all chance.

    Returns:
        New arrays; those given where the page has no strokes to go by, or no empty cell.

    """
    silent = np.flatnonzero(labels == EMPTY_OR_CANCELLED)
    blank = np.array([is_empty(ink[place]) for place in silent], bool)
    known = _written(ink, labels)
    if not blank.any() or not len(known) or not bundles:
        return ink, labels
    written, strokes_of = ink.copy(), labels.copy()
    level, lines = ink_level(known), silent[~blank]
    for place in rng.permutation(silent[blank])[:count]:
        chosen = bundles[int(rng.integers(len(bundles)))]
        strokes = np.float32(level * rng.uniform(*DARKNESS)) * _moved(chosen.ink, rng)
        written[place] = np.maximum(written[place], strokes)
        strokes_of[place] = chosen.strokes
        if len(lines) and rng.random() < cancelled:
            _begin_line(written[place], strokes > _DARK * level, ink[rng.choice(lines)], rng)
    return written, strokes_of


def _moved(strokes: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return strokes stretched, leant, shifted around the middle of their window, and mirrored one time in two."""
    size = strokes.shape[0]
    across, down, lean = rng.uniform(*STRETCH), rng.uniform(*HEIGHT), rng.uniform(-LEAN, LEAN)
    linear = np.array([[across, lean], [0.0, down]])
    middle = np.full(2, (size - 1) / 2)
    shift = middle - linear @ middle + rng.uniform(-SHIFT, SHIFT, 2)
    seen = np.ascontiguousarray(strokes[:, ::-1]) if rng.random() < 0.5 else strokes
    return np.asarray(cv2.warpAffine(seen, np.column_stack([linear, shift]), (size, size)), np.float32)


def _begin_line(
    cell: NDArray[np.float32], strokes: NDArray[np.bool_], line: NDArray[np.float32], rng: np.random.Generator
) -> None:
    """Draw into a cell, in place, that part of a line's window (size, size) which is right of all strokes."""
    columns = np.flatnonzero(strokes.any(axis=0))
    if len(columns):
        first = int(columns[-1]) + int(rng.integers(0, 6))
        np.maximum(cell[:, first:], line[:, first:], out=cell[:, first:])
