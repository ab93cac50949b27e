"""One number from its first reading on: what was read, by which model, and every decision. Nobody is named.

While people still decide it, what the machine and a first reader say is kept back, so that a second reader can read
blind; it is all told once the number is decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import PROGRAM, Records
from api.core.language import Language
from api.db.states import AnswerKind
from api.db.tables import Number, Person
from api.documents.views import number_history
from api.people.actor import LOCAL
from api.people.roles import Role, known_roles
from api.results.station import SIGNS, ShownNumber, document_at, shown_number
from api.schemas.documents import DecisionBody, ReadingSummary
from api.tabulation.shown import IN_REVIEW

RANK = (Role.SENIOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR, Role.RESEARCHER, Role.UPLOADER)
"""Of several roles the one that is told: the one that decides numbers before others."""

OPENING = (AnswerKind.REOPEN, AnswerKind.WITHDRAW, AnswerKind.FLAG)
"""Decisions that put a number back into review and say nothing of its value."""


@dataclass(frozen=True, slots=True)
class Step:
    """A decision: when, in which role, what it changed, why, and whether its person has signed it."""

    at: datetime
    role: str
    kind: str
    old: Mapping[str, Any]
    new: Mapping[str, Any]
    sign: str
    reason: str
    signed: bool


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
    session: Session,
    records: Records,
    election: str,
    station: str,
    field: str,
    language: Language,
    names: Mapping[str, str],
) -> History | None:
    """Return the history of a number; None where the station has no such number. `names` are those of pairs."""
    document = document_at(session, election, station)
    number = session.get(Number, (document.id, field)) if document else None
    if document is None or number is None:
        return None
    whole, decided = number_history(session, number), number.state != IN_REVIEW
    roles = _roles(session, {made.person for made in whole.decisions})
    form = records.forms.get(document.form_id or "")
    return History(
        number=shown_number(number, form, language, names),
        readings=[_read(read) for read in whole.readings if read.model] if decided else [],
        steps=[_step(made, roles, hide=not decided) for made in whole.decisions if decided or _settled(made)],
    )


def _read(read: ReadingSummary) -> Read:
    return Read(read.at, read.model, read.program, read.value, read.boxes, read.confidence)


def _step(made: DecisionBody, roles: Mapping[str, str], *, hide: bool) -> Step:
    """Return a decision; `hide` leaves out all that it says of a number that is still to be decided."""
    old, new = ({**side, "boxes": "", "value": None} if hide else side for side in (made.old, made.new))
    sign = SIGNS.get(str(new.get("state")), IN_REVIEW)
    return Step(made.at, roles[made.person], made.kind, old, new, sign, "" if hide else made.reason, made.signed)


def _settled(made: DecisionBody) -> bool:
    """Return whether a decision is told before the number is decided: not what one reader says before a second one."""
    return made.kind in OPENING or made.new.get("state") != IN_REVIEW


def _roles(session: Session, people: set[str]) -> dict[str, str]:
    """Return the role of each person in which they decide; never who they are."""
    found = dict.fromkeys(people, "unknown") | {LOCAL: LOCAL, PROGRAM: PROGRAM}
    for person in session.scalars(select(Person).where(Person.id.in_(people))):
        roles = known_roles(person.roles)
        found[person.id] = next((role.value for role in RANK if role in roles), "unknown")
    return found
