"""Pages a second from upload to decision, what each costs where, and memory: `make bench-scale`.

Starts `chasil serve` with its workers on SQLite, and with `chasil worker` beside it on PostgreSQL where `--database`
(or TEST_POSTGRESQL_URL) names one (it is emptied!). Writes all that it measured to `--json`, for
`python -m tests.bench.capacity`.
"""

import argparse
import itertools
import json
import os
import platform
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from api.start import keep_to_one_core
from tests.bench.alone import reader_alone
from tests.bench.ceiling import ceiling
from tests.bench.load import Load, Setup, at_full_speed, running
from tests.bench.network import counting
from tests.bench.pictures import SIZES, Pictures, drawn
from tests.bench.start import start_up

FOLDER = Path("out") / "bench"
CORES = (1, 2)
ALONE_PAGES = 48
"""Pages that each process of the reader alone reads."""

WARM_A_WORKER = 3
MIB = 1 << 20
GROUPS = ("service", "workers", "database")


def main() -> None:
    """Measure, print, and write JSON."""
    keep_to_one_core()  # as `chasil` does; the readers alone are started from here
    told, console = _arguments(), Console(width=140)
    pictures = {size: drawn(size, told.documents, FOLDER) for size in told.pictures}
    measured: dict[str, Any] = {"machine": machine(), "start": None, "alone": [], "loads": []}
    console.print(f"{measured['machine']}", highlight=False)
    for size, drawings in pictures.items():
        measured["alone"] += list(_alone(size, drawings))
    say(console, _alone_lines(measured["alone"]))
    page = next((FOLDER / f"{told.pictures[-1]}-{told.documents}").glob("*-p1.jpg"))
    measured["start"] = asdict(start_up(page, told.starts))
    console.print(f"chasil read, s, medians of {told.starts} starts: {measured['start']}", highlight=False)
    measured["ceilings"] = _ceilings(told, next(iter(pictures.values())))
    for name, held in measured["ceilings"].items():
        console.print(f"{name}: a page holds, in ms: {held}", highlight=False)
    measured["database_traffic"] = _traffic(told, pictures)
    console.print(f"bytes a page between program and PostgreSQL: {measured['database_traffic']}", highlight=False)
    for load in _loads(told, pictures, console):
        measured["loads"].append(load)
        told.json.parent.mkdir(parents=True, exist_ok=True)
        told.json.write_text(json.dumps(measured, indent=1), encoding="utf-8")
    console.print("Computing time in ms a page: service, worker, database")
    say(console, _load_lines(measured["loads"]))
    console.print(str(machine()), highlight=False)


def say(console: Console, lines: Iterable[str]) -> None:
    """Print lines as they are, however wide the terminal."""
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120, help="that count in each run")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--pictures", nargs="+", choices=list(SIZES), default=list(SIZES))
    parser.add_argument("--documents", type=int, default=8, help="drawn of each size, three pages each")
    parser.add_argument("--starts", type=int, default=20)
    parser.add_argument("--database", default=os.environ.get("TEST_POSTGRESQL_URL", ""))
    parser.add_argument("--json", type=Path, default=FOLDER / "scale.json")
    return parser.parse_args()


def machine() -> Mapping[str, Any]:
    """Return what the figures depend on: cores, versions, and how busy the machine was."""
    load = [round(one, 1) for one in os.getloadavg()]
    moment = datetime.now(UTC).isoformat(timespec="minutes")
    return {"cores": os.cpu_count(), "python": platform.python_version(), "load": load, "at": moment}


