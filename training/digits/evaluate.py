"""Judge a model package on every test set: the numbers. `training.digits.report` writes them down for people.

The package is read through `DigitReader`, as in earnest: what is judged is what will run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES, ModelPackage
from pipeline.recognition.digits import DigitReader
from training.datasets.drawn_boxes import scanned_boxes, simulated_boxes
from training.datasets.sets import Boxes, CropFolder, Mnist, Writers
from training.digits.outliers import KINDS, Material, outlier, plain_box
from training.evaluation.metrics import brier, coverage_at, nll, reliability, risk_at
from training.scans.augment import random_grey

Picture = NDArray[np.uint8]
MARKS = "0123456789X"
OUTLIERS = 300
SIMULATED = 4000
SCANNED = 4000


@dataclass(frozen=True)
class Result:
    """What the reader said of one set of boxes.

    Attributes:
        boxes: The boxes.
        p: (n, 14) calibrated probabilities.

    """

    boxes: Boxes
    p: NDArray[np.float64]

    @property
    def guesses(self) -> NDArray[np.int64]:
        """The most probable class of each box, (n,)."""
        return np.asarray(self.p.argmax(axis=1), np.int64)

    @property
    def confidence(self) -> NDArray[np.float64]:
        """The probability of that class, (n,)."""
        return np.asarray(self.p.max(axis=1), np.float64)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether it is the true one, (n,)."""
        return np.asarray(self.guesses == self.boxes.labels)

    def only(self, labels: str) -> "Result":
        """Return the part whose true class is one of `labels`."""
        keep = np.isin(self.boxes.labels, [CLASSES.index(label) for label in labels])
        return Result(self.boxes.where(keep), self.p[keep])


@dataclass(frozen=True, slots=True)
class Scores:
    """The measures of one result."""

    boxes: int
    right: int
    ece: float
    nll: float
    brier: float
    coverage_at_01: float
    risk_at_995: float
    accepted: int
    accepted_wrong: int


@dataclass(frozen=True)
class Row:
    """One line of a table of disturbances or outliers.

    Attributes:
        name: What was done to the boxes, or what they are.
        count: How many.
        accuracy: Share right; NaN where there is no right answer.
        confidence: Mean probability of the best class.
        accepted: How many were accepted as one of the marks 0-9 or X.
        wrong: How many of those wrongly.
        struck: Share read as struck, which for what is no digit is right.

    """

    name: str
    count: int
    accuracy: float
    confidence: float
    accepted: int
    wrong: int
    struck: float


@dataclass(frozen=True)
class Evaluation:
    """Everything that the report tells."""

    package: ModelPackage
    results: dict[str, Result]
    unclear: Result
    disturbed: list[Row]
    outliers: list[Row]


def judge(package: ModelPackage, root: Path) -> Evaluation:
    """Read every test set below `root` with the package.

    Args:
        package: The model.
        root: Folder of the data sets.

    """
    reader = DigitReader(package)
    crops = CropFolder(root / "digits-2024")
    sets = {
        "crops": crops.boxes("test"),
        "mnist": Mnist(root / "mnist").boxes("test"),
        "writers": Writers(root / "numbers-21-writers.npz").boxes("test"),
        "simulated": simulated_boxes(SIMULATED, 1, "test"),
        "scans": scanned_boxes(SCANNED, "test"),
    }
    results = {name: Result(boxes, reader.read(boxes.pictures)) for name, boxes in sets.items()}
    unclear = crops.unclear()
    return Evaluation(
        package=package,
        results=results,
        unclear=Result(unclear, reader.read(unclear.pictures)),
        disturbed=[
            _row(name, [change(picture) for picture in sets["crops"].pictures], sets["crops"].labels, reader)
            for name, change in disturbances().items()
        ],
        outliers=_outlier_rows(sets["crops"], reader),
    )


def scores(result: Result, threshold: float) -> Scores:
    """Return the measures of a result; `threshold` is the least probability at which a box is accepted."""
    confidence, right, labels = result.confidence, result.right, result.boxes.labels
    accepted = (confidence >= threshold) & np.isin(result.guesses, _indices(MARKS))
    return Scores(
        boxes=len(right),
        right=int(right.sum()),
        ece=reliability(confidence, right).ece,
        nll=nll(result.p, labels),
        brier=brier(result.p, labels),
        coverage_at_01=coverage_at(confidence, right, 0.001),
        risk_at_995=risk_at(confidence, right, 0.995),
        accepted=int(accepted.sum()),
        accepted_wrong=int((accepted & ~right).sum()),
    )


def disturbances() -> dict[str, Callable[[Picture], Picture]]:
    """Return ways to make a crop worse, from mild to hopeless, by name."""
    found: dict[str, Callable[[Picture], Picture]] = {"as it is": lambda picture: picture}
    for part in (0.02, 0.04, 0.08, 0.12):
        found[f"blurred, sigma {part:.0%} of the side"] = partial(blurred, part=part)
    for side in (20, 14, 10, 7):
        found[f"{side} px"] = partial(shrunk, side=side)
    for part in (0.05, 0.10, 0.20, 0.35, 0.50):
        found[f"shifted by {part:.0%}"] = partial(shifted, part=part)
    return found


def blurred(picture: Picture, part: float) -> Picture:
    """Return the picture blurred by a Gaussian whose sigma is a part of its shorter side."""
    return _uint8(cv2.GaussianBlur(picture, (0, 0), part * min(picture.shape[:2])))


def shrunk(picture: Picture, side: int) -> Picture:
    """Return the picture as side x side px."""
    return _uint8(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA))


def shifted(picture: Picture, part: float) -> Picture:
    """Return the picture moved to the right by a part of its width; its left edge is repeated."""
    width = picture.shape[1]
    move = round(part * width)
    grown = cv2.copyMakeBorder(picture, 0, 0, move, 0, cv2.BORDER_REPLICATE)
    return _uint8(grown[:, :width])


def _outlier_rows(boxes: Boxes, reader: DigitReader) -> list[Row]:
    """Return what the reader says of every kind of outlier, made from test crops, and of noise and bare paper."""
    rows = []
    struck = np.full(OUTLIERS, CLASSES.index("#"))
    for kind in KINDS:
        rng = np.random.default_rng(17)
        pictures = [outlier(Material(boxes, plain_box(rng)), rng, kind) for _ in range(OUTLIERS)]
        rows.append(_row(kind, pictures, struck, reader))
    rng = np.random.default_rng(18)
    noise = [rng.integers(0, 256, (48, 42), dtype=np.uint8) for _ in range(OUTLIERS)]
    rows.append(_row("pure noise", noise, struck, reader))
    negatives = [_uint8(255 - random_grey(picture, rng)) for picture in boxes.pictures[:OUTLIERS]]
    rows.append(_row("negatives", negatives, struck[: len(negatives)], reader))
    return rows


def _row(name: str, pictures: list[Picture], labels: NDArray[np.int64], reader: DigitReader) -> Row:
    p = reader.read(pictures)
    best, confidence = p.argmax(axis=1), p.max(axis=1)
    accepted = (confidence >= reader.package.description.thresholds.box) & np.isin(best, _indices(MARKS))
    return Row(
        name=name,
        count=len(pictures),
        accuracy=float((best == labels).mean()),
        confidence=float(confidence.mean()),
        accepted=int(accepted.sum()),
        wrong=int((accepted & (best != labels)).sum()),
        struck=float((best == CLASSES.index("#")).mean()),
    )


def _indices(labels: str) -> list[int]:
    return [CLASSES.index(label) for label in labels]


def _uint8(picture: object) -> Picture:
    return np.asarray(picture, dtype=np.uint8)
