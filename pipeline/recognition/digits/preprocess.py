"""One pre-processing for training, evaluation and reading: raw grey crops with their frame, resized and levelled.

The crop is not binarised and its frame is not removed. On the boxes of 2024 that cleaning cost a full point of
accuracy: the frame tells the network where the box lies, and the grey levels tell ink from the dotted guide.
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

PREPROCESSING = "grey-level-1"
"""Name of this pre-processing in model packages; it changes whenever the arrays that come out change."""

VALUE_RANGE = (-0.5, 1.5)
"""Paper comes out near 0, the darkest ink near 1; what lies beyond the range is clipped."""

MIN_CONTRAST = 26.0
"""Grey levels from paper to ink that are stretched at most to 1: less than this is noise as often as it is ink."""

_INK_RANK, _PAPER_RANK = 0.03, 0.80


def prepare(crops: Sequence[NDArray[np.uint8]], size: int = 32) -> NDArray[np.float32]:
    """Turn crops of single boxes into the input of the network.

    Args:
        crops: n pictures, each H x W grey, H x W x 3 BGR or H x W x 4 BGRA, uint8, of any size from 5 to 2000 px.
        size: Side of the square that every crop is resized to, whatever its shape, in px.

    Returns:
        Ink as float32 of shape (n, 1, size, size): 0 is paper, 1 is ink, limited to `VALUE_RANGE`.

    Raises:
        ValueError: A crop is empty or has another shape or type.

    """
    grey = np.empty((len(crops), size, size), np.uint8)
    for index, crop in enumerate(crops):
        grey[index] = _resize(to_grey(crop), size)
    return _level(grey)[:, None]


def to_grey(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the crop as H x W grey, uint8; transparent parts of a BGRA crop count as white paper."""
    if crop.dtype != np.uint8 or crop.size == 0 or crop.ndim not in (2, 3):
        raise ValueError(f"a crop is H x W or H x W x 3, uint8 and not empty; this one is {crop.shape} {crop.dtype}")
    if crop.ndim == 2:
        return crop
    channels = crop.shape[2]
    if channels == 1:
        return crop[:, :, 0]
    if channels == 3:
        return _uint8(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY))
    if channels == 4:
        alpha = crop[:, :, 3:].astype(np.float32) / 255.0
        flat = crop[:, :, :3] * alpha + 255.0 * (1.0 - alpha)
        return _uint8(cv2.cvtColor(np.rint(flat).astype(np.uint8), cv2.COLOR_BGR2GRAY))
    raise ValueError(f"a crop has 1, 3 or 4 channels; this one has {channels}")


def _resize(grey: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return the H x W picture as size x size: areas averaged on the way down, cubic on the way up."""
    height, width = grey.shape
    if height == size and width == size:
        return grey
    shrinks = height >= size and width >= size
    if not shrinks and (height > size or width > size):
        # One axis shrinks and one grows: average the one first, so that thin strokes do not fall between samples.
        grey = _uint8(cv2.resize(grey, (min(width, size), min(height, size)), interpolation=cv2.INTER_AREA))
    return _uint8(cv2.resize(grey, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC))


def _level(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Map grey levels (n, size, size) to ink, robustly: ranks instead of extremes, and a limit on the gain."""
    count, height, width = grey.shape
    pixels = height * width
    ink_rank, paper_rank = int(_INK_RANK * pixels), int(_PAPER_RANK * pixels)
    ranked = np.partition(grey.reshape(count, pixels), (ink_rank, paper_rank), axis=1)
    paper = ranked[:, paper_rank].astype(np.float32)
    contrast = np.maximum(paper - ranked[:, ink_rank], np.float32(MIN_CONTRAST))
    ink: NDArray[np.float32] = (paper[:, None, None] - grey) / contrast[:, None, None]
    np.clip(ink, *VALUE_RANGE, out=ink)
    return ink


def _uint8(picture: Any) -> NDArray[np.uint8]:
    """Name the type of a picture that OpenCV returns."""
    return np.asarray(picture, dtype=np.uint8)
