"""Chance that is drawn once for a number and stays drawn: nobody can foretell it, and nobody can ask for another.

The draw is an HMAC of document and field under a secret of the service, so that it is kept without a row a number.
"""

import hashlib
import hmac

from sqlalchemy.orm import Session

from api.core.service_secrets import DRAWS, SIGNS, secret_of
from api.db.tables import Number

_BITS = 53
"""As many as a float keeps."""


def drawn_once(session: Session, purpose: str, number: Number) -> float:
    """Return the draw of a number for a purpose: at least 0, below 1, the same whenever it is asked for.

    Args:
        session: A writing session; the secret is made where there is none yet.
        purpose: What is drawn for; each has draws of its own.
        number: The number.

    """
    key = bytes.fromhex(secret_of(session, DRAWS))
    about = f"{purpose}/{number.document_id}/{number.field}".encode()
    digest = hmac.digest(key, about, hashlib.sha256)
    drawn = int.from_bytes(digest[:8]) >> (64 - _BITS)
    return drawn / float(1 << _BITS)


def sign_of(session: Session, about: str) -> int:
    """Return a number that stands for a text, at least 0, below 2^31: the same each time, and telling nothing of it."""
    key = bytes.fromhex(secret_of(session, SIGNS))
    return int.from_bytes(hmac.digest(key, about.encode(), hashlib.sha256)[:4]) >> 1
