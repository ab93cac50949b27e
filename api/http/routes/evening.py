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


def _body(figures: Evening) -> EveningBody:
    return EveningBody(
        as_of=figures.as_of,
        region=_place(figures, figures.region),
        machine=_machine(figures.machine),
        people=_people(figures, figures.people),
        alarms_standing=len(figures.alarms),
        alarms=[_alarm(figures, alarm) for alarm in figures.alarms[:SHOWN]],
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


def _people(figures: Evening, people: People) -> PeopleWork:
    return PeopleWork(
        waiting=people.waiting,
        more=people.more,
        settled_hour=people.settled,
        left_seconds=people.left,
        at_work=people.at_work,
        at_work_minutes=WORKING // timedelta(minutes=1),
        answered_hour=len(people.reviewers),
        reviewers=[_reviewer(figures, one) for one in people.reviewers[:SHOWN]],
    )


def _reviewer(figures: Evening, one: AtWork) -> AtWorkBody:
    place = None if one.scope is None else _place(figures, one.scope)
    return AtWorkBody(
        name=one.name, region=place, answers=one.answers, settled=one.settled, last_at=one.last, at_work=one.now
    )


def _alarm(figures: Evening, alarm: Standing) -> StandingAlarm:
    text = Text(id=alarm.texts["id"], en=alarm.texts["en"])
    return StandingAlarm(code=alarm.code, region=_place(figures, alarm.region), text=text, raised_at=alarm.at)


def _place(figures: Evening, code: str) -> PlaceBody:
    return PlaceBody(code=code, name=None if code == NATION else figures.names.get(code))
