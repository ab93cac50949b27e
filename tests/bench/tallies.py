"""Time the sums of a whole nation on PostgreSQL: `python -m tests.bench.tallies postgresql+psycopg:///NAME`.

The database NAME is emptied. It needs about 6 GB and ten minutes; `--keep` times one that was filled before.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select, text

from api.core.settings import Settings
from api.db import Database, open_database, upgrade
from api.db.tables import Number, StationCount
from api.http.app import create_app
from api.ledger.append import record_event
from api.tabulation.contribution import replace_contribution
from api.tabulation.recount import recount
from tests.bench.nation import ELECTION, FIELDS, make_nation
from tests.support.service import FakeReader, TestClient, client_of

TIMES = 31


def main() -> None:
    """Fill a database, unless it is to be kept, and print medians."""
    parser = argparse.ArgumentParser(prog="tests.bench.tallies")
    parser.add_argument("url")
    parser.add_argument("--keep", action="store_true", help="do not fill it again")
    parser.add_argument("--recount", action="store_true", help="recount everything too")
    given = parser.parse_args()
    console = Console(width=120)
    database = open_database(given.url)
    upgrade(database)
    with tempfile.TemporaryDirectory() as folder:
        if not given.keep:
            started = time.perf_counter()
            make_nation(
                database, Path(folder), lambda step: console.print(f"{time.perf_counter() - started:6.0f} s  {step}")
            )
        with client_of(create_app(FakeReader(), settings(given.url, Path(folder)))) as client:
            console.print(timed(database, client))
    if given.recount:
        console.print(recounted(database))
    database.close()


def settings(url: str, folder: Path) -> Settings:
    """Return settings of a service without workers and without limits that a loop would meet."""
    form = "c-hasil-ppwp-2024"
    return Settings(home=folder, database=url, originals=str(folder / "originals"), workers=0, form=form)


def timed(database: Database, client: TestClient) -> Table:
    """Return a table of medians, in ms, the whole request from client to client."""
    with database.reading() as session:
        stations = session.scalar(select(func.count()).select_from(StationCount))
        numbers = session.scalar(select(func.count()).select_from(Number))
        station = session.scalars(select(StationCount.station).order_by(StationCount.station).limit(1)).one()
    table = Table(title=f"{stations:,} stations, {numbers:,} numbers; {TIMES} times each")
    for column in ("what", "median ms", "slowest ms", "KiB"):
        table.add_column(column, justify="right" if column != "what" else "left")
    for digits, name in ((1, "nation"), (2, "province"), (4, "regency"), (6, "district"), (10, "village")):
        region = "0" if digits == 1 else station[:digits]
        for path in (f"tallies/{region}", f"tallies/{region}/children?limit=1000"):
            size = len(client.get(f"/api/v1/{path}").content)
            row(table, f"{name}: GET {path}", partial(get, client, path), size)
    row(table, f"station: GET tallies/{station}", lambda: get(client, f"tallies/{station}"), 0)
    tag = client.get("/api/v1/tallies/0").headers["ETag"]
    row(table, "nation, unchanged (304)", lambda: get(client, "tallies/0", tag), 0)
    chance = random.Random(1)
    with database.reading() as session:
        some = session.scalars(select(StationCount.station).where(StationCount.station.startswith(station[:4]))).all()
    row(table, "one station absorbed, with its event, committed", lambda: absorb_one(database, chance.choice(some)), 0)
    return table


def get(client: TestClient, path: str, tag: str = "") -> None:
    """Send one request."""
    answer = client.get(f"/api/v1/{path}", headers={"If-None-Match": tag} if tag else {})
    assert answer.status_code == (304 if tag else 200), answer.text


def absorb_one(database: Database, station: str) -> None:
    """Let a station add something else from now on: every number moves."""
    with database.writing() as session:
        known = session.get_one(StationCount, (ELECTION, station))
        moved = {item: amount + 1 if item in FIELDS else amount for item, amount in known.amounts.items()}
        replace_contribution(session, ELECTION, station, known.document_id, moved)
        record_event(session, "bench", "bench", f"station:{station}", {})


def row(table: Table, name: str, work: Callable[[], None], size: int) -> None:
    """Time some work and add its row."""
    work()
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    table.add_row(name, f"{statistics.median(taken):.1f}", f"{max(taken):.1f}", f"{size / 1024:.0f}" if size else "")


def recounted(database: Database) -> str:
    """Recount everything from the numbers; only what `absorb_one` moved may differ."""
    started = time.perf_counter()
    with database.reading() as session:
        count = sum(1 for _ in recount(session))
        moved = session.scalar(text("SELECT count(DISTINCT subject) FROM event WHERE kind = 'bench'"))
    seconds = time.perf_counter() - started
    return f"recount: {seconds:.0f} s, {count} differences, from {moved} stations that were moved on purpose"


if __name__ == "__main__":
    main()
