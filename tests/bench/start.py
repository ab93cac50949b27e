"""How long `chasil read` takes to begin: to a reader that could take its first page, and to the end of one page."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests import ROOT

# `in_order` is called once reader and files are at hand; CLOCK_MONOTONIC is the same in every process of a machine.
_TO_READY = """
import os, time
import api.cli.read as command

def told(*_given):
    print(time.monotonic(), time.process_time(), flush=True)
    os._exit(0)

command.in_order = told
from api.cli.main import main
main()
"""

_WHOLE = "from api.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class StartUp:
    """Medians, in s, from the start of the process.

    Attributes:
        ready: To the moment in which the first page would be read.
        ready_cpu: Computing time until then, which other work on the machine changes little.
        one_page: To the end of the process, with one page read and written as JSON.
        one_page_cpu: Computing time until then.
        rounds: How many of each were taken.

    """

    ready: float
    ready_cpu: float
    one_page: float
    one_page_cpu: float
    rounds: int


def start_up(page: Path, rounds: int = 20) -> StartUp:
    """Start `chasil read` so many times, in turn to the moment of readiness and to the end of a page.

    Python keeps its compiled files in a folder of this run, and has made them before the first start that counts, as
    in a program that is installed.
    """
    ready, computing, whole, whole_computing = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="chasil-start-") as compiled:
        _run(_WHOLE, page, compiled)
        for _ in range(rounds):
            began = time.monotonic()
            moment, cpu = map(float, _run(_TO_READY, page, compiled).split())
            ready.append(moment - began)
            computing.append(cpu)
            began, computed = time.monotonic(), _computed()
            _run(_WHOLE, page, compiled)
            whole.append(time.monotonic() - began)
            whole_computing.append(_computed() - computed)
    middle = statistics.median
    return StartUp(middle(ready), middle(computing), middle(whole), middle(whole_computing), rounds)


def _computed() -> float:
    """Return the computing time of all processes that were started and have ended, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(program: str, page: Path, compiled: str) -> str:
    command = [sys.executable, "-c", program, "read", str(page), "--json", os.devnull]
    left_out = ("CHASIL_", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    environment["PYTHONPYCACHEPREFIX"] = compiled
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout
