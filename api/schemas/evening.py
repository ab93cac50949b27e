"""How the evening goes, for whoever watches over it by a program."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import Exact, Text

Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0)]


class PlaceBody(Exact):
    """A region."""

    code: str = Field(description="`0` is the nation.")
    name: str | None = Field(description="Null where the list of regions does not name it, and of the nation.")


class MachineWork(Exact):
    """What the machine does, for all regions together: they share it."""

    minutes: list[Count] = Field(
        description="Pages read in each of the last sixty minutes, the newest last; sixty seconds each, back from now."
    )
    read_lately: Count = Field(description="Pages read in the last `lately_minutes` minutes.")
    lately_minutes: Count
    read_hour: Count = Field(description="Pages read in the last hour.")
    waiting: Count = Field(description="Pages that wait, with those being read.")
    oldest_seconds: Seconds | None = Field(description="How long ago the first of them came in; null where none waits.")
    left_seconds: Seconds | None = Field(
        description="How long they take at the pace of the last `lately_minutes` minutes, if nothing more comes in. "
        "Null where nothing waits, and where nothing was read in these minutes, so that it is not known."
    )


class AtWorkBody(Exact):
    """A reviewer who has answered in the last hour."""

    name: str
    region: PlaceBody | None = Field(description="Where they work; null on a machine without accounts.")
    answers: Count = Field(description="In the last hour, without what they took back.")
    settled: Count = Field(description="Numbers that waited, and that an answer of theirs settled in the last hour.")
    last_at: datetime = Field(description="When they answered last.")
    at_work: bool = Field(description="Whether that was in the last `at_work_minutes` minutes.")


class PeopleWork(Exact):
    """What people do in your region."""

    waiting: Count = Field(description="Numbers that wait for people.")
    more: bool = Field(description="Whether more may wait: no more than `waiting` are counted.")
    settled_hour: Count = Field(
        description="Numbers of your region that were settled in the last hour, by whoever it was."
    )
    left_seconds: Seconds | None = Field(
        description="How long the waiting ones take at the pace of the last hour, if nothing more comes in; at least "
        "so long where `more`. Null where nothing waits, and where nothing was settled in that hour, so that it is "
        "not known."
    )
    at_work: Count = Field(description="How many reviewers are at work now.")
    at_work_minutes: Count
    answered_hour: Count = Field(description="How many reviewers have answered in the last hour.")
    reviewers: list[AtWorkBody] = Field(description="The first hundred of them: who is at work first, then by name.")


class StandingAlarm(Exact):
    """An alarm that nobody has seen to."""

    code: str
    region: PlaceBody = Field(description="What it is about.")
    text: Text
    raised_at: datetime


class EveningBody(Exact):
    """How the evening goes: the figures of `/admin/evening`. What is not known is null, never 0."""

    as_of: datetime
    region: PlaceBody = Field(description="Yours: what `people` and `alarms` are of.")
    machine: MachineWork
    people: PeopleWork
    alarms_standing: Count = Field(description="How many alarms stand in your region.")
    alarms: list[StandingAlarm] = Field(description="The newest hundred of them, the newest first.")
