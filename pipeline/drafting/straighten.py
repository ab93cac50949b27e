"""Turn the picture of a page so that its ruled lines run level, and cut out the sheet that it shows."""

import cv2
import numpy as np

from pipeline.drafting.paper import Grey, ink_of

MOST_SKEW = 30.0
"""Degrees up to which a page may lie askew."""

_LOOKED_AT = 1600  # px of the long side: lines of a page can be followed, and their angle is known to 0.02 degrees
_NOTICEABLE = 0.02  # degrees: 0.07 mm over the width of A4
_SQUARE = np.sqrt(2)
_FRAME_SHAPE = 0.02  # how far the sides of a picture of an A4 sheet may be from 1 : sqrt 2
_FRAME_MOST, _FRAME_LEAST = 0.85, 0.3  # part of the page that such a picture covers


def skew_of(grey: Grey) -> float:
    """Return by how many degrees, clockwise, the ruled lines of a page lie askew; 0 where it has none.

    Args:
        grey: uint8 (height, width).

    Returns:
        Degrees within `MOST_SKEW`.

    """
    factor = min(1.0, _LOOKED_AT / max(grey.shape))
    small = np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)
    ink = (ink_of(small, 4) > 0.25).astype(np.uint8) * 255
    shortest = max(small.shape) // 12
    found = cv2.HoughLinesP(ink, 1, np.pi / 720, shortest, minLineLength=shortest, maxLineGap=3)
    if found is None:
        return 0.0
    x0, y0, x1, y1 = np.asarray(found, np.float64).reshape(-1, 4).T
    degrees = (np.degrees(np.arctan2(y1 - y0, x1 - x0)) + 45) % 90 - 45  # uprights tell the same as levels
    length = np.hypot(x1 - x0, y1 - y0)
    usable = np.abs(degrees) <= MOST_SKEW
    if not usable.any():
        return 0.0
    degrees, length = degrees[usable], length[usable]
    counts, edges = np.histogram(degrees, np.arange(-MOST_SKEW - 0.5, MOST_SKEW + 1, 0.5), weights=length)
    peak = edges[np.argmax(counts)] + 0.25
    near = np.abs(degrees - peak) < 0.75
    return float(np.average(degrees[near], weights=length[near] ** 2))


def straightened(grey: Grey, skew: float) -> Grey:
    """Return the page turned back by `skew` degrees about its middle, with white where there was nothing."""
    if abs(skew) < _NOTICEABLE:
        return grey
    height, width = grey.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), skew, 1.0)
    turned = cv2.warpAffine(
        grey, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=(255,)
    )
    return np.asarray(turned, np.uint8)


def picture_frame(grey: Grey) -> tuple[int, int, int, int] | None:
    """Find the frame around the picture of an A-size form inside a larger page, as regulations print them.

    Returns:
        (left, top, right, bottom) in px, the middle of the frame's lines; None where the page is no such page.

    """
    ink = (ink_of(grey, max(grey.shape) / 297) > 0.3).astype(np.uint8)
    contours, _ = cv2.findContours(ink, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    x, y, width, height = cv2.boundingRect(max(contours, key=lambda c: cv2.boundingRect(c)[2] * cv2.boundingRect(c)[3]))
    sides = [_side(ink[y : y + height, x : x + width], turns) for turns in range(4)]
    if any(side is None for side in sides):
        return None
    in_left, in_top, in_right, in_bottom = (side or 0 for side in sides)
    left, top, right, bottom = x + in_left, y + in_top, x + width - 1 - in_right, y + height - 1 - in_bottom
    sides_px = sorted((right - left, bottom - top))
    part = sides_px[0] * sides_px[1] / grey.size
    if not _FRAME_LEAST < part < _FRAME_MOST or abs(sides_px[1] / sides_px[0] / _SQUARE - 1) > _FRAME_SHAPE:
        return None
    return left, top, right, bottom


def _side(ink: Grey, turns: int) -> int | None:
    """Return how far inside the first column a frame's line has its middle, after quarter turns; None if not drawn."""
    turned = np.rot90(ink, turns)
    strip = turned[:, : max(3, turned.shape[1] // 25)]  # print may touch the frame from outside
    best = int(np.argmax(strip.mean(axis=0)))
    line = strip[:, max(0, best - 3) : best + 4]
    if line.max(axis=1).mean() < 0.95:  # along all its length
        return None
    drawn = np.flatnonzero(line.mean(axis=0) > 0.5 * strip[:, best].mean())
    return max(0, best - 3) + round(float(drawn[0] + drawn[-1]) / 2)
