"""Boxes that hold no mark of any other class: struck digits, letters, tallies, scribbles, half boxes, two in one.

They are trained as "#", so that what the network never learned as a digit does not come out as one. (Training with
shown outliers: Hendrycks et al. 2019, arXiv:1812.04606.) Letters that look like digits are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.package import CLASSES
from training.datasets.sets import Boxes
from training.digits.struck import draw, strike
from training.handwriting import Hand, write_tally, write_word
from training.scans.augment import random_grey

Crop = NDArray[np.uint8]
LETTERS = "ACEFHKMNPRTUVWY"


@dataclass(frozen=True)
class Material:
    """What outliers are made of: boxes with handwriting, and one empty box, H x W grey."""

    boxes: Boxes
    empty: Crop

    def pick(self, rng: np.random.Generator, digits: str = "0123456789X") -> tuple[Crop, str]:
        """Return a box that holds one of `digits`, as H x W grey, and what it holds."""
        while True:
            index = int(rng.integers(len(self.boxes)))
            label = CLASSES[self.boxes.labels[index]]
            if label in digits:
                return random_grey(self.boxes.pictures[index], rng), label


def struck(material: Material, rng: np.random.Generator) -> Crop:
    """Strike out a real digit."""
    crop, digit = material.pick(rng)
    return strike(crop, digit, rng)


def letter(material: Material, rng: np.random.Generator) -> Crop:
    """Write a letter that is no digit."""
    strokes = write_word(str(rng.choice(list(LETTERS))), Hand.sample(rng), rng)
    size, middle = rng.uniform(0.35, 0.62), rng.normal(0.5, 0.03, 2)
    points = np.concatenate(strokes)
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    return draw(material.empty, [(stroke - centre) * size + middle for stroke in strokes], rng)


def tally(material: Material, rng: np.random.Generator) -> Crop:
    """Draw a tally bundle of two to five strokes."""
    strokes = write_tally(int(rng.integers(2, 6)), Hand.sample(rng), rng)
    return draw(material.empty, [(stroke - 0.5) * rng.uniform(0.7, 1.1) + 0.5 for stroke in strokes], rng)


def scribble(material: Material, rng: np.random.Generator) -> Crop:
    """Draw a long, tangled line."""
    steps = np.cumsum(rng.normal(0, 1, (int(rng.integers(18, 60)), 2)), axis=0)
    span = np.ptp(steps, axis=0) + 1e-6
    points = (steps - steps.min(axis=0)) / span * rng.uniform(0.35, 0.75, 2) + rng.uniform(0.12, 0.22, 2)
    return draw(material.empty, [points], rng)


def half_box(material: Material, rng: np.random.Generator) -> Crop:
    """Cut between two boxes, so that each shows about its half."""
    (first, _), (second, _) = (material.pick(rng) for _ in range(2))
    second = _resized(second, first)
    height, width = first.shape
    reach = rng.uniform(0.4, 0.6)
    if rng.random() < 0.7:
        return np.hstack((first[:, int(reach * width) :], second[:, : int(reach * width)]))
    return np.vstack((first[int(reach * height) :], second[: int(reach * height)]))


def two_in_one(material: Material, rng: np.random.Generator) -> Crop:
    """Squeeze two boxes into one crop, side by side."""
    (first, _), (second, _) = (material.pick(rng) for _ in range(2))
    return np.hstack((first, _resized(second, first)))


Maker = Callable[[Material, np.random.Generator], Crop]
KINDS: dict[str, tuple[Maker, float]] = {
    "struck": (struck, 0.34),
    "letter": (letter, 0.20),
    "tally": (tally, 0.10),
    "scribble": (scribble, 0.08),
    "half box": (half_box, 0.12),
    "two in one": (two_in_one, 0.06),
}
"""Every kind of outlier, and its share in training."""


def outlier(material: Material, rng: np.random.Generator, kind: str | None = None) -> Crop:
    """Return a box of a kind of `KINDS`, or of a random kind by their shares; H x W grey."""
    shares = np.array([share for _, share in KINDS.values()])
    chosen = kind or str(rng.choice(list(KINDS), p=shares / shares.sum()))
    return KINDS[chosen][0](material, rng)


def plain_box(rng: np.random.Generator) -> Crop:
    """Return a printed box without handwriting, H x W grey: paper, a frame and, mostly, dots of the guide."""
    side = int(rng.integers(34, 64))
    paper, frame = int(rng.integers(120, 250)), rng.uniform(0.15, 0.6)
    crop = np.full((side, side), paper, np.uint8)
    near, far = int(rng.uniform(0.02, 0.14) * side), int(rng.uniform(0.86, 0.98) * side)
    cv2.rectangle(crop, (near, near), (far, far), (int(paper * frame),), int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.5:
        _dots(crop, int(paper * rng.uniform(0.7, 0.95)))
    return np.clip(crop + rng.normal(0, 2, crop.shape), 0, 255).astype(np.uint8)


def place(box: Crop, digit: Crop, rng: np.random.Generator, heights: tuple[float, float] = (0.38, 0.78)) -> Crop:
    """Write a digit that was cut from white paper (h x w grey, dark on light) into an empty box.

    Its height is drawn between `heights`, in parts of the box's.
    """
    height, width = box.shape
    ink = 1.0 - digit.astype(np.float32) / 255.0
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    if not len(rows) or not len(columns):
        return box
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    tall = max(6, int(rng.uniform(*heights) * height))
    wide = int(np.clip(ink.shape[1] / ink.shape[0] * tall * rng.uniform(0.8, 1.2), 2, 0.78 * width))
    small = np.asarray(cv2.resize(ink, (wide, tall), interpolation=cv2.INTER_AREA), np.float32)
    top = int((height - tall) * np.clip(rng.normal(0.5, 0.12), 0.15, 0.85))
    left = int((width - wide) * np.clip(rng.normal(0.5, 0.12), 0.15, 0.85))
    layer = np.zeros((height, width), np.float32)
    layer[top : top + tall, left : left + wide] = small
    return np.clip(box * (1.0 - layer * rng.uniform(0.45, 0.95)), 0, 255).astype(np.uint8)


def _dots(crop: Crop, level: int) -> None:
    """Draw the dotted seven-segment guide, in place."""
    side = len(crop)
    for along in np.linspace(0.22, 0.78, 14):
        for across in (0.32, 0.68):
            crop[int(along * side), int(across * side)] = level
        if 0.32 <= along <= 0.68:
            for down in (0.22, 0.5, 0.78):
                crop[int(down * side), int(along * side)] = level


def _resized(crop: Crop, like: Crop) -> Crop:
    return np.asarray(cv2.resize(crop, like.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
