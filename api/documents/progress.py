"""Counts of pages and documents by state, kept as long as counting them is dear."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from api.db import Database
from api.db.states import PageState
from api.db.tables import Page
from api.db.types import now
from api.documents.views import progress
from api.schemas.documents import ProgressBody

MANY = 100_000
"""Fewer pages are counted whenever somebody asks: it takes less than a tenth of a second."""

REST = 20
"""After more, nothing is counted for so many times as long: a twentieth of one core at most goes into counting."""


LOOKS, BETWEEN_LOOKS_SECONDS = 3, 0.2
"""How often, and after how long, it is looked whether any page is being read."""


class Counted:
    """The last count, made anew when its time is over. Shared by all who ask.

    Args:
        count: Counts.
        clock: Tells the time, in s.

    """

    def __init__(self, count: Callable[[], ProgressBody], clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._clock = count, clock
        self._lock = threading.Lock()
        self._kept: ProgressBody | None = None
        self._until = 0.0

    def now(self) -> ProgressBody:
        """Return how far the work is, or was when it was counted last."""
        with self._lock:
            began = self._clock()
            if self._kept is None or began >= self._until:
                self._kept = self._count()
                ended = self._clock()
                many = sum(self._kept.pages.values()) >= MANY
                self._until = ended + REST * (ended - began) if many else began
            return self._kept


def stalled_for(database: Database, limit: timedelta) -> timedelta | None:
    """Return how long a page has waited while none is being read; None where that is less than the limit.

    A worker holds no page for a moment between two: so it is looked more than once.
    """
    waited = timedelta()
    for look in range(LOOKS):
        time.sleep(BETWEEN_LOOKS_SECONDS if look else 0)
        moment = now()
        oldest = select(func.min(Page.ready_at)).where(Page.state == PageState.WAITING)
        held = select(func.count()).where(Page.state == PageState.READING, Page.lease_until > moment)
        with database.reading() as session:
            since = session.scalar(oldest)
            waited = timedelta() if since is None else moment - since
            if waited < limit or session.scalar(held):
                return None
    return waited


def counted(database: Database) -> Counted:
    """Return the count of what a database holds."""

    def count() -> ProgressBody:
        with database.reading() as session:
            return progress(session)

    return Counted(count)
