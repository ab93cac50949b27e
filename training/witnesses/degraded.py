"""Pages as coarse pictures and screens show them: few pixels a cell, and stripes where two rasters beat."""

import cv2
import numpy as np
from numpy.typing import NDArray

COARSE = (0.3, 0.8)
"""Size to which a coarse page's windows are brought down before they are brought up again, in parts."""

PERIOD, AMPLITUDE = (1.8, 7.0), (0.03, 0.25)
"""Of the stripes of a screen: px of the window, and ink."""

SKEW = 0.15
"""How far stripes may be from upright or level, radians."""


def degraded(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the windows (n, size, size) of one page brought down and up again, striped, or both."""
    coarse, striped = ((True, False), (False, True), (True, True))[int(rng.integers(3))]
    changed = _coarse(ink, float(rng.uniform(*COARSE))) if coarse else ink
    return _striped(changed, rng) if striped else changed


def _coarse(ink: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    size = ink.shape[1]
    small = max(8, round(size * factor))
    return np.stack(
        [cv2.resize(cv2.resize(one, (small, small), interpolation=cv2.INTER_AREA), (size, size)) for one in ink]
    ).astype(np.float32)


def _striped(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Add stripes of one period and direction, which begin anew in every window."""
    angle = rng.uniform(-SKEW, SKEW) + (np.pi / 2 if rng.random() < 0.3 else 0.0)
    pulse = 2 * np.pi / rng.uniform(*PERIOD)
    across = np.arange(ink.shape[1])
    way = np.cos(angle) * across[None, :] + np.sin(angle) * across[:, None]
    phases = rng.uniform(0, 2 * np.pi, len(ink))
    strength = rng.uniform(*AMPLITUDE) * rng.uniform(0.5, 1.0, len(ink))
    waves = np.sin(pulse * way[None] + phases[:, None, None]) * strength[:, None, None]
    return np.asarray(ink + waves, np.float32)
