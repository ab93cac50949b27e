"""Photographs fetched from published addresses: politely, within limits, and from nowhere but the public network.

A server of our own on this machine plays the publisher; it is allowed by name, as one's own mirror is.
"""

import http.server
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from api.comparison.fetching.addresses import RefusedError, is_public, machine_of, target_of
from api.comparison.fetching.client import FetchLimits, _Connection, fetch_file, wait_of
from api.comparison.fetching.fetch import Fetching, Mirrored, fetch_all
from api.comparison.fetching.mirror import Mirror
from api.comparison.fetching.pace import Pace, Politeness
from api.comparison.published import PublishedStation
from api.db.types import now
from pipeline.documents import Limits
from tests.support.command import chasil
from tests.support.published import published_of

HEADS: Mapping[str, tuple[int, dict[str, str]]] = {
    "loop": (302, {"Location": "/loop"}),
    "endless": (200, {}),
    "says-large": (200, {"Content-Length": "9999999999"}),
    "cut": (200, {"Content-Length": "100"}),
    "packed": (200, {"Content-Encoding": "gzip"}),
    "wait-long": (503, {"Retry-After": "86400"}),
}
BODIES = {"endless": b"x" * 20_000_000, "cut": b"x" * 10, "packed": b"x"}
"""What the publisher of the tests answers under these names."""

QUICK = Politeness(at_a_time=2, seconds_between=0.0)


