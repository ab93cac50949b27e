"""The steps to the newest shape, from a populated database of the first one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, delete, make_url, select, text

from api.core.originals import Originals
from api.db import Database, open_database, upgrade
from api.db.migrate import is_current
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Event, Number, StationCount, Tally
from api.tabulation.recount import recount
from tests.postgresql import postgresql
from tests.service.history import Given, counted_document, decide, elect, read, received

SCHEMA = "first_shape"
NUMBERS = {"paslon_1": ("accepted", 12), "paslon_2": ("review", 34), "paslon_3": ("review", None)}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a database of the first shape; in PostgreSQL one in a schema of its own."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        if not postgresql():
            pytest.skip("TEST_POSTGRESQL_URL names no PostgreSQL")
        _schema(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        own = make_url(postgresql()).update_query_dict({"options": f"-csearch_path={SCHEMA}"})
        url = own.render_as_string(hide_password=False)
    database = open_database(url)
    upgrade(database, "0001")
    yield database
    database.close()
    if request.param == "postgresql":
        _schema(f"DROP SCHEMA {SCHEMA} CASCADE")


def _schema(statement: str) -> None:
    engine = create_engine(postgresql())
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_every_number_that_waits_gets_its_item_and_nothing_is_lost(old: Database, originals: Originals) -> None:
    with old.writing() as session:
        document, page = received(session, originals, "3171010001001", b"first")
        read(session, document, page, NUMBERS)
        decide(session, document, "paslon_3", 56)
    with old.reading() as session:
        kept = len(session.scalars(select(Event.seq)).all())
    assert not is_current(old)
    upgrade(old)
    assert is_current(old)
    with old.reading() as session:
        (item,) = session.scalars(select(ReviewItem))
        assert (item.document_id, item.field, item.kind, item.state) == (document.id, "paslon_2", "review", "open")
        assert (item.station, len(item.id)) == ("3171010001001", 32)
        assert item.harm == pytest.approx(1 - 0.99)
        assert item.made_at.tzinfo is not None
        states = dict(iter(session.execute(select(Number.field, Number.state))))
        assert states == {"paslon_1": "accepted", "paslon_2": "review", "paslon_3": "reviewed"}
        assert len(session.scalars(select(Event.seq)).all()) == kept


@pytest.mark.parametrize(
    ("numbers", "missing", "marks"),
    [
        ({"paslon_1": ("accepted", 12), "paslon_2": ("reviewed", 0)}, [], {"_pairs:2": 1, "_pairs:paslon_1": 12}),
        ({"paslon_1": ("accepted", 12)}, [3], {"_pairs?:1": 1, "_pairs?:paslon_1": 12}),
        ({"paslon_1": ("accepted", 12), "paslon_2": ("unreadable", None)}, [], {}),
        ({"paslon_1": ("review", 12)}, [], {}),
    ],
)
def test_stations_on_record_get_the_sums_of_their_pairs(
    old: Database, numbers: Given, missing: list[int], marks: dict[str, int]
) -> None:
    settled = all(state in ("accepted", "reviewed") for state, _ in numbers.values())
    with old.writing() as session:
        elect(session)
        document = counted_document(session, "3171010001001", numbers, missing=missing, broken=True)
        row = session.scalars(select(StationCount)).one()
        row.amounts = {item: amount for item, amount in row.amounts.items() if "pairs" not in item}
        session.execute(delete(Tally).where(Tally.item.contains("pairs")))
        if not settled:
            assert row.amounts["_broken"] == 1  # as it was told before
    upgrade(old)
    with old.reading() as session:
        amounts = session.scalars(select(StationCount.amounts)).one()
        assert {item: amount for item, amount in amounts.items() if "pairs" in item} == marks
        assert amounts.get("_broken", 0) == settled
        [rule] = session.get_one(Document, document.id).rules
        assert rule.get("counts", True) == settled
        assert list(recount(session)) == []
