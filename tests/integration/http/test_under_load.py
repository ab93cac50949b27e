"""Nobody starves anybody: places, budgets and patience under load, for strangers, people and tools."""

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlalchemy import update

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.tables import Page
from api.db.types import now
from api.http.app import create_app
from api.http.connections import with_limits
from api.http.places import Places
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.tokens import create_token
from api.workers.heartbeat import renew
from pipeline.errors import TooManyError, UnavailableError
from pipeline.reader import Reader
from tests.support import samples
from tests.support.processes import free_port
from tests.support.service import FakeReader

DOCUMENTS, READINGS = "/api/v1/documents", "/api/v1/readings"
HALF = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    "Content-Length: 100000\r\n{more}\r\n--x\r\nContent-Disposition: form-data; name"
)


@contextmanager
def served(settings: Settings, reader: Any = None, **limits: Any) -> Iterator[int]:
    """Serve over real connections, as `chasil serve` does; return the port."""
    port = free_port()
    app = create_app(reader or FakeReader(), settings)
    config = uvicorn.Config(
        app, port=port, log_level="error", http=with_limits(**{"most_connections": 200, **limits}), ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.02)
            assert thread.is_alive()
        yield port
    finally:
        server.should_exit = True
        thread.join(30)


def told(folder: Path, **more: Any) -> Settings:
    return Settings(home=folder, workers=0, form="c-hasil-ppwp-2024", **more)


def key_of(settings: Settings, role: Role = Role.UPLOADER) -> str:
    """Add a person; return the key of a token."""
    with contextlib.closing(open_records(settings)) as records, records.database.writing() as session:
        person = create_person(session, "local", f"orang-{time.time_ns()}", (role,), "0", None)
        return create_token(session, "test", person, "test", 1, (), now())[1]


