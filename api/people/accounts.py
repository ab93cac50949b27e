"""People: made, changed and disabled, never deleted, because decisions refer to them. Each step is an event.

The functions work in a writing session of the caller and say who acts. Events hold ids, roles and regions; never
names, passwords or their hashes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.db.tables import Login, Person, Token
from api.db.transactions import take_lock
from api.db.types import new_id, now
from api.ledger.append import record_event
from api.people.passwords import hash_password
from api.people.roles import Role, known_roles
from api.regions.codes import NATION, is_code
from pipeline.errors import ConflictError, DeniedError, MissingError, UsageError

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?")
JUDGING = frozenset({Role.REVIEWER, Role.SENIOR})
"""Roles that decide numbers."""

_LOCK = 0x70_65_72_73_6F_6E
"""The lock of PostgreSQL under which people change one after the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different about a person; None leaves it as it is."""

    roles: frozenset[Role] | None = None
    scope: str | None = None
    active: bool | None = None
    subject: str | None = None


def login_name(name: str) -> str:
    """Return a name as it is stored: small letters.

    Raises:
        UsageError: `person_name`: it has other characters than allowed, or too many.

    """
    lowered = name.strip().lower()
    if not _NAME.fullmatch(lowered):
        raise UsageError("person_name")
    return lowered


def any_person(session: Session) -> bool:
    """Return whether anyone has an account."""
    return session.scalar(select(Person.id).limit(1)) is not None


def find_person(session: Session, name: str) -> Person:
    """Return a person by name.

    Raises:
        UsageError: `person_unknown`.

    """
    found = session.scalar(select(Person).where(Person.name == name.strip().lower()))
    if found is None:
        raise MissingError("person_unknown", name=name)
    return found


def create_person(
    session: Session,
    actor: str,
    name: str,
    roles: Iterable[Role],
    scope: str = NATION,
    password: str | None = None,
    subject: str | None = None,
) -> Person:
    """Add a person. Without a password they can log in only through an institution's own service.

    Raises:
        UsageError: `person_name`, `person_exists`, `subject_taken`, `roles_missing`, `scope_unknown` or a fault of the
            password.

    """
    name = login_name(name)
    hashed = None if password is None else hash_password(password, name)
    _alone(session)
    if session.scalar(select(Person.id).where(Person.name == name)) is not None:
        raise ConflictError("person_exists", name=name)
    _check_subject(session, subject)
    person = Person(
        id=new_id(),
        name=name,
        password=hashed,
        subject=subject,
        roles=_stored(roles),
        scope=_region(scope),
        active=True,
    )
    session.add(person)
    body = {
        "roles": person.roles,
        "scope": person.scope,
        "password": hashed is not None,
        "subject": subject is not None,
    }
    record_event(session, "person_created", actor, f"person:{person.id}", body)
    return person


def change_person(session: Session, actor: str, person: Person, change: Change) -> None:
    """Change roles, scope, state or subject; a disabled person's sessions and tokens end at once.

    Raises:
        UsageError: `roles_missing`, `roles_conflict`, `scope_unknown`.
        ConflictError: `subject_taken`; `last_admin`: nobody would be left who may manage the service.
        DeniedError: `own_roles`: somebody changes what they may do themselves.

    """
    _alone(session)
    had_admin, before = _any_admin(session), (person.roles, person.scope)
    if change.roles is not None:
        check_roles(change.roles)
        person.roles = _stored(change.roles)
    if change.scope is not None:
        person.scope = _region(change.scope)
    if change.active is not None:
        person.active = change.active
    if change.subject is not None and change.subject != person.subject:
        _check_subject(session, change.subject)
        person.subject = change.subject or None
    session.flush()
    if had_admin and not _any_admin(session):
        raise ConflictError("last_admin")
    if actor == person.id and (person.roles, person.scope) != before:
        raise DeniedError("own_roles")
    if not person.active:
        end_sessions(session, person)
        _revoke_tokens(session, person)
    subject = person.subject is not None
    body = {"roles": person.roles, "scope": person.scope, "active": person.active, "subject": subject}
    record_event(session, "person_changed", actor, f"person:{person.id}", body)


def check_roles(roles: Iterable[Role]) -> None:
    """Refuse roles that nobody may have together: who makes the judges does not judge.

    Raises:
        UsageError: `roles_conflict`.

    """
    chosen = frozenset(roles)
    if Role.ADMIN in chosen and (judging := chosen & JUDGING):
        raise UsageError("roles_conflict", admin=Role.ADMIN.value, roles=", ".join(sorted(judging)))


def set_password(session: Session, actor: str, person: Person, password: str, *, end_tokens: bool = False) -> None:
    """Give a person a new password; all their sessions end, and with `end_tokens` all their tokens.

    Raises:
        UsageError: A fault of the password.

    """
    person.password = hash_password(password, person.name)
    end_sessions(session, person)
    if end_tokens:
        _revoke_tokens(session, person)
    record_event(session, "password_changed", actor, f"person:{person.id}", {"tokens": "ended"} if end_tokens else {})


def end_sessions(session: Session, person: Person) -> None:
    """End every session of a person."""
    session.execute(delete(Login).where(Login.person_id == person.id))


def _revoke_tokens(session: Session, person: Person) -> None:
    still_good = Token.person_id == person.id, Token.revoked_at.is_(None)
    session.execute(update(Token).where(*still_good).values(revoked_at=now()))


def _alone(session: Session) -> None:
    """Wait for whoever else is changing people, so that no name is given twice."""
    take_lock(session, _LOCK)


def _stored(roles: Iterable[Role]) -> list[str]:
    chosen = sorted({role.value for role in roles})
    if not chosen:
        raise UsageError("roles_missing", known=", ".join(Role))
    return chosen


def _region(scope: str) -> str:
    if not is_code(scope):
        raise UsageError("scope_unknown", seen=scope[:20])
    return scope


def _check_subject(session: Session, subject: str | None) -> None:
    if subject and session.scalar(select(Person.id).where(Person.subject == subject)) is not None:
        raise ConflictError("subject_taken")


def _any_admin(session: Session) -> bool:
    """Return whether anyone is left who may manage everything."""
    people = session.execute(select(Person.roles).where(Person.active, Person.scope == NATION))
    return any(Role.ADMIN in known_roles(row.roles) for row in people)
