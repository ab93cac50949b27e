"""Return whether a page shows nothing but its picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

_TOLERANCE = 40  # grey levels: other colour conversion stays under it, a pen stroke does not
_SOFT_TOLERANCE = 32  # grey levels, after softening: a line one pixel wide and 100 levels dark exceeds it
_ALLOWED = 4  # pixels that may differ all the same; a stroke of ink has far more
_EDGE = 4  # pixels along the edges of the page that a renderer may cut off or repeat
_BAND_ROWS = 1024  # rows that are compared at a time: of the largest pictures each copy takes 120 MB


def same_picture(shown: NDArray[np.uint8], picture: NDArray[np.uint8]) -> bool:
    """Return whether a page, rendered at the size of its picture, shows that picture and nothing else.

    A renderer stretches the picture by up to a pixel, so what it shows is softer, and lies up to a pixel off; but every
    pixel of it is a mean of pixels around, so it is never darker or lighter than all of them: what is, was drawn over
    the picture. The other way round the picture is softened first: a thin line that the renderer has spread over two
    pixels is then no longer darker than what is shown, and a line that is not shown at all still is.

    Args:
        shown: The page, uint8 (height, width).
        picture: The picture, uint8 (height, width).

    Returns:
        True if neither shows anything that the other does not.

    """
    if shown.shape != picture.shape:
        return False
    added = missing = 0
    for top in range(0, len(shown), _BAND_ROWS):
        # The neighbours of a band's own rows come with it.
        first, last = max(0, top - _EDGE), min(len(shown), top + _BAND_ROWS + _EDGE)
        own = slice(top - first, min(top + _BAND_ROWS, len(shown)) - first)
        page, original = shown[first:last], picture[first:last]
        added += int(np.count_nonzero(_strange(page, original, 3, _TOLERANCE)[own]))
        softened = np.asarray(cv2.blur(original, (3, 3)), np.uint8)
        strange = _strange(softened, page, 5, _SOFT_TOLERANCE)
        inner = slice(max(own.start, _EDGE - first), min(own.stop, len(shown) - _EDGE - first))
        missing += int(np.count_nonzero(strange[inner, _EDGE:-_EDGE]))
    return added <= _ALLOWED and missing <= _ALLOWED


def _strange(pixels: NDArray[np.uint8], reference: NDArray[np.uint8], side: int, tolerance: int) -> NDArray[np.bool_]:
    """Return which pixels are darker or lighter than everything in `side` x `side` px of the reference around them."""
    around = np.ones((side, side), np.uint8)
    darkest, lightest = cv2.erode(reference, around), cv2.dilate(reference, around)
    margin = np.full_like(pixels, tolerance)
    return np.asarray((cv2.add(pixels, margin) < darkest) | (cv2.subtract(pixels, margin) > lightest))