def upload(
    port: int, path: str = DOCUMENTS, key: str = "", data: bytes = b"", name: str = "a.jpg"
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    head = f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    with contextlib.closing(connection):
        connection.request("POST", path, head + (data or samples.jpeg()) + b"\r\n--x--\r\n", headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.fixture(autouse=True)
def opened() -> Iterator[None]:
    """Close every socket that a test has opened."""
    with contextlib.ExitStack() as stack:
        _open.append(stack)
        yield
        _open.pop()


_open: list[contextlib.ExitStack] = []


def connected(port: int) -> socket.socket:
    """Return a connection that is closed at the end of the test."""
    return _open[-1].enter_context(socket.create_connection(("127.0.0.1", port)))


def half(port: int, path: str, key: str = "") -> socket.socket:
    """Send half of an upload's first head, and nothing more."""
    sending = connected(port)
    more = f"Authorization: Bearer {key}\r\n" if key else ""
    sending.sendall(HALF.format(path=path, more=more).encode())
    return sending


@pytest.mark.parametrize("practice", ["people", "public"])
@pytest.mark.parametrize("path", [READINGS, DOCUMENTS])
def test_strangers_who_send_slowly_take_no_place_of_an_uploader(tmp_path: Path, practice: str, path: str) -> None:
    settings = told(tmp_path, practice=practice, max_requests=4)
    key = key_of(settings)
    with served(settings) as port:
        for _ in range(40):
            half(port, path)
        time.sleep(1)
        assert upload(port, f"{DOCUMENTS}?wait=0", key)[0] == 202
        assert b"ready" in get(port, "/ready")


@pytest.mark.parametrize(("practice", "statuses"), [("people", {401}), ("public", {200})])
def test_practice_is_for_people_unless_it_is_said_to_be_public(
    tmp_path: Path, practice: str, statuses: set[int]
) -> None:
    settings = told(tmp_path, practice=practice)
    key = key_of(settings, Role.REVIEWER)
    with served(settings) as port:
        assert {upload(port, READINGS)[0], upload(port, READINGS, "made-up")[0]} == statuses
        assert upload(port, READINGS, key)[0] == 200


def test_strangers_may_send_less_than_people(tmp_path: Path) -> None:
    settings = told(tmp_path, practice="public", practice_bytes=20_000)
    key = key_of(settings)
    large = samples.jpeg() + bytes(30_000)
    with served(settings) as port:
        assert upload(port, READINGS, data=large)[0] == 413
        assert upload(port, READINGS, key, large)[0] == 200


def test_an_upload_that_stalls_is_ended_and_its_place_is_free(tmp_path: Path) -> None:
    settings = told(tmp_path, max_requests=1, upload_grace=1)
    key = key_of(settings)
    with served(settings) as port:
        sending = half(port, DOCUMENTS, key)
        time.sleep(0.3)
        assert upload(port, f"{DOCUMENTS}?wait=0", key)[0] == 503
        assert b"408" in sending.recv(100)
        assert upload(port, f"{DOCUMENTS}?wait=0", key)[0] == 202


def test_drops_do_not_keep_a_place(tmp_path: Path) -> None:
    """A byte now and then is not an upload that goes on."""
    settings = told(tmp_path, max_requests=1, upload_grace=1)
    key = key_of(settings)
    with served(settings) as port:
        sending, begun, said = half(port, DOCUMENTS, key), time.monotonic(), b""
        sending.settimeout(0.1)
        while not said and time.monotonic() - begun < 20:
            sending.sendall(b"a")
            with contextlib.suppress(TimeoutError):
                said = sending.recv(100)
        assert b"408" in said
        assert upload(port, f"{DOCUMENTS}?wait=0", key)[0] == 202


def test_one_person_leaves_places_to_others(tmp_path: Path) -> None:
    settings = told(tmp_path, max_requests=8)
    slow, other = key_of(settings), key_of(settings)
    with served(settings) as port:
        for _ in range(12):
            half(port, DOCUMENTS, slow)
        time.sleep(0.5)
        assert upload(port, f"{DOCUMENTS}?wait=0", slow)[0] == 429
        assert upload(port, f"{DOCUMENTS}?wait=0", other)[0] == 202


def test_whoever_waits_for_readings_holds_no_place(tmp_path: Path) -> None:
    """No worker reads here: all of them wait, and there is one place."""
    settings = told(tmp_path, max_requests=1)
    key = key_of(settings)
    with served(settings) as port:
        waiting = [threading.Thread(target=upload, args=(port, f"{DOCUMENTS}?wait=5", key)) for _ in range(3)]
        for thread in waiting:
            thread.start()
            time.sleep(0.4)
        assert upload(port, f"{DOCUMENTS}?wait=0", key)[0] == 202
        for thread in waiting:
            thread.join(30)


def test_tools_stop_when_their_reader_has_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    for tool in ("pdfinfo", "pdfimages"):
        program = tmp_path / tool
        program.write_text(f"#!/bin/sh\ntouch {marks}/$$\nexec sleep 60\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    archive = samples.zipped({f"{number}.pdf": samples.scan_pdf(samples.jpeg()) for number in range(20)})
    settings = told(tmp_path / "home", practice="public")
    with served(settings) as port:
        head = (
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.zip"\r\n\r\n'
            + archive
            + b"\r\n--x--\r\n"
        )
        sending = connected(port)
        sending.sendall(
            f"POST {READINGS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: {len(head)}\r\n\r\n".encode()
            + head
        )
        until(lambda: any(marks.iterdir()))
        sending.close()
        until(lambda: not [mark for mark in marks.iterdir() if (Path("/proc") / mark.name).exists()], 5)
        begun = list(marks.iterdir())
        time.sleep(1)
        assert list(marks.iterdir()) == begun, "another was started"


def test_a_head_that_never_ends_is_cut_off_and_new_ones_are_let_in(tmp_path: Path) -> None:
    with served(told(tmp_path), most_connections=20, head_seconds=3) as port:
        silent = []
        for _ in range(60):
            one = connected(port)
            one.sendall(b"GET /health HTTP/1.1\r\nHost: 127")
            silent.append(one)
        assert b"ok" in get(port, "/health"), "silent ones are in the way"
        time.sleep(3.5)
        for one in silent:
            one.settimeout(5)
            with contextlib.suppress(ConnectionError):
                assert one.recv(10) == b""
        keep = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for _ in range(3):
            keep.request("GET", "/health")
            assert keep.getresponse().read()
        keep.close()


def test_places_are_shared() -> None:
    places = Places(4, 2)
    with places.place("ani"), places.place("ani"):
        with pytest.raises(TooManyError, match="uploads_at_once"), places.place("ani"):
            pass
        with places.place("ani", shares=False), places.place("budi"):
            assert places.full
            with pytest.raises(UnavailableError, match="service_busy"), places.place("candra"):
                pass
    with places.place("ani"), places.place("ani"):
        assert not places.full


def test_a_page_that_takes_longer_than_its_lease_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    from api.documents.receive import Delivery, receive  # noqa: PLC0415
    from api.workers import read_page  # noqa: PLC0415
    from pipeline.documents import Limits  # noqa: PLC0415

    settings = told(tmp_path, database=database_url, originals=str(tmp_path / "originals"))
    real, entered, ended = read_page.read_page, threading.Semaphore(0), threading.Event()
    begun: list[str] = []

    def slowly(records: Records, reader: Reader, page: Page) -> Any:
        begun.append(page.id)
        entered.release()
        assert ended.wait(60)
        return real(records, reader, page)

    monkeypatch.setattr(read_page, "read_page", slowly)
    with contextlib.closing(open_records(settings)) as kept:
        records = replace(kept, lease=timedelta(seconds=2))  # less than a setting may say
        receive(records, [("a.jpg", samples.jpeg())], Delivery("test"), Limits())
        reader = Reader(settings.form)
        first = threading.Thread(target=read_page.read_next, args=(records, reader, "first"))
        first.start()
        assert entered.acquire(timeout=30)
        time.sleep(3)  # longer than the lease
        assert read_page.read_next(records, reader, "second") is None
        ended.set()
        first.join()
        assert len(begun) == 1
        assert not renew(records, begun[0], "first"), "what is on record is nobody's"


def test_a_lease_is_renewed_by_its_owner_alone(records: Records) -> None:
    from api.documents.receive import Delivery, receive  # noqa: PLC0415
    from pipeline.documents import Limits  # noqa: PLC0415

    (receipt,) = receive(records, [("a.jpg", samples.jpeg())], Delivery("test"), Limits())
    with records.database.writing() as session:
        session.execute(update(Page).values(state="reading", lease_owner="first", lease_until=now()))
    assert renew(records, receipt.pages[0], "first")
    assert not renew(records, receipt.pages[0], "second")


def get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read()


def until(what: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize("places", [32, 4], ids=["places for eight", "a place for one"])
def test_many_requests_about_one_upload_in_parts_are_answered(tmp_path: Path, places: int) -> None:
    """All bytes are there; ten at a time ask, send nothing more, and begin others."""
    settings = told(tmp_path, max_requests=places)
    headers = {"Authorization": f"Bearer {key_of(settings)}", "Tus-Resumable": "1.0.0"}
    seen: list[tuple[str, int]] = []

    def told_of(method: str, path: str, more: dict[str, str]) -> None:
        seen.append((method, ask(port, method, path, more)[0]))

    with served(settings) as port:
        for count in range(6):
            data = samples.jpeg(64 + count, 48)
            begun = ask(port, "POST", "/api/v1/uploads", {**headers, "Upload-Length": str(len(data))})
            place = begun[1]["Location"]
            part = {**headers, "Content-Type": "application/offset+octet-stream"}
            folder = next((tmp_path / "uploads").glob(f"*/{place.rsplit('/', 1)[1]}.part"))
            folder.write_bytes(data)  # as a process that was killed before it answered leaves it
            end = {**part, "Upload-Offset": str(len(data))}
            asked = [("HEAD", headers), ("PATCH", end)] * 5
            threads = [threading.Thread(target=told_of, args=(one[0], f"{place}?wait=0", one[1])) for one in asked]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert ask(port, "PATCH", f"{place}?wait=0", end)[0] in (200, 202)
    assert {status for method, status in seen if method == "HEAD"} == {200}, seen
    # 409 and 423: another is about it; 429: this sender's places are taken.
    assert {status for method, status in seen if method == "PATCH"} <= {200, 202, 409, 423, 429}, seen
    assert len(seen) == 60


def test_no_more_uploads_in_parts_are_begun_than_allowed_however_many_at_once(tmp_path: Path) -> None:
    from api.documents.resumable import MAX_UNFINISHED, Plan, begin  # noqa: PLC0415

    seen: list[str] = []

    def one() -> None:
        with contextlib.suppress(TooManyError):
            seen.append(begin(tmp_path, "ani", Plan(9, "a.jpg")).id)

    threads = [threading.Thread(target=one) for _ in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == MAX_UNFINISHED


def ask(port: int, method: str, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request(method, path, headers={**headers, "Content-Length": "0"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers
