"""Empty databases that a service opens get what it puts on record there first, by a copy of one that it has opened.

Shapes of tables in the log, forms and elections are the same rows each time: to put them together takes longer than
most tests of the service do. What is drawn by chance, as secrets are, is made anew.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from api.core import context
from api.core.database import open_kept
from api.core.forms import VARIABLE
from api.core.settings import Settings
from api.db import Database, open_database
from api.db.engine import embedded_file
from api.db.tables import Base
from tests.support.postgresql import postgresql

Open = Callable[..., Database]

TABLES = [table.name for table in Base.metadata.sorted_tables]
HAVE_ROWS = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in TABLES)
"""Asks which tables have rows."""


class Prepared:
    """Opens databases as the service does, and fills those that are empty.

    Args:
        patch: Undone when the tests of the process are over.
        folder: Where the SQLite files lie that are copied.
        real: What opens a database otherwise.

    """

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, real: Open) -> None:
        self._patch = patch
        self._folder = folder
        self._real = real
        self._files: dict[str | None, Path] = {}
        self._rows: dict[str | None, dict[str, str]] = {}
        self._making = False

    def open(self, settings: Settings, *, prepare: bool = False) -> Database:
        """Open the database of a service; its forms must be those that come with the program."""
        if not self._making and settings.forms is None and VARIABLE not in os.environ:
            file = embedded_file(settings.database_url)
            if file is not None:
                self._fill_file(settings, file)
            elif settings.database_url == postgresql():
                self._fill_server(settings)
        return self._real(settings, prepare=prepare)

    def _fill_file(self, settings: Settings, file: Path) -> None:
        if not file.is_file() or not _is_empty(file):
            return
        if settings.form not in self._files:
            made = self._folder / f"{len(self._files)}.db"
            self._make(settings.model_copy(update={"database": f"sqlite:///{made}", "home": self._folder}))
            self._files[settings.form] = made
        with (
            closing(sqlite3.connect(self._files[settings.form])) as source,
            closing(sqlite3.connect(file, timeout=30)) as target,
        ):
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)

    def _fill_server(self, settings: Settings) -> None:
        database = kept_open(settings.database_url)
        with database.engine.begin() as connection:
            if connection.scalars(text(HAVE_ROWS)).all():
                return
            if settings.form in self._rows:
                for name, rows in self._rows[settings.form].items():
                    put = f'INSERT INTO "{name}" SELECT * FROM json_populate_recordset(NULL::"{name}", :rows)'
                    connection.execute(text(put), {"rows": rows})
                return
        self._make(settings.model_copy(update={"queue": "table"}))
        with database.engine.connect() as connection:
            self._rows[settings.form] = _rows(connection)

    def _make(self, settings: Settings) -> None:
        """Open a service where nothing is, but for its secrets."""
        self._making = True
        try:
            with self._patch.context() as patch:
                patch.setattr(context, "ensure_secrets", lambda _database: None)
                context.open_records(settings, prepare=True).close()
        finally:
            self._making = False


def prepare_databases(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let services of this process open prepared databases until the patch is undone."""
    patch.setattr(context, "open_kept", Prepared(patch, folder, open_kept).open)


_KEPT: dict[str, Database] = {}


def kept_open(url: str) -> Database:
    """Return a PostgreSQL database that stays open for as long as the process: to connect takes as long as to empty."""
    if url not in _KEPT:
        _KEPT[url] = open_database(url)
    return _KEPT[url]


def _is_empty(file: Path) -> bool:
    """Tell whether an SQLite database has all tables, and no row in any."""
    with closing(sqlite3.connect(file)) as connection:
        try:
            return connection.execute(HAVE_ROWS).fetchone() is None
        except sqlite3.OperationalError:  # of an older shape, or of none
            return False


def _rows(connection: Connection) -> dict[str, str]:
    """Return the rows of every table that has some, as JSON."""
    used = set(connection.scalars(text(HAVE_ROWS)))
    asked = 'SELECT json_agg(row_to_json(one))::text FROM "{}" AS one'
    return {name: connection.scalar(text(asked.format(name))) for name in TABLES if name in used}
