"""Locks of the database that end with the transaction; they guard what has no row to lock."""

import hashlib

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_TAKE = text("SELECT pg_advisory_xact_lock(:key)")


def take_lock(transaction: Session | Connection, key: int | str) -> None:
    """Wait until nobody else holds a lock, and hold it until the transaction ends. SQLite has one writer anyway.

    Args:
        transaction: A writing session, or a connection.
        key: The number of the lock, 64 bits with sign, or a name that makes one.

    """
    dialect = transaction.get_bind().dialect if isinstance(transaction, Session) else transaction.dialect
    if dialect.name == "postgresql":
        transaction.execute(_TAKE, {"key": key if isinstance(key, int) else _number_of(key)})


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
