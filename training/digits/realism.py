"""How real simulated boxes look: a small network tries to tell them from real crops.

`chasil evaluate realism FOLDER` reads real crops (`FOLDER/<label>/*`, `FOLDER/labels.csv` with a column `block`),
simulates as many with the same labels, trains on some blocks and judges on others. An area under the curve (AUC) of 0.5
means that the network cannot tell them apart, 1.0 that it always can. It also compares plain statistics of the two,
which say in what they differ, and writes a picture with real crops on the left and simulated on the right.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from training.handwriting import simulate_box

Crop = NDArray[np.uint8]

FOLDERS = {**{str(digit): str(digit) for digit in range(10)}, "X": "X", "blank": "_"}
"""Folders of real crops and the label that they stand for; others are too few or too vague to compare."""

_SIDE = 32  # pixels of the network's input
_STATISTICS = (
    "height",
    "width/height",
    "brightness",
    "spread",
    "paper",
    "contrast",
    "sharpness",
    "blue-green",
    "red-green",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Crops with their labels and blocks, in the same order."""

    crops: list[Crop]
    labels: list[str]
    blocks: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well real and simulated crops were told apart on blocks not trained on, with 95 % intervals."""

    auc: float
    auc_interval: tuple[float, float]
    accuracy: float
    accuracy_interval: tuple[float, float]


def load_crops(folder: Path) -> Sample:
    """Reads real crops; whatever their names say, they are decoded by content."""
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] in FOLDERS]
    crops = [_decode(folder / row["file"]) for row in rows]
    return Sample(crops, [FOLDERS[row["label"]] for row in rows], np.array([int(row["block"]) for row in rows]))


def _decode(path: Path) -> Crop:
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"not a picture: {path}")
    return np.asarray(picture).astype(np.uint8, copy=False)


def simulate_like(real: Sample, rng: np.random.Generator) -> Sample:
    """Simulates one crop for every real one, with its label and block."""
    return Sample([simulate_box(label, rng) for label in real.labels], real.labels, real.blocks)


def statistics(crops: list[Crop]) -> NDArray[np.float64]:
    """Returns one row per crop and one column per name in `_STATISTICS`, brightness in grey values 0..255."""
    return np.array([_measure(crop) for crop in crops])


def _measure(crop: Crop) -> tuple[float, ...]:
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float64)
    dark, paper = np.percentile(grey, [2, 75])
    blue, green, red = crop[grey >= paper].mean(axis=0)
    sharpness = np.log10(float(cv2.Laplacian(grey, cv2.CV_64F).var()) + 1.0)
    height, width = grey.shape
    return (
        height, width / height, grey.mean(), grey.std(), paper, paper - dark, sharpness, blue - green, red - green,
    )  # fmt: skip


def to_input(crops: list[Crop]) -> NDArray[np.float32]:
    """Returns grey pictures (n, 1, 32, 32), 0..1."""
    grey = [cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY) for crop in crops]
    small = [cv2.resize(g, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA) for g in grey]
    return (np.stack(small)[:, None] / 255.0).astype(np.float32)


def judge(real: Sample, simulated: Sample, *, seed: int = 0, epochs: int = 8) -> Verdict:
    """Trains on two thirds of the blocks, and judges on the rest."""
    rng = np.random.default_rng(seed)
    blocks = rng.permutation(np.unique(real.blocks))
    held = np.isin(real.blocks, blocks[: len(blocks) // 3])
    x = np.concatenate([to_input(real.crops), to_input(simulated.crops)])
    y = np.repeat([1.0, 0.0], len(real.crops))
    test = np.concatenate([held, held])
    scores = _train_and_score(x[~test], y[~test], x[test], seed=seed, epochs=epochs)
    n = int(held.sum())
    return _verdict(scores[:n], scores[n:], real.blocks[held], rng)


def _train_and_score(
    x: NDArray[np.float32], y: NDArray[np.float64], unseen: NDArray[np.float32], *, seed: int, epochs: int
) -> NDArray[np.float64]:
    """Returns for unseen pictures the network's score for "real"; needs torch (extra `train`)."""
    import torch  # noqa: PLC0415 - only this function needs it

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    layers: list[torch.nn.Module] = []
    for inputs, outputs in ((1, 16), (16, 32), (32, 64)):
        layers += [
            torch.nn.Conv2d(inputs, outputs, 3, padding=1),
            torch.nn.BatchNorm2d(outputs),
            torch.nn.ReLU(),
            torch.nn.MaxPool2d(2),
        ]
    net = torch.nn.Sequential(*layers, torch.nn.Flatten(), torch.nn.Dropout(0.3), torch.nn.Linear(64 * 16, 1))
    steps = epochs * (len(x) // 64)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    generator = torch.Generator().manual_seed(seed)
    inputs_, targets = torch.from_numpy(x), torch.from_numpy(y.astype(np.float32))
    for _ in range(steps):
        batch = torch.randint(len(x), (64,), generator=generator)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(inputs_[batch])[:, 0], targets[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.no_grad():
        scores = torch.cat([net(part)[:, 0] for part in torch.split(torch.from_numpy(unseen), 512)])
    return np.asarray(scores.numpy(), dtype=np.float64)


def _verdict(
    real: NDArray[np.float64], simulated: NDArray[np.float64], blocks: NDArray[np.int64], rng: np.random.Generator
) -> Verdict:
    """Returns AUC and accuracy; the intervals draw whole blocks anew, because crops of one page are alike."""
    groups = [np.flatnonzero(blocks == block) for block in np.unique(blocks)]
    aucs, rates = [], []
    for _ in range(400):
        chosen = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
        again = simulated[rng.integers(0, len(simulated), len(simulated))]
        aucs.append(area_under_curve(real[chosen], again))
        rates.append(_accuracy(real[chosen], again))
    low_auc, high_auc = np.percentile(aucs, [2.5, 97.5])
    low, high = np.percentile(rates, [2.5, 97.5])
    return Verdict(
        area_under_curve(real, simulated),
        (float(low_auc), float(high_auc)),
        _accuracy(real, simulated),
        (float(low), float(high)),
    )


def area_under_curve(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Returns the probability that a positive scores above a negative, ties counted half."""
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left") + np.searchsorted(ordered, positive, "right")
    return float(below.mean() / (2 * len(negative)))


def _accuracy(real: NDArray[np.float64], simulated: NDArray[np.float64]) -> float:
    """Returns the mean of both classes' shares on the right side of zero."""
    return float(((real > 0).mean() + (simulated <= 0).mean()) / 2)


def side_by_side(real: Sample, simulated: Sample, rng: np.random.Generator, *, per_class: int = 10) -> Crop:
    """Returns a picture: a row per label, real crops on the left, simulated on the right of the white bar."""
    rows = []
    for label in dict.fromkeys(real.labels):
        halves = [
            _strip([c for c, is_ in zip(s.crops, s.labels, strict=True) if is_ == label], per_class, rng)
            for s in (real, simulated)
        ]
        rows.append(np.hstack([halves[0], np.full((80, 8, 3), 255, np.uint8), halves[1]]))
    return np.vstack(rows)


def _strip(crops: list[Crop], n: int, rng: np.random.Generator) -> Crop:
    """Returns n crops drawn at random, each in a tile of 80 px, side by side."""
    tiles = np.zeros((n, 80, 80, 3), np.uint8)
    for tile, index in zip(tiles, rng.permutation(len(crops))[:n], strict=False):
        height, width = crops[index].shape[:2]
        zoom = 80 / max(height, width)
        size = (max(1, int(width * zoom)), max(1, int(height * zoom)))
        tile[: size[1], : size[0]] = cv2.resize(crops[index], size, interpolation=cv2.INTER_NEAREST)
    return np.hstack(list(tiles))


def compare(crops: Path, picture: Path, *, seed: int = 0, epochs: int = 8) -> Iterator[str]:
    """Yield the lines of the comparison, and write the picture.

    Args:
        crops: Folder of real crops with labels.csv.
        picture: Where real and simulated crops are shown side by side.
        seed: Of the simulated boxes and of the network.
        epochs: Of its training.

    """
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    real = load_crops(crops)
    simulated = simulate_like(real, rng)
    cv2.imwrite(str(picture), side_by_side(real, simulated, rng))
    yield from _statistics_table(real, simulated)
    verdict = judge(real, simulated, seed=seed, epochs=epochs)
    yield f"AUC {verdict.auc:.3f} ({verdict.auc_interval[0]:.3f} to {verdict.auc_interval[1]:.3f})"
    low, high = verdict.accuracy_interval
    yield f"accuracy {verdict.accuracy:.3f} ({low:.3f} to {high:.3f}); {len(real.crops)} real crops, as many simulated"


def _statistics_table(real: Sample, simulated: Sample) -> Iterator[str]:
    """Yields quantiles of the statistics, real above simulated."""
    quantiles = [5, 25, 50, 75, 95]
    yield f"{'':14}{'':11}" + "".join(f"{q:>9} %" for q in quantiles)
    columns = zip(_STATISTICS, statistics(real.crops).T, statistics(simulated.crops).T, strict=True)
    for name, one, other in columns:
        for who, values in (("real", one), ("simulated", other)):
            yield f"{name:14}{who:11}" + "".join(f"{v:11.2f}" for v in np.percentile(values, quantiles))
