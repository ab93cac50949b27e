"""Windows with labels, ready for a network: bubbles or tally cells out of samples, prepared as the reader does."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.bubbles.cut import level_bubbles
from pipeline.recognition.bubbles.reader import BUBBLE_CLASSES
from pipeline.recognition.bubbles.reader import CONTRACT as BUBBLES
from pipeline.recognition.network import Contract
from pipeline.recognition.tallies.cut import CELL_PIXELS, blank_cells, level_cells
from pipeline.recognition.tallies.reader import CONTRACT as TALLIES
from pipeline.recognition.tallies.reader import TALLY_CLASSES
from training.witnesses.samples import CANCELLED, NOTHING, UNKNOWN, NumberSample

CONTRACTS: dict[str, Contract] = {"bubbles": BUBBLES, "tallies": TALLIES}
"""What a network of each kind is given."""

EMPTY_OR_CANCELLED = -2
"""Label of a tally cell that holds no stroke that counts."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of one kind.

    Attributes:
        ink: float32 (n, size, size), levelled.
        labels: int64 (n,), index into `classes`; -1 where it is not known, `EMPTY_OR_CANCELLED` where it is one of two.
        pages: int64 (n,), the page that each was cut from.
        classes: One character a class.

    """

    ink: NDArray[np.float32]
    labels: NDArray[np.int64]
    pages: NDArray[np.int64]
    classes: str


def windows_of(kind: str, samples: Iterable[NumberSample]) -> Windows:
    """Return all windows of a kind, "bubbles" or "tallies", but for grids not located and cells known to be blank."""
    inks, labels, pages = [], [], []
    for sample in samples:
        ink, label = _bubbles(sample) if kind == "bubbles" else _cells(sample)
        inks.append(ink)
        labels.append(label)
        pages.append(np.full(len(label), sample.page))
    classes = BUBBLE_CLASSES if kind == "bubbles" else TALLY_CLASSES
    return Windows(np.concatenate(inks), np.concatenate(labels), np.concatenate(pages), classes)


def _bubbles(sample: NumberSample) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    if sample.bubbles is None or sample.marked is None:
        return np.zeros((0, 24, 24), np.float32), np.zeros(0, np.int64)
    ink = level_bubbles(sample.bubbles)
    return ink.reshape(-1, *ink.shape[2:]), np.maximum(sample.marked.ravel().astype(np.int64), -1)


def _cells(sample: NumberSample) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    if sample.cells is None or sample.strokes is None or not sample.located:
        return np.zeros((0, CELL_PIXELS, CELL_PIXELS), np.float32), np.zeros(0, np.int64)
    ink = level_cells(sample.cells).reshape(-1, CELL_PIXELS, CELL_PIXELS)
    strokes = sample.strokes.ravel().astype(np.int64)
    seen = ~blank_cells(ink)
    labels = np.where(strokes == CANCELLED, TALLY_CLASSES.index("z"), strokes)
    labels = np.where(strokes == NOTHING, EMPTY_OR_CANCELLED, labels)
    return ink[seen], np.where(strokes == UNKNOWN, -1, labels)[seen]
