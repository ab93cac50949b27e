"""Alarms: what people must look at, until one of them says that they have."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM
from api.db.review_tables import Alarm
from api.db.types import now
from api.ledger.append import record_event
from pipeline.errors import MissingError


def raise_alarm(session: Session, code: str, subject: str, told: Mapping[str, Any]) -> Alarm:
    """Raise an alarm."""
    alarm = Alarm(code=code, subject=subject, told=dict(told))
    session.add(alarm)
    session.flush()
    record_event(session, "alarm_raised", PROGRAM, subject, {"alarm": alarm.id, "code": code, **told})
    return alarm


def raised(session: Session, *, cleared: bool = False) -> list[Alarm]:
    """Return the alarms that stand, newest first; or all of them."""
    wanted = select(Alarm).order_by(Alarm.raised_at.desc(), Alarm.id)
    return list(session.scalars(wanted if cleared else wanted.where(Alarm.cleared_at.is_(None))))


def clear(session: Session, alarm_id: str, person: str) -> Alarm:
    """Say that an alarm has been seen to.

    Raises:
        UsageError: `alarm_missing`.

    """
    alarm = session.get(Alarm, alarm_id, with_for_update=True)
    if alarm is None or alarm.cleared_at is not None:
        raise MissingError("alarm_missing", alarm=alarm_id[:80])
    alarm.cleared_at, alarm.cleared_by = now(), person
    record_event(session, "alarm_cleared", person, alarm.subject, {"alarm": alarm.id})
    return alarm
