"""Alarms: what people must look at, until one of them says that they have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM
from api.db.review_tables import Alarm
from api.db.types import now
from api.ledger.append import record_event
from api.regions.codes import NATION, inside, within
from pipeline.errors import MissingError


def raise_alarm(session: Session, code: str, subject: str, details: Mapping[str, Any], region: str = NATION) -> Alarm:
    """Raise an alarm; `region` is what it is about, and who works elsewhere neither sees nor clears it."""
    alarm = Alarm(code=code, subject=subject, told=dict(details), region=region)
    session.add(alarm)
    session.flush()
    record_event(session, "alarm_raised", PROGRAM, subject, {"alarm": alarm.id, "code": code, **details})
    return alarm


def raised(session: Session, *, cleared: bool = False, scope: str = NATION) -> list[Alarm]:
    """Return the alarms of a region that stand, newest first; or all of them."""
    wanted = select(Alarm).order_by(Alarm.raised_at.desc(), Alarm.id)
    if scope != NATION:
        wanted = wanted.where(Alarm.region.is_not(None), inside(Alarm.region.expression, scope))
    return list(session.scalars(wanted if cleared else wanted.where(Alarm.cleared_at.is_(None))))


def clear(session: Session, alarm_id: str, person: str, scope: str = NATION) -> Alarm:
    """Clear an alarm that has been seen to; for whoever works elsewhere than in `scope` it is not there.

    Raises:
        MissingError: `alarm_missing`.

    """
    alarm = session.get(Alarm, alarm_id, with_for_update=True)
    if alarm is None or alarm.cleared_at is not None or not within(alarm.region or NATION, scope):
        raise MissingError("alarm_missing", alarm=alarm_id[:80])
    alarm.cleared_at, alarm.cleared_by = now(), person
    record_event(session, "alarm_cleared", person, alarm.subject, {"alarm": alarm.id})
    return alarm
