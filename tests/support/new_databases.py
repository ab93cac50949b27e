"""New SQLite databases without twelve steps of migration each: a copy of one that took them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect

from api.db import Database, open_database, upgrade


def copied_shapes(template: Path) -> Callable[[Database], None]:
    """Return what stands in for `upgrade`: a database that has tables already, or none of SQLite, takes its steps.

    Args:
        template: Where the database that is copied will lie; it is made when it is first needed.

    """

    def upgraded(database: Database) -> None:
        file = database.engine.url.database
        if not database.embedded or not file or inspect(database.engine).get_table_names():
            upgrade(database)
            return
        if not template.exists():
            _make(template)
        with database.turn(), closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(file)) as target:
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)

    return upgraded


def _make(template: Path) -> None:
    made = open_database(f"sqlite:///{template}")
    upgrade(made)
    made.close()
