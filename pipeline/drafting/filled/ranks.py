"""Pixels of pictures that lie on each other, in order of brightness: medians and other ranks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.geometry import Grey


def in_order(pictures: Sequence[Grey], seen: Sequence[NDArray[np.bool_]]) -> list[Grey]:
    """Return pictures, uint8 (h, w) each, with every pixel's values in rising order; what is not seen comes last.

    Neighbours are compared and exchanged, n rounds for n pictures (Knuth, TAOCP 3, 5.3.4), all pixels at once: twenty
    times as fast as sorting pixel by pixel.
    """
    ordered = [np.where(there, picture, np.uint8(255)) for picture, there in zip(pictures, seen, strict=True)]
    for turn in range(len(ordered)):
        for first in range(turn % 2, len(ordered) - 1, 2):
            low = np.minimum(ordered[first], ordered[first + 1])
            ordered[first + 1] = np.maximum(ordered[first], ordered[first + 1])
            ordered[first] = low
    return ordered


def at_rank(ordered: Sequence[Grey], counts: NDArray[np.uint8], rank: float) -> Grey:
    """Return the value of every pixel at a rank from 0, the darkest, to 1; white where nothing was seen.

    Args:
        ordered: Of `in_order`.
        counts: In how many pictures each pixel was seen (h, w).
        rank: Between two pictures the darker one counts.

    """
    result = np.full(counts.shape, 255, np.uint8)
    for count in range(1, len(ordered) + 1):
        there = counts == count
        result[there] = ordered[int(rank * (count - 1))][there]
    return result


def count_of(seen: Sequence[NDArray[np.bool_]]) -> NDArray[np.uint8]:
    """Return in how many pictures each pixel was seen (h, w)."""
    return np.asarray(np.sum(seen, axis=0, dtype=np.uint8))
