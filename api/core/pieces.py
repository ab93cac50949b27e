"""Many things, some at a time: however many there are, only one piece of them is in memory."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")


def in_pieces(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    """Yield things in lists of `size`; the last may be shorter, and none is empty."""
    left = iter(things)
    while piece := list(islice(left, size)):
        yield piece
