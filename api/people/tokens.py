"""Keys for programs: shown once, stored as their hash, limited to some roles of their person, and never for ever."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Person, Token
from api.db.types import new_id
from api.ledger.append import record_event
from api.people.actor import Actor, Proof, actor_of
from api.people.roles import Role, known_roles
from api.people.sessions import secret_hash
from api.regions.codes import within
from pipeline.errors import UsageError

PREFIX = "chasil_"
"""Makes a key that has leaked easy to find by a search."""

DEFAULT_DAYS = 90
MAX_DAYS = 366


def create_token(
    session: Session, actor: str, person: Person, label: str, days: int, roles: Iterable[Role], at: datetime
) -> tuple[Token, str]:
    """Make a token; return it with its key, which nobody can ever see again.

    Args:
        session: A writing session.
        actor: Who makes it.
        person: Who it acts for.
        label: What it is for.
        days: How long it lasts.
        roles: Some of the person's roles; none given means all of them.
        at: Now.

    Raises:
        UsageError: `token_days`, or `token_roles`: the person does not have them.

    """
    if not 1 <= days <= MAX_DAYS:
        raise UsageError("token_days", limit=MAX_DAYS)
    own = known_roles(person.roles)
    wanted = frozenset(roles) or own
    if not wanted <= own:
        raise UsageError("token_roles", roles=", ".join(sorted(wanted - own)))
    key = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        sha256=secret_hash(key),
        person_id=person.id,
        label=label,
        roles=sorted(role.value for role in wanted),
        scope=person.scope,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    body = {"person": person.id, "roles": token.roles, "days": days}
    record_event(session, "token_created", actor, f"token:{token.id}", body)
    return token, key


def find_token(session: Session, key: str, at: datetime) -> Actor | None:
    """Return who a key acts for; None where it is unknown, or `standing_token` says that it is over."""
    if not key.startswith(PREFIX):
        return None
    token = session.scalar(select(Token).where(Token.sha256 == secret_hash(key)))
    return None if token is None else standing_token(session, token, at)


def standing_token(session: Session, token: Token, at: datetime) -> Actor | None:
    """Return who a token acts for; None where it is over or revoked, its person disabled or sent to another region.

    It never allows more than it was made with, also where its person has become more since.
    """
    if token.revoked_at is not None or at >= token.expires_at:
        return None
    person = session.get_one(Person, token.person_id)
    scope = _narrower(person.scope, token.scope or person.scope)
    if not person.active or scope is None:
        return None
    return replace(actor_of(person, Proof.TOKEN, token.id, only=known_roles(token.roles)), scope=scope)


def _narrower(one: str, other: str) -> str | None:
    """Return the region that lies in the other; None where neither does."""
    return one if within(one, other) else other if within(other, one) else None


def revoke_token(session: Session, actor: str, token: Token, at: datetime) -> None:
    """End a token now; ending it again changes nothing."""
    if token.revoked_at is not None:
        return
    token.revoked_at = at
    record_event(session, "token_revoked", actor, f"token:{token.id}", {})
