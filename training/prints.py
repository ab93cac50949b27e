"""The basis of all prints: principal components and vocabulary of what forms are made of."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.registration.prints.basis import KEPT, Basis, packed

KINDS, WORDS = 128, 64
"""Kinds of words, and words of each kind: 8,192 in all. With half of them one real page in thirty fell behind a wrong
one."""

_ROUNDS = 14


def learn_basis(descriptors: Sequence[NDArray[np.float32]], seed: int = 0) -> Basis:
    """Learn a basis from the descriptors (n, 128) of the pages of many forms."""
    # Every page has the same say, however much is printed on it.
    least = min(len(page) for page in descriptors)
    even = np.vstack([page[:: max(1, len(page) // least)] for page in descriptors])
    mean = even.mean(axis=0)
    components = np.linalg.svd(even - mean, full_matrices=False)[2][:KEPT]
    empty = np.zeros((0, KEPT), np.float32)
    small = Basis(mean, components, empty, empty[None]).reduced(np.vstack(list(descriptors)))
    rng = np.random.default_rng(seed)
    kinds = _clusters(small, KINDS, rng)
    nearest = (small @ kinds.T).argmax(axis=1)
    # A kind that nothing is nearest to is its own word.
    members = [small[nearest == kind] if (nearest == kind).any() else kinds[kind : kind + 1] for kind in range(KINDS)]
    words = np.stack([_clusters(some, WORDS, rng) for some in members])
    return Basis(mean, components, kinds, words)


def save_basis(path: Path, basis: Basis) -> None:
    """Write a basis."""
    np.savez_compressed(
        path,
        mean=basis.mean.astype(np.float16),
        components=basis.components.astype(np.float16),
        kinds=packed(basis.kinds),
        words=packed(basis.words),
    )


def _clusters(small: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the middles (count, 64), unit vectors, of clusters: spherical k-means (Dhillon and Modha, 2001)."""
    middles = small[rng.choice(len(small), count, replace=len(small) < count)]
    for _ in range(_ROUNDS):
        nearest = (small @ middles.T).argmax(axis=1)
        sums = np.zeros_like(middles)
        np.add.at(sums, nearest, small)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        middles = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), middles)
    return np.asarray(middles, dtype=np.float32)
