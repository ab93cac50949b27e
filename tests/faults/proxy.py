"""A door to PostgreSQL that can be shut: connections break at once, and new ones are refused until it opens again."""

import contextlib
import socket
import threading
from collections.abc import Callable

import psycopg
from sqlalchemy import make_url

Connect = Callable[[], socket.socket]


class Proxy:
    """Passes connections of a port of this machine on to a database.

    Args:
        url: The database, as SQLAlchemy writes it.
        told: Called with the number of bytes of each piece that passes, from any thread.

    """

    def __init__(self, url: str, told: Callable[[int], None] = lambda _: None) -> None:
        self._target = _target(url)
        self._told = told
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = int(free.getsockname()[1])
        plain = make_url(url)
        query = {name: value for name, value in plain.query.items() if name not in ("host", "port")}
        self.url = plain.set(host="127.0.0.1", port=self._port, query=query).render_as_string(hide_password=False)
        self._listening: socket.socket | None = None
        self._open: list[socket.socket] = []

    def open(self) -> None:
        """Take connections."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        listening.listen()
        self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def shut(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listening is not None:
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)  # wakes who waits for a connection
            self._listening.close()
            self._listening = None
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = self._target()
                self._open += [client, server]
                for source, sink in ((client, server), (server, client)):
                    threading.Thread(target=_pass_on, args=(source, sink, self._told), daemon=True).start()


def _pass_on(source: socket.socket, sink: socket.socket, told: Callable[[int], None]) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            told(len(data))
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)


def _target(url: str) -> Connect:
    """Return how the database is reached: by a socket in a folder, or by a port."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        host, port = connection.info.host, connection.info.port

    def connect() -> socket.socket:
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        reached = socket.socket(socket.AF_UNIX)
        reached.connect(f"{host}/.s.PGSQL.{port}")
        return reached

    return connect
