"""The draw of a sample, as pure functions of a public seed and the numbers' names: outsiders draw it again.

Every number has a ticket: SHA-256 of the seed, a line break and its name, "DOCUMENT/FIELD". The names, in the order of
their stations, are cut into runs as equal as whole numbers allow; of each run the smallest ticket is drawn. So every
number has the same chance, as long as the seed could not be chosen to suit: it must be fixed in public (dice, or the
value of a beacon) after the checkpoint of the log that the names are taken from.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import TypeVar

Thing = TypeVar("Thing")

METHOD = "sha256-runs-1"
"""Names this way of drawing in the event of an audit."""


def ticket(seed: str, name: str) -> bytes:
    """Return the ticket of a number."""
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()


def run_edges(total: int, size: int) -> list[int]:
    """Return where the runs begin and the last one ends: one run for each number that is drawn; [] where none is."""
    size = min(size, total)
    return [index * total // size for index in range(size + 1)] if size else []


def drawn(things: Iterable[Thing], name: Callable[[Thing], str], total: int, size: int, seed: str) -> Iterator[Thing]:
    """Yield what is drawn, in its order.

    Args:
        things: All that can be drawn, in the order of their stations; they are gone through once.
        name: Gives the name that a ticket is made of.
        total: How many there are.
        size: How many to draw; all where there are fewer.
        seed: What chance begins with.

    """
    left = iter(things)
    for first, last in pairwise(run_edges(total, size)):
        yield min(islice(left, last - first), key=lambda one: ticket(seed, name(one)))


def reading_order(names: Sequence[str], seed: str) -> list[int]:
    """Return for each drawn number its place in the order of reading, so that those read first are a fair sample."""
    order = sorted(range(len(names)), key=lambda at: ticket(f"{seed}\norder", names[at]))
    places = [0] * len(names)
    for place, at in enumerate(order):
        places[at] = place
    return places
