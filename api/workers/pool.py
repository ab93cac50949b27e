"""The worker processes of one machine: started with the service, replaced when they die, stopped with it."""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from time import monotonic

from api.core.context import Records
from api.core.settings import PREFIX, Settings
from api.workers.claims import release

KIND = f"crew:{socket.gethostname()[:40]}"
"""How the names of these workers begin, on this machine."""

CHECK_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 15.0
"""The longest pause between two looks, and between two starts of a worker that ends at once."""

STOP_SECONDS = 10.0
"""How long a worker may take to finish its page once it was told to go."""

_log = logging.getLogger(__name__)


class WorkerPool:
    """Keeps worker processes running.

    Args:
        records: Pages that workers of an earlier service held are given back.
        settings: How many, and what they work on.

    """

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records, self._settings = records, settings
        self._workers: list[subprocess.Popen[bytes]] = []
        self._dead: set[str] = set()
        self._begun: dict[int, float] = {}
        self._patience: dict[int, tuple[float, float]] = {}
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._supervise, name="workers", daemon=True)

    def start(self) -> None:
        """Start all workers."""
        if self._settings.workers:
            release(self._records, f"{KIND}:")
            self._workers = [self._spawn() for _ in range(self._settings.workers)]
            self._watch.start()

    def stop(self) -> None:
        """Let the workers finish their pages and go; those that do not are killed, and their leases run out."""
        self._stopped.set()
        if self._watch.is_alive():  # else it starts a worker that nobody stops, or uses a database that is closed
            self._watch.join(STOP_SECONDS)
        for worker in self._workers:
            if worker.stdin is not None:
                worker.stdin.close()
        for worker in self._workers:
            try:
                worker.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    @property
    def wanted(self) -> int:
        """How many workers there should be."""
        return self._settings.workers

    @property
    def alive(self) -> int:
        """How many workers run."""
        return sum(worker.poll() is None for worker in self._workers)

    def _supervise(self) -> None:
        """Look after the workers until `stop`, whatever goes wrong in between: nobody else would."""
        pause = CHECK_SECONDS
        while not self._stopped.wait(pause):
            try:
                self._replace()
                self._give_back()
                pause = CHECK_SECONDS
            except Exception as error:  # the database is away, no memory, no files: the next turn tries again
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                _log.warning("looking after the workers: %s; again in %.0f s", type(error).__name__, pause)

    def _replace(self) -> None:
        """Start another worker for each that has ended; one that ends at once is started ever more slowly."""
        at = monotonic()
        for index, worker in enumerate(self._workers):
            if worker.poll() is None or self._stopped.is_set() or at < self._patience.get(index, (0.0, 0.0))[0]:
                continue
            _log.warning("a worker ended with %s; another takes its place", worker.returncode)
            self._dead.add(f"{KIND}:{worker.pid}:")
            if worker.stdin is not None:
                worker.stdin.close()
            _, waited = self._patience.get(index, (0.0, 0.0))
            lived = at - self._begun.get(index, 0.0)
            wait = CHECK_SECONDS if lived > LONGEST_PAUSE_SECONDS else min(2 * waited + 1, LONGEST_PAUSE_SECONDS)
            self._patience[index] = (at + wait, wait)
            self._workers[index] = self._spawn()
            self._begun[index] = at

    def _give_back(self) -> None:
        """Give back the pages of workers that are known to be dead, as soon as the database takes it."""
        for prefix in sorted(self._dead):
            release(self._records, prefix)
            self._dead.discard(prefix)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "api.workers.pool"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment(self._settings))  # noqa: S603


def environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment of a worker: ours, with these settings."""
    variables = {} if settings.form is None else {f"{PREFIX}FORM": settings.form}
    variables |= {
        f"{PREFIX}HOME": str(settings.home.resolve()),
        f"{PREFIX}DATABASE": settings.database_url,
        f"{PREFIX}ORIGINALS": str(settings.originals_url),
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **variables}


def main() -> None:
    """Work in this process until standard input ends."""
    from api.core.context import open_records  # noqa: PLC0415
    from api.core.settings import load_settings  # noqa: PLC0415
    from api.workers.worker import make_worker, run_here  # noqa: PLC0415

    settings = load_settings()
    records = open_records(settings)
    run_here(make_worker(records, settings, f"{KIND}:{os.getpid()}:"), until_input_ends=True)


if __name__ == "__main__":
    main()
