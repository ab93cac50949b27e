"""How often anyone may ask: a bucket of tokens for each person or address, in the memory of the process."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil
from time import monotonic

MAX_BUCKETS = 10_000
"""How many senders are remembered; the ones that asked longest ago are forgotten first."""


class Rates:
    """Buckets that fill at a steady rate and hold a burst.

    Args:
        per_second: How fast a bucket fills.
        burst: How much it holds.
        clock: Seconds that only grow.

    """

    def __init__(self, per_second: float, burst: int, clock: Callable[[], float] = monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> int:
        """Take one out of a bucket; return 0, or the seconds after which there is one again."""
        at = self._clock()
        with self._lock:
            level, since = self._buckets.pop(who, (float(self._burst), at))
            level = min(self._burst, level + (at - since) * self._per_second)
            allowed = level >= 1
            self._buckets[who] = (level - allowed, at)
            if len(self._buckets) > MAX_BUCKETS:
                self._buckets.popitem(last=False)
        return 0 if allowed else ceil((1 - level) / self._per_second)
