"""Whom a manager of people manages: those whose region lies in their own."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from api.db.tables import Person
from api.people.actor import Actor
from api.people.roles import Permission
from api.regions.codes import NATION
from pipeline.errors import MissingError


def managed_people(
    session: Session, actor: Actor, limit: int, after: str | None = None, begins: str = ""
) -> Sequence[Person]:
    """Return people by name, the disabled ones too.

    Args:
        session: Where they are.
        actor: Who manages them.
        limit: How many at most.
        after: Name of the last one seen.
        begins: What their names begin with.

    """
    chosen = select(Person).where(_below(actor)).order_by(Person.name).limit(limit)
    if after is not None:
        chosen = chosen.where(Person.name > after)
    if begins:
        chosen = chosen.where(Person.name.startswith(begins.lower(), autoescape=True))
    return session.scalars(chosen).all()


def count_people(session: Session, actor: Actor) -> int:
    """Return how many people the manager has who may log in."""
    return session.scalar(select(func.count(Person.id)).where(Person.active, _below(actor))) or 0


def managed_person(session: Session, person: str, actor: Actor) -> Person:
    """Return a person that the manager may manage.

    Raises:
        MissingError: `person_unknown`.
        DeniedError: `not_permitted`.

    """
    found = session.get(Person, person)
    if found is None:
        raise MissingError("person_unknown", name=person)
    actor.require(Permission.MANAGE_PEOPLE, found.scope)
    return found


def _below(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a person's region lies in the manager's."""
    return true() if actor.scope == NATION else Person.scope.startswith(actor.scope, autoescape=True)
