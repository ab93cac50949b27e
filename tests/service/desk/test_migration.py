"""The step to the review desk, from a populated database of the first shape."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from api.core.originals import Originals
from api.db import Database, open_database, upgrade
from api.db.migrate import is_current
from api.db.review_tables import ReviewItem
from api.db.tables import Event, Number
from tests.postgresql import postgresql
from tests.service.history import decide, read, received

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
