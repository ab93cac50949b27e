"""Twenty clients upload and ask at once while workers read: `python -m tests.bench.clients --seconds 120 --clients 20`.

Each client uploads a page (`wait=0`), asks for its document, for the progress and for a tally, takes a breath, and
begins anew. Then nothing may be missing, and 95 of 100 answers must have come within 300 ms.
"""

import argparse
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from api.core.context import Records, open_records
from api.core.settings import Settings
from tests.support.processes import Service, distinct_page
from tests.support.soundness import check_all, read_so_far

BREATH_SECONDS = 1.0
"""How long a client rests after each round; people with a phone rest longer."""

DRAIN_SECONDS = 1800


@dataclass(slots=True)
class Tally:
    """What clients have seen.

    Attributes:
        seconds: How long each kind of answer took, in s.
        sent: Which pages were acknowledged.
        errors: Answers that should not be.

    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def percentile(self, kind: str | None, percent: float) -> float:
        """Return how long so many per cent of the answers took at most, in ms; of every kind with None."""
        every = [value for values in self.seconds.values() for value in values]
        return float(np.percentile(every if kind is None else self.seconds[kind], percent)) * 1000


@dataclass(frozen=True, slots=True)
class Client:
    """One of the clients."""

    address: str
    headers: dict[str, str]
    pages: range
    end: float
    tally: Tally

    def run(self) -> None:
        """Upload and ask until the end."""
        with httpx.Client(base_url=self.address, headers=self.headers, timeout=60) as http:
            for page in self.pages:
                if time.monotonic() >= self.end:
                    return
                self._round(http, page)
                time.sleep(BREATH_SECONDS)

    def _round(self, http: httpx.Client, page: int) -> None:
        upload = distinct_page(page)
        answer = self._timed(
            http, "POST /documents", "POST", f"/documents?wait=0&station={upload[0][:13]}", files=[("files", upload)]
        )
        if answer is None:
            return
        self.tally.sent.append(page)
        document = answer.json()["receipts"][0]["document"]
        self._timed(http, "GET /documents/{id}", "GET", f"/documents/{document}")
        self._timed(http, "GET /progress", "GET", "/progress")
        self._timed(http, "GET /tallies", "GET", f"/tallies/{upload[0][:4]}?election=ppwp-2024")

    def _timed(
        self, http: httpx.Client, kind: str, method: str, path: str, files: object = None
    ) -> httpx.Response | None:
        began = time.perf_counter()
        try:
            answer = http.request(method, f"/api/v1{path}", files=files)  # type: ignore[arg-type]
        except httpx.HTTPError as error:
            self.tally.errors.append(f"{kind}: {error!r}")
            return None
        self.tally.seconds[kind].append(time.perf_counter() - began)
        if answer.status_code not in (200, 202):
            self.tally.errors.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer


def run_clients(service: Service, clients: int, seconds: float) -> Tally:
    """Let clients work side by side; return what they have seen."""
    tally, end = Tally(), time.monotonic() + seconds
    rounds = int(seconds / BREATH_SECONDS) + 1
    crew = [
        Client(service.address, service.headers, range(index * rounds, (index + 1) * rounds), end, tally)
        for index in range(clients)
    ]
    threads = [threading.Thread(target=client.run) for client in crew]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def wait_until_read(records: Records, pages: int, seconds: float = DRAIN_SECONDS) -> None:
    """Wait until every page has been read."""
    end = time.monotonic() + seconds
    while (read := read_so_far(records)) < pages:
        assert time.monotonic() < end, f"{read} of {pages} pages were read"
        time.sleep(0.5)


def main() -> None:
    """Run, check everything, and print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    told, console = parser.parse_args(), Console(width=120)
    with tempfile.TemporaryDirectory(prefix="chasil-clients-") as folder:
        service = Service(Path(folder), {"CHASIL_WORKERS": str(told.workers)})
        service.start()
        records = open_records(Settings(home=Path(folder) / "home", form="c-hasil-ppwp-2024"))
        try:
            tally = run_clients(service, told.clients, told.seconds)
            console.print(f"{len(tally.sent)} uploads, {len(tally.errors)} errors; {read_so_far(records)} read by then")
            console.print(_table(tally), *tally.errors[:5])
            wait_until_read(records, len(tally.sent))
        finally:
            service.stop()
        check_all(records, map(distinct_page, tally.sent))
        console.print("nothing lost: originals, readings, sums and chain verified")
        records.close()


def _table(tally: Tally) -> Table:
    table = Table("", "answers", "median ms", "p95 ms", "p99 ms", "longest ms")
    for kind in (*tally.seconds, None):
        count = len(tally.seconds[kind]) if kind else sum(map(len, tally.seconds.values()))
        marks = [f"{tally.percentile(kind, percent):.0f}" for percent in (50, 95, 99, 100)]
        table.add_row(kind or "all", str(count), *marks)
    return table


if __name__ == "__main__":
    main()
