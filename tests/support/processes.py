"""A real service in processes of its own, to be killed: pages to upload, and ways to find and kill workers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

from api.people.machine import MachineToken
from tests import ROOT

SAMPLES = ROOT / "data" / "samples"
START_SECONDS = 120
PAGES_A_STATION = 3


@dataclass(slots=True)
class Service:
    """`chasil serve`, and `chasil worker` beside it where other processes read.

    Attributes:
        home: Where it remembers, and where the logs of its processes lie.
        settings: More of the environment, such as CHASIL_DATABASE.
        outside: How many `chasil worker` processes read; with 0 the service reads by itself.

    """

    home: Path
    settings: Mapping[str, str]
    outside: int = 0
    port: int = 0
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What who sits at the machine sends."""
        return {"Authorization": f"Bearer {MachineToken(self.home / 'home').value}"}

    def start(self) -> None:
        """Start what is not running, and wait until it answers."""
        self.port = self.port or free_port()
        if self.outside and not self.processes:
            assert self._run(["init"]).wait(START_SECONDS) == 0, self.log()[-4000:]
        commands = [["serve", "--port", str(self.port)], *([["worker"]] * self.outside)]
        running = [process if process.poll() is None else None for process in self.processes]
        running += [None] * (len(commands) - len(running))
        self.processes = [known or self._run(command) for known, command in zip(running, commands, strict=True)]
        self._wait()

    def kill(self, what: str, pick: int) -> None:
        """Kill -9 the service (`server`), it with its workers (`group`), or one worker (`worker`)."""
        server, *outside = self.processes
        if what == "worker" and outside:
            outside[pick % len(outside)].kill()
            outside[pick % len(outside)].wait()
        elif what == "worker":
            _kill_one(children(server.pid), pick)
        else:
            os.killpg(server.pid, signal.SIGKILL) if what == "group" else server.kill()
            server.wait()

    def stop(self) -> None:
        """End all of it, gently at first."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log(self) -> str:
        """Return what its processes said."""
        return (self.home / "service.log").read_text(encoding="utf-8", errors="replace")

    def _run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        self.home.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHASIL_")}
        told = {"CHASIL_HOME": str(self.home / "home"), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        with (self.home / "service.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "api.cli", *command],
                env={**kept, **told, **self.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.address}/health", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
            assert self.processes[0].poll() is None, f"the service did not start:\n{self.log()[-4000:]}"
        raise AssertionError(f"the service does not answer:\n{self.log()[-4000:]}")


def distinct_pages(count: int) -> list[tuple[str, bytes]]:
    """Return sample pages of ever new stations, each with bytes of its own: a comment in the JPEG tells them apart."""
    return [distinct_page(index) for index in range(count)]


def distinct_page(index: int) -> tuple[str, bytes]:
    """Return one of them."""
    samples = _samples()
    station, page = divmod(index, PAGES_A_STATION)
    name = f"11{station % 90 + 10:02d}010{station:06d}-p{page + 1}.jpg"
    return name, with_comment(samples[index % len(samples)], f"page {index}")


@cache
def _samples() -> list[bytes]:
    return [path.read_bytes() for path in sorted(SAMPLES.glob("*.jpg"))]


def with_comment(jpeg: bytes, text: str) -> bytes:
    """Return a JPEG with a comment after its first marker; the picture stays what it is."""
    said = text.encode()
    return jpeg[:2] + b"\xff\xfe" + (len(said) + 2).to_bytes(2, "big") + said + jpeg[2:]


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True, text=True).stdout
    pairs = [line.split() for line in shown.splitlines()]
    return [int(child) for child, parent in pairs if int(parent) == pid]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def _kill_one(pids: Sequence[int], pick: int) -> None:
    with contextlib.suppress(ProcessLookupError, ZeroDivisionError):
        os.kill(pids[pick % len(pids)], signal.SIGKILL)
