"""One file fetched: checked before it is connected to, redirects followed by hand, limits of size and time."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from api.comparison.fetching.addresses import RefusedError, Target, machine_of, target_of
from api.core.version import program_version
from api.db.types import now
from pipeline.documents.limits import MIB

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one file may ask of the machine.

    Attributes:
        max_bytes: Size of one file.
        seconds: From the beginning of a connection to its last byte, those of redirects included. Waiting for the turn
            at a host is not counted, nor looking up its name.
        max_redirects: How often an address may lead elsewhere.
        allowed: Places, `host:port`, that may be on a private network.

    """

    max_bytes: int = 32 * MIB
    seconds: float = 60.0
    max_redirects: int = 3
    allowed: frozenset[str] = frozenset()


def fetch_file(address: str, limits: FetchLimits, before: Callable[[Target], None] = lambda _target: None) -> bytes:
    """Return the bytes at an address.

    Args:
        address: As published.
        limits: What it may ask for.
        before: Called with whom is asked, before each connection; it may wait.

    Raises:
        RefusedError: Why there are none.

    """
    left = limits.seconds
    for _ in range(limits.max_redirects + 1):
        target = target_of(address)
        machine = machine_of(target, limits.allowed)
        before(target)
        begun = time.monotonic()
        with _requested(target, machine, left) as answer:
            if answer.status not in REDIRECTS:
                return _body(answer, limits)
            address = urljoin(address, answer.headers.get("Location") or "")
        left -= time.monotonic() - begun
        if left <= 0:
            raise RefusedError("too_slow")
    raise RefusedError("redirects")


@contextmanager
def _requested(target: Target, machine: str, seconds: float) -> Iterator[http.client.HTTPResponse]:
    """Ask a machine for a target; whatever it does, it is over when the time is."""
    connection = _Connection(target, machine, seconds)
    over = threading.Timer(seconds, connection.cut)
    over.daemon = True
    over.start()
    try:
        with connection.request() as answer:
            yield answer
        connection.require_time()  # what was cut off looks like an end
    except RefusedError as error:
        if error.code == "connection":  # it ended too early: by us, it may be
            connection.require_time()
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        slow = connection.was_cut or isinstance(error, TimeoutError)
        raise RefusedError("too_slow" if slow else "connection") from error
    finally:
        over.cancel()
        connection.close()


class _Connection:
    """A connection to one machine, known by its number, under the name that was asked for.

    Args:
        target: Whom is asked.
        machine: The number of the machine.
        seconds: How long one step may take.

    """

    def __init__(self, target: Target, machine: str, seconds: float) -> None:
        self._target, self._machine, self._seconds = target, machine, seconds
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._http = http.client.HTTPConnection(target.host, target.port, timeout=seconds)
        self.was_cut = False

    def request(self) -> http.client.HTTPResponse:
        """Connect and ask; return the answer, of which only the head was read."""
        held = self._hold(socket.create_connection((self._machine, self._target.port), timeout=self._seconds))
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            # The new socket takes the other's place before it says a word: what is to be cut is always at hand.
            secure = context.wrap_socket(held, server_hostname=self._target.host, do_handshake_on_connect=False)
            self._hold(secure)
            secure.do_handshake()
            held = secure
        self._http.sock = held
        headers = {"Accept-Encoding": "identity", "User-Agent": f"chasil/{program_version()}", "Connection": "close"}
        self._http.request("GET", self._target.path, headers=headers)
        return self._http.getresponse()

    def _hold(self, found: socket.socket) -> socket.socket:
        """Remember what is to be cut and closed; where the time was over meanwhile, nothing is begun with it."""
        with self._lock:
            self._socket = found
        self.require_time()
        return found

    def require_time(self) -> None:
        """Refuse to go on once the time is over.

        Raises:
            RefusedError: `too_slow`.

        """
        if self.was_cut:
            raise RefusedError("too_slow")

    def cut(self) -> None:
        """End the connection from another thread; once it is closed, its number may be that of another."""
        with self._lock:
            self.was_cut = True
            if self._socket is not None:
                with suppress(OSError):
                    # That of an SSLSocket would have the reader go on without decrypting.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._http.close()
            if self._socket is not None:
                self._socket.close()
                self._socket = None


def _body(answer: http.client.HTTPResponse, limits: FetchLimits) -> bytes:
    """Return what an answer holds, a piece at a time; nothing is unpacked."""
    if answer.status != http.client.OK:
        raise RefusedError(f"status_{answer.status}", wait_of(answer.headers.get("Retry-After")))
    if (answer.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise RefusedError("encoded")
    length = answer.length
    if length is not None and length > limits.max_bytes:
        raise RefusedError("too_large")
    pieces = bytearray()
    while piece := answer.read(_CHUNK):
        pieces += piece
        if len(pieces) > limits.max_bytes:
            raise RefusedError("too_large")
    if length is not None and len(pieces) != length:
        raise RefusedError("connection")
    return bytes(pieces)


def wait_of(given: str | None) -> float | None:
    """Return how many seconds a host asks to wait, by a number or a date; None where it says neither."""
    if given is None:
        return None
    if given.strip().isdigit():
        return float(given.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(given) - now()).total_seconds())
    except (TypeError, ValueError):
        return None
