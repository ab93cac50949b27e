"""The measures of a reader: intervals, calibration, and risk against coverage. Arrays in, numbers out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def wilson(right: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score (Wilson 1927); (0, 1) where nothing was counted."""
    if count == 0:
        return 0.0, 1.0
    share, square = right / count, z * z
    centre = (share + square / (2 * count)) / (1 + square / count)
    half = z / (1 + square / count) * np.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def share_text(part: int, whole: int, decimals: int = 1) -> str:
    """Return a share with its 95 % interval (Wilson) as text: "9 of 10 (90.0 %; 59.6 to 98.2)"."""
    percents = (100 * share for share in (part / max(1, whole), *wilson(part, whole)))
    middle, low, high = (f"{percent:.{decimals}f}" for percent in percents)
    return f"{part} of {whole} ({middle} %; {low} to {high})"


def upper_bound(wrong: int, count: int, confidence: float = 0.95) -> float:
    """Return the largest error rate that still fits `wrong` errors in `count` (Clopper and Pearson 1934)."""
    return 1.0 if wrong >= count else float(beta.ppf(confidence, wrong + 1, count - wrong))


@dataclass(frozen=True)
class Reliability:
    """Calibration in bins of equal count.

    Attributes:
        confidence: (bins,) mean confidence in each bin.
        accuracy: (bins,) share right in each bin.
        count: (bins,) boxes in each bin.

    """

    confidence: Floats
    accuracy: Floats
    count: Labels

    @property
    def ece(self) -> float:
        """The expected calibration error: the mean gap between confidence and accuracy (Naeini et al. 2015)."""
        return float(np.sum(np.abs(self.confidence - self.accuracy) * self.count) / max(1, self.count.sum()))


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> Reliability:
    """Return the calibration in bins of equal width, the usual definition, empty bins left out."""
    edge = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    return _binned(confidence, right, edge)


def reliability_by_rank(confidence: Floats, right: NDArray[np.bool_], bins: int = 15) -> Reliability:
    """Return the calibration in bins of equal count: a good reader has nearly all of its boxes in one bin of width."""
    rank = np.empty(len(confidence), np.int64)
    rank[np.argsort(confidence, kind="stable")] = np.arange(len(confidence))
    return _binned(confidence, right, rank * bins // max(1, len(confidence)))


def _binned(confidence: Floats, right: NDArray[np.bool_], bin_of: Labels) -> Reliability:
    used, index, count = np.unique(bin_of, return_inverse=True, return_counts=True)
    confidences = np.bincount(index, weights=confidence, minlength=len(used)) / count
    accuracies = np.bincount(index, weights=right.astype(np.float64), minlength=len(used)) / count
    return Reliability(confidences, accuracies, count.astype(np.int64))


def nll(probabilities: Floats, labels: Labels) -> float:
    """Return the mean negative log probability of the true class."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-12)).mean())


def brier(probabilities: Floats, labels: Labels) -> float:
    """Return the mean squared distance between the probabilities and the truth (Brier 1950); 0 to 2."""
    truth = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - truth) ** 2).sum(axis=1).mean())


def risk_coverage(confidence: Floats, right: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return coverage (n,) and the error among the covered (n,), accepting the surest boxes first."""
    order = np.argsort(-confidence, kind="stable")
    counts = np.arange(1, len(order) + 1)
    return counts / len(order), np.cumsum(~right[order]) / counts


def coverage_at(confidence: Floats, right: NDArray[np.bool_], risk: float = 0.001) -> float:
    """Return the largest coverage at which the error is no more than `risk`."""
    coverage, error = risk_coverage(confidence, right)
    within = np.flatnonzero(error <= risk)
    return float(coverage[within[-1]]) if len(within) else 0.0


def risk_at(confidence: Floats, right: NDArray[np.bool_], coverage: float = 0.995) -> float:
    """Return the error among the surest `coverage` of the boxes."""
    kept = max(1, int(np.ceil(coverage * len(confidence))))
    return float(risk_coverage(confidence, right)[1][kept - 1])


def confusion(labels: Labels, guesses: Labels, classes: int) -> Labels:
    """Return counts (classes, classes): row = what it is, column = what was read."""
    return np.bincount(labels * classes + guesses, minlength=classes * classes).reshape(classes, classes)


def threshold_for(confidence: Floats, right: NDArray[np.bool_], budget: float, confidence_level: float = 0.95) -> float:
    """Return the least confidence from which on the error is below `budget` with the given confidence level.

    Where there are too few boxes to show that (three errors' worth of evidence, 3 / budget boxes, is the least),
    the threshold is the one at which as much as possible is shown: above the surest error. What is equally sure is
    accepted together or not at all.
    """
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order])
    counts = np.arange(1, len(order) + 1)
    bounds = beta.ppf(confidence_level, wrong + 1, np.maximum(counts - wrong, 1e-9))  # `upper_bound`, for all at once
    ends = np.append(np.diff(confidence[order]) != 0, True)
    within = np.flatnonzero(ends & (bounds <= budget))
    at = within[-1] if len(within) else int(np.argmin(np.where(ends, bounds, np.inf)))
    return float(confidence[order[at]])
