"""How much goes between program and database for a page: a door to PostgreSQL that counts what passes."""

import contextlib
import socket
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


class CountingProxy(Proxy):
    """Passes connections on and counts their bytes."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.counted = Counted()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = self._target()
                self._open += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_count, args=(source, sink, self.counted), daemon=True).start()


@contextmanager
def counting(url: str) -> Iterator[tuple[str, Counted]]:
    """Open a way to a database that counts; return its URL and the count."""
    proxy = CountingProxy(url)
    proxy.open()
    try:
        yield proxy.url, proxy.counted
    finally:
        proxy.shut()


def _count(source: socket.socket, sink: socket.socket, counted: Counted) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            counted.add(len(data))
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
