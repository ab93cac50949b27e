"""Boxes that hold no mark of any class: letters, tally strokes, scribbles, half boxes, two digits in one box.

They are trained as "#", so that what the network never learned as a digit does not come out as one. (Training with
shown outliers: Hendrycks et al. 2019, arXiv:1812.04606.) Letters that look like digits are left out.
"""

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.augment import random_grey

Crop = NDArray[np.uint8]
LETTERS = "ACEFHKMNPRTUVWYadefhkmnprtuvwy?&%$@*"
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX)


def plain_box(rng: np.random.Generator) -> Crop:
    """Return a printed box without handwriting, H x W grey: paper, a frame and, mostly, dots of the guide."""
    side = int(rng.integers(34, 64))
    paper, frame = rng.uniform(120, 250), rng.uniform(0.15, 0.6)
    crop = np.full((side, side), int(paper), np.uint8)
    near, far = int(rng.uniform(0.02, 0.14) * side), int(rng.uniform(0.86, 0.98) * side)
    cv2.rectangle(crop, (near, near), (far, far), int(paper * frame), int(rng.integers(1, 3)), cv2.LINE_AA)
    if rng.random() < 0.5:
        _dots(crop, int(paper * rng.uniform(0.7, 0.95)), side)
    return np.clip(crop + rng.normal(0, 2, crop.shape), 0, 255).astype(np.uint8)


def _dots(crop: Crop, level: int, side: int) -> None:
    """Draw the dotted seven-segment guide, in place."""
    for along in np.linspace(0.22, 0.78, 14):
        for across in (0.32, 0.68):
            crop[int(along * side), int(across * side)] = level
        if 0.32 <= along <= 0.68:
            for down in (0.22, 0.5, 0.78):
                crop[int(down * side), int(along * side)] = level


def write_on(box: Crop, ink: NDArray[np.float32], rng: np.random.Generator) -> Crop:
    """Put ink (H x W, 0 to 1) of a random darkness on a box of the same size."""
    darkness = rng.uniform(0.45, 0.95)
    return np.clip(box * (1.0 - ink * darkness), 0, 255).astype(np.uint8)


def place(box: Crop, digit: Crop, rng: np.random.Generator) -> Crop:
    """Write a digit that was cut from white paper (h x w grey, dark on light) into an empty box."""
    height, width = box.shape
    ink = 1.0 - digit.astype(np.float32) / 255.0
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    if not len(rows) or not len(columns):
        return box
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    tall = max(6, int(rng.uniform(0.38, 0.78) * height))
    wide = int(np.clip(ink.shape[1] / ink.shape[0] * tall * rng.uniform(0.8, 1.2), 2, 0.78 * width))
    small = np.asarray(cv2.resize(ink, (wide, tall), interpolation=cv2.INTER_AREA), np.float32)
    top = int((height - tall) * np.clip(rng.normal(0.5, 0.12), 0.15, 0.85))
    left = int((width - wide) * np.clip(rng.normal(0.5, 0.12), 0.15, 0.85))
    layer = np.zeros((height, width), np.float32)
    layer[top : top + tall, left : left + wide] = small
    return write_on(box, layer, rng)


def letter(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator) -> Crop:  # noqa: ARG001
    """Write a letter or a sign that is no digit."""
    paper = np.full((96, 96), 255, np.uint8)
    text, font = str(rng.choice(list(LETTERS))), int(rng.choice(FONTS))
    cv2.putText(paper, text, (24, 68), font, rng.uniform(1.4, 2.2), 0, int(rng.integers(2, 7)), cv2.LINE_AA)
    return place(empty, paper, rng)


def tally(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator) -> Crop:  # noqa: ARG001
    """Draw a tally bundle: two to four strokes side by side, often with the fifth across."""
    count, ink = int(rng.integers(2, 5)), np.zeros(empty.shape, np.uint8)
    height, width = empty.shape
    left, pitch = rng.uniform(0.2, 0.32) * width, rng.uniform(0.11, 0.17) * width
    top, bottom = rng.uniform(0.15, 0.32) * height, rng.uniform(0.68, 0.85) * height
    pen = int(rng.integers(1, 3))
    for stroke in range(count):
        x = left + stroke * pitch
        ends = ((int(x + rng.normal(0, 1)), int(top)), (int(x + rng.normal(0, 1.5)), int(bottom)))
        cv2.line(ink, *ends, 255, pen, cv2.LINE_AA)
    if rng.random() < 0.6 or count == 2:
        right = left + count * pitch
        cv2.line(ink, (int(left - pitch / 2), int(bottom)), (int(right), int(top)), 255, pen, cv2.LINE_AA)
    return write_on(empty, ink / np.float32(255), rng)


def scribble(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator) -> Crop:  # noqa: ARG001
    """Draw a long, tangled line."""
    height, width = empty.shape
    steps = np.cumsum(rng.normal(0, 1, (int(rng.integers(12, 60)), 2)), axis=0)
    steps = np.cumsum(steps, axis=0) if rng.random() < 0.3 else steps
    span = np.ptp(steps, axis=0) + 1e-6
    points = (steps - steps.min(axis=0)) / span * rng.uniform(0.35, 0.8, 2) + rng.uniform(0.1, 0.2, 2)
    line = (points * (width, height)).astype(np.int32)
    ink = np.zeros(empty.shape, np.uint8)
    cv2.polylines(ink, [line], False, 255, int(rng.integers(1, 3)), cv2.LINE_AA)
    return write_on(empty, ink / np.float32(255), rng)


def half_box(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator) -> Crop:  # noqa: ARG001
    """Cut between two boxes, so that each shows about its half."""
    first, second = (_pick(boxes, rng) for _ in range(2))
    second = _resized(second, first.shape)
    height, width = first.shape
    reach = rng.uniform(0.4, 0.6)
    if rng.random() < 0.7:
        return np.hstack((first[:, int(reach * width) :], second[:, : int(reach * width)]))
    return np.vstack((first[int(reach * height) :], second[: int(reach * height)]))


def two_in_one(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator) -> Crop:  # noqa: ARG001
    """Squeeze two boxes into one crop, side by side."""
    first, second = (_pick(boxes, rng) for _ in range(2))
    return np.hstack((first, _resized(second, first.shape)))


KINDS: dict[str, tuple[Callable[[Sequence[Crop], Crop, np.random.Generator], Crop], float]] = {
    "letter": (letter, 0.38),
    "tally": (tally, 0.17),
    "scribble": (scribble, 0.15),
    "half box": (half_box, 0.20),
    "two in one": (two_in_one, 0.10),
}
"""Every kind of outlier, and its share in training."""


def outlier(boxes: Sequence[Crop], empty: Crop, rng: np.random.Generator, kind: str | None = None) -> Crop:
    """Return a box of a kind of `KINDS`, or of a random kind; H x W grey.

    Args:
        boxes: Boxes with handwriting to cut and squeeze.
        empty: An empty box to draw in, H x W grey.
        rng: Source of chance.
        kind: Which kind; any, by their shares, where it is not given.

    """
    shares = np.array([share for _, share in KINDS.values()])
    chosen = kind or str(rng.choice(list(KINDS), p=shares / shares.sum()))
    return KINDS[chosen][0](boxes, empty, rng)


def _pick(boxes: Sequence[Crop], rng: np.random.Generator) -> Crop:
    return random_grey(boxes[int(rng.integers(len(boxes)))], rng)


def _resized(crop: Crop, shape: Any) -> Crop:
    return np.asarray(cv2.resize(crop, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.uint8)
