"""What holds a sheet on a wall: strips of tape over its corners, outside the print."""

import cv2
import numpy as np
from numpy.typing import NDArray

_TAPES = ((0.55, 0.72, 0.8), (0.2, 0.42, 0.6), (0.88, 0.9, 0.9), (0.12, 0.12, 0.12))  # masking, brown, clear, black
_REACH = 0.035  # how far tape comes into the sheet, in parts of its width: corner markers stay free


_COVERING = 0.11  # the same where it lies on the markers


def tape_corners(sheet: NDArray[np.float32], rng: np.random.Generator, *, covering: bool = False) -> None:
    """Stick tape over some corners of a sheet, in place.

    Args:
        sheet: Reflectance (height, width, 3), BGR, 0..1.
        rng: The only source of chance.
        covering: Whether the tape lies on the corner markers.

    """
    most = _COVERING if covering else _REACH
    height, width = sheet.shape[:2]
    colour = np.array(_TAPES[rng.integers(len(_TAPES))], dtype=np.float32)
    cover = rng.uniform(0.35, 0.95)
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        if rng.random() < 0.25:
            continue
        reach = most * width * rng.uniform(0.5, 1.0)
        inward = np.array([1.0 if x == 0 else -1.0, 1.0 if y == 0 else -1.0]) * reach
        patch = int(3 * most * width)
        rows, columns = slice(max(y - patch, 0), y + patch), slice(max(x - patch, 0), x + patch)
        mask = np.zeros(sheet[rows, columns].shape[:2], dtype=np.uint8)
        along = np.array([inward[0], -inward[1]]) * 4.0
        edge = np.array([x - columns.start, y - rows.start]) + inward
        strip = np.array([edge + along, edge - along, edge - along - 3 * inward, edge + along - 3 * inward])
        cv2.fillConvexPoly(mask, np.round(strip * 16).astype(np.int32), (255,), cv2.LINE_AA, 4)
        sheet[rows, columns] += np.float32(cover / 255.0) * mask[..., None] * (colour - sheet[rows, columns])
