"""The light in the room: fall-off, shadows of hands and frames, and colour, as one smooth field over the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.pages.backgrounds import cloud
from training.pages.difficulty import Difficulty

_WIDTH = 320  # pixels of the field's long side: light has no fine detail


def draw_light(size: tuple[int, int], level: Difficulty, rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw how much light of each colour falls on each part of the picture.

    Args:
        size: Width and height of the picture in pixels.
        level: How uneven it is.
        rng: The only source of chance.

    Returns:
        Factors (height, width, 3) BGR of a small raster over the picture; enlarge it to the picture's size.

    """
    scale = _WIDTH / max(size)
    width, height = round(size[0] * scale), round(size[1] * scale)
    x, y = np.linspace(-1.0, 1.0, width)[None, :], np.linspace(-1.0, 1.0, height)[:, None]
    angle = rng.uniform(0.0, 2.0 * np.pi)
    field = 1.0 - level.uneven * rng.random() * (0.5 + 0.5 * (x * np.cos(angle) + y * np.sin(angle)))
    field = field * (1.0 - rng.uniform(0.0, 0.25) * (x**2 + y**2) / 2.0)  # vignette
    field = field * (1.0 + 0.15 * level.uneven * cloud((height, width), 1.5, rng, octaves=2))
    shadowed = np.asarray(field, dtype=np.float32)
    for _ in range(rng.integers(0, 3)):
        shadowed *= 1.0 - level.shadow * rng.uniform(0.3, 1.0) * _shadow((height, width), rng)
    for _ in range(rng.integers(0, level.crossing + 1) if level.crossing and rng.random() < 0.35 else 0):
        shadowed *= 1.0 - rng.uniform(0.4, 0.75) * _bar((height, width), rng)
    # Lamps are yellow or blue; green and magenta are rare.
    gain = 1.0 + level.cast * (rng.normal(-0.1, 0.6) * np.array([1.0, 0.0, -0.7]) + rng.normal(0.0, 0.15, 3))
    # Phones expose by the average; what stays is their error.
    exposure = rng.uniform(*((0.72, 1.02) if level.uneven > 0.2 else (0.88, 1.0))) / max(float(shadowed.mean()), 0.5)
    return np.asarray(shadowed[..., None] * gain * exposure / gain.max(), dtype=np.float32)


def _shadow(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a shadow (height, width), 0..1: a straight edge, a blob like a hand with the phone, or a bar."""
    mask = np.zeros(size, dtype=np.uint8)
    middle = rng.uniform(0.0, 1.0, 2) * size[::-1]
    kind = rng.integers(3)
    if kind == 0:
        away = np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)]) * 2 * max(size)
        across = np.array([-away[1], away[0]])
        shape = np.array([middle - across, middle + across, middle + across + away, middle - across + away])
        cv2.fillConvexPoly(mask, shape.astype(np.int32), (255,))
    elif kind == 1:
        _hand(mask, middle, rng)
    else:
        a = float(rng.uniform(0, 180))
        bar = cv2.boxPoints(((float(middle[0]), float(middle[1])), (3.0 * max(size), float(rng.uniform(10, 60))), a))
        cv2.fillConvexPoly(mask, bar.astype(np.int32), (255,))
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(1.5, 18.0)))
    return np.asarray(soft, dtype=np.float32) / np.float32(255.0)


def _bar(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the hard shadow (height, width), 0..1, of a window frame or a post in the sun."""
    mask = np.zeros(size, dtype=np.uint8)
    middle = rng.uniform(0.2, 0.8, 2) * size[::-1]
    length, breadth, turn = 4.0 * max(size), float(rng.uniform(8, 70)), float(rng.uniform(0, 180))
    bar = cv2.boxPoints(((float(middle[0]), float(middle[1])), (length, breadth), turn))
    cv2.fillConvexPoly(mask, bar.astype(np.int32), (255,))
    soft = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.6, 2.0)))
    return np.asarray(soft, dtype=np.float32) / np.float32(255.0)


def _hand(mask: NDArray[np.uint8], middle: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Fill the shadow of a hand that holds a phone: an arm, a palm and a slab."""
    edge = np.array([rng.uniform(0, mask.shape[1]), mask.shape[0] * 1.1])
    ends = [(int(p[0]), int(p[1])) for p in (middle, edge)]
    cv2.line(mask, ends[0], ends[1], (255,), int(rng.uniform(20, 45)))
    cv2.circle(mask, ends[0], int(rng.uniform(18, 36)), (255,), -1)
    slab = (
        (float(middle[0]), float(middle[1]) - 15.0),
        (float(rng.uniform(25, 45)), float(rng.uniform(55, 90))),
        float(rng.uniform(-40, 40)),
    )
    cv2.fillConvexPoly(mask, cv2.boxPoints(slab).astype(np.int32), (255,))
