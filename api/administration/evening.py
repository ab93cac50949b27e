"""How the evening goes: how fast pages are read and numbers settled, what waits, who is at work, which alarms stand.

What is not known is None: no time is said to be left where nothing has been read or settled lately.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.language import Language
from api.db.review_tables import Alarm
from api.db.tables import Region
from api.desk.at_work import COUNTED, AtWork, at_work, numbers_waiting, seconds_for, settled_lately
from api.documents.pace import Pace, pace
from api.regions.codes import NATION
from api.sampling.alarms import raised
from api.schemas.documents import ProgressBody
from pipeline.reasons import Reason

SHOWN = 100
"""People, and alarms, that one page shows."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the machine does, for all regions together.

    Attributes:
        pace: Pages that were read.
        waiting: Pages that wait or are being read.
        oldest: How long ago the first of them came in, s; None where none waits.
        left: How long they take at the pace of the last minutes, s; None where that is not known, or where none waits.

    """

    pace: Pace
    waiting: int
    oldest: float | None
    left: float | None


@dataclass(frozen=True, slots=True)
class People:
    """What people do in a region.

    Attributes:
        waiting: Numbers that wait for them.
        more: Whether there may be more than were counted.
        settled: Numbers that were settled in the last hour.
        left: How long the waiting ones take at that pace, s; None where that is not known, or where none waits.
        reviewers: Who has answered in the last hour.

    """

    waiting: int
    more: bool
    settled: int
    left: float | None
    reviewers: Sequence[AtWork]

    @property
    def at_work(self) -> int:
        """How many are at work now."""
        return sum(one.now for one in self.reviewers)


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that nobody has seen to.

    Attributes:
        code: Of what happened.
        at: When it was raised.
        region: Code of what it is about.
        texts: What it says, by language.

    """

    code: str
    at: datetime
    region: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Evening:
    """How the evening goes.

    Attributes:
        as_of: At which moment.
        region: Code of the region that people and alarms are of.
        machine: What the machine does.
        people: What people do.
        alarms: Alarms, newest first.
        names: Names of the regions that are named here, by code, where they are known.

    """

    as_of: datetime
    region: str
    machine: Machine
    people: People
    alarms: Sequence[Standing]
    names: Mapping[str, str]


def evening(session: Session, work: ProgressBody, moment: datetime, scope: str) -> Evening:
    """Return how the evening goes.

    Args:
        session: A reading session.
        work: Pages by state.
        moment: The present one.
        scope: Region of whoever asks.

    """
    people, alarms = _people(session, moment, scope), [_standing(alarm) for alarm in raised(session, scope=scope)]
    codes = {scope, *(alarm.region for alarm in alarms), *(one.scope for one in people.reviewers if one.scope)}
    return Evening(moment, scope, _machine(session, work, moment), people, alarms, _names(session, codes))


def _machine(session: Session, work: ProgressBody, moment: datetime) -> Machine:
    read, waiting = pace(session, moment), work.pages.get("waiting", 0) + work.pages.get("reading", 0)
    if not waiting:
        return Machine(read, waiting, oldest=None, left=None)
    return Machine(read, waiting, work.oldest_waiting_seconds, read.seconds_for(waiting))


def _people(session: Session, moment: datetime, scope: str) -> People:
    waiting, done = numbers_waiting(session, scope), settled_lately(session, moment, scope)
    left = seconds_for(waiting, done) if waiting else None
    return People(waiting, waiting >= COUNTED, done, left, at_work(session, moment, scope))


def _standing(alarm: Alarm) -> Standing:
    reason = Reason(alarm.code, alarm.told)
    return Standing(
        alarm.code, alarm.raised_at, alarm.region or NATION, {one.value: reason.text(one.value) for one in Language}
    )


def _names(session: Session, codes: Collection[str]) -> dict[str, str]:
    named = select(Region.code, Region.name).where(Region.code.in_(codes), Region.name != Region.code)
    return dict(iter(session.execute(named)))
