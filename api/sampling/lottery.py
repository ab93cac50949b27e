"""The draw of a sample, as pure functions of a public seed and the numbers' names: outsiders draw it again.

Every number has a ticket: SHA-256 of the seed, a line break and its name, "DOCUMENT/FIELD". The names, in the order of
their stations, are cut into runs as equal as whole numbers allow; of each run the smallest ticket is drawn. So every
number has the same chance, as long as the seed could not be chosen to suit: it must be fixed in public (dice, or the
value of a beacon) after the checkpoint of the log that the names are taken from.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

METHOD = "sha256-runs-1"
"""Names this way of drawing in the event of an audit."""


def ticket(seed: str, name: str) -> bytes:
    """Return the ticket of a number."""
    return hashlib.sha256(f"{seed}\n{name}".encode()).digest()


def run_edges(total: int, size: int) -> list[int]:
    """Return where the runs begin and the last one ends: one run for each number that is drawn."""
    size = min(size, total)
    return [index * total // size for index in range(size + 1)]


def drawn_ranks(names: Iterable[str], total: int, size: int, seed: str) -> Iterator[int]:
    """Yield the ranks, from 0, of the numbers that are drawn.

    Args:
        names: Of all numbers, in the order of their stations; they are gone through once.
        total: How many there are.
        size: How many to draw; all where there are fewer.
        seed: What chance begins with.

    """
    edges = run_edges(total, size)
    run, best = 0, (b"\xff" * 33, -1)
    for rank, name in enumerate(names):
        if rank == edges[run + 1]:
            yield best[1]
            run, best = run + 1, (b"\xff" * 33, -1)
        best = min(best, (ticket(seed, name), rank))
    if best[1] >= 0:
        yield best[1]


def reading_order(names: Sequence[str], seed: str) -> list[int]:
    """Return for each drawn number its place in the order of reading, so that those read first are a fair sample."""
    order = sorted(range(len(names)), key=lambda at: ticket(f"{seed}\norder", names[at]))
    places = [0] * len(names)
    for place, at in enumerate(order):
        places[at] = place
    return places
