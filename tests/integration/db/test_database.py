"""Either database: writers one after the other, all or nothing, moments with their zone, and a newer shape refused."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from api.db import Database, open_database, upgrade
from api.db.log_tables import Event
from api.db.migrate import is_current
from api.db.tables import Document, Election, Tally
from pipeline.errors import UsageError


def test_a_fault_in_a_transaction_leaves_nothing_behind(database: Database) -> None:
    def fails() -> None:
        with database.writing() as session:
            session.add(Election(id="ppwp", form_id="form", title_id="Pilpres", title_en="President"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with database.reading() as session:
        assert session.get(Election, "ppwp") is None


def test_a_row_cannot_refer_to_what_is_not_there(database: Database) -> None:
    def refers() -> None:
        with database.writing() as session:
            session.add(Document(name="a", election_id="nowhere", created_by="ani"))

    with pytest.raises(IntegrityError):
        refers()


def test_moments_come_back_in_utc_to_the_microsecond(database: Database) -> None:
    at = datetime(2026, 2, 14, 13, 5, 6, 123457, UTC)
    with database.writing() as session:
        session.add(Event(seq=1, at=at, kind="k", actor="a", subject="s", body={"a": 0.1}, leaf=""))
    with database.reading() as session:
        event = session.get_one(Event, 1)
        assert event.at == at
        assert event.at.tzinfo is UTC
        assert event.body == {"a": 0.1}


_ON_DISK = """
import sys
from sqlalchemy import text
from api.db import open_database
with open_database(sys.argv[1]).engine.connect() as connection:
    print(*(connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")))
"""


def test_what_is_committed_is_on_the_disk_however_tests_have_it(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", _ON_DISK, f"sqlite:///{tmp_path / 'one.db'}"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["wal", "2"]


def test_the_newest_shape_is_reached_once_and_a_newer_one_is_refused(database: Database) -> None:
    upgrade(database)
    assert is_current(database)
    with database.engine.begin() as connection:
        known = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(UsageError, match="9999"):
            upgrade(database)
    finally:
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": known})


def test_what_is_no_database_is_said() -> None:
    for url in ("mysql://x/y", "no url at all", "sqlite://"):
        with pytest.raises(UsageError, match="database_url"):
            open_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of a database of either kind in which there is nothing yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server = open_database(str(request.getfixturevalue("empty_postgresql"))).engine
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE first_starts"))
        yield server.url.set(database="first_starts").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE first_starts WITH (FORCE)"))
    server.dispose()


def test_programs_that_start_at_once_on_a_new_database_wait_for_each_other(new_database_url: str) -> None:
    databases = [open_database(new_database_url) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(upgrade, databases))
    assert all(is_current(one) for one in databases)
    for one in databases:
        one.close()


def test_sums_of_an_earlier_program_are_of_its_last_event(new_database_url: str) -> None:
    old, at = open_database(new_database_url), datetime(2024, 2, 14, 14, 40, 12, 5, UTC)
    upgrade(old, "0009")
    with old.engine.begin() as connection:
        event = {"seq": 1, "at": at, "kind": "k", "actor": "a", "subject": "s", "body": {}, "leaf": ""}
        connection.execute(insert(Event).values(event))
        row = "('ppwp-2024', '1101', 'paslon_1', 4, 7)"
        connection.execute(
            text("INSERT INTO election VALUES ('ppwp-2024', 'form', 'Pilpres', 'President', :at)"), {"at": at}
        )
        connection.execute(text(f"INSERT INTO tally (election_id, region, item, digits, amount) VALUES {row}"))
    upgrade(old)
    with old.reading() as session:
        assert session.scalars(select(Tally.moved_at)).all() == [at]
    old.close()
