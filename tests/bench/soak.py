"""Uploads and reviews for an hour, at a steady rate: does anything grow? `make soak`.

Starts the real service, adds an uploader, reviewers and a senior, and lets them work over HTTP. Every minute it notes
memory and open files of every process, how old the oldest waiting page is, and how long answers take; at the end a line
through each, with the 95 % interval of its slope. Exit code 1: something grows, or was answered wrongly.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from sqlalchemy import func, select

from api.db.review_tables import ReviewItem
from api.people.roles import Role
from tests.bench.desk import Reviewer, Watched, token_of
from tests.bench.load import Running, Setup, running, send
from tests.bench.pictures import SIZES, Pictures, drawn
from tests.bench.scale import FOLDER, machine, say
from tests.bench.soak_report import Sample, grown, markdown
from tests.bench.usage import Meter, usage_of
from tests.support.soundness import check_audit, check_tallies

UPLOADERS = 2
LOOK_SECONDS = 1.0
"""How often the age of the queue is looked at; a sample has the highest since the one before."""

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done.

    Attributes:
        minutes: How long.
        every: Seconds between two samples.
        rate: Uploads a second.
        reviewers: How many people decide, beside one senior.
        think: Seconds that each of them looks at a number.

    """

    minutes: float = 60
    every: float = 60
    rate: float = 1.0
    reviewers: int = 2
    think: float = 2.0


@dataclass(slots=True)
class Soak:
    """A service under steady work."""

    run: Running
    pictures: Pictures
    plan: Plan
    watched: Watched = field(default_factory=Watched)
    samples: list[Sample] = field(default_factory=list)
    uploads: int = 0
    _stopped: threading.Event = field(default_factory=threading.Event)
    _oldest: float = 0.0

    def work(self, say_sample: Console) -> None:
        """Let everybody work, and sample, until the time is over."""
        uploader = token_of(self.run.records, "uploader", Role.UPLOADER)
        roles = [Role.REVIEWER] * self.plan.reviewers + [Role.SENIOR]
        people = [token_of(self.run.records, f"reviewer-{at}", role) for at, role in enumerate(roles)]
        jobs: list[tuple[Callable[..., None], tuple[object, ...]]] = [(self._look, (uploader,))]
        jobs += [(self._upload, (uploader, at)) for at in range(UPLOADERS)]
        jobs += [(self._review, (headers,)) for headers in people]
        threads = [threading.Thread(target=job, args=given, daemon=True) for job, given in jobs]
        for thread in threads:
            thread.start()
        self._sample_until_the_end(say_sample)
        self._stopped.set()
        for thread in threads:
            thread.join()

    def _upload(self, headers: dict[str, str], at: int) -> None:
        """Send every page when its time has come, whatever became of the ones before."""
        began, index = time.monotonic(), at
        with httpx.Client(base_url=self.run.service.address, headers=headers, timeout=60) as http:
            while not self._stopped.wait(max(0.0, began + index / self.plan.rate - time.monotonic())):
                self.watched.timed("upload", partial(send, http, *self.pictures.upload(index)))
                index += UPLOADERS
        self.uploads = max(self.uploads, index - UPLOADERS + 1)

    def _review(self, headers: dict[str, str]) -> None:
        with httpx.Client(base_url=self.run.service.address, headers=headers, timeout=60) as http:
            Reviewer(http, self.pictures, self.watched, self.plan.think, self._stopped).run()

    def _look(self, headers: dict[str, str]) -> None:
        """Note how old the oldest waiting page becomes, and ask how far the work is as anybody does."""
        with httpx.Client(base_url=self.run.service.address, headers=headers, timeout=60) as http:
            while not self._stopped.wait(LOOK_SECONDS):
                self._oldest = max(self._oldest, self.run.oldest_seconds())
                self.watched.timed("progress", lambda: http.get("/api/v1/progress"))

    def _sample_until_the_end(self, console: Console) -> None:
        began = time.monotonic()
        end = began + 60 * self.plan.minutes
        while time.monotonic() < end:
            meter = Meter(self.run.groups)
            meter.start()
            busy = self._busy_until(min(end, time.monotonic() + self.plan.every))
            sample = self._sample((time.monotonic() - began) / 3600, busy, sum(meter.stop().values()))
            self.samples.append(sample)
            console.print(" ".join(f"{name} {value:.1f};" for name, value in sample.items()), highlight=False)

    def _busy_until(self, end: float) -> float:
        """Wait; return how many processes of the machine wanted to compute meanwhile, on average."""
        seen = [running_processes()]  # at least once, also where the end has come already
        while time.monotonic() < end:
            time.sleep(min(LOOK_SECONDS, max(0.0, end - time.monotonic())))
            seen.append(running_processes())
        return float(np.mean(seen))

    def _sample(self, hours: float, busy: float, computed: float) -> Sample:
        crowded = max(0.0, busy - (os.cpu_count() or 1))
        sample: Sample = {"hours": hours, "busy": busy, "crowded": crowded, "cores used": computed / self.plan.every}
        groups = self.run.groups()
        for group, pids in groups.items():
            used = [found for pid in pids if (found := usage_of(pid)) is not None]
            if group == "database" and used:
                sample["database private MiB"] = sum(one.private_bytes for one in used) / MIB
                sample["database processes"] = len(used)
            for at, one in enumerate(used if group != "database" else []):
                name = group if group == "service" else f"worker {at + 1}"
                sample[f"{name} MiB"], sample[f"{name} handles"] = one.resident_bytes / MIB, one.handles
        sample["queue age s"], self._oldest = self._oldest, 0.0
        sample["numbers waiting"] = float(open_items(self.run))
        for kind, seconds in self.watched.taken().items():
            sample[f"{kind} p50 ms"], sample[f"{kind} p95 ms"] = 1000 * np.percentile(seconds, [50, 95])
        return sample


