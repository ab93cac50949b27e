"""The sums: whatever is counted, moved and taken away, they are what a recount of the numbers gives."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from sqlalchemy import delete

from api.db import Database, open_database, upgrade
from api.db.tables import Document, Number, StationCount, Tally
from api.tabulation.recount import recount
from api.tabulation.totals import sums_of
from tests.fuzz.target import Run, Target
from tests.support.history import ELECTION, counted_document, elect, move_away

VILLAGES = ("1101012001", "1101022001", "1102012001", "1201012001")
STATIONS = [f"{village}{number:03d}" for village in VILLAGES for number in (1, 2)]
FIELDS = ("paslon_1", "suara_sah", "pengguna_j", "dpt_j")
STATES = ("accepted", "review", "reviewed", "unreadable")
AMOUNTS = (0, 1, 7, 123, 999, 99_999, 2**31, 10**12)
ANEW = 200
"""After so many cases the sums begin at nothing again."""


def _steps(chance: Random) -> bytes:
    """Return two to eight steps: a document with numbers, a move, a withdrawal."""
    steps: list[object] = []
    for _ in range(chance.randrange(2, 9)):
        station = chance.choice(STATIONS)
        match chance.randrange(4):
            case 0:
                steps.append(["move", station, chance.choice([*STATIONS, None])])
            case _:
                fields = chance.sample(FIELDS, chance.randrange(len(FIELDS) + 1))
                numbers = {field: [chance.choice(STATES), chance.choice(AMOUNTS)] for field in fields}
                steps.append(["count", station, numbers, chance.random() < 0.3, chance.random() < 0.3])
    return json.dumps(steps).encode()


@contextmanager
def _counting(folder: Path) -> Iterator[Run]:
    database = open_database(f"sqlite:///{folder / 'sums.db'}")
    upgrade(database)
    with database.writing() as session:
        elect(session)
    done = 0

    def run(data: bytes) -> None:
        nonlocal done
        if done % ANEW == 0:
            _empty(database)
        done += 1
        _take(database, json.loads(data))
        _check(database)

    try:
        yield run
    finally:
        database.close()


def _take(database: Database, steps: list[list[object]]) -> None:
    with database.writing() as session:
        for step in steps:
            match step:
                case ["move", str(station), target]:
                    move_away(session, station, None if target is None else str(target))
                case ["count", str(station), dict(numbers), missing, broken]:
                    given = {field: (state, value) for field, (state, value) in numbers.items()}
                    counted_document(session, station, given, missing=[3] if missing else [], broken=bool(broken))


def _check(database: Database) -> None:
    with database.reading() as session:
        assert list(recount(session)) == []
        nation = {item: amount for item, amount in sums_of(session, ELECTION, "0").items() if amount}
        provinces = [sums_of(session, ELECTION, code) for code in ("11", "12")]
    added = {item: sum(one.get(item, 0) for one in provinces) for item in {*provinces[0], *provinces[1]}}
    assert nation == {item: amount for item, amount in added.items() if amount}


def _empty(database: Database) -> None:
    with database.writing() as session:
        for table in (Number, StationCount, Tally, Document):
            session.execute(delete(table))


TARGETS = (Target("tallies", 1_500, _steps, _counting),)
