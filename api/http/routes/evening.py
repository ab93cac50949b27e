"""`/api/v1/evening`: how the evening goes, for the monitoring of whoever looks after the service or a region of it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter

from api.administration.evening import SHOWN, Evening, Machine, People, Standing, evening
from api.db.types import now
from api.desk.at_work import LATELY as WORKING
from api.desk.at_work import AtWork
from api.documents.pace import LATELY
from api.http.auth.current import guarded, may
from api.http.dependencies import CountedDep, RecordsDep
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import NATION
from api.schemas.common import Text
from api.schemas.evening import AtWorkBody, EveningBody, MachineWork, PeopleWork, PlaceBody, StandingAlarm

router = APIRouter(tags=["work"])

Keeper = Annotated[Actor, may(Permission.MANAGE_SYSTEM)]


@router.get("/evening", responses=guarded())
def how_it_goes(actor: Keeper, records: RecordsDep, counted: CountedDep) -> EveningBody:
    """Return how fast pages are read and numbers settled, what waits, who is at work and which alarms stand.

    For administrators: people and alarms are those of your region, the machine is that of all regions.
    """
    work = counted.now()
    with records.database.reading() as session:
        return _body(evening(session, work, now(), actor.scope))


def _body(told: Evening) -> EveningBody:
    return EveningBody(
        as_of=told.as_of,
        region=_place(told, told.region),
        machine=_machine(told.machine),
        people=_people(told, told.people),
        alarms_standing=len(told.alarms),
        alarms=[_alarm(told, alarm) for alarm in told.alarms[:SHOWN]],
    )


def _machine(machine: Machine) -> MachineWork:
    return MachineWork(
        minutes=list(machine.pace.minutes),
        read_lately=machine.pace.lately,
        lately_minutes=LATELY,
        read_hour=machine.pace.hour,
        waiting=machine.waiting,
        oldest_seconds=machine.oldest,
        left_seconds=machine.left,
    )


def _people(told: Evening, people: People) -> PeopleWork:
    return PeopleWork(
        waiting=people.waiting,
        more=people.more,
        settled_hour=people.settled,
        left_seconds=people.left,
        at_work=people.at_work,
        at_work_minutes=WORKING // timedelta(minutes=1),
        answered_hour=len(people.reviewers),
        reviewers=[_reviewer(told, one) for one in people.reviewers[:SHOWN]],
    )


def _reviewer(told: Evening, one: AtWork) -> AtWorkBody:
    place = None if one.scope is None else _place(told, one.scope)
    return AtWorkBody(
        name=one.name, region=place, answers=one.answers, settled=one.settled, last_at=one.last, at_work=one.now
    )


def _alarm(told: Evening, alarm: Standing) -> StandingAlarm:
    text = Text(id=alarm.texts["id"], en=alarm.texts["en"])
    return StandingAlarm(code=alarm.code, region=_place(told, alarm.region), text=text, raised_at=alarm.at)


def _place(told: Evening, code: str) -> PlaceBody:
    return PlaceBody(code=code, name=None if code == NATION else told.names.get(code))
