"""Batches of boxes: a batch depends on the seed and the step alone, so that a run can be resumed exactly."""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset as TorchDataset

from models.package import CLASSES
from training.datasets.sets import Boxes
from training.digits.config import TrainConfig
from training.digits.inputs import prepare_as
from training.digits.outliers import Material, outlier, place, plain_box
from training.scans import close_up, scan
from training.scans.augment import augment, elastic, neighbour, random_grey

Crop = NDArray[np.uint8]
STRUCK = CLASSES.index("#")
EMPTY = CLASSES.index("_")

PAPER = ("mnist", "writers")
"""The sources of digits on bare paper."""

SCANNED = 0.85
"""Share of the cells of older forms that come from a scanner; the others are photographs."""

CLOSE_UP = 0.4
"""Share of them that are cut around their ink, as the reader does for a second look."""

WRITTEN = 0.4
"""Share of them that hold a digit from a person's hand, of MNIST or the writers, instead of a drawn mark."""


@dataclass(frozen=True)
class Sources:
    """What batches are drawn from: boxes by source, and empty boxes to write in."""

    parts: dict[str, Boxes]
    empties: list[Crop] = field(default_factory=list)
    empty_cells: list[Crop] = field(default_factory=list)

    @staticmethod
    def of(parts: dict[str, Boxes]) -> "Sources":
        """Collect the empty boxes of the parts beside them."""
        return Sources(parts, _empty(parts.get("simulated")), _empty(parts.get("cells")))

    def empty(self, rng: np.random.Generator) -> Crop:
        """Return an empty box, H x W grey."""
        if not self.empties or rng.random() < 0.2:
            return plain_box(rng)
        return random_grey(self.empties[int(rng.integers(len(self.empties)))], rng)


def _empty(boxes: Boxes | None) -> list[Crop]:
    """Return the pictures of empty boxes among these."""
    chosen = np.flatnonzero(boxes.labels == EMPTY).tolist() if boxes is not None else []
    return [boxes.pictures[i] for i in chosen] if boxes is not None else []


class Batches(TorchDataset[tuple[Tensor, Tensor]]):
    """Item k is the whole batch of step k: ink (batch, 1, size, size) float32 and labels (batch,) int64."""

    def __init__(self, config: TrainConfig, sources: Sources) -> None:
        self.config, self.sources = config, sources
        data = config.data
        shares = {
            "crops": data.crops_share,
            "mnist": data.mnist_share,
            "writers": data.writers_share,
            "simulated": data.simulated_share,
            "pages": data.pages_share,
            "real": data.real_share,
            "outliers": data.outliers_share,
            "cells": data.cells_share,
        }
        self._names = [name for name, share in shares.items() if share]
        self._odds = np.array([shares[name] for name in self._names]) / sum(shares.values())

    def __len__(self) -> int:
        return self.config.steps

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        cv2.setNumThreads(1)
        rng = np.random.default_rng((self.config.seed, step))
        names = rng.choice(self._names, self.config.batch, p=self._odds)
        made = [self._box(str(name), rng) for name in names]
        ink = prepare_as(self.config.network.input, [crop for crop, _ in made], self.config.network.size)
        return torch.from_numpy(ink), torch.tensor([label for _, label in made])

    def _box(self, name: str, rng: np.random.Generator) -> tuple[Crop, int]:
        """Return one changed box and its label."""
        if name in PAPER and self.config.as_is and rng.random() < self.config.as_is:
            return self._untouched(name, rng)
        make: Callable[[np.random.Generator], tuple[Crop, int]] = {
            "outliers": self._outlier,
            "mnist": self._paper_digit("mnist"),
            "writers": self._paper_digit("writers"),
            "cells": self._cell,
        }.get(name, self._page_box(name))
        crop, label = make(rng)
        chance = SCANNED if name == "cells" else self.config.scans
        scanned = bool(chance) and rng.random() < chance
        if scanned:
            crop = scan(crop, rng)
        if name == "cells" and rng.random() < CLOSE_UP:
            crop = close_up(crop)
        # Digits on bare paper have no frame to be found by; they come scanned, not photographed, and change less.
        on_paper = scanned or name in PAPER
        return augment(crop, rng, self.config.paper_strength if on_paper else self.config.strength), label

    def _untouched(self, name: str, rng: np.random.Generator) -> tuple[Crop, int]:
        """A box as it is. Whatever resamples it blurs it a little, and sharp ones are met in use, too."""
        part = self.sources.parts[name]
        index = int(rng.integers(len(part)))
        return random_grey(part.pictures[index], rng), int(part.labels[index])

    def _page_box(self, name: str) -> Callable[[np.random.Generator], tuple[Crop, int]]:
        """Boxes cut from pages: as they are, or with a neighbour reaching in."""

        def make(rng: np.random.Generator) -> tuple[Crop, int]:
            part = self.sources.parts[name]
            index = int(rng.integers(len(part)))
            crop = random_grey(part.pictures[index], rng)
            if rng.random() < 0.10 * self.config.strength:
                crop = neighbour(crop, random_grey(part.pictures[int(rng.integers(len(part)))], rng), rng)
            return crop, int(part.labels[index])

        return make

    def _paper_digit(self, name: str) -> Callable[[np.random.Generator], tuple[Crop, int]]:
        """Digits from white paper: as they are, or written into a printed box."""

        def make(rng: np.random.Generator) -> tuple[Crop, int]:
            part = self.sources.parts[name]
            index = int(rng.integers(len(part)))
            crop, label = part.pictures[index], int(part.labels[index])
            if self.config.elastic and rng.random() < 0.7:
                crop = elastic(crop, rng, self.config.elastic)
            return (place(self.sources.empty(rng), crop, rng) if rng.random() < 0.4 else crop), label

        return make

    def _cell(self, rng: np.random.Generator) -> tuple[Crop, int]:
        """A cell of an older form as it was drawn, or an empty one with a digit that a person wrote."""
        cells = self.sources.parts["cells"]
        written = [name for name in PAPER if name in self.sources.parts]
        if written and rng.random() < WRITTEN:
            digits = self.sources.parts[str(rng.choice(written))]
            index = int(rng.integers(len(digits)))
            empty = self.sources.empty_cells[int(rng.integers(len(self.sources.empty_cells)))]
            # People write as wide as a cell allows; in one that is taller than wide, that leaves paper above and below.
            share = min(empty.shape) / empty.shape[0]
            crop = place(empty, digits.pictures[index], rng, (0.32 * share, 0.70 * share))
            return crop, int(digits.labels[index])
        index = int(rng.integers(len(cells)))
        return cells.pictures[index], int(cells.labels[index])

    def _outlier(self, rng: np.random.Generator) -> tuple[Crop, int]:
        names = ("crops", "simulated", "writers", "mnist")
        name = next(name for name in names if name in self.sources.parts)
        if name == "crops" and "simulated" in self.sources.parts and rng.random() < 0.3:
            name = "simulated"
        return outlier(Material(self.sources.parts[name], self.sources.empty(rng)), rng), STRUCK
