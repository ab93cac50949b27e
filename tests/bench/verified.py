"""How long `chasil audit verify` takes, and its memory, by the number of documents: `python -m tests.bench.verified`.

Documents are put on record by the functions that the service uses, each one page of its own station whose reading is
that of a sample's second page; what is left out is the photograph's own weight (originals here are small pictures) and
what people do. Then the command runs by itself, as whoever checks would run it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import track
from sqlalchemy import func, select

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.log_tables import Event
from api.db.tables import Document, Page
from api.ledger.sequencer import open_signer, sequence_all
from pipeline.documents import Limits, open_documents
from pipeline.reader import Reader
from pipeline.reading import PageReading
from tests import ROOT, SAMPLES
from tests.bench.pictures import FORM
from tests.bench.recording import put_on_record
from tests.bench.scale import MIB, machine, say
from tests.support import samples
from tests.support.processes import with_comment

STATIONS, VILLAGES, DISTRICTS = 10, 11, 14
"""Of a village, a district and a regency, as in the whole country: 820,000, 84,000, 7,277 and 514 in 2024."""

BATCH = 1000
"""Documents between two turns of the sequencer, as on a busy evening."""

_VERIFY = """
import os, sys
from api.cli.main import main
from tests.bench.usage import usage_of
sys.argv = ["chasil", "audit", "verify"]
try:
    main()
finally:
    used = usage_of(os.getpid())
    print("used", used.cpu_seconds, used.peak_bytes, flush=True)
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
    parser.add_argument("--home", type=Path, help="kept, and gone on from; by default a folder that goes")
    told, console = parser.parse_args(), Console(width=140)
    say(console, [str(machine()), "| documents | events | verify, s | computing, s | memory, MiB |", "|---" * 5 + "|"])
    with tempfile.TemporaryDirectory(prefix="chasil-verified-") as folder:
        for one in verified(told.home or Path(folder), sorted(told.documents)):
            counts, measured = (one.documents, one.events), (one.seconds, one.computing, one.peak_mib)
            say(console, [f"| {' | '.join(f'{value:,.0f}' for value in (*counts, *measured))} |"])


def verified(home: Path, sizes: list[int]) -> Iterator[Verified]:
    """Fill a home step by step, on from what it holds; yield what verifying it takes at each.

    Raises:
        AssertionError: What was recorded is not sound.

    """
    records = open_records(Settings(home=home, form=FORM))
    reading = sample_reading()
    for size in sizes:
        fill(records, home, reading, range(_count(records, Document), size))
        yield Verified(_count(records, Document), _count(records, Event), *_verify(home))
    records.close()


def _count(records: Records, kind: type[Document | Event]) -> int:
    with records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


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
        put_on_record(records, (name, with_comment(picture, name)), Limits(), partial(_own, reading))
        if number % BATCH == BATCH - 1:
            sequence_all(records.database, signer)
    sequence_all(records.database, signer)


def _own(reading: PageReading, page: Page) -> PageReading:
    """Return a reading as that of a page."""
    source = replace(reading.source, name=page.file_name, sha256=page.original)
    return replace(reading, document=page.document_id, source=source)


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
        cwd=ROOT,
        env={**os.environ, "CHASIL_HOME": str(home), "CHASIL_FORM": FORM},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    computing, peak = next(line for line in done.stdout.splitlines() if line.startswith("used ")).split()[1:]
    return seconds, float(computing), int(peak) / MIB


if __name__ == "__main__":
    main()
