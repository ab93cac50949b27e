"""Python's collector of garbage has little to do in the suite's processes: what they hold for good is not gone through.

Eight thousand tests and what they import are a million and a half of objects, which stay until the process ends. While
they come, and each time that a quarter as many have been added, the collector goes through all of them in vain.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FIRST = 10_000
"""How many more objects there are than before when the youngest are gone through; Python has 700."""


@contextmanager
def all_stays() -> Iterator[None]:
    """Collect nothing within, and leave out for good what is there at the end."""
    _, second, third = gc.get_threshold()
    gc.disable()
    try:
        yield
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(FIRST, second, third)
        gc.enable()
