"""Upload pages to a service that is killed at random moments, started again each time, until all is read."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from api.core.context import Records
from tests.support.processes import Service
from tests.support.soundness import read_so_far

AHEAD = 8
"""How many pages the uploader is ahead of the readers, so that kills meet both."""

KINDS = ("server", "worker", "group")
PATIENCE_SECONDS = 90
"""How long nothing may be read before the run is given up."""


@dataclass(slots=True)
class Run:
    """What happened in a run.

    Attributes:
        uploads: What was to be uploaded.
        refused: How many requests found nobody to answer.
        kills: What was killed, each with how many pages had been read then.

    """

    uploads: Sequence[tuple[str, bytes]]
    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    kills: list[tuple[str, int]] = field(default_factory=list)
    failure: BaseException | None = None


def run_with_kills(
    service: Service,
    records: Records,
    uploads: Sequence[tuple[str, bytes]],
    kills: int,
    seed: int = 1,
    say: Callable[[str], None] = lambda _: None,
) -> Run:
    """Upload and read everything while processes are killed.

    Args:
        service: Started here; whoever calls stops it.
        records: What it remembers, to look at.
        uploads: Names and bytes.
        kills: How many; each waits until a random number of pages has been read, and a moment more.
        seed: Of what is random.
        say: Told what is going on.

    """
    chance, run, began = random.Random(seed), Run(uploads), time.monotonic()
    moments = sorted(chance.sample(range(1, max(len(uploads) * 9 // 10, kills + 1)), kills))
    kinds = [kind for kind, _ in zip(itertools.cycle(KINDS), moments, strict=False)]
    chance.shuffle(kinds)
    service.start()
    uploader = threading.Thread(target=_upload_all, args=(service, run), daemon=True)
    uploader.start()
    for moment, kind in zip(moments, kinds, strict=True):
        _wait_for(records, run, moment)
        time.sleep(chance.uniform(0, 0.5))
        service.kill(kind, chance.randrange(8))
        run.kills.append((kind, run.read))
        say(f"{kind} killed after {run.read} pages")
        service.start()
    _wait_for(records, run, len(uploads))
    uploader.join()
    run.seconds = time.monotonic() - began
    return run


def _wait_for(records: Records, run: Run, pages: int) -> None:
    """Wait until this many pages have been read."""
    changed = time.monotonic()
    while (read := read_so_far(records)) < pages:
        if run.failure is not None:
            raise run.failure
        if read != run.read:
            run.read, changed = read, time.monotonic()
        assert time.monotonic() - changed < PATIENCE_SECONDS, f"nothing is read any more: {read} of {pages}"
        time.sleep(0.1)
    run.read = read


def _upload_all(service: Service, run: Run) -> None:
    try:
        for index, upload in enumerate(run.uploads):
            while index >= run.read + AHEAD:
                time.sleep(0.05)
            _upload(service, run, upload)
    except BaseException as failure:
        run.failure = failure


def _upload(service: Service, run: Run, upload: tuple[str, bytes]) -> None:
    """Send one file until it is acknowledged."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            answer = httpx.post(
                f"{service.address}/api/v1/documents?wait=0&station={upload[0][:13]}",
                headers=service.headers,
                files=[("files", upload)],
                timeout=60,
            )
        except httpx.HTTPError:
            run.refused += 1
            time.sleep(0.1)
            continue
        assert answer.status_code in (200, 202), answer.text
        receipt = answer.json()["receipts"][0]
        assert receipt["outcome"] in ("stored", "known"), receipt
        return
    raise AssertionError(f"{upload[0]} could not be uploaded")
