"""The client for tests of the service: Starlette's, which hands a request over once and takes the whole answer at once.

Starlette's own goes to the thread of the service and back eight times a request, for answers that come piece by piece.
Only those that are asked for with `stream` do here; two threads of one Python that wait for each other took longer than
the service did.
"""

import warnings
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import anyio
import httpx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its word that httpx has a successor; both do for these
    from fastapi.testclient import TestClient as PieceByPiece

__all__ = ["TestClient"]

PIECES = "tests.pieces"
"""Marks requests whose answers come piece by piece."""

Message = MutableMapping[str, Any]


class TestClient(PieceByPiece):
    """A client of a service in the same process; its answers are whole, but for those of `stream`."""

    __test__ = False

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._pieces: Any = self._transport
        self._transport: httpx.BaseTransport = _Whole(self, self._pieces)

    def come_from(self, host: str) -> None:
        """Let what follows come from another address."""
        self._pieces.client = (host, 50000)

    @contextmanager
    def stream(self, *given: Any, **named: Any) -> Iterator[httpx.Response]:
        """Send a request and yield the answer before it has ended."""
        more = {**(named.pop("extensions", None) or {}), PIECES: True}
        with super().stream(*given, extensions=more, **named) as answer:
            yield answer


class _Whole(httpx.BaseTransport):
    """Hands requests over to the service of a client that has been started; others as Starlette does."""

    def __init__(self, client: TestClient, pieces: Any) -> None:
        self._client = client
        self._pieces = pieces

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the answer of the service."""
        portal = self._client.portal
        if portal is None or PIECES in request.extensions or request.url.scheme not in ("http", "https"):
            answer: httpx.Response = self._pieces.handle_request(request)
            return answer
        call = _Call(request.read())
        portal.call(self._client.app, self._scope(request), call.receive, call.send)
        assert call.status, "the service gave no answer"
        body = b"" if request.method == "HEAD" else b"".join(call.body)
        return httpx.Response(call.status, headers=call.headers, stream=httpx.ByteStream(body), request=request)

    def close(self) -> None:
        """End what is still underway."""
        self._pieces.close()

    def _scope(self, request: httpx.Request) -> dict[str, Any]:
        url = request.url
        named = [(name.lower().encode(), value.encode()) for name, value in request.headers.multi_items()]
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": named,
            "client": self._pieces.client,
            "server": [url.host, url.port or {"http": 80, "https": 443}[url.scheme]],
            "extensions": {},
            "state": self._client.app_state.copy(),
        }


@dataclass(slots=True)
class _Call:
    """A request on its way to the service, and what comes back.

    Attributes:
        sent: Its body.
        status, headers: Of the answer.
        body: Of the answer, in pieces.

    """

    sent: bytes
    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    _asked: bool = False
    _whole: bool = False
    _ended: anyio.Event | None = None

    async def receive(self) -> Message:
        """Return the body, then, once the answer has ended, that nobody listens any more."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self.sent}
        self._ended = self._ended or anyio.Event()
        if self._whole:
            self._ended.set()
        await self._ended.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a piece of the answer."""
        if message["type"] == "http.response.start":
            assert not self.status, "an answer began twice"
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            assert self.status, "an answer goes on that has not begun"
            assert not self._whole, "an answer goes on that has ended"
            self.body.append(bytes(message.get("body", b"")))
            self._whole = not message.get("more_body", False)
            if self._whole and self._ended is not None:
                self._ended.set()
