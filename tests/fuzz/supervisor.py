"""Watches the processes that run cases: what crashes, hangs or fails is named, kept as a file, and the run goes on."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.child import AT
from tests.fuzz.target import Target, case_of

HANG_SECONDS = 10.0
START_SECONDS = 120.0
LOOK_SECONDS = 0.1
SAME = 20
"""Of findings that look alike, so many cases are kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One case that went wrong.

    Attributes:
        target: What it was given to.
        index: Which case of the run.
        kind: The exception, or crash, hang, memory, left.
        text: What was seen.
        case: The file that reproduces it.

    """

    target: str
    index: int
    kind: str
    text: str
    case: Path


@dataclass(slots=True)
class Result:
    """How a target came through.

    Attributes:
        target: Its name.
        cases: How many were run.
        seconds: How long that took, start of processes included.
        slowest: The longest case that was seen, s; as coarse as the watch looks.
        findings: What went wrong.

    """

    target: str
    cases: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Supervisor:
    """Runs cases of one target in processes of their own.

    Attributes:
        target: What is fuzzed.
        seed: Of the run; the same seed gives the same cases.
        kept: Folder for the cases that went wrong.
        progress: Told now and then how many cases are done.
        until: Stop then (s, of the clock that only runs forward), however many are left.

    """

    target: Target
    seed: int
    kept: Path
    progress: Callable[[int], None] = lambda _count: None
    until: float = float("inf")

    def run(self, count: int) -> Result:
        """Run the first `count` cases, or those for which there is time."""
        result, begun = Result(self.target.name), time.monotonic()
        done = 0
        while done < count and time.monotonic() < self.until:
            done = self._some(done, count, result)
        result.cases, result.seconds = done, time.monotonic() - begun
        return result

    def _some(self, first: int, count: int, result: Result) -> int:
        """Run cases in one process until it is through or broken; return which comes next."""
        folder = Path(tempfile.mkdtemp(prefix="chasil-fuzz-"))
        command = [sys.executable, "-m", "tests.fuzz.child", self.target.name]
        command += [str(number) for number in (self.seed, first, count - first)]
        log = folder / "log"
        try:
            with log.open("wb") as errors, (folder / "found").open("wb") as found:
                process = subprocess.Popen([*command, str(folder)], stdout=found, stderr=errors)
            broken = self._watch(process, folder / "at", result)
            for line in (folder / "found").read_text().splitlines():
                said = json.loads(line)
                self._keep(result, said["index"], said["kind"], said["text"], said["trace"])
            index = _at(folder / "at")[0]
            if broken is None and process.returncode == 0:
                return count
            if broken == "time":
                return max(index, first)
            if index < first:
                raise RuntimeError(f"{self.target.name} did not start:\n{log.read_text(errors='replace')[-3000:]}")
            kind = broken or "crash"
            said_last = log.read_text(errors="replace")[-2000:]
            self._keep(result, index, kind, f"exit {process.returncode}", said_last)
            return index + 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _watch(self, process: subprocess.Popen[bytes], at: Path, result: Result) -> str | None:
        """Wait for a process; return why it was stopped, if it was."""
        started = time.monotonic()
        while process.poll() is None:
            time.sleep(LOOK_SECONDS)
            index, begun = _at(at)
            now = time.monotonic()
            if index >= 0:
                self.progress(index)
                result.slowest = max(result.slowest, now - begun)
            late = now - started > START_SECONDS if index < 0 else now - begun > HANG_SECONDS
            if late or now > self.until:
                process.kill()
                process.wait()
                return "hang" if late else "time"
        return None

    def _keep(self, result: Result, index: int, kind: str, text: str, trace: str) -> None:
        self.kept.mkdir(parents=True, exist_ok=True)
        case = self.kept / f"{self.target.name}-{self.seed}-{index}-{kind}.case"
        alike = sum(one.kind == kind and one.text.split()[:1] == text.split()[:1] for one in result.findings)
        if alike < SAME:
            case.write_bytes(case_of(self.target, self.seed, index))
            case.with_suffix(".txt").write_text(f"{text}\n{trace}\n", encoding="utf-8")
        result.findings.append(Finding(self.target.name, index, kind, text, case))


def _at(file: Path) -> tuple[int, float]:
    """Return at which case a process is, and since when."""
    try:
        index, begun = AT.unpack(file.read_bytes())
    except (OSError, ValueError):
        return -1, 0.0
    except Exception:
        return -1, 0.0
    return int(index), float(begun)
