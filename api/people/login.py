"""From name and password to a session."""

from datetime import datetime, timedelta

from sqlalchemy import select

from api.db.tables import Login, Person
from api.db.types import now
from api.people.accounts import login_name
from api.people.actor import Actor
from api.people.authenticator import Authenticator
from api.people.passwords import verify_password
from api.people.sessions import NewSession, begin_session, forget_ended
from api.people.throttle import LoginAttempt, clear_attempt, record_attempt, seconds_to_wait
from pipeline.errors import DeniedError, LoginError, TooManyError, UsageError

FRESH = timedelta(minutes=10)
"""How long a login proves who somebody is who has no password here."""


def log_in(
    people: Authenticator, name: str, password: str, address: str, former: str | None, at: datetime
) -> NewSession:
    """Begin a session.

    Args:
        people: Who there is.
        name: As typed.
        password: As typed.
        address: Where the request comes from.
        former: The cookie that the browser has now; its session ends.
        at: Now.

    Raises:
        LoginError: `login_failed`, the same for a wrong name and a wrong password.
        TooManyError: `login_throttled`.

    """
    person = prove(people, name, password, address, at)
    with people.database.writing() as session:
        forget_ended(session, people.lifetime, at)
        return begin_session(session, person, at, former)


def prove(people: Authenticator, name: str, password: str, address: str, at: datetime) -> Person:
    """Return the active person whose name and password these are. Raises as `log_in` does."""
    attempt = _admit(people, name, address, at)
    person = _active(people, name)
    # The slow part holds no transaction, and takes as long for a name that nobody has.
    if not verify_password(password, None if person is None else person.password) or person is None:
        raise LoginError("login_failed")
    with people.database.writing() as session:
        clear_attempt(session, attempt, succeeded=True)
    return person


def prove_present(people: Authenticator, actor: Actor, password: str, address: str) -> None:
    """Ask someone who is logged in for their password once more.

    Raises:
        UsageError: `password_wrong`.
        TooManyError: `login_throttled`.

    """
    try:
        prove(people, actor.name, password, address, now())
    except LoginError as error:
        raise UsageError("password_wrong") from error


def prove_manager(people: Authenticator, actor: Actor, password: str, address: str) -> None:
    """Ask whoever makes or changes accounts to show once more who they are, so that an open browser is not enough.

    Args:
        people: Who there is.
        actor: Who has a session.
        password: Their own, as typed.
        address: Where the request comes from.

    Raises:
        UsageError: `password_wrong`.
        DeniedError: `login_stale`: they have no password, and their institution's login is older than `FRESH`.
        TooManyError: `login_throttled`.

    """
    with people.database.reading() as session:
        has_password = session.get_one(Person, actor.id).password is not None
        begun = session.get_one(Login, actor.key).created_at
    if has_password:
        prove_present(people, actor, password, address)
    elif now() - begun > FRESH:
        raise DeniedError("login_stale", minutes=int(FRESH.total_seconds() // 60))


def _active(people: Authenticator, name: str) -> Person | None:
    try:
        stored = login_name(name)
    except UsageError:
        return None  # nobody can be called so
    with people.database.reading() as session:
        return session.scalar(select(Person).where(Person.name == stored, Person.active))


def _admit(people: Authenticator, name: str, address: str, at: datetime) -> LoginAttempt:
    with people.database.writing() as session:
        attempt = record_attempt(session, name, address, at)
    with people.database.writing() as session:
        seconds = seconds_to_wait(session, attempt, at)
        if seconds:
            clear_attempt(session, attempt, succeeded=False)
    if seconds:
        raise TooManyError("login_throttled", seconds=seconds)
    return attempt
