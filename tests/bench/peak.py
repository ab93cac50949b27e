"""The evening in a quarter of an hour, on the real service: `python -m tests.bench.peak --minutes 12 --peak 3`.

Pages arrive by the curve of `tests.bench.evening`, its first hours pressed into minutes and its peak scaled to this
machine. Uploads come when their time has come, whatever became of the ones before. Prints, for every part of it, how
many pages wait and how old the oldest is. Exit code 1: something was not answered, or the backlog did not go.
"""

import argparse
import itertools
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console

from tests.bench.desk import Watched
from tests.bench.evening import HOURLY_SHARE, arrival
from tests.bench.load import Running, Setup, running, send
from tests.bench.pictures import SIZES, Pictures, drawn
from tests.bench.scale import FOLDER, machine, say
from tests.support.soundness import check_audit, check_tallies

CONNECTIONS = 8
LOOK_SECONDS = 1.0
DRAIN_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in one part of the evening.

    Attributes:
        minute: At its end, of the pressed evening.
        arriving: Pages a second that came.
        reading: Pages a second that were read.
        backlog: Pages that wait or are being read, at its end.
        oldest: Longest that a page has waited, in s, the highest in this part.
        upload_p95: Of the uploads, in ms.

    """

    minute: float
    arriving: float
    reading: float
    backlog: int
    oldest: float
    upload_p95: float


@dataclass(slots=True)
class Evening:
    """A service, and everybody who sends to it."""

    run: Running
    pictures: Pictures
    moments: Sequence[float]
    watched: Watched = field(default_factory=Watched)
    _next: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pass_by(self, part: float) -> Iterator[Seen]:
        """Let the evening pass, and go on until nothing waits; yield what was seen every so many seconds."""
        began = time.monotonic()
        threads = [threading.Thread(target=self._send, args=(began,), daemon=True) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        end, before = began + self.moments[-1] + DRAIN_SECONDS, 0
        while time.monotonic() < end:
            oldest, until = 0.0, time.monotonic() + part
            while time.monotonic() < until:
                oldest = max(oldest, self.run.oldest_seconds())
                time.sleep(LOOK_SECONDS)
            read, backlog, taken = self.run.finished(), self.run.waiting(), self.watched.taken().get("upload", [])
            p95 = 1000 * float(np.percentile(taken, 95)) if taken else 0.0
            minute = (time.monotonic() - began) / 60
            yield Seen(minute, len(taken) / part, (read - before) / part, backlog, oldest, p95)
            before = read
            if not any(thread.is_alive() for thread in threads) and not backlog:
                return

    def _send(self, began: float) -> None:
        with httpx.Client(base_url=self.run.service.address, headers=self.run.service.headers, timeout=60) as http:
            while True:
                with self._lock:
                    index = next(self._next)
                if index >= len(self.moments):
                    return
                time.sleep(max(0.0, began + self.moments[index] - time.monotonic()))
                self.watched.timed("upload", partial(send, http, *self.pictures.upload(index)))


def moments_of(peak: float, minutes: float) -> list[float]:
    """Return when each page is sent, in s: the first hours of the evening in so many minutes.

    Args:
        peak: Pages a second where most arrive.
        minutes: How long it takes in all.

    """
    curve = np.array(arrival(1.0))[: len(HOURLY_SHARE) * 60]
    rates = curve * peak / curve.max()
    step = 60 * minutes / len(rates)
    arrived = np.concatenate([[0.0], np.cumsum(rates * step)])
    whole = np.arange(1, int(arrived[-1]) + 1)
    return [float(moment) for moment in np.interp(whole, arrived, np.arange(len(arrived)) * step)]


def main() -> int:
    """Run, print, and tell whether all went well."""
    told, console = _arguments(), Console(width=140)
    moments, pictures = moments_of(told.peak, told.minutes), drawn(told.pictures, told.documents, FOLDER)
    before, seen = machine(), []
    setup = Setup(told.workers, told.database)
    with tempfile.TemporaryDirectory(prefix="chasil-peak-") as folder, running(setup, Path(folder)) as run:
        evening = Evening(run, pictures, moments)
        for one in evening.pass_by(told.part):
            seen.append(one)
            say(console, [_line(one)])
        check_tallies(run.records)
        check_audit(run.records)
        whole = run.finished() == len(moments) and not evening.watched.errors
    kept = {"machine": [before, machine()], "told": {name: str(value) for name, value in vars(told).items()}}
    told.json.parent.mkdir(parents=True, exist_ok=True)
    told.json.write_text(json.dumps({**kept, "seen": [asdict(one) for one in seen]}, indent=1), encoding="utf-8")
    say(console, [f"{len(moments)} pages sent, {len(evening.watched.errors)} errors", *evening.watched.errors[:5]])
    return 0 if whole and seen[-1].backlog == 0 else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=12, help="for the first twelve hours of the evening")
    parser.add_argument("--peak", type=float, default=3.0, help="pages a second where most arrive")
    parser.add_argument("--part", type=float, default=30.0, help="seconds between two lines")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--pictures", choices=list(SIZES), default="chat")
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--database", default="", help="a PostgreSQL database (is emptied); by default SQLite")
    parser.add_argument("--json", type=Path, default=FOLDER / "peak.json")
    return parser.parse_args()


def _line(one: Seen) -> str:
    rates = f"{one.arriving:.2f} | {one.reading:.2f} | {one.backlog} | {one.oldest:.1f} | {one.upload_p95:.0f}"
    return f"| {one.minute:.1f} | {rates} |"


if __name__ == "__main__":
    sys.exit(main())
