"""One number from its first reading on: what was read, by which model, and every decision. Nobody is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.tables import Document, Number, Person
from api.intake.views import number_history
from api.language import Language
from api.people.actor import LOCAL
from api.people.roles import Role, known_roles
from api.records import PROGRAM, Records
from api.results.station import SIGNS, ShownNumber, document_at, shown_number

RANK = (Role.SENIOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR, Role.RESEARCHER, Role.UPLOADER)
"""Of several roles the one that is told: the one that decides numbers before others."""


@dataclass(frozen=True, slots=True)
class Step:
    """A decision: when, in which role, what it changed, and why."""

    at: datetime
    role: str
    kind: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    sign: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """A reading: when, by which model and program, and what it says."""

    at: datetime
    model: str | None
    program: str
    value: int | None
    boxes: str
    confidence: float


@dataclass(frozen=True, slots=True)
class History:
    """A number and everything that led to it."""

    number: ShownNumber
    readings: Sequence[Read]
    steps: Sequence[Step]


def history_at(
    session: Session, records: Records, election: str, station: str, field: str, language: Language
) -> History | None:
    """Return the history of a number; None where the station has no such number."""
    document = document_at(session, election, station)
    number = session.get(Number, (document.id, field)) if document else None
    if document is None or number is None:
        return None
    whole = number_history(session, number)
    roles = _roles(session, {made.person for made in whole.decisions})
    return History(
        number=shown_number(number, _form(records, document), language),
        readings=[
            Read(read.at, read.model, read.program, read.value, read.boxes, read.confidence) for read in whole.readings
        ],
        steps=[
            Step(made.at, roles[made.person], made.kind, made.old, made.new, _sign(made.new), made.reason)
            for made in whole.decisions
        ],
    )


def _form(records: Records, document: Document) -> Any:
    return records.forms.get(document.form_id or "")


def _sign(new: Mapping[str, Any]) -> str:
    return SIGNS.get(str(new.get("state")), "review")


def _roles(session: Session, people: set[str]) -> dict[str, str]:
    """Return the role of each person in which they decide; never who they are."""
    found = dict.fromkeys(people, "unknown") | {LOCAL: LOCAL, PROGRAM: PROGRAM}
    for person in session.scalars(select(Person).where(Person.id.in_(people))):
        roles = known_roles(person.roles)
        found[person.id] = next((role.value for role in RANK if role in roles), "unknown")
    return found
