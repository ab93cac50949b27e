"""Bring a database to the newest shape with Alembic; the steps are in `migrations/versions`."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from api.db.transactions import Database, take_lock
from pipeline.errors import UsageError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"

_LOCK = 0x6368_6173_696C
"""Key of PostgreSQL's lock on steps: "chasil" in hexadecimal."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply every step that the database lacks, in one transaction.

    Several programs may start at once on a new database: the others wait for the first, and find nothing to do.

    Raises:
        UsageError: `database_newer`: it was last used by a newer program.

    """
    config = _config()
    with database.turn(), database.engine.connect() as connection, connection.begin():
        take_lock(connection, _LOCK)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise UsageError("database_newer", seen=str(_seen(database))) from error


def is_current(database: Database) -> bool:
    """Return whether the database has the newest shape."""
    return _seen(database) == _newest()


@cache
def _newest() -> str | None:
    """Return the newest shape; all steps are read for it, once in a process."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def revision_of(connection: Connection) -> str | None:
    """Return the shape of a database; None where it has none of ours."""
    return MigrationContext.configure(connection).get_current_revision()


def _seen(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return revision_of(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
