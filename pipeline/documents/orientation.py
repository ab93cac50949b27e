"""The orientation that a camera notes in EXIF: reading it, and turning pixels upright.

Values 1 to 8 are those of the EXIF 2.32 standard, tag 0x0112 (Orientation).
"""

import struct
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

ORIENTATION_TAG = 0x0112
UPRIGHT = 1


def exif_orientation(exif: bytes) -> int:
    """Return the orientation that an EXIF block notes.

    Args:
        exif: The block, with or without its "Exif" heading.

    Returns:
        1 to 8; 1 (upright) if the block is damaged or notes none, since a damaged note is no reason to lose the page.

    """
    block = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, start)
        for entry in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _ = struct.unpack_from(order + "HHI", block, entry)
            if tag == ORIENTATION_TAG:
                (value,) = struct.unpack_from(order + ("I" if kind == 4 else "H"), block, entry + 8)
                return valid_orientation(value)
    except struct.error:
        pass
    return UPRIGHT


def valid_orientation(value: int) -> int:
    """Return `value` if it is an orientation, else 1 (upright)."""
    return value if 1 <= value <= 8 else UPRIGHT


def upright_size(width: int, height: int, orientation: int) -> tuple[int, int]:
    """Return (width, height) of the picture once it is upright."""
    return (height, width) if orientation >= 5 else (width, height)


def turn_upright(pixels: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """Turn and mirror a picture as its orientation asks.

    Args:
        pixels: uint8, shape (height, width) or (height, width, channels).
        orientation: 1 to 8.

    Returns:
        uint8, the two sides exchanged for the orientations 5 to 8.

    """
    match orientation:
        case 2:
            turned = cv2.flip(pixels, 1)
        case 3:
            turned = cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(pixels, 0)
        case 5:
            turned = cv2.transpose(pixels)
        case 6:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.flip(cv2.transpose(pixels), -1)
        case 8:
            turned = cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return pixels
    return cast("NDArray[np.uint8]", turned)
