"""Ten reviewers at once on 2,000 numbers: `python -m tests.bench.reviewers [postgresql+psycopg:///NAME]`.

The database NAME is emptied; without one, SQLite in a folder that is thrown away. Prints how long it took, and fails
unless every number was settled, none twice, and none was left with whoever vanished.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from api.core.context import open_records
from api.core.settings import Settings
from tests.support.crowd import check, crew_of, fill, work
from tests.support.databases import emptied, upgraded
from tests.support.desk import SURE


def main() -> None:
    """Fill, work, check, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", nargs="?")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--reviewers", type=int, default=10)
    told = parser.parse_args()
    if told.database:
        emptied(upgraded(told.database))
    with tempfile.TemporaryDirectory() as folder:
        _bench(
            Settings(home=Path(folder), database=told.database, form="c-hasil-ppwp-2024"), told.items, told.reviewers
        )


def _bench(settings: Settings, items: int, reviewers: int) -> None:
    records = open_records(settings, prepare=True)
    fill(records, items)
    started = time.perf_counter()
    crowd = work(records, crew_of(reviewers), replace(SURE, second_share=0.05))
    seconds = time.perf_counter() - started
    with records.database.reading() as session:
        check(session, crowd, items)
    answers = sum(crowd.answers.values())
    Console().print(
        f"{records.database.engine.dialect.name}: {items} numbers settled by {reviewers} reviewers with {answers} "
        f"answers in {seconds:.1f} s ({1000 * seconds / answers:.1f} ms an answer); "
        f"{crowd.vanished} items were held by reviewers who vanished, and all came back",
        highlight=False,
    )
    records.close()


main()
