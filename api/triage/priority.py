"""Expected error in votes of leaving a number as the machine reads it: the order in which people look.

It is (1 - confidence) x votes at stake x how far the region is from done.
"""

from collections.abc import Iterable

UNKNOWN_STAKE = 100
"""Votes at stake where nothing at all says what an unread number may be: a third of a polling station's voters."""

LEAST_DOUBT = 1e-4
"""A number that people are asked about is never quite sure, whatever its confidence."""

LEAST_REMAINING = 0.05
"""The last numbers of a region hold it up: they keep this weight."""

LAST = 1e-9
"""The weight of a number that no vote depends on, such as a date: it comes after all others, in an order of its own."""


def expected_vote_error(confidence: float, value: int | None, rivals: Iterable[int], remaining: float) -> float:
    """Return the expected harm, in votes.

    Args:
        confidence: Probability that `value` is what was written.
        value: What the machine reads; None where it reads nothing.
        rivals: What the number may be else, by other witnesses or the runner-up of its least sure box.
        remaining: Share of the region's stations that are not final, 0 to 1.

    """
    doubt = 1.0 if value is None else max(1.0 - confidence, LEAST_DOUBT)
    return doubt * _stake(value, rivals) * max(remaining, LEAST_REMAINING)


def _stake(value: int | None, rivals: Iterable[int]) -> float:
    others = list(rivals)
    if value is None:
        return float(max(others, default=UNKNOWN_STAKE) or 1)
    return float(max([1, *(abs(other - value) for other in others)]))
