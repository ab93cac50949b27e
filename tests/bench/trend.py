"""Does a series of samples grow? A straight line through it, and how sure its slope is. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

CONFIDENCE = 0.95
MOST_CORRELATION = 0.95
"""Of one residual with the next; more would leave no sample that says anything of its own."""

LEAST_SAMPLES = 6


@dataclass(frozen=True, slots=True)
class Trend:
    """The slope of a series.

    Attributes:
        mean: Of the values, in their unit.
        slope: Growth in that unit an hour.
        low, high: The 95 % interval of the slope.
        samples: How many values there were.

    """

    mean: float
    slope: float
    low: float
    high: float
    samples: int

    def grows(self, tolerance: float) -> bool:
        """Tell whether it surely grows, and by more an hour than does harm."""
        return self.low > 0 and self.slope > tolerance


def trend(hours: Sequence[float], values: Sequence[float], alongside: Sequence[Sequence[float]] = ()) -> Trend:
    """Fit a line by least squares.

    Neighbouring samples resemble each other, so that there are fewer independent ones than it seems: the interval is
    widened by the correlation of each residual with the next (first order, as for an AR(1) process).

    Args:
        hours: When each sample was taken, in h.
        values: The samples.
        alongside: What else the samples follow, a series each, the machine's load for one; the slope is then that where
            these stay as they are.

    Raises:
        ValueError: There are too few samples.

    """
    if len(values) < LEAST_SAMPLES:
        raise ValueError(f"{len(values)} samples are too few for a trend")
    x, y = np.asarray(hours, float), np.asarray(values, float)
    columns = [x - x.mean(), np.ones_like(x)]
    columns += [np.asarray(series, float) - np.mean(series) for series in alongside if np.ptp(series) > 0]
    design = np.stack(columns, axis=1)
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    residuals = y - design @ found
    freedom = len(y) - design.shape[1]
    variance = float(residuals @ residuals) / freedom * np.linalg.pinv(design.T @ design)[0, 0]
    half = float(t.ppf(0.5 + CONFIDENCE / 2, freedom)) * float(np.sqrt(variance * _widening(residuals)))
    return Trend(float(y.mean()), float(found[0]), float(found[0]) - half, float(found[0]) + half, len(y))


def _widening(residuals: NDArray[np.float64]) -> float:
    """Return by how much the variance of the slope is larger than that of independent residuals."""
    whole = float(residuals @ residuals)
    if whole == 0:
        return 1.0
    correlation = min(max(float(residuals[:-1] @ residuals[1:]) / whole, 0.0), MOST_CORRELATION)
    return (1 + correlation) / (1 - correlation)
