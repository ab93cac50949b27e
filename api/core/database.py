"""The database that the settings name: in its newest shape, and with all that is protected watched."""

from dataclasses import replace

from api.core.settings import Settings
from api.db import Database, open_database, upgrade
from api.db.migrate import is_current
from api.ledger.adopt import adopt
from api.ledger.append import settle
from api.ledger.protected import watched
from pipeline.errors import UsageError


def open_kept(settings: Settings, *, prepare: bool = False) -> Database:
    """Open the database of a service; bring one of this machine to the newest shape.

    Args:
        settings: Where it lies.
        prepare: Bring a database of several machines to the newest shape too; one process does it, on purpose.

    Raises:
        UsageError: `database_url`, `database_newer` or `database_outdated`.

    """
    database = replace(open_database(settings.database_url), watched=watched(), at_commit=settle)
    if prepare or database.embedded:
        if not is_current(database):
            upgrade(database)
        adopt(database)
    elif not is_current(database):
        raise UsageError("database_outdated")
    return database
