"""Upload pages to a real service at full speed, and see how fast they are read and what that uses."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import func, select, text

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.tables import Document, Original, Page
from api.db.types import now
from tests.bench.pictures import FORM, Pictures
from tests.bench.usage import Groups, Meter, backends, usage_of, watching
from tests.support.databases import emptied
from tests.support.processes import Service, children

AHEAD = 16
"""How many pages wait at most: enough that no worker idles, so few that upload and reading go on side by side."""

CONNECTIONS = 2
"""Uploads at a time."""

UNREAD = ("waiting", "reading")
"""States of a page that wants to be read."""

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Setup:
    """A service to be measured.

    Attributes:
        workers: Processes that read.
        database: URL of a PostgreSQL database that may be emptied, or "" for SQLite.
        settings: More of the environment.

    """

    workers: int
    database: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """A service that runs, and what it remembers."""

    service: Service
    records: Records

    def groups(self) -> Groups:
        """Return the processes of the service by what they do."""
        server, *outside = (process.pid for process in self.service.processes)
        return {
            "service": [server],
            "workers": outside or children(server),
            "database": backends(self.records.database),
        }

    def finished(self) -> int:
        """Return how many pages have been read, or were refused by the reader."""
        with self.records.database.reading() as session:
            return session.scalar(select(func.count()).where(Page.state.not_in(UNREAD))) or 0

    def waiting(self) -> int:
        """Return how many pages wait or are being read."""
        with self.records.database.reading() as session:
            return session.scalar(select(func.count()).where(Page.state.in_(UNREAD))) or 0

    def oldest_seconds(self) -> float:
        """Return how long the page that waits longest has waited, in s; 0 where none waits."""
        with self.records.database.reading() as session:
            oldest = session.scalar(select(func.min(Page.uploaded_at)).where(Page.state.in_(UNREAD)))
        return 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())

    def undecided(self) -> int:
        """Return how many documents wait for a page."""
        with self.records.database.reading() as session:
            return session.scalar(select(func.count()).where(Document.state == "waiting")) or 0

    def stored(self) -> tuple[int, int, int]:
        """Return bytes of the originals, of the database with its indexes, and ever written to PostgreSQL's log.

        The log is that of the whole server: other databases of it must be still.
        """
        size, log = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()", "SELECT 0"
        if not self.records.database.embedded:
            size = "SELECT pg_database_size(current_database())"
            log = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
        with self.records.database.reading() as session:
            originals = session.scalar(select(func.sum(Original.size)))
            return int(originals or 0), int(session.scalar(text(size)) or 0), int(session.scalar(text(log)) or 0)


@contextmanager
def running(setup: Setup, folder: Path) -> Iterator[Running]:
    """Start an empty service as an operator would: SQLite and its own workers, or PostgreSQL and `chasil worker`."""
    here = Settings(home=folder / "home", form=FORM)
    told = {"CHASIL_WORKERS": str(setup.workers), "CHASIL_FORM": FORM, **setup.settings}
    outside = 0
    if setup.database:
        here = Settings(
            database=watching(setup.database), originals=str(folder / "originals"), form=FORM, queue="table"
        )
        outside = setup.workers
        told |= {"CHASIL_DATABASE": setup.database, "CHASIL_ORIGINALS": str(folder / "originals")}
        told |= {"CHASIL_WORKERS": "0", "CHASIL_QUEUE": "procrastinate"}
        open_records(here, prepare=True).close()
        emptied(setup.database)
    service = Service(folder, told, outside=outside)
    service.start()
    records = open_records(here)
    try:
        yield Running(service, records)
    finally:
        records.close()
        service.stop()


@dataclass(frozen=True, slots=True)
class Load:
    """What a number of pages at full speed came to.

    Attributes:
        pages: Uploaded, read and decided.
        seconds: From the first upload to the last decision.
        cpu_ms: Computing time a page, in ms, by what did it: service, workers, database, client.
        upload_ms: How long each upload took to be acknowledged, in ms.
        worker_peak: Most memory that a worker has had, in bytes.
        service_peak: Most memory that the service has had, in bytes.
        original_bytes: Of a page in the store.
        database_bytes: Of a page in the database, indexes included.
        wal_bytes: Of a page in PostgreSQL's log.

    """

    pages: int
    seconds: float
    cpu_ms: Mapping[str, float]
    upload_ms: Sequence[float]
    worker_peak: int
    service_peak: int
    original_bytes: float
    database_bytes: float
    wal_bytes: float

    @property
    def rate(self) -> float:
        """Pages a second, end to end."""
        return self.pages / self.seconds


def at_full_speed(run: Running, pictures: Pictures, pages: int, warm: int, done: int = 0) -> Load:
    """Upload pages as fast as they are read, until every document is decided.

    Args:
        run: The service.
        pictures: What to upload.
        pages: How many count.
        warm: How many are uploaded before, so that every process is ready.
        done: How many it has taken before that.

    """
    _upload_all(run, pictures, range(done, done + warm))
    _settle(run, done + warm)
    before, began_cpu = run.stored(), time.process_time()
    meter = Meter(run.groups)
    meter.start()
    began = time.monotonic()
    taken = _upload_all(run, pictures, range(done + warm, done + warm + pages))
    _settle(run, done + warm + pages)
    seconds = time.monotonic() - began
    cpu = {**meter.stop(), "client": time.process_time() - began_cpu}
    after = run.stored()
    peaks = {
        group: [used.peak_bytes for pid in pids if (used := usage_of(pid))] for group, pids in run.groups().items()
    }
    return Load(
        pages,
        seconds,
        {group: 1000 * seconds / pages for group, seconds in cpu.items()},
        [1000 * one for one in taken],
        max(peaks["workers"]),
        max(peaks["service"]),
        *((later - earlier) / pages for later, earlier in zip(after, before, strict=True)),
    )


def _upload_all(run: Running, pictures: Pictures, indexes: range) -> list[float]:
    """Upload by several connections, never far ahead of the readers; return how long each upload took, in s."""
    ahead = _Ahead(run)
    address, headers = run.service.address, run.service.headers
    with ThreadPoolExecutor(CONNECTIONS) as pool, httpx.Client(base_url=address, headers=headers, timeout=60) as http:

        def one(index: int) -> float:
            ahead.wait_for(index)
            return upload(http, *pictures.upload(index))

        return list(pool.map(one, indexes))


def send(http: httpx.Client, name: str, data: bytes) -> httpx.Response:
    """Send one page; the answer does not wait for its reading."""
    return http.post(f"/api/v1/documents?wait=0&station={name[:13]}", files=[("files", (name, data))])


def upload(http: httpx.Client, name: str, data: bytes) -> float:
    """Upload one page without waiting for its reading; return how long it took to be acknowledged, in s."""
    began = time.perf_counter()
    answer = send(http, name, data)
    assert answer.status_code in (200, 202), answer.text
    return time.perf_counter() - began


@dataclass(slots=True)
class _Ahead:
    """Holds uploads back while too many pages wait; looks no more often than it must."""

    run: Running
    finished: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_for(self, index: int) -> None:
        """Wait until this page may be uploaded."""
        end = time.monotonic() + PATIENCE_SECONDS
        with self.lock:
            while index >= self.finished + AHEAD:
                assert time.monotonic() < end, "nothing is read any more"
                self.finished = self.run.finished()
                if index >= self.finished + AHEAD:
                    time.sleep(LOOK_SECONDS)


def _settle(run: Running, pages: int) -> None:
    """Wait until so many pages are done with and no document waits."""
    end = time.monotonic() + PATIENCE_SECONDS
    while run.finished() < pages or run.undecided():
        assert time.monotonic() < end, f"{run.finished()} of {pages} pages were read"
        time.sleep(LOOK_SECONDS)
