"""Cut the bubbles of a number out of the picture: straightened, all in one pass."""

import numpy as np
from numpy.typing import NDArray

from pipeline.extraction.strips import Place, fineness, sample, windows
from pipeline.forms.template import Bubbles
from pipeline.registration.geometry import Grey

BUBBLE_PIXELS = 24
WINDOW_DIAMETERS = 1.5
"""Side of the square that is cut around a bubble: a tick reaches beyond the ring, and the map may be off by a mm."""

INK_RANGE = (-0.5, 2.0)
"""Limits of the levelled windows: 0 is paper, 1 the darkest print of the number's bubbles; pens are darker."""

_PAPER, _DARK = 80, 97
_LEAST_CONTRAST = 0.10


def cut_bubbles(grey: Grey, place: Place, bubbles: Bubbles, resolution: float) -> Grey:
    """Return the windows around the bubbles of a number, uint8 (count, 10, BUBBLE_PIXELS, BUBBLE_PIXELS).

    Args:
        grey: The picture (height, width), uint8.
        place: Where sheet points are in it.
        bubbles: The columns.
        resolution: Of the picture there, px per mm.

    """
    side = WINDOW_DIAMETERS * bubbles.diameter
    x = windows(bubbles.x - side / 2 + bubbles.pitch_x * np.arange(bubbles.count), side, BUBBLE_PIXELS)
    y = windows(bubbles.y - side / 2 + bubbles.pitch_y * np.arange(10), side, BUBBLE_PIXELS)
    strip = sample(grey, place, x, y, fineness(resolution, BUBBLE_PIXELS / side))
    cut = strip.reshape(10, BUBBLE_PIXELS, bubbles.count, BUBBLE_PIXELS)
    return np.ascontiguousarray(cut.transpose(2, 0, 1, 3))


def level_bubbles(cut: Grey) -> NDArray[np.float32]:
    """Return ink within `INK_RANGE`, (count, 10, h, w), of the windows of one number (uint8, same shape).

    Paper is each window's own, so that a shadow over half of the columns does not matter. The contrast is that of the
    print in all windows together: most bubbles of a number are empty, so their middle one tells how dark the print is.
    """
    flat = cut.reshape(*cut.shape[:2], -1)
    ranks = [flat.shape[2] * rank // 100 for rank in (100 - _DARK, _PAPER)]
    dark, paper = np.moveaxis(np.partition(flat, ranks, axis=2)[..., ranks], 2, 0).astype(np.float32)
    paper = np.maximum(paper, 1.0)
    contrast = max(float(np.median(1.0 - dark / paper)), _LEAST_CONTRAST)
    ink = (1.0 - flat / paper[..., None]) / np.float32(contrast)
    return np.asarray(np.clip(ink, *INK_RANGE).reshape(cut.shape), dtype=np.float32)
