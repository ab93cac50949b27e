"""CSRF tokens: unsafe requests of a session carry a word that only our own pages know.

The cookie's SameSite and the check of the origin (`api.http.middleware.security`) stand before this. Requests with a
token need none: no browser adds a token by itself.
"""

import secrets
from collections.abc import Mapping

from api.http.methods import SAFE_METHODS
from api.people.actor import Actor, Proof
from pipeline.errors import DeniedError

HEADER = "X-CSRF-Token"
FIELD = "csrf"
"""Name of the field in forms that work without script."""


def check_csrf(actor: Actor, method: str, headers: Mapping[str, str], field: str = "") -> None:
    """Raise DeniedError `csrf_missing` for what a session's own pages did not send."""
    if actor.proof is not Proof.SESSION or method in SAFE_METHODS:
        return
    given = headers.get(HEADER.lower()) or field
    if not secrets.compare_digest(given.encode(), actor.csrf.encode()):
        raise DeniedError("csrf_missing")
