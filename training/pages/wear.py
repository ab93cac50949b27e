"""What may still befall a photograph once taken: each kind by itself, so that a table says which one hurts.

The simulator's chain (`processing`) does several of these at once to pages that it drew. Here they are done to real
photographs, one at a time, so that ink, paper and light are real, and only what happened to them afterwards is not.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from training.pages.processing import exposed, filtered, of_a_screen, resent, tinted

Picture = NDArray[np.uint8]
Wear = Callable[[Picture, np.random.Generator], Picture]

PAPER = (205, 208, 210)
"""What is seen where a picture was turned or tilted away from, BGR."""


def turned(image: Picture, rng: np.random.Generator) -> Picture:
    """Turn it by any angle; the picture grows so that nothing is lost."""
    height, width = image.shape[:2]
    angle = float(rng.uniform(-180, 180))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    cosine, sine = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = int(height * sine + width * cosine), int(height * cosine + width * sine)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return _as_picture(cv2.warpAffine(image, matrix, size, flags=cv2.INTER_AREA, borderValue=PAPER))


def seen_from_the_side(image: Picture, rng: np.random.Generator) -> Picture:
    """Push two neighbouring corners together, by up to a quarter of the side."""
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    share = rng.uniform(0.08, 0.25, 2)
    side = int(rng.integers(0, 4))
    first, second = side, (side + 1) % 4
    moved = corners.copy()
    moved[first] += share[0] * (corners[second] - corners[first])
    moved[second] += share[1] * (corners[first] - corners[second])
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return _as_picture(cv2.warpPerspective(image, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=PAPER))


def stretched(image: Picture, rng: np.random.Generator) -> Picture:
    """Stretch it in one direction, as applications do that fill a frame."""
    factor = float(rng.uniform(1.08, 1.2))
    across, down = (factor, 1.0) if rng.random() < 0.5 else (1.0, factor)
    return _as_picture(cv2.resize(image, None, fx=across, fy=down, interpolation=cv2.INTER_LINEAR))


def shrunk(image: Picture, rng: np.random.Generator) -> Picture:
    """Shrink it to seven tenths down to half of its size."""
    factor = float(rng.uniform(0.5, 0.7))
    return _as_picture(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def far_away(image: Picture, rng: np.random.Generator) -> Picture:
    """Take it from further off: half as large, somewhere on a table."""
    height, width = image.shape[:2]
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    down, across = (
        int(rng.uniform(0, whole - part)) for whole, part in zip((height, width), small.shape, strict=False)
    )
    table = np.full_like(image, 90)
    table = np.clip(table + rng.normal(0, 6, image.shape), 0, 255).astype(np.uint8)
    table[down : down + small.shape[0], across : across + small.shape[1]] = small
    return table


def cut(image: Picture, rng: np.random.Generator) -> Picture:
    """Cut up to a sixteenth off each side."""
    height, width = image.shape[:2]
    left, top = (rng.uniform(0, 1 / 16, 2) * (width, height)).astype(int)
    right, bottom = (rng.uniform(0, 1 / 16, 2) * (width, height)).astype(int)
    return np.ascontiguousarray(image[top : height - bottom, left : width - right])


def dark(image: Picture, rng: np.random.Generator) -> Picture:
    """Take it in near darkness: a fifth to two fifths of the light, and the sensor's noise."""
    seen = image * rng.uniform(0.2, 0.4) + rng.normal(0, 3.0, image.shape)
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)


def in_half_shadow(image: Picture, rng: np.random.Generator) -> Picture:
    """Let a hard shadow fall over one side of a slanting line."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    along = (x - width * rng.uniform(0.3, 0.7)) * np.cos(angle) + (y - height * rng.uniform(0.3, 0.7)) * np.sin(angle)
    light = 1.0 - rng.uniform(0.4, 0.65) * expit(along / 2.0)
    return np.asarray(np.clip(image * light[..., None], 0, 255), dtype=np.uint8)


def out_of_focus(image: Picture, rng: np.random.Generator) -> Picture:
    """Blur it by a thousandth of its longer side, or a little more."""
    return _as_picture(cv2.GaussianBlur(image, (0, 0), max(image.shape) / 1000.0 * float(rng.uniform(0.7, 1.4))))


def shaken(image: Picture, rng: np.random.Generator) -> Picture:
    """Smear it along a line, as a hand does that moves."""
    length = max(3, round(max(image.shape) / 1000.0 * float(rng.uniform(2.5, 5.0))))
    kernel = np.zeros((length, length), dtype=np.float32)
    kernel[length // 2] = 1.0 / length
    matrix = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), float(rng.uniform(0, 180)), 1.0)
    kernel = cv2.warpAffine(kernel, matrix, (length, length))
    return _as_picture(cv2.filter2D(image, -1, kernel / kernel.sum()))


def sent_on_and_on(image: Picture, rng: np.random.Generator) -> Picture:
    """Save it four to eight times over, as groups do that pass a picture on."""
    for _ in range(4):
        image = resent(image, rng)
    return image


def black_and_white(image: Picture, rng: np.random.Generator) -> Picture:
    """Make it black and white by what surrounds each pixel, as copiers and scanning programs do."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    window = max(15, max(grey.shape) // 60) | 1
    paper = float(rng.uniform(10, 18))
    flat = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, window, paper)
    return _as_picture(cv2.cvtColor(flat, cv2.COLOR_GRAY2BGR))


def _whitened(image: Picture, _: np.random.Generator) -> Picture:
    return filtered(image)


def _as_picture(image: object) -> Picture:
    return np.ascontiguousarray(image, dtype=np.uint8)


WEAR: Mapping[str, Wear] = {
    "turned": turned,
    "seen from the side": seen_from_the_side,
    "stretched": stretched,
    "shrunk": shrunk,
    "far away": far_away,
    "cut": cut,
    "dark": dark,
    "too little or too much light": exposed,
    "tinted": tinted,
    "in half shadow": in_half_shadow,
    "out of focus": out_of_focus,
    "shaken": shaken,
    "sent on and on": sent_on_and_on,
    "whitened by an application": _whitened,
    "black and white": black_and_white,
    "of a screen": of_a_screen,
}
"""Each kind, by what it is called in tables."""
