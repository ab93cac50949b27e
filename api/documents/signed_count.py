"""How many decisions of people are signed, counted once a minute at most: anyone may ask."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from api.db import Database
from api.db.tables import Decision
from api.ledger.actors import PROGRAMS
from api.people.personal_keys import is_required

KEPT_SECONDS = 60.0
"""How long a count of many is kept."""

MANY = 10_000
"""Fewer decisions are counted whenever somebody asks."""


@dataclass(frozen=True, slots=True)
class SignedCount:
    """Decisions of people with and without their own signature, and whether they must have one."""

    signed: int
    unsigned: int
    required: bool


class SignedCounter:
    """The last count, made anew when its time is over. Shared by all who ask.

    Args:
        database: Where decisions are.
        clock: Tells the time, in s.

    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._clock = database, clock
        self._lock = threading.Lock()
        self._kept: SignedCount | None = None
        self._until = 0.0

    def now(self) -> SignedCount:
        """Return how many there are, or were when they were counted last."""
        with self._lock:
            if self._kept is None or self._clock() >= self._until:
                self._kept = self._count()
                many = self._kept.signed + self._kept.unsigned >= MANY
                self._until = self._clock() + (KEPT_SECONDS if many else 0.0)
            return self._kept

    def _count(self) -> SignedCount:
        by_people = Decision.person_id.not_in(sorted(PROGRAMS))
        query = select(func.count(), func.count(Decision.nonce)).select_from(Decision).where(by_people)
        with self._database.reading() as session:
            every, signed = session.execute(query).one()
            return SignedCount(signed, every - signed, is_required(session))
