"""Chance that is drawn once for a number and stays drawn: nobody can foretell it, and nobody can ask for another.

The draw is an HMAC of document and field under a secret of the service, so that it is kept without a row a number.
"""

import hashlib
import hmac
import secrets

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.db.tables import Number, ServiceSecret

_BITS = 53
"""As many as a float keeps."""


def drawn_once(session: Session, purpose: str, number: Number) -> float:
    """Return the draw of a number for a purpose: at least 0, below 1, the same whenever it is asked for.

    Args:
        session: A writing session; the secret is made where there is none yet.
        purpose: What is drawn for; each has draws of its own.
        number: The number.

    """
    key = bytes.fromhex(secret_of(session, "draws"))
    about = f"{purpose}/{number.document_id}/{number.field}".encode()
    digest = hmac.digest(key, about, hashlib.sha256)
    drawn = int.from_bytes(digest[:8]) >> (64 - _BITS)
    return drawn / float(1 << _BITS)


def secret_of(session: Session, name: str) -> str:
    """Return a secret of the service, 64 hexadecimal digits, made by whoever asks for it first."""
    known = session.get(ServiceSecret, name)
    if known is not None:
        return known.value
    made = {"name": name, "value": secrets.token_hex(32)}
    # Two may make it at once: the first one's stands.
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(ServiceSecret)
    session.execute(insert.values(made).on_conflict_do_nothing())
    return session.get_one(ServiceSecret, name).value
