"""Confidence intervals of a share of errors in a sample: exact, never the normal approximation.

Clopper and Pearson, Biometrika 26 (1934) 404; Wilson, JASA 22 (1927) 209. A sample that is spread over strata of equal
size, one from each, or drawn without replacement, varies less than independent draws at one rate; Hoeffding, Ann. Math.
Stat. 27 (1956) 713: the binomial tail is the larger one, so that these bounds hold for it too.
"""

from math import sqrt

from scipy.special import betaincinv, ndtri

CONFIDENCE = 0.95

_MOST = 100_000_000


def upper_bound(wrong: int, read: int, confidence: float = CONFIDENCE) -> float:
    """Return the rate that the true one is at most, with `confidence` (one-sided); 1 where nothing was read."""
    return 1.0 if wrong >= read else float(betaincinv(wrong + 1, read - wrong, confidence))


def lower_bound(wrong: int, read: int, confidence: float = CONFIDENCE) -> float:
    """Return the rate that the true one is at least, with `confidence` (one-sided)."""
    return 0.0 if wrong == 0 else float(betaincinv(wrong, read - wrong + 1, 1 - confidence))


def sample_needed(target: float, wrong: int, confidence: float = CONFIDENCE) -> int:
    """Return the smallest sample that shows a rate of at most `target` if no more than `wrong` of it are."""
    low, high = wrong, wrong + 1
    while upper_bound(wrong, high, confidence) > target and high < _MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper_bound(wrong, middle, confidence) <= target else (middle, high)
    return high


def wilson(right: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the two-sided interval of a share; 0 to 1 where there is nothing."""
    if of == 0:
        return 0.0, 1.0
    z = float(ndtri((1 + confidence) / 2))
    share, spread = right / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
