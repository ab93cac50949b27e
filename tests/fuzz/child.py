"""The process that gives cases to the program: `python -m tests.fuzz.child TARGET SEED FIRST COUNT FOLDER`.

It may crash, hang or eat memory: whoever started it watches. Which case it is at stands in `FOLDER/at`; what it found
goes to standard output, a JSON line each.
"""

import argparse
import contextlib
import faulthandler
import json
import mmap
import os
import resource
import struct
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.target import Run, Target, case_of

MEMORY_MIB = 1024
"""Most that a case may take, as resident memory of this process or of a tool that it starts."""

HARD_MIB = 3 * MEMORY_MIB
"""What the system refuses to hand out, so that a case cannot take the machine with it."""

AT = struct.Struct("qd")
"""Index of the case, and when it began (s, of the clock that only runs forward); index -1 before the first."""


def main() -> None:
    """Run some cases of one target."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("seed", type=int)
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--case", type=Path, help="run this one case instead")
    told = parser.parse_args()
    output = os.fdopen(os.dup(1), "w")
    if told.case is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what decoders print would mix with what is found
    faulthandler.enable()
    warnings.simplefilter("ignore")
    _run(told, output)


def _run(told: argparse.Namespace, output: object) -> None:
    target, folder = _target(told.target), told.folder
    scratch, work = folder / "scratch", folder / "work"
    for path in (scratch, work):
        path.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(scratch)
    os.environ["TMPDIR"] = str(scratch)
    _limit()
    with (folder / "at").open("w+b") as file, target.opened(work) as run:
        file.write(AT.pack(-1, 0.0))
        file.flush()
        known = {path.name for path in scratch.iterdir()}
        at = mmap.mmap(file.fileno(), AT.size)
        if told.case is not None:
            run(told.case.read_bytes())
            return
        for index in range(told.first, told.first + told.count):
            data = case_of(target, told.seed, index)
            at[:] = AT.pack(index, time.monotonic())
            fault = _fault(run, data, scratch, known)
            if fault is not None:
                print(json.dumps({"index": index, **fault}), file=output, flush=True)  # type: ignore[call-overload]
        at[:] = AT.pack(told.first + told.count, time.monotonic())


def _target(name: str) -> Target:
    from tests.fuzz.targets import wrong  # noqa: PLC0415  after the output has been put aside

    if name == wrong.WRONG.name:
        return wrong.WRONG
    from tests.fuzz.targets.all import TARGETS  # noqa: PLC0415  loads all of the program

    return TARGETS[name]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (HARD_MIB << 20, HARD_MIB << 20))


def _fault(run: Run, data: bytes, scratch: Path, known: set[str]) -> dict[str, str] | None:
    """Run one case; return what is wrong with how it went, if anything is."""
    _forget_peak()
    try:
        run(data)
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return {"kind": type(error).__name__, "text": f"{where} {error}"[:300], "trace": traceback.format_exc()[-3000:]}
    if left := sorted({path.name for path in scratch.iterdir()} - known):
        known.update(left)
        return {"kind": "left", "text": f"files were left behind: {left[:3]}", "trace": ""}
    if (peak := _peak_mib()) > MEMORY_MIB:
        return {"kind": "memory", "text": f"{peak} MiB", "trace": ""}
    return None


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mib() -> int:
    """Return the most memory of this process since `_forget_peak`, and of any tool ever, in MiB."""
    tools = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return max(tools, int(line.split()[1]) // 1024)
    return max(tools, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
