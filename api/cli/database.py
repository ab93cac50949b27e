"""The database of the service alone, for commands that need neither forms nor originals."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.core.database import open_kept
from api.core.settings import load_settings
from api.db import Database
from api.files.private import private


@contextmanager
def kept() -> Iterator[Database]:
    """Open the database that the settings of this process name, and close it again, whatever happens.

    Raises:
        UsageError: As `api.core.database.open_kept`.

    """
    settings = load_settings()
    with private():  # what is made there first
        database = open_kept(settings)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def writing() -> Iterator[Session]:
    """Hold a writing session on that database."""
    with kept() as database, database.writing() as session:
        yield session
