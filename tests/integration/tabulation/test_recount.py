"""Whatever comes, goes and moves, from however many writers: the kept sums are what the numbers add up to."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from api.db import Database
from api.db.log_tables import Event
from api.db.tables import Base, StationCount, Tally
from api.regions.codes import ensure
from api.tabulation.recount import Difference, recount, repair
from api.tabulation.totals import sums_of
from tests.support.history import ELECTION, counted_document, elect, move_away

VILLAGES = ("1101012001", "1101012002", "1101022001", "1102012001", "1201012001")
STATIONS = [f"{village}{number:03d}" for village in VILLAGES for number in (1, 2)]
FIELDS = ("paslon_1", "suara_sah", "pengguna_j", "dpt_j")

numbers = st.dictionaries(
    st.sampled_from(FIELDS),
    st.tuples(st.sampled_from(("accepted", "review", "reviewed", "unreadable")), st.integers(0, 999)),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("count"), st.sampled_from(STATIONS), numbers, st.booleans(), st.booleans()),
        st.tuples(st.just("move"), st.sampled_from(STATIONS), st.sampled_from(STATIONS)),
        st.tuples(st.just("remove"), st.sampled_from(STATIONS)),
    ),
    max_size=12,
)


def emptied(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    with database.writing() as session:
        elect(session)


def differences(database: Database) -> list[Difference]:
    with database.reading() as session:
        return list(recount(session))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_any_sequence_leaves_the_sums_equal_to_a_recount(database: Database, taken: list[tuple[object, ...]]) -> None:
    emptied(database)
    for step in taken:
        with database.writing() as session:
            match step:
                case ("count", str(station), dict(found), bool(missing), bool(broken)):
                    counted_document(session, station, found, missing=[3] if missing else [], broken=broken)
                case ("move", str(station), str(target)):
                    move_away(session, station, target)
                case ("remove", str(station)):
                    move_away(session, station, None)
    assert differences(database) == []
    with database.reading() as session:
        nation = {item: amount for item, amount in sums_of(session, ELECTION, "0").items() if amount}
        stations: dict[str, int] = {}
        for code in STATIONS:
            for item, amount in sums_of(session, ELECTION, code).items():
                stations[item] = stations.get(item, 0) + amount
        assert nation == {item: amount for item, amount in stations.items() if amount}
        provinces = [sums_of(session, ELECTION, code) for code in ("11", "12")]
        assert all(sum(one.get(item, 0) for one in provinces) == amount for item, amount in nation.items())


def test_writers_side_by_side_leave_the_sums_equal_to_a_recount(database: Database) -> None:
    """Every writer has its own stations, all in the same regencies, and moves documents between them."""
    with database.writing() as session:
        elect(session)
        for village in ("1101012001", "1101022001", "1102012001"):
            for number in range(1, 13):
                ensure(session, f"{village}{number:03d}")

    def write(writer: int) -> None:
        chance = random.Random(writer)
        own = [
            f"{village}{writer * 3 + number:03d}" for village in ("1101012001", "1101022001") for number in (1, 2, 3)
        ]
        for _ in range(25):
            with database.writing() as session:
                station, other = chance.sample(own, 2)
                if chance.random() < 0.5 or not move_away(session, station, other):
                    found = {field: ("accepted", chance.randrange(500)) for field in FIELDS if chance.random() < 0.7}
                    counted_document(session, station, found, broken=chance.random() < 0.3)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert differences(database) == []
    with database.reading() as session:
        assert sums_of(session, ELECTION, "0")["_received"] > 0


@pytest.fixture
def counted(database: Database) -> Database:
    with database.writing() as session:
        elect(session)
        counted_document(session, STATIONS[0], {"paslon_1": ("accepted", 70), "suara_sah": ("review", 90)})
        counted_document(session, STATIONS[2], {"paslon_1": ("reviewed", 20)}, broken=True)
    return database


def test_every_wrong_amount_is_found_and_put_right(counted: Database) -> None:
    with counted.writing() as session:
        session.execute(update(Tally).where(Tally.region == "1101", Tally.item == "paslon_1").values(amount=91))
        session.add(Tally(election_id=ELECTION, region="1101012009", item="paslon_1", digits=10, amount=5))
        session.add(Tally(election_id=ELECTION, region="3101", item="paslon_1", digits=4, amount=6))
        count = session.get_one(StationCount, (ELECTION, STATIONS[0]))
        count.amounts = {**count.amounts, "paslon_1": 71}
        session.execute(text("DELETE FROM station_count WHERE station = :station"), {"station": STATIONS[2]})
    found = differences(counted)
    wrong = {(one.region, one.item, one.kept, one.counted) for one in found}
    assert {
        ("1101", "paslon_1", 91, 90),
        ("1101012009", "paslon_1", 5, 0),
        ("3101", "paslon_1", 6, 0),
        (STATIONS[0], "paslon_1", 71, 70),
        (STATIONS[2], "paslon_1", 0, 20),
    } <= wrong
    assert repair(counted, "ani") == found
    assert differences(counted) == []
    with counted.reading() as session:
        (event,) = session.scalars(select(Event).where(Event.kind == "sums_repaired"))
        assert event.body == {"differences": len(found)}
    assert repair(counted, "ani") == []


def test_numbers_of_two_elections_are_never_mixed(counted: Database) -> None:
    with counted.reading() as session:
        assert sums_of(session, "pilkada", "0") == {}
        assert sums_of(session, ELECTION, "0")["paslon_1"] == 90
