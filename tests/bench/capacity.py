"""What a national evening takes, from what was measured: `python -m tests.bench.capacity`.

Takes the JSON that `python -m tests.bench.scale` wrote. Every figure is a product of those shown above it; the formulas
are in `need`, the assumptions with their sources in `Assumptions`. Pure functions but for the command.
"""

import argparse
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from tests.bench.evening import HOURLY_SHARE, arrival, evening, worst
from tests.bench.scale import FOLDER, say

GIB, TB = 1 << 30, 1e12


@dataclass(frozen=True, slots=True)
class Measured:
    """What one page costs on PostgreSQL.

    Attributes:
        service_ms, worker_ms, database_ms: Computing time of one core of the machine that was measured.
        worker_mib, service_mib: Memory of one process.
        original_bytes: Of the photograph, as it was uploaded.
        database_bytes: Rows and indexes.
        wal_bytes: Written to the database's log.
        traffic_bytes: Between program and database, both ways.
        chain_ms: How long it holds the chain of events, which one writer has at a time.

    """

    service_ms: float
    worker_ms: float
    database_ms: float
    worker_mib: float
    service_mib: float
    original_bytes: float
    database_bytes: float
    wal_bytes: float
    traffic_bytes: float
    chain_ms: float


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not measured.

    Attributes:
        stations: Polling stations of the general election of 2024.
        pages: Of one station's set of forms.
        peak_share: Of all pages, in the busiest hour; of 14 February 2024.
        phone_share: Of the photographs come as a phone takes them; the rest as a chat program passes them on. A guess.
        use: Of a core, at most, so that a busier minute or a lost machine does no harm. A usual figure.
        copies: Of every original, in the store. A usual figure.

    """

    stations: int = 823_236
    pages: int = 66
    peak_share: float = max(HOURLY_SHARE)
    phone_share: float = 0.5
    use: float = 0.6
    copies: int = 2


@dataclass(frozen=True, slots=True)
class Need:
    """What an evening takes.

    Attributes:
        pages: In all.
        peak: Pages a second in the busiest hour.
        worker_cores, service_cores, database_cores: At the peak.
        worker_gib, service_gib: Memory, one process a core.
        databases: That share the evening, each with a chain of its own.
        originals_tb, database_tb, log_tb: Stored in the end, or written to the log.
        upload_gbit, store_gbit, traffic_gbit: A second at the peak: from outside; between program and store, written
            and read; between program and databases.

    """

    pages: float
    peak: float
    worker_cores: int
    service_cores: int
    database_cores: int
    worker_gib: float
    service_gib: float
    databases: int
    originals_tb: float
    database_tb: float
    log_tb: float
    upload_gbit: float
    store_gbit: float
    traffic_gbit: float


def need(measured: Measured, assumed: Assumptions) -> Need:
    """Return what an evening takes."""
    pages = float(assumed.stations * assumed.pages)
    peak = pages * assumed.peak_share / 3600

    def cores(milliseconds: float) -> int:
        return math.ceil(peak * milliseconds / 1000 / assumed.use)

    def gbit(size: float) -> float:
        return peak * size * 8 / 1e9

    workers, services = cores(measured.worker_ms), cores(measured.service_ms)
    return Need(
        pages,
        peak,
        workers,
        services,
        cores(measured.database_ms),
        workers * measured.worker_mib / 1024,
        services * measured.service_mib / 1024,
        cores(measured.chain_ms),
        pages * measured.original_bytes * assumed.copies / TB,
        pages * measured.database_bytes / TB,
        pages * measured.wal_bytes / TB,
        gbit(measured.original_bytes),
        gbit(measured.original_bytes * (assumed.copies + 1)),
        gbit(measured.traffic_bytes),
    )


def measured_of(scale: Mapping[str, Any], phone_share: float) -> Measured:
    """Return the costs of the mixture of photographs, medians over the numbers of workers, from the JSON of a run.

    Raises:
        ValueError: The run measured no PostgreSQL, or not both sizes.

    """
    rows = [row for row in scale["loads"] if row["database"] == "PostgreSQL"]
    by_size = {size: [row for row in rows if row["pictures"] == size] for size in ("phone", "chat")}
    if not all(by_size.values()):
        raise ValueError("measure PostgreSQL with both sizes of pictures: python -m tests.bench.scale --database URL")

    def mixed(key: str, group: str = "") -> float:
        costs = [[float(row[key][group] if group else row[key]) for row in rows] for rows in by_size.values()]
        phone, chat = map(median, costs)
        return phone_share * phone + (1 - phone_share) * chat

    return Measured(
        mixed("cpu_ms", "service"),
        mixed("cpu_ms", "workers"),
        mixed("cpu_ms", "database"),
        max(row["worker_mib"] for row in rows),
        max(row["service_mib"] for row in rows),
        mixed("original_bytes"),
        mixed("database_bytes"),
        mixed("wal_bytes"),
        float(scale["database_traffic"]),
        float(scale["ceilings"]["PostgreSQL"]["chain_undisturbed"]),
    )


def lines_of(measured: Measured, columns: Mapping[str, Need]) -> list[str]:
    """Return the plan as lines of Markdown, a column for each evening."""
    shown: Sequence[tuple[str, str, str]] = (
        ("pages", "stations x pages", "{0.pages:,.0f}"),
        ("peak, pages/s", "pages x share of the busiest hour / 3600", "{0.peak:,.0f}"),
        ("workers, cores", f"peak x {measured.worker_ms:.0f} ms / use", "{0.worker_cores:,}"),
        ("service, cores", f"peak x {measured.service_ms:.0f} ms / use", "{0.service_cores:,}"),
        ("databases, cores together", f"peak x {measured.database_ms:.0f} ms / use", "{0.database_cores:,}"),
        ("databases", f"peak x {measured.chain_ms:.1f} ms / use", "{0.databases:,}"),
        ("memory of the workers, GiB", f"cores x {measured.worker_mib:.0f} MiB", "{0.worker_gib:,.0f}"),
        ("memory of the service, GiB", f"cores x {measured.service_mib:.0f} MiB", "{0.service_gib:,.0f}"),
        ("originals, TB", f"pages x {measured.original_bytes / 1024:.0f} KiB x copies", "{0.originals_tb:,.1f}"),
        ("databases, TB", f"pages x {measured.database_bytes / 1024:.0f} KiB", "{0.database_tb:,.2f}"),
        ("databases' log, TB", f"pages x {measured.wal_bytes / 1024:.0f} KiB", "{0.log_tb:,.2f}"),
        ("network from outside, Gbit/s", "peak x original", "{0.upload_gbit:,.1f}"),
        ("network to and from the store, Gbit/s", "peak x original x (copies + 1)", "{0.store_gbit:,.1f}"),
        (
            "network to the databases, Gbit/s",
            f"peak x {measured.traffic_bytes / 1024:.0f} KiB",
            "{0.traffic_gbit:,.2f}",
        ),
    )
    lines = [f"| | formula | {' | '.join(columns)} |", "|---|---" + "|---" * len(columns) + "|"]
    for name, formula, value in shown:
        lines.append(f"| {name} | {formula} | {' | '.join(value.format(one) for one in columns.values())} |")
    return lines


def evenings(measured: Measured, whole: Need, shares: Iterable[float]) -> list[str]:
    """Return what becomes of the evening with fewer workers than were planned, as lines of Markdown."""
    lines = ["| workers, cores | pages/s when all compute | |", "|---|---|---|"]
    for share in shares:
        cores = math.ceil(share * whole.worker_cores)
        rate = cores * 1000 / measured.worker_ms
        moments = list(evening(arrival(whole.pages), rate))
        lines.append(f"| {cores:,} ({share:.0%} of the plan) | {rate:,.0f} | {worst(moments)} |")
    return lines


def main() -> None:
    """Print the plan."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("json", nargs="?", type=Path, default=FOLDER / "scale.json")
    parser.add_argument("--phone-share", type=float, help="of the photographs, 0 to 1")
    parser.add_argument("--use", type=float, help="of a core, 0 to 1")
    told, console = parser.parse_args(), Console()
    given = {name: value for name, value in vars(told).items() if name != "json" and value is not None}
    assumed = Assumptions(**given)
    measured = measured_of(json.loads(told.json.read_text(encoding="utf-8")), assumed.phone_share)
    whole = need(measured, assumed)
    columns = {"president alone": need(measured, replace(assumed, pages=3)), "all five elections": whole}
    say(console, [f"{measured}", f"{assumed}", "", *lines_of(measured, columns), ""])
    say(console, evenings(measured, whole, (1.0, 0.7, 0.6, 0.5, 0.4, 0.3)))


if __name__ == "__main__":
    main()
