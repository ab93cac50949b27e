"""Workers are looked after whatever goes wrong, and the service says so while they are fewer than wanted."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import InterfaceError, OperationalError

from api.core.context import Records
from api.core.settings import Settings
from api.db.tables import Page
from api.db.types import now
from api.documents.progress import stalled_for
from api.documents.receive import Delivery, receive
from api.workers import claims, pool
from api.workers.pool import WorkerPool
from api.workers.worker import Worker
from pipeline.documents import Limits
from tests.integration.http.test_app_problems import code_of
from tests.support.samples import jpeg
from tests.support.service import FakeReader, serving

AWAY = (
    OperationalError("", {}, Exception("connection refused")),
    InterfaceError("", {}, Exception("the connection is closed")),
    PermissionError(13, "read-only home"),
    MemoryError(),
    RuntimeError("whatever it is"),
)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers be processes that do nothing, and let them be looked after often."""
    monkeypatch.setattr(pool, "CHECK_SECONDS", 0.05)
    monkeypatch.setattr(
        WorkerPool,
        "_spawn",
        lambda _: subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE),
    )


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_workers_that_die_while_the_database_is_away_are_replaced(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    away = False
    real, given_back = claims.release, []

    def release(of: Records, prefix: str) -> int:
        if away:
            raise error
        given_back.append(prefix)
        return real(of, prefix)

    monkeypatch.setattr(pool, "release", release)
    supervised = WorkerPool(records, Settings(home=tmp_path, workers=2))
    supervised.start()
    try:
        assert supervised.alive == 2
        away = True
        dead = [worker.pid for worker in supervised._workers]
        for pid in dead:
            os.kill(pid, signal.SIGKILL)
        until(lambda: supervised.alive == 2 and not {worker.pid for worker in supervised._workers} & set(dead))
        away = False
        until(lambda: {f"{pool.KIND}:{pid}:" for pid in dead} <= set(given_back))
    finally:
        supervised.stop()


@pytest.mark.usefixtures("quick")
def test_nobody_looks_after_workers_any_more_once_they_are_stopped(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun, ended = WorkerPool._spawn, threading.Event(), threading.Event()

    def slowly(self: WorkerPool) -> Any:
        begun.set()
        time.sleep(0.5)
        ended.set()
        return real(self)

    supervised = WorkerPool(records, Settings(home=tmp_path, workers=1))
    supervised.start()
    monkeypatch.setattr(WorkerPool, "_spawn", slowly)
    supervised._workers[0].kill()
    assert begun.wait(20)
    supervised.stop()
    assert ended.is_set()
    assert supervised.alive == 0, "the worker that was being started then has ended, too"


@pytest.mark.usefixtures("quick")
def test_a_worker_that_cannot_be_started_is_tried_again(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervised = WorkerPool(records, Settings(home=tmp_path, workers=1))
    real, tries = WorkerPool._spawn, []

    def spawn(self: WorkerPool) -> Any:
        tries.append(1)
        if len(tries) < 3:
            raise OSError(12, "no memory")
        return real(self)

    supervised.start()
    monkeypatch.setattr(WorkerPool, "_spawn", spawn)
    try:
        supervised._workers[0].kill()
        until(lambda: len(tries) >= 3 and supervised.alive == 1)
    finally:
        supervised.stop()


@pytest.mark.parametrize("error", AWAY[:3], ids=lambda error: type(error).__name__)
def test_a_worker_outlives_what_the_machine_cannot_do(
    records: Records, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    from api.workers import worker as module  # noqa: PLC0415

    worker, seen = Worker(records, FakeReader(), "test"), []  # type: ignore[arg-type]

    def read_next(*_: object) -> None:
        seen.append(1)
        if len(seen) == 1:
            raise error
        worker.stop()

    monkeypatch.setattr(module, "read_next", read_next)
    monkeypatch.setattr(module, "TROUBLED_SECONDS", 0)
    worker.run()
    assert len(seen) == 2


def test_ready_says_that_workers_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as client:
        assert client.get("/ready").status_code == 200
        monkeypatch.setattr(WorkerPool, "wanted", property(lambda _: 2))
        assert code_of(client.get("/ready")) == (503, "workers_missing")
        assert client.get("/health").status_code == 200
        monkeypatch.setattr(WorkerPool, "alive", property(lambda _: 2))
        assert client.get("/ready").status_code == 200


def test_a_page_that_waits_while_nobody_reads_is_told(records: Records) -> None:
    limit = timedelta(minutes=5)
    assert stalled_for(records.database, limit) is None
    receive(records, [("a.jpg", jpeg()), ("b.jpg", jpeg(64, 48))], Delivery("test"), Limits())
    assert stalled_for(records.database, limit) is None
    with records.database.writing() as session:
        session.execute(update(Page).values(ready_at=now() - timedelta(minutes=7)))
    waited = stalled_for(records.database, limit)
    assert waited is not None
    assert 6 < waited.total_seconds() / 60 < 8
    with records.database.writing() as session:
        first = session.query(Page.id).order_by(Page.file_name).limit(1).scalar()
        held = {"state": "reading", "lease_owner": "a", "lease_until": now() + timedelta(seconds=50)}
        session.execute(update(Page).where(Page.id == first).values(held))
    assert stalled_for(records.database, limit) is None, "somebody reads"


def test_a_service_whose_pages_wait_is_not_ready(tmp_path: Path) -> None:
    with serving(home=tmp_path, stalled_seconds=1) as client:
        client.post("/api/v1/documents?wait=0", files={"files": ("a.jpg", jpeg())}).raise_for_status()
        time.sleep(1.2)
        assert code_of(client.get("/ready")) == (503, "reading_stalled")


@pytest.mark.parametrize("number", [13, 1, 30])
def test_a_home_that_becomes_read_only_is_said_and_recovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with serving(home=tmp_path) as client:
        upload = {"files": {"files": ("a.jpg", jpeg())}, "params": {"wait": 0}}
        with monkeypatch.context() as patched:
            patched.setattr(fcntl, "flock", refuse)
            assert code_of(client.post("/api/v1/documents", **upload)) == (503, "storage_unavailable")
            login = client.post("/api/v1/session", json={"name": "siti", "password": "kata sandi panjang"})
            assert code_of(login) == (503, "storage_unavailable")
        assert client.post("/api/v1/documents", **upload).status_code == 202


def until(what: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)
