"""Batches of lines for training: drawn from pools by share, disturbed, laid side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.words.lines import HEIGHT, WIDEST
from pipeline.recognition.words.reader import frames_of, side_by_side
from pipeline.recognition.words.scoring import BLANK, OTHER, WORD_CLASSES
from training.words.simulate import Line


class Source(Protocol):
    """Lines by their number."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __getitem__(self, index: int, /) -> Line:
        """Return one."""


AMONG = 3
"""So many batches are drawn at once, and lines of like length are taken together: less is computed for nothing."""

_LETTER_PX = 3  # a letter that is squeezed below this leaves its frame


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines side by side.

    Attributes:
        ink: (n, HEIGHT, width) float32.
        frames: (n,): frames of the network that each line has.
        labels: All letters, one line behind the other, as indices of `WORD_CLASSES`.
        lengths: (n,): letters of each line.

    """

    ink: NDArray[np.float32]
    frames: NDArray[np.int64]
    labels: NDArray[np.int64]
    lengths: NDArray[np.int64]


def draw(sources: Mapping[str, tuple[Source, float]], count: int, rng: np.random.Generator, strength: float) -> Batch:
    """Draw a batch.

    Args:
        sources: Pools and their shares.
        count: Lines.
        rng: Source of the choice and of the changes.
        strength: Of the changes; 0 leaves lines as they are.

    """
    names = [name for name, (source, share) in sources.items() if share > 0 and len(source)]
    shares = np.array([sources[name][1] for name in names])
    chosen = rng.choice(len(names), AMONG * count, p=shares / shares.sum())
    lines = [_one(sources[names[place]][0], rng) for place in chosen]
    lines.sort(key=lambda line: line.strip.shape[1])
    start = int(rng.integers((AMONG - 1) * count + 1))
    return batch_of([disturbed(line, rng, strength) for line in lines[start : start + count]])


def batch_of(lines: Sequence[Line]) -> Batch:
    """Lay lines side by side; what has more letters than frames is squeezed no further than it can be read."""
    strips = [line.strip if line.strip.shape[1] >= 8 else np.zeros((HEIGHT, 8), np.float32) for line in lines]
    ink = side_by_side(strips)
    frames = np.array([frames_of(strip) for strip in strips], np.int64)
    labels = [[WORD_CLASSES.index(sign) for sign in known(line.text)] for line in lines]
    flat = np.array([label for some in labels for label in some], np.int64)
    return Batch(ink, frames, flat, np.array([len(some) for some in labels], np.int64))


def known(text: str) -> str:
    """Return a text in the classes of the network: any other sign is `OTHER`."""
    return "".join(sign if sign in WORD_CLASSES and sign != BLANK else OTHER for sign in text)


def disturbed(line: Line, rng: np.random.Generator, strength: float) -> Line:
    """Return a line stretched, slanted, bent, thicker or thinner, paler, noisier, with strokes broken."""
    strip = line.strip
    if strength <= 0 or strip.shape[1] < 8:
        return line
    strip = _bent(strip, line.text, rng, strength)
    strip = _inked(strip, rng, strength)
    if rng.random() < 0.35 * strength:
        strip = _broken(strip, rng)
    return Line(np.clip(strip, 0.0, 1.3).astype(np.float32), line.text)


def _one(source: Source, rng: np.random.Generator) -> Line:
    return source[int(rng.integers(len(source)))]


def _bent(strip: NDArray[np.float32], text: str, rng: np.random.Generator, strength: float) -> NDArray[np.float32]:
    """Return a strip with another width, slant, height and a wavy base."""
    width = strip.shape[1]
    stretch = float(np.exp(rng.normal(0.0, 0.16 * strength)))
    least = min(max(4 * (len(text) + 2), 4 * _LETTER_PX), width)
    wide = int(np.clip(round(width * stretch), least, WIDEST))
    x = (np.arange(wide, dtype=np.float32) + 0.5) * (width / wide) - 0.5
    y = np.arange(HEIGHT, dtype=np.float32) - (HEIGHT - 1) / 2
    tall = float(np.exp(rng.normal(0.0, 0.09 * strength)))
    slant = float(np.clip(rng.normal(0.0, 0.16 * strength), -0.5, 0.5))
    sway, wave = _smooth(wide, 1.3 * strength, 14.0, rng), _smooth(wide, 1.1 * strength, 26.0, rng)
    map_x = x + sway + slant * y[:, None]
    map_y = y[:, None] * tall + wave + rng.normal(0.0, 0.9 * strength) + (HEIGHT - 1) / 2
    map_y = np.broadcast_to(map_y, map_x.shape)
    return np.asarray(
        cv2.remap(strip, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR, borderValue=(0.0,)),
        np.float32,
    )


def _smooth(count: int, size: float, reach: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return values (count,) that wander by about `size` over `reach` px."""
    knots = max(2, int(count / reach) + 2)
    coarse = rng.normal(0.0, size, knots)
    return np.interp(np.linspace(0, knots - 1, count), np.arange(knots), coarse).astype(np.float32)


def _inked(strip: NDArray[np.float32], rng: np.random.Generator, strength: float) -> NDArray[np.float32]:
    """Return a strip with thicker or thinner, paler or darker, blurred, noisy ink."""
    kind = rng.random()
    if kind < 0.15 * strength:
        strip = np.asarray(cv2.dilate(strip, np.ones((2, 2), np.uint8)), np.float32)
    elif kind < 0.28 * strength:
        strip = 0.5 * strip + 0.5 * cv2.erode(strip, np.ones((2, 2), np.uint8))
    elif kind < 0.5 * strength:
        blurred = cv2.GaussianBlur(strip, (0, 0), rng.uniform(0.5, 1.4)) * rng.uniform(1.0, 1.5)
        strip = np.asarray(np.clip(blurred, 0, 1.2), np.float32)
    strip = np.maximum(strip, 0.0) ** np.float32(np.exp(rng.normal(0.0, 0.25 * strength)))
    strip = strip * np.float32(rng.uniform(1.0 - 0.35 * strength, 1.0 + 0.1 * strength))
    if rng.random() < 0.4 * strength:
        strip = strip + rng.standard_normal(strip.shape, np.float32) * np.float32(rng.uniform(0.0, 0.1))
    return np.asarray(strip, np.float32)


def _broken(strip: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a strip with pieces rubbed out, or with a stroke across."""
    strip = strip.copy()
    width = strip.shape[1]
    for _ in range(int(rng.integers(1, 4))):
        x, y = int(rng.integers(width)), int(rng.integers(HEIGHT))
        wide, high = int(rng.integers(2, 7)), int(rng.integers(2, 10))
        strip[y : y + high, x : x + wide] *= np.float32(rng.uniform(0.0, 0.5))
    if rng.random() < 0.25:
        ends = [(int(rng.integers(width)), int(rng.integers(HEIGHT))) for _ in range(2)]
        if abs(ends[0][0] - ends[1][0]) < 60:
            cv2.line(strip, ends[0], ends[1], (float(rng.uniform(0.4, 1.0)),), 1, cv2.LINE_AA)
    return strip
