"""Change rows behind the program's back: in a session of which its ledger learns nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.db import Database


@contextmanager
def behind(database: Database) -> Iterator[Session]:
    """Hold a writing session; on SQLite it takes the turn at once, since a service that runs may write in between."""
    engine = database.engine.execution_options(chasil_writing=True)
    with Session(engine) as session, session.begin():
        yield session
