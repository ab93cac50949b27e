"""How much goes between program and database for a page: a door to PostgreSQL that counts what passes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.proxy import Proxy


@dataclass(slots=True)
class Counted:
    """Bytes that have passed, both ways."""

    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, count: int) -> None:
        """Add so many."""
        with self.lock:
            self.passed += count


@contextmanager
def counting(url: str) -> Iterator[tuple[str, Counted]]:
    """Open a way to a database that counts; return its URL and the count."""
    counted = Counted()
    proxy = Proxy(url, counted.add)
    proxy.open()
    try:
        yield proxy.url, counted
    finally:
        proxy.shut()
