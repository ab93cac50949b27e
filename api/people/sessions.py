"""A browser's session: a random cookie, stored as its hash, that ends when unused, when old, and at every login."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from api.db.tables import Login, Person
from api.people.actor import Actor, Proof, actor_of

COOKIE = "chasil_session"
CLOCK_SLACK = timedelta(minutes=10)
"""By how much the clocks of several machines may differ."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last use is remembered; a write for every request would be too many."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts, unused and at most."""

    idle: timedelta
    absolute: timedelta

    def over(self, login: Login, at: datetime) -> bool:
        """Return whether a session has ended. One from the future has: a clock set back must not lengthen it."""
        late = at - login.seen_at >= self.idle or at - login.created_at >= self.absolute
        return late or login.seen_at - at > CLOCK_SLACK


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun; the only moment at which its cookie is known."""

    cookie: str
    actor: Actor


def secret_hash(secret: str) -> str:
    """Return what is stored of a cookie or a token. They are random, so that a fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin_session(session: Session, person: Person, at: datetime, former: str | None = None) -> NewSession:
    """Begin a session under a fresh cookie; the one that the browser had before ends."""
    if former:
        end_session(session, secret_hash(former))
    cookie, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    key = secret_hash(cookie)
    session.add(Login(sha256=key, person_id=person.id, csrf=csrf, created_at=at, seen_at=at))
    session.flush()
    return NewSession(cookie, actor_of(person, Proof.SESSION, key, csrf=csrf))


def find_session(session: Session, cookie: str, lifetime: Lifetime, at: datetime) -> tuple[Actor, bool] | None:
    """Return who a cookie belongs to, and whether its use should be remembered with `touch`; None where it is over."""
    return standing_session(session, secret_hash(cookie), lifetime, at)


def standing_session(session: Session, key: str, lifetime: Lifetime, at: datetime) -> tuple[Actor, bool] | None:
    """Return what `find_session` does, by the hash of the cookie."""
    login = session.get(Login, key)
    if login is None or lifetime.over(login, at):
        return None
    person = session.get_one(Person, login.person_id)
    if not person.active:
        return None
    return actor_of(person, Proof.SESSION, login.sha256, csrf=login.csrf), at - login.seen_at >= SEEN_EVERY


def touch(session: Session, key: str, at: datetime) -> None:
    """Remember that a session was used."""
    session.execute(update(Login).where(Login.sha256 == key).values(seen_at=at))


def end_session(session: Session, key: str) -> None:
    """End one session."""
    session.execute(delete(Login).where(Login.sha256 == key))


def forget_ended(session: Session, lifetime: Lifetime, at: datetime) -> None:
    """Delete the sessions that are over."""
    old = (Login.seen_at <= at - lifetime.idle) | (Login.created_at <= at - lifetime.absolute)
    session.execute(delete(Login).where(old))
