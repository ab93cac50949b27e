"""Every test of what the service remembers runs on SQLite, and on PostgreSQL where a URL of one is given."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import text

from api.core.context import Records, open_records
from api.core.originals import Originals, open_originals
from api.core.settings import Settings
from api.db import Database, open_database, upgrade
from tests.support.command import Run, chasil
from tests.support.postgresql import postgresql
from tests.support.prepared import HAVE_ROWS, TABLES, kept_open

Command = Callable[..., Run]


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the newest shape, to be copied."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    database = open_database(f"sqlite:///{file}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    database.close()
    return file


@pytest.fixture(scope="session")
def empty_postgresql() -> str:
    """Return the URL of a PostgreSQL database with the newest shape."""
    url = postgresql()
    if not url:
        pytest.skip("TEST_POSTGRESQL_URL names no PostgreSQL")
    return upgraded(url)


@cache
def upgraded(url: str) -> str:
    """Give a database the newest shape, once in a process; return its URL."""
    database = open_database(url)
    upgrade(database)
    database.close()
    return url


@contextmanager
def new_home() -> Iterator[tuple[Path, str]]:
    """Yield a folder for a service, and the URL of an empty database in it, for programs that are no tests."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder), upgraded(f"sqlite:///{folder}/chasil.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of either kind."""
    return url_in(request, tmp_path)


def url_in(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the URL of an empty database of the kind that a fixture's parameter names; a file lies in this folder."""
    if request.param == "postgresql":
        return emptied(str(request.getfixturevalue("empty_postgresql")))
    return copied(request.getfixturevalue("empty_sqlite"), folder)


def copied(empty: Path, folder: Path) -> str:
    """Copy an SQLite database into a folder; return its URL."""
    file = folder / "chasil.db"
    shutil.copy(empty, file)
    return f"sqlite:///{file}"


def emptied(url: str) -> str:
    """Empty all tables of a PostgreSQL database; return its URL.

    Only rows of tables that have some are deleted: TRUNCATE makes new files for each of 36 tables and its indices, and
    takes twenty times as long.
    """
    with kept_open(url).engine.begin() as connection:
        used = set(connection.scalars(text(HAVE_ROWS)))
        for name in reversed(TABLES):  # what refers to others goes first
            if name in used:
                connection.execute(text(f'DELETE FROM "{name}"'))
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Return an empty database of either kind."""
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    """Return an empty store of originals."""
    return open_originals(str(tmp_path / "originals"))


@pytest.fixture
def records(database_url: str, tmp_path: Path) -> Iterator[Records]:
    """Return an empty service: database, originals, forms."""
    settings = Settings(
        home=tmp_path, database=database_url, originals=str(tmp_path / "originals"), form="c-hasil-ppwp-2024"
    )
    opened = open_records(settings)
    yield opened
    opened.close()


@pytest.fixture
def run(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return a way to run `chasil` on an empty database."""
    monkeypatch.setenv("CHASIL_DATABASE", database_url)
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path))
    monkeypatch.setenv("CHASIL_ORIGINALS", str(tmp_path / "originals"))
    return lambda *arguments: chasil(capsys, *arguments)
