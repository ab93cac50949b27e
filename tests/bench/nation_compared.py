"""A nation's published figures beside a few of its photographs: what the second count takes of time and memory."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from api.files.atomic import whole_file
from tests import ROOT
from tests.support.published import published_of, truth_of

SAMPLES = ROOT / "data" / "samples"
STATIONS_A_VILLAGE, VILLAGES_A_DISTRICT, DISTRICTS_A_REGENCY = 10, 11, 14

KILLED_AFTER = (60.0, 150.0, 300.0)
"""Seconds after which the command is killed where many photographs are read: while files are looked at, while pages are
read, and later in that."""


def nation(stations: int, folder: Path) -> list[str]:
    """Compare so many published stations, two of them photographed; return what it took, twice: afresh, and again."""
    published = _published(folder, stations, _of_samples())
    told = [_size(published, stations)]
    return told + [_compared(name, published, SAMPLES, folder / "out") for name in ("afresh", "again")]


def nation_with(earlier: Path, stations: int, folder: Path) -> list[str]:
    """Compare so many published stations, those of an earlier comparison photographed; kill it on the way.

    Args:
        earlier: The folder of a comparison of simulated stations: figures, photographs, and what came of them.
        stations: Of the nation, those of the earlier one among them.
        folder: Of what is made.

    Returns:
        What it took, and of how many numbers it says other than the earlier comparison.

    """
    few = json.loads((earlier / "published.json").read_text(encoding="utf-8"))
    (photographs,) = {path.parent for path in earlier.glob("*/truth.jsonl")}
    published, out = _published(folder, stations, few), folder / "out"
    told = [_size(published, stations)]
    for seconds in KILLED_AFTER:
        _killed(seconds, published, photographs, out)
        told.append(f"killed after {seconds:.0f} s")
    told.append(_compared("gone on", published, photographs, out))
    before, after = (_said(path / "numbers.jsonl", few) for path in (earlier / "comparison", out))
    others = sum(before.get(key) != after.get(key) for key in before.keys() | after.keys())
    return [*told, f"said of {others} of {len(before)} numbers of photographed stations: other than without the rest"]


def _said(numbers: Path, stations: Iterable[str]) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return what is said of each number of some stations."""
    some, said = frozenset(stations), {}
    with numbers.open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if line["kind"] == "number" and line["station"] in some:
                key = (line["station"], line["field"])
                said[key] = tuple(line[name] for name in ("published", "read", "outcome", "boxes"))
    return said


def _compared(name: str, published: Path, photographs: Path, out: Path) -> str:
    """Run the command to its end; return how long that took, and the most memory of any run so far."""
    began = time.monotonic()
    done = subprocess.run(**_command(published, photographs, out), capture_output=True, check=False)
    assert done.returncode in (0, 3), done.stderr.decode()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"{name}: {time.monotonic() - began:.0f} s, peak {used.ru_maxrss / 1024:.0f} MiB so far"


def _killed(seconds: float, published: Path, photographs: Path, out: Path) -> None:
    """Run the command and kill it after so many seconds, with all that it started."""
    running = subprocess.Popen(
        **_command(published, photographs, out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return
    raise AssertionError(f"It ended by itself within {seconds:.0f} s.")


def _command(published: Path, photographs: Path, out: Path) -> dict[str, Any]:
    arguments = ["compare", str(published), str(photographs), "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return {"args": [sys.executable, "-m", "api.cli", *arguments], "cwd": ROOT, "env": environment}


def _size(published: Path, stations: int) -> str:
    return f"{stations} stations, {published.stat().st_size / 2**20:.0f} MiB published"


def _of_samples() -> dict[str, Any]:
    return {code: published_of(values, code) for code, values in truth_of(SAMPLES).items()}


def _published(folder: Path, stations: int, few: Mapping[str, Any]) -> Path:
    """Return the file of so many published stations, `few` and others; made where it is not there."""
    published = folder / f"nation-{stations}-{len(few)}.json"
    if not published.exists():
        with whole_file(str(published)) as file:
            file.write("{")
            file.writelines(_texts(few, stations))
            file.write("}")
    return published


def _texts(few: Mapping[str, Any], stations: int) -> Iterator[str]:
    """Yield the text of each station, parted by commas."""
    values = next(iter(truth_of(SAMPLES).values()))
    codes = (_code(index) for index in range(stations - len(few)))
    others = ((code, published_of(values, code)) for code in codes)
    for index, (code, station) in enumerate(chain(few.items(), others)):
        yield f"{',' if index else ''}{json.dumps(code)}:{json.dumps(station)}"


def _code(index: int) -> str:
    village, station = divmod(index, STATIONS_A_VILLAGE)
    district, village = divmod(village, VILLAGES_A_DISTRICT)
    regency, district = divmod(district, DISTRICTS_A_REGENCY)
    return f"{11 + regency // 99:02d}{regency % 99 + 1:02d}{district + 1:02d}{village + 1:04d}{station + 1:03d}"
