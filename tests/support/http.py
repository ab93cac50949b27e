"""A service to talk to over HTTP, whose pages are read in a thread by a real worker."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.http.app import create_app
from api.workers.worker import Worker
from pipeline.reader import Reader
from tests.support.http_client import TestClient
from tests.support.service import client_of


def settings_in(folder: Path, database_url: str, **more: Any) -> Settings:
    """Return settings of a service that remembers in a folder and starts no process."""
    told = {"originals": str(folder / "originals"), "workers": 0, "form": "c-hasil-ppwp-2024", **more}
    return Settings(home=folder, database=database_url, **told)


@contextmanager
def reading(records: Records, reader: Reader) -> Iterator[None]:
    """Let a worker read in a thread what waits."""
    worker = Worker(records, reader, "thread")
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


@contextmanager
def worker_beside(settings: Settings, reader: Reader) -> Iterator[None]:
    """Let a worker read in a thread what a service that has begun takes in."""
    with closing(open_records(settings)) as records, reading(records, reader):
        yield


@contextmanager
def working(settings: Settings, reader: Reader, *, read: bool = True) -> Iterator[TestClient]:
    """Start the service and, unless `read` is false, a worker beside it; return a client on the same machine."""
    with client_of(create_app(reader, settings)) as client, worker_beside(settings, reader) if read else nullcontext():
        yield client
