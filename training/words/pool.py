"""Pools of lines: many strips kept together as bytes, so that a run of training draws them once."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.lines import HEIGHT
from training.words.simulate import Line, simulate_line

_FULL = 255 / 1.3


@dataclass(frozen=True, slots=True)
class Pool:
    """Lines kept as bytes.

    Attributes:
        strips: Ink (HEIGHT, all widths), uint8; 1 is `_FULL`.
        ends: Where each strip ends, int64 (n,).
        texts: What each says.

    """

    strips: NDArray[np.uint8]
    ends: NDArray[np.int64]
    texts: tuple[str, ...]

    @staticmethod
    def of(lines: Iterable[Line]) -> "Pool":
        """Keep some lines."""
        kept = list(lines)
        strips = [np.round(np.clip(line.strip, 0, 1.3) * _FULL).astype(np.uint8) for line in kept]
        ends = np.cumsum([strip.shape[1] for strip in strips]).astype(np.int64)
        empty = np.zeros((HEIGHT, 0), np.uint8)
        return Pool(np.hstack([empty, *strips]), ends, tuple(line.text for line in kept))

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self.texts)

    def __getitem__(self, index: int) -> Line:
        """Return one line.

        Raises:
            IndexError: There is no such line.

        """
        if not 0 <= index < len(self.texts):
            raise IndexError(index)
        start = int(self.ends[index - 1]) if index else 0
        strip = self.strips[:, start : int(self.ends[index])]
        return Line(strip.astype(np.float32) / np.float32(_FULL), self.texts[index])

    @property
    def sha256(self) -> str:
        """The hash over all strips and texts."""
        digest = hashlib.sha256(self.strips.tobytes())
        digest.update(repr((self.ends.tolist(), self.texts)).encode())
        return digest.hexdigest()

    def save(self, file: Path) -> None:
        """Write the pool to a file."""
        np.savez(file, strips=self.strips, ends=self.ends, texts=np.array(self.texts))

    @staticmethod
    def load(file: Path) -> "Pool":
        """Read what `save` wrote."""
        with np.load(file) as kept:
            return Pool(kept["strips"], kept["ends"], tuple(str(text) for text in kept["texts"]))


def simulated(seed: int, numbers: Sequence[int]) -> Pool:
    """Return simulated lines: each is drawn of the seed and its own number."""
    return Pool.of(simulate_line(np.random.default_rng((seed, number))) for number in numbers)
