"""Give the program damaged and hostile input, in large numbers, and print what came of it: `make fuzz`.

Every case that crashes the process, raises what nobody expects, takes more than 10 s or 1 GiB, or leaves half a file
behind is kept in `out/fuzz` and named. `--case FILE` gives one of them to the program again, in this process.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzz.supervisor import Finding, Result, Supervisor
from tests.fuzz.targets.all import TARGETS

KEPT = Path("out") / "fuzz"
TELL_SECONDS = 15.0


def main() -> int:
    """Run; return 1 where anything was found."""
    told, console = _arguments(), Console(width=120)
    if told.case is not None:
        target = told.case.name.split("-")[0]
        with tempfile.TemporaryDirectory(prefix="chasil-fuzz-") as folder:
            command = [sys.executable, "-m", "tests.fuzz.child", target, "0", "0", "0", folder, "--case", told.case]
            return subprocess.run(command, check=False).returncode
    results = _run(told, console)
    console.print(_table(results, told.seed))
    found = _alike(results)
    for alike in found:
        one = alike[0]
        console.print(f"{len(alike)} x {one.target} {one.kind}: {one.text}\n  {one.case}", markup=False)
    return 1 if found else 0


def _alike(results: list[Result]) -> list[list[Finding]]:
    """Return what was found, those together that failed at the same place."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for one in (finding for result in results for finding in result.findings):
        groups.setdefault((one.target, one.kind, one.text.partition(" ")[0]), []).append(one)
    return list(groups.values())


def _run(told: argparse.Namespace, console: Console) -> list[Result]:
    chosen = [TARGETS[name] for name in told.only or TARGETS]
    whole = sum(target.share for target in chosen)
    until = time.monotonic() + 60 * told.minutes if told.minutes else float("inf")
    last: dict[str, float] = {}

    def run(name: str) -> Result:
        target = TARGETS[name]
        count = max(1, round(told.cases * target.share / whole))
        # With a limit of time every target gets its part of what is left, in order.
        place = chosen.index(target)
        now, left = time.monotonic(), max(len(chosen) - place, told.jobs)
        deadline = now + (until - now) * told.jobs / left

        def tell(done: int) -> None:
            if time.monotonic() - last.get(name, 0.0) > TELL_SECONDS:
                last[name] = time.monotonic()
                console.print(f"{name}: {done} of {count}", style="dim")

        result = Supervisor(target, told.seed, KEPT, tell, deadline).run(count)
        console.print(f"{name}: {result.cases} cases in {result.seconds:.0f} s, {len(result.findings)} findings")
        return result

    with ThreadPoolExecutor(told.jobs) as pool:
        return list(pool.map(run, [target.name for target in chosen]))


def _table(results: list[Result], seed: int) -> Table:
    table = Table(title=f"{sum(one.cases for one in results):,} cases, seed {seed}")
    for column in ("target", "cases", "seconds", "a second", "longest case s", "findings"):
        table.add_column(column, justify="left" if column == "target" else "right")
    for one in results:
        rate = f"{one.cases / max(one.seconds, 1e-3):.0f}"
        row = (one.target, f"{one.cases:,}", f"{one.seconds:.0f}", rate, f"{one.slowest:.1f}", str(len(one.findings)))
        table.add_row(*row)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000, help="over all targets (default 100,000)")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop after so long, however many are left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time")
    parser.add_argument("--only", nargs="*", choices=sorted(TARGETS), help="these targets alone")
    parser.add_argument("--case", type=Path, help="give one kept case to the program again")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
