"""A flat scan: the sheet copied down to A4, grey or black and white, straight but for a degree."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pages.geometry import Geometry
from training.pages.relief import Relief

_A4 = (210.0, 297.0)
_FAR = 1e9  # a scanner looks straight down everywhere: a camera at an endless distance


def scan(
    sheet: NDArray[np.float32], rng: np.random.Generator, *, pixels_per_mm: float = 4.0, long_side: int | None = None
) -> tuple[NDArray[np.uint8], Geometry]:
    """Scan a filled sheet.

    Args:
        sheet: Reflectance (height, width, 3), BGR, 0..1.
        rng: The only source of chance.
        pixels_per_mm: Scale of `sheet`.
        long_side: Of the scan in pixels; 150 to 300 dpi of an A4 page without it.

    Returns:
        The scan, uint8 (height, width, 3) BGR though grey, and where every point of the sheet is in it.

    """
    long_side = long_side or round(_A4[1] / 25.4 * float(rng.choice([150, 200, 200, 300])))
    size = (round(long_side * _A4[0] / _A4[1]), long_side)
    geometry = _place((sheet.shape[1] / pixels_per_mm, sheet.shape[0] / pixels_per_mm), size, rng)
    grey = cv2.cvtColor(cv2.convertScaleAbs(sheet, alpha=255.0), cv2.COLOR_BGR2GRAY)
    shrink = pixels_per_mm / geometry.pixels_per_mm()
    if shrink > 1.15:
        grey = cv2.GaussianBlur(grey, (0, 0), 0.45 * float(np.sqrt(shrink**2 - 1.0)))
    # Pixel centres: half a pixel of the canvas lies between the first pixel's corner and its centre.
    to_mm = np.array(
        [[1 / pixels_per_mm, 0.0, 0.5 / pixels_per_mm], [0.0, 1 / pixels_per_mm, 0.5 / pixels_per_mm], [0.0, 0.0, 1.0]]
    )
    matrix = geometry.homography @ to_mm
    paper = float(rng.uniform(225, 255))
    page = cv2.warpPerspective(
        grey, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(paper,)
    )
    return np.asarray(
        cv2.cvtColor(_copied(np.asarray(page, dtype=np.uint8), rng), cv2.COLOR_GRAY2BGR), dtype=np.uint8
    ), geometry


def _place(sheet: tuple[float, float], size: tuple[int, int], rng: np.random.Generator) -> Geometry:
    """Lay the sheet on the glass: reduced to fit, a little askew, now and then upside down."""
    turn = int(rng.choice([0, 180], p=[0.93, 0.07]))
    angle = np.deg2rad(turn + np.clip(rng.normal(0.0, 0.6), -2.0, 2.0))
    scale = min(size[0] / sheet[0], size[1] / sheet[1]) * rng.uniform(0.92, 0.97)
    turned = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array(size) / 2 + rng.normal(0.0, 0.004, 2) * size
    matrix = np.eye(3)
    matrix[:2, :2] = turned
    matrix[:2, 2] = middle - turned @ np.array(sheet) / 2
    return Geometry(matrix, (sheet[0] / 2, sheet[1] / 2, _FAR), Relief(sheet), size, rotation=turn)


def _copied(page: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return the page as a copier leaves it: grey with noise, or black and white with specks."""
    noise = rng.normal(0.0, rng.uniform(1.0, 8.0), page.shape).astype(np.float32)
    gain, lift = rng.uniform(0.85, 1.15), rng.uniform(-15.0, 15.0)
    grey = np.asarray(np.clip(page * np.float32(gain) + np.float32(lift) + noise, 0, 255), dtype=np.uint8)
    if rng.random() < 0.5:
        return grey
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), 0.6), dtype=np.uint8)
    black = np.where(grey < rng.uniform(120, 185), 0, 255).astype(np.uint8)
    specks = rng.random(page.shape, dtype=np.float32) < 10 ** rng.uniform(-5.5, -3.5)
    black[specks] = 255 - black[specks]
    return black
