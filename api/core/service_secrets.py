"""Secrets of the service, in its database, so that all its processes draw and sign alike."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.db import Database
from api.db.tables import ServiceSecret
from api.db.transactions import touch

DRAWS, SIGNS = "draws", "signs"
"""What chance is drawn from, and what numbers are replaced with that would tell something."""


def ensure_secrets(database: Database) -> None:
    """Make the secrets that are lacking; a session that only reads can then use them."""
    with database.reading() as session:
        known = set(session.scalars(select(ServiceSecret.name)))
    if not known.issuperset((DRAWS, SIGNS)):
        with database.writing() as session:
            for name in (DRAWS, SIGNS):
                secret_of(session, name)


def secret_of(session: Session, name: str) -> str:
    """Return a secret of the service, 64 hexadecimal digits, made by whoever asks for it first."""
    known = session.get(ServiceSecret, name)
    if known is not None:
        return known.value
    made = {"name": name, "value": secrets.token_hex(32)}
    # Two may make it at once: the first one's stands.
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(ServiceSecret)
    session.execute(insert.values(made).on_conflict_do_nothing())
    touch(session, ServiceSecret, [(name,)])
    return session.get_one(ServiceSecret, name).value
