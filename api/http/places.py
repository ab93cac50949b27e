"""Places for what is received and read at a time: so many in all, and of these so many for one sender."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.errors import TooManyError, UnavailableError

RETRY_SECONDS = 5
"""When to come back after a refusal."""

LOOK_AGAIN_SECONDS = 0.2
"""How often whoever waits for a place looks whether there is one."""


class Places:
    """Places of one kind. Used by the event loop alone.

    Args:
        limit: How many there are.
        share: How many of them one sender may hold at a time.

    """

    def __init__(self, limit: int, share: int) -> None:
        self.limit, self.share = limit, max(1, min(limit, share))
        self._taken: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        """Whether nobody else is let in."""
        return self._taken.total() >= self.limit

    @contextmanager
    def place(self, sender: str, *, shares: bool = True) -> Iterator[None]:
        """Hold a place.

        Args:
            sender: Who asks.
            shares: Whether others need places too; where not, one sender may hold them all.

        Raises:
            UnavailableError: `service_busy`: all places are taken.
            TooManyError: `uploads_at_once`: this sender's are.

        """
        if self.full:
            raise UnavailableError("service_busy", limit=self.limit, seconds=RETRY_SECONDS)
        if shares and self._taken[sender] >= self.share:
            raise TooManyError("uploads_at_once", limit=self.share, seconds=RETRY_SECONDS)
        self._taken[sender] += 1
        try:
            yield
        finally:
            self._taken[sender] -= 1
            if not self._taken[sender]:
                del self._taken[sender]

    async def free(self) -> None:
        """Wait until there is a place."""
        while self.full:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
