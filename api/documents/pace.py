"""How many pages the machine has read lately, minute by minute."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.db.log_tables import PAGE_READ, Event

MINUTES, LATELY = 60, 5
"""Minutes that are looked back, and those by which it is said what is to come."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Pages read in each of the last minutes, the newest last; sixty seconds each, back from the moment of asking."""

    minutes: tuple[int, ...]

    @property
    def hour(self) -> int:
        """How many pages were read in all of them."""
        return sum(self.minutes)

    @property
    def lately(self) -> int:
        """How many pages were read in the last few of them."""
        return sum(self.minutes[-LATELY:])

    def seconds_for(self, pages: int) -> float | None:
        """Return how long so many pages take if they are read as lately; None where none has been read lately."""
        return 60 * LATELY * pages / self.lately if self.lately else None


def pace(session: Session, moment: datetime) -> Pace:
    """Return how many pages were read in the minutes before a moment.

    A reading whose time lies after it was put down by a machine whose clock is ahead: it is not counted, for else it
    would be new for as long as that clock is ahead. What people type from whole pictures is no reading of the machine.
    """
    minute = timedelta(minutes=1)
    ends = [moment - ago * minute for ago in reversed(range(MINUTES))]
    counts = session.execute(select(*(count_read(end - minute, end).scalar_subquery() for end in ends))).one()
    return Pace(tuple(counts))


def count_read(since: datetime, until: datetime) -> Select[int]:
    """Return the count of the readings of the machine after a moment, up to another."""
    return select(func.count()).select_from(Event).where(PAGE_READ, Event.at > since, Event.at <= until)
