"""Smooth fields over a picture, enlarged band by band: a band stays in the processor's cache, the whole would not."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

_BAND = 96  # rows


def bands(field: NDArray[np.float32], width: int, height: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Yield rows of a picture, and the field over them.

    Args:
        field: Small raster (rows, columns) or (rows, columns, 3) over the picture.
        width: Of the picture in pixels.
        height: Of the picture in pixels.

    Yields:
        The rows as a slice, and the field there, (rows, width) or (rows, width, 3), between its values linear.

    """
    across, down = field.shape[1] / width, field.shape[0] / height
    for top in range(0, height, _BAND):
        rows = min(_BAND, height - top)
        # From the centre of a pixel of the picture to the raster's coordinates, whose pixel centres are whole numbers.
        back = np.array([[across, 0.0, 0.5 * across - 0.5], [0.0, down, (top + 0.5) * down - 0.5]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        part = cv2.warpAffine(field, back, (width, rows), flags=flags, borderMode=cv2.BORDER_REPLICATE)
        yield slice(top, top + rows), np.asarray(part, dtype=np.float32)
