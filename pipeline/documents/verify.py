"""Tell whether two renderings show the same picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 40  # grey levels: other resampling and colour conversion stay under it, a pen stroke does not
_ALLOWED = 1e-5  # share of pixels that may differ all the same


def same_picture(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Compare two grey pictures of the same size.

    Two programs that reduce a picture place its pixels up to one apart. So each pixel need only lie within the darkest
    and the lightest of the other picture's 3 x 3 neighbourhood, plus a tolerance; this is asked both ways, so that
    neither may show what the other lacks.

    Args:
        one: uint8, (height, width).
        other: uint8, (height, width).

    Returns:
        True if neither shows anything that the other does not.

    """
    if one.shape != other.shape:
        return False
    strangers = _strangers(one, other) + _strangers(other, one)
    return strangers <= max(2, int(one.size * _ALLOWED))


def _strangers(pixels: NDArray[np.uint8], reference: NDArray[np.uint8]) -> int:
    """Count the pixels for which the reference has nothing alike nearby."""
    kernel = np.ones((3, 3), np.uint8)
    darkest = cv2.erode(reference, kernel)
    lightest = cv2.dilate(reference, kernel)
    tolerance = np.full_like(pixels, _TOLERANCE)
    too_dark = cv2.compare(cv2.add(pixels, tolerance), darkest, cv2.CMP_LT)
    too_light = cv2.compare(cv2.subtract(pixels, tolerance), lightest, cv2.CMP_GT)
    return cv2.countNonZero(too_dark) + cv2.countNonZero(too_light)