def open_items(run: Running) -> int:
    """Return how many numbers wait for people."""
    with run.records.database.reading() as session:
        return session.scalar(select(func.count()).where(ReviewItem.state == "open")) or 0


def running_processes() -> int:
    """Return how many processes of the machine want to compute at this moment."""
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[0])


@contextmanager
def soaked(plan: Plan, setup: Setup, pictures: Pictures, console: Console) -> Iterator[Soak]:
    """Run a service under steady work, wait until all is read, and check it."""
    with tempfile.TemporaryDirectory(prefix="chasil-soak-") as folder, running(setup, Path(folder)) as run:
        soak = Soak(run, pictures, plan)
        soak.work(console)
        end = time.monotonic() + 120
        while run.undecided() and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        check_tallies(run.records)
        check_audit(run.records)
        yield soak


def main() -> int:
    """Run, report, and tell whether anything grows."""
    told, console = _arguments(), Console(width=200)
    plan = Plan(
        told.minutes, told.every or max(1.0, min(60.0, told.minutes * 2)), told.rate, told.reviewers, told.think
    )
    pictures = drawn(told.pictures, told.documents, FOLDER, doubtful=True)
    before = machine()
    with soaked(plan, Setup(told.workers, told.database), pictures, console) as soak:
        finished = soak.run.finished()
    counts = {**soak.watched.counts, "pages read": finished}
    about = f"{'PostgreSQL' if told.database else 'SQLite'}, {told.workers} workers, {told.pictures} pictures"
    lines = markdown(about, plan.minutes, soak.samples, counts, soak.watched.errors)
    say(console, lines)
    told.out.mkdir(parents=True, exist_ok=True)
    (told.out / f"{told.name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    kept = {"machine": before, "about": about, "samples": soak.samples, "counts": counts}
    (told.out / f"{told.name}.json").write_text(json.dumps(kept, indent=1), encoding="utf-8")
    return 1 if grown(soak.samples) or soak.watched.errors else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--every", type=float, default=0, help="seconds between samples")
    parser.add_argument("--rate", type=float, default=1.0, help="uploads a second")
    parser.add_argument("--reviewers", type=int, default=2)
    parser.add_argument("--think", type=float, default=2.0, help="seconds that a reviewer looks at a number")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--pictures", choices=list(SIZES), default="chat")
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--database", default="", help="a PostgreSQL database (is emptied); by default SQLite")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--name", default="soak")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
