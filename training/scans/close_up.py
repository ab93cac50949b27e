"""The close-up that is taken of boxes of tables (`pipeline.extraction.close_up`), on a cut that was taken before."""

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.cells import MAX_SIDE, MIN_SIDE
from pipeline.extraction.close_up import FILL, LEAST_SIDE, ink_bounds

Crop = NDArray[np.uint8]


def close_up(crop: Crop) -> Crop:
    """Return a square cut around the ink of a box, or the box itself where there is none.

    The reader takes it out of the page; what lies beyond the first cut is not known here, and its edge is repeated.

    Args:
        crop: A box with its margin, grey (height, width), uint8.

    """
    bounds = ink_bounds(crop)
    if bounds is None:
        return crop
    outer = np.array(crop.shape[::-1], np.float64)
    start, end = np.array(bounds[:2]) * outer, np.array(bounds[2:]) * outer
    side = max(float((end - start).max()) / FILL, LEAST_SIDE * float(outer.min()) / 1.2)
    pixels = int(np.clip(np.ceil(side), MIN_SIDE, MAX_SIDE))
    left, top = (start + end) / 2 - side / 2 - 0.5
    scale = side / pixels
    matrix = np.array(((scale, 0.0, left + scale / 2), (0.0, scale, top + scale / 2)))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(crop, matrix, (pixels, pixels), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)
