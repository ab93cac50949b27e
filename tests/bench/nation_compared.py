"""A nation's published figures beside a handful of photographs: what the second count takes of time and memory."""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests import ROOT
from tests.support.published import published_of, truth_of

SAMPLES = ROOT / "data" / "samples"
STATIONS_A_VILLAGE, VILLAGES_A_DISTRICT, DISTRICTS_A_REGENCY = 10, 11, 14


def nation(stations: int, folder: Path) -> list[str]:
    """Compare so many published stations, two of them photographed; return what it took, twice: afresh, and again."""
    published = folder / f"nation-{stations}.json"
    if not published.exists():
        _write(published, stations)
    size = published.stat().st_size / 2**20
    told = [f"{stations} stations, {size:.0f} MiB published"]
    given = ["compare", str(published), str(SAMPLES), "--out", str(folder / "out")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for name in ("afresh", "again"):
        began = time.monotonic()
        command = [sys.executable, "-m", "api.cli", *given]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        assert done.returncode in (0, 3), done.stderr.decode()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        told.append(f"{name}: {time.monotonic() - began:.0f} s, peak {used.ru_maxrss / 1024:.0f} MiB so far")
    return told


def _write(target: Path, stations: int) -> None:
    written = truth_of(SAMPLES)
    with target.open("w", encoding="utf-8") as file:
        file.write("{")
        for index, (code, values) in enumerate(written.items()):
            file.write(("," if index else "") + json.dumps(code) + ":" + json.dumps(published_of(values, code)))
        values = next(iter(written.values()))
        for index in range(stations - len(written)):
            code = _code(index)
            file.write(f",{json.dumps(code)}:{json.dumps(published_of(values, code))}")
        file.write("}")


def _code(index: int) -> str:
    village, station = divmod(index, STATIONS_A_VILLAGE)
    district, village = divmod(village, VILLAGES_A_DISTRICT)
    regency, district = divmod(district, DISTRICTS_A_REGENCY)
    return f"{11 + regency // 99:02d}{regency % 99 + 1:02d}{district + 1:02d}{village + 1:04d}{station + 1:03d}"
