"""Descriptors made small, and the words that they are.

A descriptor of 128 values is brought to 64 by the principal components of the print of many forms. The vocabulary
(Sivic and Zisserman, "Video Google", ICCV 2003) is what the print of forms is made of: features with the same word look
alike, so that a picture's features meet those of all pages at once, without comparing each with each. It has two levels
(Nister and Stewenius, "Scalable recognition with a vocabulary tree", CVPR 2006): first the kind, then the word within.
Both were learnt from the print of forms by `chasil forms prints` and are kept in `basis.npz` beside this file.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BASIS_FILE = Path(__file__).with_name("basis.npz")

KEPT = 64
"""Values of a small descriptor."""

SCALE = 200.0
"""A value of a small descriptor is kept as a whole number of so many parts of 1; what is above 0.63 becomes that."""


@dataclass(frozen=True, slots=True)
class Basis:
    """How descriptors are made small.

    Attributes:
        mean: Of descriptors (128,).
        components: Their principal components (64, 128).
        kinds: The kinds of words, small descriptors (k, 64).
        words: The words of each kind, small descriptors (k, w, 64).

    """

    mean: NDArray[np.float32]
    components: NDArray[np.float32]
    kinds: NDArray[np.float32]
    words: NDArray[np.float32]

    @property
    def count(self) -> int:
        """How many words there are."""
        return int(self.words.shape[0] * self.words.shape[1])

    def reduced(self, descriptors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return descriptors (n, 128) as small ones, unit vectors (n, 64)."""
        small = (descriptors - self.mean) @ self.components.T
        return np.asarray(small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    def words_of(self, small: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Return the word (n,) that each small descriptor (n, 64) is nearest to, and how alike they are (n,)."""
        words = np.zeros(len(small), dtype=np.intp)
        alike = np.zeros(len(small), dtype=np.float32)
        kinds = (small @ self.kinds.T).argmax(axis=1)
        order = np.argsort(kinds, kind="stable")
        ends = np.searchsorted(kinds[order], np.arange(len(self.kinds) + 1))
        for kind in np.flatnonzero(np.diff(ends)):
            here = order[ends[kind] : ends[kind + 1]]
            similarity = small[here] @ self.words[kind].T
            words[here] = similarity.argmax(axis=1) + kind * self.words.shape[1]
            alike[here] = similarity.max(axis=1)
        return words, alike


def packed(small: NDArray[np.float32]) -> NDArray[np.int8]:
    """Return small descriptors (..., 64) in a quarter of the bytes."""
    return np.clip(np.round(small * SCALE), -127, 127).astype(np.int8)


def unpacked(kept: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return small descriptors (..., 64), unit vectors again."""
    small = kept.astype(np.float32)
    return np.asarray(small / np.maximum(np.linalg.norm(small, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


@cache
def load_basis(path: Path = BASIS_FILE) -> Basis:
    """Return the basis that every print of this program is kept in."""
    with np.load(path, allow_pickle=False) as file:
        return Basis(
            file["mean"].astype(np.float32),
            file["components"].astype(np.float32),
            unpacked(file["kinds"]),
            unpacked(file["words"]),
        )
