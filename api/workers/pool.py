"""The worker processes of one machine: started with the service, replaced when they die, stopped with it."""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping

from api.core.context import Records
from api.core.settings import PREFIX, Settings
from api.workers.claims import release

KIND = f"crew:{socket.gethostname()[:40]}"
"""How the names of these workers begin, on this machine."""

CHECK_SECONDS = 1.0
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
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._supervise, name="crew", daemon=True)

    def start(self) -> None:
        """Start all workers."""
        if self._settings.workers:
            release(self._records, f"{KIND}:")
            self._workers = [self._spawn() for _ in range(self._settings.workers)]
            self._watch.start()

    def stop(self) -> None:
        """Let the workers finish their pages and go; those that do not are killed, and their leases run out."""
        self._stopped.set()
        for worker in self._workers:
            if worker.stdin is not None:
                worker.stdin.close()
        for worker in self._workers:
            try:
                worker.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()

    def _supervise(self) -> None:
        while not self._stopped.wait(CHECK_SECONDS):
            for index, worker in enumerate(self._workers):
                if worker.poll() is not None and not self._stopped.is_set():
                    _log.warning("a worker ended with %s; another takes its place", worker.returncode)
                    release(self._records, f"{KIND}:{worker.pid}:")
                    self._workers[index] = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "api.workers.pool"]
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment(self._settings))  # noqa: S603


def environment(settings: Settings) -> Mapping[str, str]:
    """Return the environment of a worker: ours, with these settings."""
    told = {} if settings.form is None else {f"{PREFIX}FORM": settings.form}
    told |= {
        f"{PREFIX}HOME": str(settings.home.resolve()),
        f"{PREFIX}DATABASE": settings.database_url,
        f"{PREFIX}ORIGINALS": str(settings.originals_url),
        "OMP_NUM_THREADS": "1",
    }
    return {**os.environ, **told}


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