class Publisher(http.server.ThreadingHTTPServer):
    """Serves files, and misbehaves where it is asked to."""

    daemon_threads = True

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.files, self.asked = files, Counter[str]()
        self.now_busy, self.most_busy = 0, 0
        self.lock = threading.Lock()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients leave early on purpose."""


class _Answering(http.server.BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked[self.path] += 1
            self.server.now_busy += 1
            self.server.most_busy = max(self.server.most_busy, self.server.now_busy)
        try:
            self._answer()
        finally:
            with self.server.lock:
                self.server.now_busy -= 1

    def _answer(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        if "to=" in self.path:
            self._head(302, {"Location": unquote(self.path.partition("to=")[2])})
        elif name in HEADS:
            self._head(*HEADS[name])
            self.wfile.write(BODIES.get(name, b""))
        elif name == "drip":
            self._head(200, {})
            self._slowly([b"x"] * 200)
        elif name == "drip-of-100":
            self._head(200, {"Content-Length": "100"})
            self._slowly([b"x"] * 100)
        elif name.startswith("late"):
            time.sleep(0.6)
            self._head(302, {"Location": f"/{name[4:]}"})
        elif name == "dripping-head":
            self._slowly([b"HTTP/1.1 200 OK\r\n", *(f"X-{index}: 1\r\n".encode() for index in range(200))])
        elif name == "busy" and self.server.asked[self.path] == 1:
            self._head(429, {"Retry-After": "1"})
        else:
            self._file(name)

    def _file(self, name: str) -> None:
        if name.startswith("slow"):
            time.sleep(0.1)
        data = self.server.files.get(name, name.encode() if name.startswith(("slow", "busy")) else None)
        self._head(404 if data is None else 200, {})
        self.wfile.write(data or b"")

    def _slowly(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            self.wfile.write(piece)
            time.sleep(0.05)

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    server = Publisher({"a.jpg": b"one", "b.jpg": b"two"})
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def limits_for(publisher: Publisher, **others: Any) -> FetchLimits:
    return FetchLimits(allowed=frozenset({publisher.place}), **{"seconds": 5.0, "max_bytes": 1_000_000, **others})


def refused(address: str, limits: FetchLimits) -> str:
    with pytest.raises(RefusedError) as error:
        fetch_file(address, limits)
    return error.value.code


def test_a_file_comes_as_it_is_also_where_its_address_leads_elsewhere(publisher: Publisher) -> None:
    limits = limits_for(publisher)
    assert fetch_file(f"http://{publisher.place}/a.jpg", limits) == b"one"
    assert fetch_file(f"http://{publisher.place}/to=/b.jpg", limits) == b"two"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "gopher://example.org/",
        "data:text/plain,x",
        "javascript:alert(1)",
        "//example.org/a",
        "",
        "http://",
        "http://user:secret@example.org/",
        "http://example.org:99999/",
        "http://exa mple.org/",
        "http://[::1",
    ],
)
def test_only_plain_addresses_of_the_web_are_asked(address: str) -> None:
    with pytest.raises(RefusedError) as error:
        target_of(address)
    assert error.value.code in ("address_scheme", "address_faulty")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "10.0.0.7", "172.16.3.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[fe80::1]",
        "[fc00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255", "localhost",
    ],
)  # fmt: skip
def test_no_machine_beside_this_one_is_asked_however_it_is_written(host: str) -> None:
    assert refused(f"http://{host}/latest/meta-data", FetchLimits(seconds=3.0)) in ("address_private", "name_unknown")


@pytest.mark.parametrize("number", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_machines_may_be_asked(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize(
    "number",
    [
        "fec0::1", "64:ff9b:1::7f00:1", "::127.0.0.1", "::a00:1", "::ffff:0:127.0.0.1", "5f00::1", "3fff::1", "fe00::1",
        "100:0:0:1::1", "4000::1", "192.0.0.8", "192.88.99.1",
    ],
)  # fmt: skip
def test_numbers_that_were_never_given_out_are_no_public_machines(number: str) -> None:
    assert not is_public(number)


def test_a_redirect_to_a_private_machine_is_not_followed(publisher: Publisher) -> None:
    limits = limits_for(publisher)
    for inner in ("http://169.254.169.254/latest", "http://127.0.0.1:1/", "http://[::1]/", "//10.0.0.1/x"):
        assert refused(f"http://{publisher.place}/to={inner}", limits) == "address_private"
    assert refused(f"http://{publisher.place}/to=file:///etc/passwd", limits) == "address_scheme"
    assert refused(f"http://{publisher.place}/loop", limits) == "redirects"


def answers(*numbers: str) -> Any:
    """Return a name server that gives one answer after the other."""
    left = list(numbers)

    def answer(_host: str, port: int, **_kind: object) -> list[Any]:
        number = left.pop(0) if len(left) > 1 else left[0]
        family = socket.AF_INET6 if ":" in number else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (number, port))]

    return answer


def test_what_was_checked_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for a public machine when it is looked up, and for this one a moment later, gains nothing."""
    monkeypatch.setattr(socket, "getaddrinfo", answers("8.8.8.8", "127.0.0.1"))
    connected: list[Any] = []

    def noted(place: Any, **_given: object) -> socket.socket:
        connected.append(place)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", noted)
    assert refused("http://pemilu.example/a.jpg", FetchLimits(seconds=1.0)) == "connection"
    assert connected == [("8.8.8.8", 80)]


def test_a_name_that_stands_for_a_public_and_a_private_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = answers("8.8.8.8")("", 80) + answers("192.168.0.1")("", 80)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_kind: both)
    with pytest.raises(RefusedError) as error:
        machine_of(target_of("http://pemilu.example/"), frozenset())
    assert error.value.code == "address_private"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("endless", "too_large"),
        ("says-large", "too_large"),
        ("drip", "too_slow"),
        ("drip-of-100", "too_slow"),
        ("dripping-head", "too_slow"),
        ("latelatelatea.jpg", "too_slow"),
        ("cut", "connection"),
        ("packed", "encoded"),
        ("nothing", "status_404"),
    ],
)
def test_a_file_that_asks_too_much_is_refused_in_time(name: str, code: str, publisher: Publisher) -> None:
    began = time.monotonic()
    assert refused(f"http://{publisher.place}/{name}", limits_for(publisher, seconds=1.0)) == code
    assert time.monotonic() - began < 8.0


