"""Batches of windows for training: all classes alike; or the cells of one page, each class of the page alike."""

import numpy as np
from numpy.typing import NDArray

from training.witnesses.windows import Windows


def balanced(windows: Windows, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw `count` windows so that every class that occurs is equally frequent; cells of no known class are left."""
    by_class = [np.flatnonzero(windows.labels == label) for label in range(len(windows.classes))]
    present = [members for members in by_class if len(members)]
    classes = (present[i % len(present)] for i in range(count))
    return np.array([members[rng.integers(len(members))] for members in classes])


def page_weights(labels: NDArray[np.int64], pages: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what every cell counts (n,): on every page all its classes alike, so that a page tells no class's share.

    Cells of no known class (label below 0) count nothing: they are there to be seen beside the others. A class counts
    as if it had four cells at least, or one cell would outweigh its page.
    """
    weights = np.zeros(len(labels), np.float32)
    for page in np.unique(pages):
        known = (pages == page) & (labels >= 0)
        counts = np.bincount(labels[known])
        weights[known] = 1.0 / np.maximum(counts, 4)[labels[known]]
    return weights


def disturbed(
    ink: NDArray[np.float32], pages: NDArray[np.int64], rng: np.random.Generator, *, flips: bool
) -> NDArray[np.float32]:
    """Return windows (n, size, size) moved by up to one px, paler or darker, noisier; some pages mirrored.

    Args:
        ink: The windows.
        pages: (n,), counted from 0: windows of one page are mirrored together, and alike in contrast and noise.
        rng: Source of the changes.
        flips: Whether any are mirrored.

    """
    count = int(pages.max()) + 1
    mirrored = rng.random(count) < 0.5 if flips else np.zeros(count, bool)
    contrast = rng.uniform(0.75, 1.2, count)[pages] * rng.uniform(0.95, 1.05, len(ink))
    grain = rng.uniform(0.0, 0.06, count)[pages]
    changed = np.empty_like(ink)
    size = ink.shape[1]
    for index, window in enumerate(ink):
        across = -1 if mirrored[pages[index]] else 1
        padded = np.pad(window[:, ::across], 1, mode="edge")
        row, column = rng.integers(0, 3, 2)
        changed[index] = padded[row : row + size, column : column + size]
    changed *= contrast.astype(np.float32)[:, None, None]
    changed += rng.standard_normal(ink.shape, dtype=np.float32) * grain.astype(np.float32)[:, None, None]
    return changed
