"""A worker: a process that reads pages until it is told to stop.

It dies with the process that started it, when that one asks for it: its standard input ends.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import Protocol

import cv2

from api.core.context import Records
from api.core.forms import installed_forms
from api.core.machine_failures import MACHINE_FAILURES
from api.core.settings import Settings
from api.workers.read_page import read_next
from pipeline.reader import Reader

IDLE_SECONDS = 0.25
"""How long an idle worker waits before it looks again."""

TROUBLED_SECONDS = 2.0
"""How long it waits when the database does not answer."""

LAST_SECONDS = 60.0
"""How long a worker may take to end after the process that started it has gone."""

_log = logging.getLogger(__name__)


class Working(Protocol):
    """What reads pages until it is told to stop."""

    def run(self) -> None:
        """Read pages until `stop`."""
        ...

    def stop(self) -> None:
        """Read no further page."""
        ...


class Worker:
    """Reads pages one after the other.

    Args:
        records: What the service remembers.
        reader: Reads pages.
        owner: Name of this worker; no other has the same.

    """

    def __init__(self, records: Records, reader: Reader, owner: str) -> None:
        self._records, self._reader, self._owner = records, reader, owner
        self._stopped = threading.Event()

    def run(self) -> None:
        """Read pages until `stop`; a page that is being read is finished first."""
        while not self._stopped.is_set():
            try:
                if read_next(self._records, self._reader, self._owner) is None:
                    self._stopped.wait(IDLE_SECONDS)
            except MACHINE_FAILURES as error:  # it may be mended
                _log.warning("database or home do not answer (%s); trying again", type(error).__name__)
                self._stopped.wait(TROUBLED_SECONDS)

    def drain(self) -> int:
        """Read pages until none is waiting; return how many were read."""
        count = 0
        while read_next(self._records, self._reader, self._owner) is not None:
            count += 1
        return count

    def stop(self) -> None:
        """Read no further page."""
        self._stopped.set()


def worker_name(kind: str) -> str:
    """Return a name that no other worker has: kind, machine, process, moment."""
    return f"{kind}:{socket.gethostname()[:40]}:{os.getpid()}:{time.time_ns() % 1_000_000_000}"


def make_worker(records: Records, settings: Settings, owner: str) -> Working:
    """Return a worker: told by the queue where there is one, else looking for itself."""
    reader = Reader(settings.form, forms=installed_forms(settings.forms))
    if records.queue is None:
        return Worker(records, reader, owner)
    from api.workers.cluster import ClusterWorker  # noqa: PLC0415

    return ClusterWorker(records, reader, owner)


def run_here(worker: Working, *, until_input_ends: bool) -> None:
    """Run a worker in this process until a signal, or the end of standard input, stops it."""
    cv2.setNumThreads(1)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if until_input_ends:
        threading.Thread(target=_stop_at_end, args=(worker,), daemon=True).start()
    worker.run()


def _stop_at_end(worker: Working) -> None:
    while sys.stdin.buffer.read(1):
        pass
    worker.stop()
    time.sleep(LAST_SECONDS)
    os._exit(1)  # whatever it hangs on: nobody is there any more to kill it, and its lease will run out
