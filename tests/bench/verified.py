"""How long `chasil audit verify` takes, and its memory, by the number of documents: `python -m tests.bench.verified`.

Documents are put on record by the functions that the service uses, each one page of its own station whose reading is
that of a sample's second page; what is left out is the photograph's own weight (originals here are small pictures) and
what people do. Then the command runs by itself, as whoever checks would run it.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from sqlalchemy import func, select

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.log_tables import Event
from api.documents.prepare import prepare
from api.documents.receive import Delivery, receive
from api.documents.record_page import record_page
from api.ledger.sequencer import open_signer, sequence_all
from api.workers.claims import claim, hold
from api.workers.read_page import program
from pipeline.documents import Limits, open_documents
from pipeline.reader import Reader
from pipeline.reading import PageReading
from tests import SAMPLES
from tests.bench.pictures import FORM
from tests.support import samples
from tests.support.processes import with_comment

STATIONS, VILLAGES, DISTRICTS = 10, 11, 14
"""Of a village, a district and a regency, as in the whole country: 820,000, 84,000, 7,277 and 514 in 2024."""

BATCH = 1000
"""Documents between two turns of the sequencer, as on a busy evening."""

_VERIFY = """
import resource, sys, time
from api.cli.main import main
sys.argv = ["chasil", "audit", "verify"]
try:
    main()
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"used {used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss / 1024:.0f}", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Verified:
    """One verification.

    Attributes:
        documents: In the home, each of one page.
        events: In the log.
        seconds: From start to end of the command.
        computing: Of these, of one core.
        peak_mib: The most memory that it held.

    """

    documents: int
    events: int
    seconds: float
    computing: float
    peak_mib: float


def main() -> None:
    """Fill homes, verify each, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000], help="rising; one home grows")
    parser.add_argument("--home", type=Path, help="kept; by default a folder that goes")
    told, console = parser.parse_args(), Console(width=140)
    console.print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", highlight=False)
    console.print(
        "| documents | events | verify, s | computing, s | memory, MiB |\n|---|---|---|---|---|", highlight=False
    )
    with tempfile.TemporaryDirectory(prefix="chasil-verified-") as folder:
        for one in verified(told.home or Path(folder), sorted(told.documents)):
            cells = (
                f"{one.documents:,}",
                f"{one.events:,}",
                f"{one.seconds:.0f}",
                f"{one.computing:.0f}",
                f"{one.peak_mib:.0f}",
            )
            console.print(f"| {' | '.join(cells)} |", highlight=False)


def verified(home: Path, sizes: list[int]) -> Iterator[Verified]:
    """Fill a home step by step; yield what verifying it takes at each.

    Raises:
        AssertionError: What was recorded is not sound.

    """
    records = open_records(Settings(home=home, form=FORM))
    reading = sample_reading()
    have = 0
    for size in sizes:
        fill(records, home, reading, range(have, size))
        have = size
        with records.database.reading() as session:
            events = session.scalar(select(func.count()).select_from(Event)) or 0
        yield Verified(size, events, *_verify(home))
    records.close()


def sample_reading() -> PageReading:
    """Return the reading of the second page of a sample."""
    reader = Reader(FORM)
    path = next(SAMPLES.glob("*-p2.jpg"))
    (document,) = open_documents([path], reader.limits)
    return reader.read_document(document).pages[0]


def fill(records: Records, home: Path, reading: PageReading, numbers: range) -> None:
    """Put documents on record, each of one page of its own station."""
    signer, picture = open_signer(records.database, home / "log-key.pem"), samples.jpeg()
    for number in track(numbers, "documents"):
        name = f"{station_of(number)}-p2.jpg"
        (receipt,) = receive(
            records, [(name, with_comment(picture, name))], Delivery("bench", station_from_name=True), Limits()
        )
        page = claim(records, "bench")
        assert page is not None
        assert receipt.document is not None
        source = replace(reading.source, name=name, sha256=receipt.sha256)
        own = replace(reading, document=receipt.document, source=source)
        prepared = prepare(records, page, own, program())
        with records.database.writing() as session:
            held = hold(session, page.id, "bench")
            assert held is not None
            record_page(session, records, held, own, prepared)
        if number % BATCH == BATCH - 1:
            sequence_all(records.database, signer)
    sequence_all(records.database, signer)


def station_of(number: int) -> str:
    """Return the code of the polling station of a document."""
    village, station = divmod(number, STATIONS)
    district, village = divmod(village, VILLAGES)
    regency, district = divmod(district, DISTRICTS)
    return f"{1101 + regency}{district + 1:02d}{2001 + village}{station + 1:03d}"


def _verify(home: Path) -> tuple[float, float, float]:
    """Return seconds, seconds of computing, and MiB."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _VERIFY],
        env={**os.environ, "CHASIL_HOME": str(home), "CHASIL_FORM": FORM},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    computing, peak = next(line for line in done.stdout.splitlines() if line.startswith("used ")).split()[1:]
    return seconds, float(computing), float(peak)


if __name__ == "__main__":
    main()
