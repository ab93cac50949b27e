"""Which PostgreSQL database the tests may empty: the one named, and one of its own for each process beside another."""

import os
from functools import cache

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@cache
def postgresql() -> str:
    """Return the URL of a database whose tables may be emptied at any time; "" where there is none.

    TEST_POSTGRESQL_URL names it; `.ci/postgresql` starts a server and sets it. Where several processes share the tests
    out among themselves, each makes a database of its own beside it, and the queue's notices stay apart, too.
    """
    named = os.environ.get("TEST_POSTGRESQL_URL", "")
    process = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not named or not process:
        return named
    url = make_url(named)
    own = f"{url.database}_{process}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        known = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": own})
        if known.scalar() is None:
            connection.execute(text(f'CREATE DATABASE "{own}"'))
    engine.dispose()
    return url.set(database=own).render_as_string(hide_password=False)
