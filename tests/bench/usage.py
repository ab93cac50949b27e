"""What processes use of the machine: computing time, memory, open files. By /proc, so on Linux alone."""

import contextlib
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url, text

from api.db import Database

SAMPLE_SECONDS = 0.25
WATCHING = "chasil bench"
"""The name under which a bench itself asks PostgreSQL."""

_SIZES = ("VmRSS:", "VmHWM:", "RssAnon:")
_TICKS = os.sysconf("SC_CLK_TCK")

Groups = Mapping[str, Iterable[int]]
"""Process ids by what they are for."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process uses.

    Attributes:
        cpu_seconds: Computed so far, in the program and for it in the kernel.
        resident_bytes: Memory that it has now.
        peak_bytes: The most that it has had.
        private_bytes: The part of it that no file and no other process shares.
        handles: Open files, sockets and pipes.

    """

    cpu_seconds: float
    resident_bytes: int
    peak_bytes: int
    private_bytes: int
    handles: int


def usage_of(pid: int) -> Usage | None:
    """Return what a process uses; None where it has ended."""
    folder = Path("/proc") / str(pid)
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        lines = (line.split() for line in (folder / "status").read_text().splitlines())
        kilobytes = {line[0]: int(line[1]) for line in lines if line and line[0] in _SIZES}
        if len(kilobytes) == len(_SIZES):  # one that has ended and was not waited for has no memory
            seconds = (int(fields[11]) + int(fields[12])) / _TICKS
            handles = len(list((folder / "fd").iterdir()))
            resident, peak, private = (kilobytes[name] * 1024 for name in _SIZES)
            return Usage(seconds, resident, peak, private, handles)
    return None


def watching(url: str) -> str:
    """Return the URL of a PostgreSQL database for somebody who only watches, and is not counted by `backends`."""
    return make_url(url).update_query_dict({"application_name": WATCHING}).render_as_string(hide_password=False)


def backends(database: Database) -> list[int]:
    """Return PostgreSQL's processes that serve this database, apart from those of who watches; SQLite has none."""
    if database.embedded:
        return []
    others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name <> :watching"
    with database.engine.connect() as connection:
        return list(connection.execute(text(others), {"watching": WATCHING}).scalars())


@dataclass(slots=True)
class Meter:
    """Adds up what groups of processes compute, those that begin or end meanwhile included.

    What a process computes between its last sample and its end is missed: a quarter of a second at most.

    Args:
        groups: Called for every sample.

    """

    groups: Callable[[], Groups]
    _first: dict[int, float] = field(default_factory=dict)
    _last: dict[int, tuple[str, float]] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what was computed before does not count."""
        self._sample(beginning=True)
        self._thread = threading.Thread(target=self._run, name="meter", daemon=True)
        self._thread.start()

    def stop(self) -> Mapping[str, float]:
        """End; return computing time by group, in s."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._sample()
        sums: dict[str, float] = defaultdict(float)
        for pid, (group, seconds) in self._last.items():
            sums[group] += seconds - self._first.get(pid, 0.0)
        return sums

    def _run(self) -> None:
        while not self._stopped.wait(SAMPLE_SECONDS):
            self._sample()

    def _sample(self, *, beginning: bool = False) -> None:
        for group, pids in self.groups().items():
            for pid in pids:
                if (used := usage_of(pid)) is not None:
                    self._last[pid] = group, used.cpu_seconds
                    if beginning:
                        self._first[pid] = used.cpu_seconds
