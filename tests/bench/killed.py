"""Kill a service ten times while it takes and reads 300 pages: `python -m tests.bench.killed --pages 300 --kills 10`.

On SQLite the service reads by itself with two workers. With `--database postgresql://...` (emptied first!) two
`chasil worker` processes read, told by procrastinate.
"""

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, select

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.log_tables import Event
from api.db.tables import Page, Reading
from tests.faults.test_killed import READ_BY_ITSELF, READ_BY_OTHERS
from tests.support.databases import emptied
from tests.support.killing import Run, run_with_kills
from tests.support.processes import Service, distinct_pages
from tests.support.soundness import check_all


def main() -> None:
    """Run, check everything, and print what happened."""
    told, console = _arguments(), Console(width=120)
    with tempfile.TemporaryDirectory(prefix="chasil-killed-") as folder:
        home = Path(folder)
        url = told.database or f"sqlite:///{home / 'chasil.db'}"
        settings = Settings(database=url, originals=str(home / "originals"), queue="table", form="c-hasil-ppwp-2024")
        records = open_records(settings, prepare=True)
        if told.database:
            records.close()
            emptied(url)
            records = open_records(settings)
        reading = READ_BY_OTHERS if told.database else READ_BY_ITSELF
        environment = {"CHASIL_DATABASE": url, "CHASIL_ORIGINALS": str(home / "originals"), **reading}
        service = Service(home / "service", environment, outside=2 if told.database else 0)
        uploads = distinct_pages(told.pages)
        try:
            run = run_with_kills(service, records, uploads, told.kills, told.seed, console.print)
        finally:
            service.stop()
        check_all(records, uploads)
        console.print(_summary(records, run))
        records.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; by default SQLite")
    return parser.parse_args()


def _summary(records: Records, run: Run) -> str:
    with records.database.reading() as session:
        readings = session.scalar(select(func.count()).select_from(Reading))
        links = session.scalar(select(func.count()).select_from(Event))
        taken = Counter(session.scalars(select(Page.attempts)))
    kills = ", ".join(f"{kind} after {read}" for kind, read in run.kills)
    return (
        f"{len(run.uploads)} pages in {run.seconds:.0f} s; killed: {kills}.\n"
        f"{run.refused} requests found nobody and were sent again; pages by how often a worker took them: "
        f"{dict(sorted(taken.items()))}.\n"
        f"{readings} readings, one for each page; originals, sums and {links} links of the chain verified."
    )


if __name__ == "__main__":
    main()
