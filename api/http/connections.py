"""Connections that never say what they want are ended, and there are never more than the machine has files for.

uvicorn waits for the head of a request without end, and beyond the limit of open files its loop spins in `accept`. So a
connection without a whole head is ended after some seconds, or sooner where its place is needed.
"""

import asyncio
import resource
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""How long the head of a request may take to arrive."""

RESERVED_FILES = 200
"""Open files that are left for the database, originals, workers and tools."""

WANTED_FILES = 65_536
FEWEST_CONNECTIONS = 32


class LimitedConnection(H11Protocol):
    """A connection of uvicorn, with limits. `with_limits` makes classes with others."""

    head_seconds: ClassVar[float] = HEAD_SECONDS
    most_connections: ClassVar[int] = 10_000

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._late: asyncio.TimerHandle | None = None

    @property
    def waits(self) -> bool:
        """Whether nothing whole has been asked for, or the last answer is complete."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let a connection in; where there are too many, the one that has been silent for longest goes."""
        super().connection_made(transport)
        self._expect_head()
        if len(self.connections) > self.most_connections:
            self._oldest_that_waits().end()

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        super().data_received(data)
        if not self.waits:
            self._stop_waiting()
        elif self._late is None and not self.transport.is_closing():
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def end(self) -> None:
        """End the connection at once."""
        self._stop_waiting()
        self.connections.discard(self)
        self.transport.abort()

    @property
    def late_at(self) -> float:
        """When it is ended, in seconds of the loop."""
        return float("inf") if self._late is None else self._late.when()

    def _oldest_that_waits(self) -> "LimitedConnection":
        others = [one for one in self.connections if isinstance(one, LimitedConnection) and one.waits]
        return min(others, key=lambda one: one.late_at, default=self)

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._late = self.loop.call_later(self.head_seconds, self.end)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def with_limits(most_connections: int, head_seconds: float = HEAD_SECONDS) -> type[LimitedConnection]:
    """Return a kind of connection with these limits, as `uvicorn.run(http=...)` takes it."""
    limits = {"most_connections": most_connections, "head_seconds": head_seconds}
    return type("LimitedConnection", (LimitedConnection,), limits)


def connections_here() -> int:
    """Return how many connections this process may have; its limit of open files is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    files = WANTED_FILES if soft == resource.RLIM_INFINITY else soft
    return max(FEWEST_CONNECTIONS, files - RESERVED_FILES)
