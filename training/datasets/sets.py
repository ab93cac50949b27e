"""The data sets: small classes over paths, each giving `Boxes` for one split.

Splits are by page or writer, never by crop, and are fixed once here:

- crops by class folder (`CropFolder`): with the blocks in numerical order, every seventh (0, 7, 14, ...) is test; of
  those at 3, 10, 17, ... one half is for choosing (`select`) and the other for calibration (`calibrate`).
- MNIST (`Mnist`): its own test set; of the training pictures two in 24 are `select` and `calibrate`.
- writers (`Writers`): every fifth writer is test, writers 3, 8, ... are `select` and `calibrate` by turns.
- drawn boxes (`Simulated`, `Cells`): every split has a seed of its own.
"""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES
from pipeline.errors import UsageError

Split = Literal["train", "select", "calibrate", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
Picture = NDArray[np.uint8]

FOLDER_LABELS = {"blank": "_", "scratched": "#", "dash": "-", "struck": "#"}
"""What the folders of crops call the marks that have no name of one letter."""


@dataclass(frozen=True)
class Boxes:
    """Pictures of boxes with what they hold.

    Attributes:
        name: The data set and split, as reports call it.
        pictures: n pictures, H x W or H x W x 3 BGR, uint8.
        labels: (n,) int64, indices into `CLASSES`; -1 where nobody can tell.
        groups: n names of the page block or writer that each picture comes from.
        names: n names of the single pictures, for reports.

    """

    name: str
    pictures: Sequence[Picture]
    labels: NDArray[np.int64]
    groups: Sequence[str]
    names: Sequence[str]

    def __len__(self) -> int:
        return len(self.pictures)

    def where(self, keep: NDArray[np.bool_]) -> "Boxes":
        """Return the boxes for which `keep` (n,) is true."""
        chosen = np.flatnonzero(keep).tolist()
        return Boxes(
            self.name,
            [self.pictures[i] for i in chosen],
            self.labels[chosen],
            [self.groups[i] for i in chosen],
            [self.names[i] for i in chosen],
        )


class Dataset(Protocol):
    """A source of boxes."""

    @property
    def name(self) -> str:
        """What reports and manifests call it."""

    def boxes(self, split: Split) -> Boxes:
        """Return the boxes of one split."""

    def files(self) -> list[Path]:
        """Return the files that the boxes come from, for the manifest."""


@dataclass(frozen=True)
class CropFolder:
    """Crops in folders by label with a labels.csv (file, label, block, near_boundary, note).

    Reviewed corrections are exported in this layout too; they are all for training, since nobody may tune on what was
    set aside for judging: `corrections=True`.
    """

    root: Path
    name: str = "crops"
    corrections: bool = False

    def boxes(self, split: Split) -> Boxes:
        """Return the labelled crops of a split; near-boundary crops are left out of the test."""
        splits = self._splits()
        rows = [row for row in self._rows() if row["label"] != "unclear" and splits[row["block"]] == split]
        if split == "test":
            rows = [row for row in rows if row["near_boundary"] != "1"]
        return self._load(rows, f"{self.name}/{split}")

    def unclear(self) -> Boxes:
        """Return the crops that no person could read; their labels are -1."""
        return self._load([row for row in self._rows() if row["label"] == "unclear"], f"{self.name}/unclear")

    def files(self) -> list[Path]:
        """Return labels.csv and every crop that it names."""
        return [self.root / "labels.csv", *(self.root / row["file"] for row in self._rows())]

    def _rows(self) -> list[dict[str, str]]:
        file = self.root / "labels.csv"
        if not file.is_file():
            raise UsageError("training_data_missing", name=self.name, path=str(file))
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    def _splits(self) -> dict[str, Split]:
        blocks = sorted({row["block"] for row in self._rows()}, key=lambda block: (len(block), block))
        return {block: "train" if self.corrections else split_of_block(at) for at, block in enumerate(blocks)}

    def _load(self, rows: list[dict[str, str]], name: str) -> Boxes:
        labels = [CLASSES.find(FOLDER_LABELS.get(row["label"], row["label"])) for row in rows]
        return Boxes(
            name,
            [read_picture(self.root / row["file"]) for row in rows],
            np.array(labels, np.int64),
            [f"block {row['block']}" for row in rows],
            [row["file"] for row in rows],
        )


def split_of_block(position: int) -> Split:
    """Return the split of the block at this position of the sorted list of blocks."""
    if position % 7 == 0:
        return "test"
    if position % 7 == 3:
        return "select" if position % 14 == 3 else "calibrate"
    return "train"


@dataclass(frozen=True)
class Mnist:
    """MNIST through torchvision, as dark ink on white paper (28 x 28). LeCun, Cortes and Burges, CC BY-SA 3.0."""

    root: Path
    name: str = "mnist"

    def boxes(self, split: Split) -> Boxes:
        """Return the pictures of a split."""
        from torchvision.datasets import MNIST  # noqa: PLC0415  reading needs no torch, so nothing imports it early

        try:
            source = MNIST(root=str(self.root), train=split != "test", download=False)
        except RuntimeError as error:
            raise UsageError("training_data_missing", name=self.name, path=str(self.root)) from error
        part = np.flatnonzero(_mnist_splits(len(source)) == split) if split != "test" else np.arange(len(source))
        pictures = 255 - source.data.numpy()[part]
        labels = source.targets.numpy()[part].astype(np.int64)
        names = [f"{split}-{index}" for index in part]
        return Boxes(f"{self.name}/{split}", list(pictures), labels, ["mnist"] * len(labels), names)

    def files(self) -> list[Path]:
        """Return the IDX files."""
        return sorted((self.root / "MNIST" / "raw").glob("*-ubyte"))


def _mnist_splits(count: int) -> NDArray[np.str_]:
    """Return the split of each training picture: every 24th, since the files may be sorted by label."""
    splits = np.full(count, "train", dtype="<U9")
    splits[3::24] = "select"
    splits[15::24] = "calibrate"
    return splits


@dataclass(frozen=True)
class Writers:
    """Digits on white paper as an npz of `x` (n, 64, 64) uint8, `y` and `writer`; split by writer."""

    file: Path
    name: str = "writers"

    def boxes(self, split: Split) -> Boxes:
        """Return the pictures of the writers of a split."""
        if not self.file.is_file():
            raise UsageError("training_data_missing", name=self.name, path=str(self.file))
        with np.load(self.file) as arrays:
            x, y, writer = arrays["x"], arrays["y"].astype(np.int64), arrays["writer"]
        keep = np.isin(writer, [who for at, who in enumerate(np.unique(writer)) if _split_of_writer(at) == split])
        names = [f"writer-{who}-{index}" for index, who in zip(np.flatnonzero(keep), writer[keep], strict=True)]
        groups = [f"writer {who}" for who in writer[keep]]
        return Boxes(f"{self.name}/{split}", list(x[keep]), y[keep], groups, names)

    def files(self) -> list[Path]:
        """Return the one file."""
        return [self.file]


def _split_of_writer(position: int) -> Split:
    """Return the split of the writer at this position of the sorted list of writers."""
    if position % 5 == 0:
        return "test"
    if position % 5 == 3:
        return "select" if position % 10 == 3 else "calibrate"
    return "train"


SIMULATED_SHARES = {"_": 0.14, "#": 0.15, "-": 0.09, "X": 0.07}
"""How the simulated boxes are divided: more of what the real crops lack; the digits share the rest."""


@dataclass(frozen=True)
class Simulated:
    """Boxes drawn by `training.handwriting`, as many as wanted."""

    count: int
    seed: int = 0
    name: str = "simulated"

    def boxes(self, split: Split, start: int = 0) -> Boxes:
        """Return `count` drawn boxes from index `start` on; each depends on the seed, the split and its index alone."""
        from training.handwriting import simulate_box  # noqa: PLC0415  drawing is slow to import, and not always used

        pictures, labels = [], []
        for index in range(start, start + self.count):
            rng = np.random.default_rng((self.seed, SPLITS.index(split), index))
            label = str(rng.choice(list(CLASSES), p=_odds(SIMULATED_SHARES)))
            pictures.append(simulate_box(label, rng))
            labels.append(CLASSES.index(label))
        names = [f"{split}-{index}" for index in range(start, start + self.count)]
        groups = ["simulated"] * self.count
        return Boxes(f"{self.name}/{split}", pictures, np.array(labels, np.int64), groups, names)

    def files(self) -> list[Path]:
        """Return nothing: what is drawn depends on the code alone."""
        return []


CELL_SHARES = {"_": 0.10, "#": 0.08, "-": 0.06, "X": 0.18}
"""The same for cells of older forms, in which X stands in most boxes that need no digit."""


@dataclass(frozen=True)
class Cells:
    """Cells of older forms drawn by `training.scans`, on paper: before any scanner."""

    count: int
    seed: int = 0
    name: str = "cells"

    def boxes(self, split: Split, start: int = 0) -> Boxes:
        """Return `count` drawn cells from index `start` on; each depends on the seed, the split and its index alone."""
        from training.scans import draw_cell  # noqa: PLC0415  drawing is slow to import, and not always used

        pictures, labels = [], []
        for index in range(start, start + self.count):
            rng = np.random.default_rng((self.seed, SPLITS.index(split), index, 1))
            label = str(rng.choice(list(CLASSES), p=_odds(CELL_SHARES)))
            pictures.append(draw_cell(label, rng))
            labels.append(CLASSES.index(label))
        names = [f"{split}-{index}" for index in range(start, start + self.count)]
        return Boxes(f"{self.name}/{split}", pictures, np.array(labels, np.int64), [self.name] * self.count, names)

    def files(self) -> list[Path]:
        """Return nothing: what is drawn depends on the code alone."""
        return []


def _odds(shares: Mapping[str, float]) -> list[float]:
    """Return the share of each class among drawn boxes, in the order of `CLASSES`; digits share what is left."""
    digits = (1.0 - sum(shares.values())) / 10
    return [shares.get(label, digits) for label in CLASSES]


def frozen_test(root: Path) -> Boxes:
    """Return what a challenger and a champion are compared on: the test blocks and the held-out writers."""
    return join(
        [CropFolder(root / "digits-2024").boxes("test"), Writers(root / "numbers-21-writers.npz").boxes("test")]
    )


def join(parts: Sequence[Boxes]) -> Boxes:
    """Return the boxes of several parts as one."""
    return Boxes(
        "+".join(part.name for part in parts),
        [picture for part in parts for picture in part.pictures],
        np.concatenate([part.labels for part in parts]),
        [group for part in parts for group in part.groups],
        [name for part in parts for name in part.names],
    )


def read_picture(file: Path) -> Picture:
    """Return a picture as H x W x 3 BGR, decoded by its content, whatever its name ends with.

    Raises:
        UsageError: `box_unreadable`.

    """
    data = np.frombuffer(file.read_bytes(), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise UsageError("box_unreadable", file=str(file))
    return np.asarray(picture, np.uint8)


def sha256_of(file: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
