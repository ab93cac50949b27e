"""Statements are compiled once in a process, where SQLAlchemy has a cache for each database, and each test has one."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

STATEMENTS = 5000


def share_statements(patch: pytest.MonkeyPatch) -> None:
    """Let databases of one kind share what was compiled for any of them, until the patch is undone.

    The keys of the cache name the dialect; those of one kind count as one here. They differ in nothing that a statement
    hangs on, as all databases of the tests are of the same SQLite and the same server.
    """
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        patch.setattr(dialect, "__eq__", _is_alike)
        patch.setattr(dialect, "__hash__", _kind)
    options = {"compiled_cache": LRUCache[Any, Any](STATEMENTS)}
    patch.setattr("api.db.engine.create_engine", partial(create_engine, execution_options=options))


def _is_alike(one: object, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: object) -> int:
    return hash(type(one))
