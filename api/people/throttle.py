"""Failed logins slow down the next ones: for an account from one place, and for all that comes from an address.

An attempt is put down as failed before the password is looked at and taken back when it fits, so that many at once are
no way around. Accounts and addresses are kept as hashes: people type passwords into the wrong field.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.db.tables import Attempt
from api.db.types import new_id
from api.people.addresses import network

WINDOW = timedelta(minutes=15)
"""How long a failure counts."""

CLOCK_SLACK = timedelta(minutes=1)
"""By how much the clocks of several machines may differ."""

LONGEST = timedelta(minutes=5)
"""The longest wait: an account must not be locked for good by someone else's guesses."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures are free; each one after that doubles the wait, from one second on."""

    free: int

    def wait(self, failures: int) -> timedelta:
        """Return how long to wait after the last of so many failures."""
        beyond = failures - self.free
        return timedelta() if beyond < 0 else min(timedelta(seconds=2 ** min(beyond, 16)), LONGEST)


ACCOUNT = Allowance(free=5)
ADDRESS = Allowance(free=30)


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """An attempt that has been put down: its rows, and the keys of account and address."""

    rows: tuple[str, str]
    account: str
    address: str


def record_attempt(session: Session, name: str, address: str, at: datetime) -> LoginAttempt:
    """Put an attempt down as failed, and forget the ones that no longer count."""
    session.execute(delete(Attempt).where(Attempt.at < at - WINDOW))
    place, named = network(address), name.strip().lower()
    # An account from one place: whoever guesses elsewhere must not shut its owner out.
    attempt = LoginAttempt((new_id(), new_id()), _key("name", f"{named}\0{place}"), _key("address", place))
    for row, who in zip(attempt.rows, (attempt.account, attempt.address), strict=True):
        session.add(Attempt(id=row, who=who, at=at))
    return attempt


def seconds_to_wait(session: Session, attempt: LoginAttempt, at: datetime) -> int:
    """Return for how many seconds this attempt comes too early; 0 where it may go on."""
    waits = [
        _wait(session, attempt.account, ACCOUNT, attempt, at),
        _wait(session, attempt.address, ADDRESS, attempt, at),
    ]
    return max(0, ceil(max(waits).total_seconds()))


def clear_attempt(session: Session, attempt: LoginAttempt, *, succeeded: bool) -> None:
    """Take an attempt back that was refused unseen or that succeeded; success clears the account too."""
    session.execute(delete(Attempt).where(Attempt.id.in_(attempt.rows)))
    if succeeded:
        session.execute(delete(Attempt).where(Attempt.who == attempt.account))


def _wait(session: Session, who: str, allowance: Allowance, attempt: LoginAttempt, at: datetime) -> timedelta:
    # Attempts from the future were made before the clock was set back; they would shut people out until it is there.
    window = Attempt.at.between(at - WINDOW, at + CLOCK_SLACK)
    others = Attempt.who == who, Attempt.id.not_in(attempt.rows), window
    failures, last = session.execute(select(func.count(), func.max(Attempt.at)).where(*others)).one()
    return timedelta() if last is None else last + allowance.wait(failures) - at


def _key(kind: str, value: str) -> str:
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