def certificate(folder: Path) -> Path:
    """Write a key and a certificate of this machine for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    own = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now() - timedelta(days=1)).not_valid_after(now() + timedelta(days=1))
    signed = made.add_extension(own, critical=False).sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "machine.pem"
    path.write_bytes(secret + signed.public_bytes(Encoding.PEM))
    return path


def answer_late(server: socket.socket, path: Path) -> None:
    """Take one connection, shake hands late, and answer a byte at a time."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    plain, _ = server.accept()
    with suppress(OSError), plain:
        time.sleep(0.6)
        with context.wrap_socket(plain, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            for _ in range(60):
                secure.sendall(b"x")
                time.sleep(0.05)


def test_the_time_is_over_for_a_connection_that_was_still_shaking_hands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect, trusting = certificate(tmp_path), socket.create_connection, ssl.create_default_context

    def slowly(*given: Any, **more: Any) -> socket.socket:
        time.sleep(0.4)
        return connect(*given, **more)

    monkeypatch.setattr(socket, "create_connection", slowly)
    monkeypatch.setattr(ssl, "create_default_context", lambda *given: trusting(*given, cafile=str(path)))
    with socket.create_server(("127.0.0.1", 0)) as server:
        place = f"127.0.0.1:{server.getsockname()[1]}"
        thread = threading.Thread(target=answer_late, args=(server, path), daemon=True)
        thread.start()
        threads, began = threading.active_count(), time.monotonic()
        assert refused(f"https://{place}/a.jpg", FetchLimits(seconds=0.8, allowed=frozenset({place}))) == "too_slow"
        assert time.monotonic() - began < 1.5  # a byte at a time would take three seconds
        assert threading.active_count() <= threads
        thread.join()


def test_what_ends_a_connection_late_ends_none_that_came_after_it(publisher: Publisher) -> None:
    target = target_of(f"http://{publisher.place}/a.jpg")
    first = _Connection(target, "127.0.0.1", 5.0)
    first.request().close()
    first.close()
    second = _Connection(target, "127.0.0.1", 5.0)
    with second.request() as answer:  # its socket has the number that the first one had
        first.cut()
        assert answer.read() == b"one"
    second.close()


def fetching(folder: Path, publisher: Publisher, politeness: Politeness = QUICK, at_a_time: int = 8) -> Fetching:
    return Fetching(Mirror(folder), Pace(politeness), limits_for(publisher), at_a_time)


def stations(publisher: Publisher, *names: str) -> list[PublishedStation]:
    images = tuple(f"http://{publisher.place}/{name}" for name in names)
    return [PublishedStation("1101012001001", {}, images), PublishedStation("1101012001002", {})]


def test_files_are_kept_under_their_hash_and_asked_for_once(publisher: Publisher, tmp_path: Path) -> None:
    given = stations(publisher, "a.jpg", "b.jpg", "nothing.jpg")
    done: list[int] = []
    for _ in range(2):
        one = fetching(tmp_path, publisher)
        fetch_all(given, one, done.append)
        one.mirror.close()
    assert sum(done) == 4
    assert publisher.asked == Counter({"/a.jpg": 1, "/b.jpg": 1, "/nothing.jpg": 1})
    mirror = Mirror(tmp_path)
    assert mirror.counts() == {"fetched": 2, "status_404": 1}
    known = mirror.of(given[0].images[0])
    assert known is not None
    assert known.sha256 is not None
    assert mirror.path(known.sha256).read_bytes() == b"one"
    assert known.at.endswith("+00:00")
    assert [one.address for one in Mirrored(mirror, Limits()).of(given[0])] == list(given[0].images[:2])


def test_a_file_that_has_gone_from_the_mirror_is_fetched_again(publisher: Publisher, tmp_path: Path) -> None:
    given = stations(publisher, "a.jpg")
    one = fetching(tmp_path, publisher)
    fetch_all(given, one, lambda _count: None)
    next(path for path in tmp_path.rglob("*") if path.is_file() and len(path.name) == 64).unlink()
    fetch_all(given, one, lambda _count: None)
    assert publisher.asked["/a.jpg"] == 2


def test_few_are_asked_for_at_a_time(publisher: Publisher, tmp_path: Path) -> None:
    names = [f"slow-{index}" for index in range(12)]
    fetch_all(stations(publisher, *names), fetching(tmp_path, publisher), lambda _count: None)
    assert publisher.most_busy <= QUICK.at_a_time
    assert publisher.asked.total() == 12


def test_a_host_that_asks_to_wait_is_waited_for(publisher: Publisher, tmp_path: Path) -> None:
    began = time.monotonic()
    one = fetching(tmp_path, publisher)
    fetch_all(stations(publisher, "busy"), one, lambda _count: None)
    assert time.monotonic() - began >= 1.0
    assert publisher.asked["/busy"] == 2


def test_a_host_that_asks_to_wait_for_a_day_is_left_alone_and_asked_by_a_later_run(
    publisher: Publisher, tmp_path: Path
) -> None:
    names = ("wait-long", "a.jpg", "b.jpg")
    one = fetching(tmp_path, publisher, at_a_time=1)
    fetch_all(stations(publisher, *names), one, lambda _count: None)
    assert publisher.asked == Counter({"/wait-long": 1})
    assert one.mirror.counts() == {"host_left_alone": 3}
    one.mirror.close()
    fetch_all(stations(publisher, "a.jpg"), fetching(tmp_path, publisher), lambda _count: None)
    assert publisher.asked["/a.jpg"] == 1


def test_the_pace_between_two_files_is_kept() -> None:
    clock = [0.0]
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        clock[0] += seconds

    pace = Pace(Politeness(seconds_between=0.5, most_failures=3), lambda: clock[0], sleep)
    for _ in range(3):
        with pace.turn("example.org:443"):
            pass
    assert waited == [0.0, 0.5, 0.5]
    for _ in range(3):
        pace.failed("example.org:443", None)
    with pytest.raises(RefusedError), pace.turn("example.org:443"):
        pass
    with pace.turn("example.com:443"):
        pass


@pytest.mark.parametrize(("given", "expected"), [("120", 120.0), ("soon", None), (None, None), ("-5", None)])
def test_how_long_a_host_asks_to_wait(given: str | None, expected: float | None) -> None:
    assert wait_of(given) == expected
    assert (wait_of("Fri, 31 Dec 2999 23:59:59 GMT") or 0) > 1e6


def test_the_command_fetches_compares_and_needs_nothing_again(
    publisher: Publisher,
    tmp_path: Path,
    samples: Path,
    written: dict[str, dict[str, int]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = "0024010001002"
    publisher.files["deadbeef.jpg"] = (samples / f"{code}-p2.jpg").read_bytes()
    station = published_of(written[code] | {"paslon_3": 20}, code)
    station["images"] = [None, f"http://{publisher.place}/deadbeef.jpg", "http://192.168.0.1/x.jpg"]
    published = tmp_path / "published.json"
    published.write_text(json.dumps({code: station}), encoding="utf-8")
    command = ("compare", published, "--fetch", "--out", tmp_path / "out", "--allow-private", publisher.place)
    run = chasil(capsys, *command)
    assert run.code == 3
    assert "address_private 1" in run.err
    lines = [json.loads(line) for line in (tmp_path / "out" / "numbers.jsonl").read_text(encoding="utf-8").splitlines()]
    (found,) = [one for one in lines if one.get("outcome") == "differs"]
    assert (found["field"], found["page"]["address"]) == ("paslon_3", station["images"][1])
    before = (tmp_path / "out" / "report.html").read_bytes()
    chasil(capsys, *command)
    assert publisher.asked["/deadbeef.jpg"] == 1
    assert (tmp_path / "out" / "report.html").read_bytes() == before
