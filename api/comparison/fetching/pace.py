"""Few at a time, each host at the pace that it asks for; a host that fails again and again is left alone."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.comparison.fetching.addresses import RefusedError


@dataclass(frozen=True, slots=True)
class Politeness:
    """What a host is spared.

    Attributes:
        at_a_time: Files fetched from one host at a time.
        seconds_between: Between the beginnings of two of them.
        longest_wait: A host that asks to wait longer is left alone for this run.
        most_failures: Failures in a row after which it is, too.

    """

    at_a_time: int = 2
    seconds_between: float = 0.25
    longest_wait: float = 600.0
    most_failures: int = 20


@dataclass(slots=True)
class _Host:
    slots: threading.Semaphore
    free_at: float = 0.0
    failures: int = 0
    left_alone: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class Pace:
    """The pace of all hosts, shared by threads.

    Args:
        politeness: What a host is spared.
        clock, sleep: Time, and how to wait.

    """

    def __init__(
        self,
        politeness: Politeness,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._politeness, self._clock, self._sleep = politeness, clock, sleep
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = defaultdict(lambda: _Host(threading.Semaphore(politeness.at_a_time)))

    @contextmanager
    def turn(self, place: str) -> Iterator[None]:
        """Wait until it is our turn at a host, and hold it.

        Raises:
            RefusedError: `host_left_alone`.

        """
        host = self._host(place)
        with host.slots:
            self.wait(place)
            yield

    def wait(self, place: str) -> None:
        """Wait until a host may be asked again.

        Raises:
            RefusedError: `host_left_alone`.

        """
        host = self._host(place)
        with host.lock:
            at = max(self._clock(), host.free_at)
            host.free_at = at + self._politeness.seconds_between
            if host.left_alone:
                raise RefusedError("host_left_alone")
        self._sleep(max(0.0, at - self._clock()))

    def succeeded(self, place: str) -> None:
        """Note that a host has given a file."""
        self._host(place).failures = 0

    def failed(self, place: str, wait: float | None) -> None:
        """Note that a host could not give a file, and how long it asks to wait."""
        host = self._host(place)
        with host.lock:
            host.failures += 1
            if wait is not None:
                host.free_at = max(host.free_at, self._clock() + wait)
            too_long = wait is not None and wait > self._politeness.longest_wait
            host.left_alone = host.left_alone or too_long or host.failures >= self._politeness.most_failures

    def _host(self, place: str) -> _Host:
        with self._lock:
            return self._hosts[place]
