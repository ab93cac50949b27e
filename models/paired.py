"""The paired test between two readers of the same boxes."""

from scipy.special import bdtr


def mcnemar_exact(only_first_right: int, only_second_right: int) -> float:
    """Return the two-sided p of the exact paired test on the boxes that only one of two readers got right.

    McNemar 1947; exact under the binomial law, so it holds for the few disagreements that good readers have.
    """
    count = only_first_right + only_second_right
    if count == 0:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(only_first_right, only_second_right), count, 0.5)))
