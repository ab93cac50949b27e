"""What no further machine can make faster: how long a page holds what only one writer has at a time.

On PostgreSQL that is the sequencer, which puts the events of all pages into the log, one batch at a time, and the lock
of the sums of a regency; on SQLite it is the turn to write, for whole transactions. Pages go through the real
functions, one after the other in this process, so that nothing waits for anything; each is read once beforehand.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from api.core.context import open_records
from api.core.settings import Settings
from api.db import Database
from api.ledger.sequencer import open_signer, sequence_all
from api.workers.read_page import read_page
from pipeline.reader import Reader
from tests.bench.pictures import FORM, Pictures
from tests.bench.recording import put_on_record
from tests.support.databases import emptied

WARM = 6
LOCKS = ("chain", "regency")


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How long one page holds each, in ms: of all its transactions together, the median of pages.

    Attributes:
        chain: What all pages share: the sequencer's time, or SQLite's turn.
        regency: The lock of the sums of one regency in one election; 0 on SQLite.
        chain_undisturbed: As `chain`, where other work on the machine did not get in between: the lowest of ten pages.

    """

    chain: float
    regency: float
    chain_undisturbed: float

    @property
    def pages_a_second(self) -> float:
        """How many pages a second one database can put on record at most, however many machines there are."""
        return 1000 / self.chain


@dataclass(slots=True)
class _Stopwatch:
    """Times how long locks are held until their transactions end, in s."""

    taken: dict[str, float] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def note(self, lock: str) -> None:
        self.taken.setdefault(lock, time.perf_counter())

    def ended(self) -> None:
        moment = time.perf_counter()
        for lock, since in self.taken.items():
            self.held[lock] += moment - since
        self.taken.clear()

    def begin_anew(self) -> Mapping[str, float]:
        """Return how long each lock was held since the last time."""
        held, self.held = self.held, defaultdict(float)
        return held


@dataclass(frozen=True, slots=True)
class _TimedDatabase(Database):
    """A database that times its writing transactions."""

    watch: _Stopwatch = field(default_factory=_Stopwatch)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Hold a session as `Database` does."""
        with Database.writing(self) as session:
            if self.embedded:
                self.watch.note("chain")
            yield session
        self.watch.ended()


def ceiling(database: str, folder: Path, pictures: Pictures, pages: int) -> Ceiling:
    """Put pages on record one after the other; return how long each holds what is shared.

    Args:
        database: URL of a PostgreSQL database that is emptied, or "" for SQLite.
        folder: Empty; for originals and SQLite.
        pictures: What to put on record.
        pages: How many count.

    """
    settings = Settings(home=folder, database=database or None, originals=str(folder / "originals"), form=FORM)
    if database:
        open_records(settings, prepare=True).close()
        emptied(database)
    records = open_records(settings)
    timed = _TimedDatabase(records.database.engine, records.database.watched, records.database.at_commit)
    signer = open_signer(records.database, folder / "log-key.pem")
    records, reader = replace(records, database=timed), Reader(FORM)
    _listen(timed)
    held_by_page: list[Mapping[str, float]] = []
    for index in range(WARM + pages):
        put_on_record(records, pictures.upload(index), reader.limits, partial(read_page, records, reader))
        if database:
            since = time.perf_counter()
            sequence_all(timed, signer)
            timed.watch.held["chain"] = time.perf_counter() - since
        held_by_page.append(timed.watch.begin_anew())
    records.close()
    chain, regency = (statistics.median(one.get(lock, 0.0) for one in held_by_page[WARM:]) for lock in LOCKS)
    lowest = statistics.quantiles([one["chain"] for one in held_by_page[WARM:]], n=10)[0]
    return Ceiling(1000 * chain, 1000 * regency, 1000 * lowest)


def _listen(database: _TimedDatabase) -> None:
    """Note when PostgreSQL has given a lock."""

    @event.listens_for(database.engine, "after_cursor_execute")
    def _executed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("SELECT pg_advisory_xact_lock"):
            database.watch.note("regency")
