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
from training.augment import augment, elastic, neighbour, random_grey
from training.config import TrainConfig
from training.datasets import Boxes
from training.inputs import prepare_as
from training.outliers import Material, outlier, place, plain_box

Crop = NDArray[np.uint8]
STRUCK = CLASSES.index("#")
EMPTY = CLASSES.index("_")


@dataclass(frozen=True)
class Sources:
    """What batches are drawn from: boxes by source, and empty boxes to write in."""

    parts: dict[str, Boxes]
    empties: list[Crop] = field(default_factory=list)

    @staticmethod
    def of(parts: dict[str, Boxes]) -> "Sources":
        """Collect the empty boxes of the parts beside them."""
        simulated = parts.get("simulated")
        chosen = np.flatnonzero(simulated.labels == EMPTY).tolist() if simulated is not None else []
        return Sources(parts, [simulated.pictures[i] for i in chosen] if simulated is not None else [])

    def empty(self, rng: np.random.Generator) -> Crop:
        """Return an empty box, H x W grey."""
        if not self.empties or rng.random() < 0.2:
            return plain_box(rng)
        return random_grey(self.empties[int(rng.integers(len(self.empties)))], rng)


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
            "outliers": data.outliers_share,
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
        make: Callable[[np.random.Generator], tuple[Crop, int]] = {
            "outliers": self._outlier,
            "mnist": self._paper_digit("mnist"),
            "writers": self._paper_digit("writers"),
        }.get(name, self._page_box(name))
        crop, label = make(rng)
        # Digits on bare paper have no frame to be found by; they come scanned, not photographed, and change less.
        strength = self.config.paper_strength if name in ("mnist", "writers") else self.config.strength
        return augment(crop, rng, strength), label

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

    def _outlier(self, rng: np.random.Generator) -> tuple[Crop, int]:
        names = ("crops", "simulated", "writers", "mnist")
        name = next(name for name in names if name in self.sources.parts)
        if name == "crops" and "simulated" in self.sources.parts and rng.random() < 0.3:
            name = "simulated"
        return outlier(Material(self.sources.parts[name], self.sources.empty(rng)), rng), STRUCK