def _alone(size: str, pictures: Pictures) -> Iterator[dict[str, Any]]:
    for processes in CORES:
        result = reader_alone(pictures.jpegs, processes, max(1, ALONE_PAGES // len(pictures.jpegs)))
        yield {"pictures": size, "bytes": pictures.mean_bytes, "processes": processes, **asdict(result)}


def _ceilings(told: argparse.Namespace, pictures: Pictures) -> Mapping[str, Mapping[str, float]]:
    """Return how long a page holds what is shared, in ms, by database."""
    found = {}
    for name, database in _databases(told):
        with tempfile.TemporaryDirectory(prefix="chasil-scale-") as folder:
            found[name] = asdict(ceiling(database, Path(folder), pictures, min(told.pages, 60)))
    return found


def _traffic(told: argparse.Namespace, pictures: Mapping[str, Pictures]) -> float | None:
    """Return bytes between program and PostgreSQL for a page, both ways; None without PostgreSQL."""
    if not told.database:
        return None
    pages, warm, drawings = min(told.pages, 60), WARM_A_WORKER, next(iter(pictures.values()))
    with (
        tempfile.TemporaryDirectory(prefix="chasil-scale-") as folder,
        counting(told.database) as (url, counted),
        running(Setup(1, url), Path(folder)) as run,
    ):
        at_full_speed(run, drawings, warm, warm)
        before = counted.passed
        at_full_speed(run, drawings, pages, warm, done=2 * warm)
        return float((counted.passed - before) / (pages + warm))


def _databases(told: argparse.Namespace) -> list[tuple[str, str]]:
    return [("SQLite", ""), *([("PostgreSQL", told.database)] if told.database else [])]


def _loads(told: argparse.Namespace, pictures: Mapping[str, Pictures], console: Console) -> Iterator[dict[str, Any]]:
    for (name, database), size, workers in itertools.product(_databases(told), pictures, told.workers):
        busy = round(os.getloadavg()[0], 1)
        setup = Setup(workers, database)
        with tempfile.TemporaryDirectory(prefix="chasil-scale-") as folder, running(setup, Path(folder)) as run:
            load = at_full_speed(run, pictures[size], told.pages, WARM_A_WORKER * workers)
        row = _row(load, name, size, workers, busy)
        console.print(f"{name}, {size}, {workers} workers: {load.rate:.2f} pages/s", highlight=False)
        yield row


def _row(load: Load, database: str, size: str, workers: int, busy: float) -> dict[str, Any]:
    """Return what a run came to."""
    return {
        "database": database,
        "pictures": size,
        "workers": workers,
        "busy": busy,
        "pages": load.pages,
        "rate": load.rate,
        "cpu_ms": dict(load.cpu_ms),
        "upload_ms": {"median": statistics.median(load.upload_ms), "p95": float(np.percentile(load.upload_ms, 95))},
        "worker_mib": load.worker_peak / MIB,
        "service_mib": load.service_peak / MIB,
        "original_bytes": load.original_bytes,
        "database_bytes": load.database_bytes,
        "wal_bytes": load.wal_bytes,
    }


def _alone_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return a Markdown table."""
    lines = ["| reader alone | KiB a picture | processes | pages/s | CPU ms a page |", "|---|---|---|---|---|"]
    for row in rows:
        shown = f"{row['processes']} | {row['rate']:.2f} | {row['cpu_ms']:.0f}"
        lines.append(f"| {row['pictures']} | {row['bytes'] / 1024:.0f} | {shown} |")
    return lines


def _load_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return a Markdown table."""
    heads = ("database", "pictures", "workers", "pages/s", "service", "worker", "database", "upload ms", "p95")
    more = ("worker MiB", "service MiB", "KiB stored", "KiB of rows", "KiB of log", "load before")
    lines = [f"| {' | '.join((*heads, *more))} |", "|---" * (len(heads) + len(more)) + "|"]
    for row in rows:
        cpu = [f"{row['cpu_ms'][group]:.0f}" if group in row["cpu_ms"] else "" for group in GROUPS]
        upload = [f"{row['upload_ms'][key]:.0f}" for key in ("median", "p95")]
        memory = [f"{row[key]:.0f}" for key in ("worker_mib", "service_mib")]
        stored = [f"{row[key] / 1024:.0f}" for key in ("original_bytes", "database_bytes", "wal_bytes")]
        named = row["database"], row["pictures"], str(row["workers"]), f"{row['rate']:.2f}"
        lines.append(f"| {' | '.join((*named, *cpu, *upload, *memory, *stored, str(row['busy'])))} |")
    return lines


if __name__ == "__main__":
    main()
