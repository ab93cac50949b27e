"""The inputs that networks are compared on: the one that is read with, and others that were tried.

A package made with another input says so in its contract, and the reader refuses it.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognition.digits.preprocess import PREPROCESSING, prepare, to_grey

Input = Literal["grey", "ink-map"]
Floats = NDArray[np.float32]

_FINE = 2
"""The ink map is made at this multiple of the network's input, so that the thin frame can be told from strokes."""


def prepare_as(kind: Input, crops: Sequence[NDArray[np.uint8]], size: int) -> Floats:
    """Turn n crops (H x W or H x W x 3, uint8) into the input (n, 1, size, size) of a network: 0 paper, 1 ink."""
    return _MAKERS[kind](crops, size)


def input_name(kind: Input) -> str:
    """Return what the contract of a package calls this input."""
    return PREPROCESSING if kind == "grey" else "ink-map-1"


def ink_maps(crops: Sequence[NDArray[np.uint8]], size: int) -> Floats:
    """Turn crops into maps of the pen's ink alone, (n, 1, size, size): levelled by the paper around, print off."""
    side = _FINE * size
    maps = np.zeros((len(crops), 1, size, size), np.float32)
    for index, crop in enumerate(crops):
        grey = _floats(cv2.resize(to_grey(crop), (side, side), interpolation=cv2.INTER_AREA))
        dark = _without_print(_darkness(grey))
        maps[index, 0] = cv2.resize(
            dark / max(float(np.quantile(dark, 0.97)), 0.1), (size, size), interpolation=cv2.INTER_AREA
        )
    return np.clip(maps, 0.0, 1.5)


def _darkness(grey: Floats) -> Floats:
    """Return how much darker than the paper around it each pixel (side, side) is, 0..1."""
    reach = len(grey) // 3 | 1
    paper = cv2.morphologyEx(cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = cv2.GaussianBlur(_floats(paper), (0, 0), reach / 4)
    return np.clip(1.0 - grey / np.maximum(_floats(paper), 1.0), 0.0, 1.0)


def _without_print(dark: Floats) -> Floats:
    """Return the darkness without what runs along the edges (the frame) and without pale specks (the guide)."""
    side = len(dark)
    frame = np.zeros_like(dark)
    for shape in ((1, side * 2 // 3), (side * 2 // 3, 1)):
        frame = np.maximum(frame, _floats(cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(shape, np.uint8))))
    inner = slice(side // 5, side - side // 5)
    frame[inner, inner] = 0.0  # a long stroke in the middle is no frame
    clean = np.clip(dark - 1.5 * _floats(cv2.dilate(frame, np.ones((3, 3), np.uint8))), 0.0, 1.0)
    floor = 0.35 * float(np.quantile(clean, 0.98))
    return np.where(clean < floor, 0.0, clean).astype(np.float32)


def _floats(picture: Any) -> Floats:
    """Name the type of a picture that OpenCV returns."""
    return np.asarray(picture, np.float32)


_MAKERS: dict[Input, Callable[[Sequence[NDArray[np.uint8]], int], Floats]] = {"grey": prepare, "ink-map": ink_maps}
