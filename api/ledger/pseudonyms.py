"""What people are called in public leaves: SHA-256 over a salt that is nobody else's and their id."""

import hashlib
import secrets
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.db.log_tables import Pseudonym
from api.ledger.actors import PROGRAMS

SALT_BYTES = 16


def pseudonym(salt: str, person: str) -> str:
    """Return the pseudonym of an id under a salt."""
    return hashlib.sha256(f"chasil person\n{salt}\n{person}".encode()).hexdigest()


def pseudonyms(session: Session, people: Collection[str]) -> Mapping[str, str]:
    """Return what people are called in leaves; whoever has no name yet is given one, in the session's transaction.

    Programs are named as well, whoever is asked for: each keeps its own name.
    """
    wanted = sorted(set(people) - PROGRAMS)
    if not wanted:
        return _with_programs({})
    query = select(Pseudonym.person_id, Pseudonym.name).where(Pseudonym.person_id.in_(wanted))
    known = dict(iter(session.execute(query)))
    fresh = [person for person in wanted if person not in known]
    if not fresh:
        return _with_programs(known)
    made = {person: secrets.token_hex(SALT_BYTES) for person in fresh}
    rows = [{"person_id": person, "salt": salt, "name": pseudonym(salt, person)} for person, salt in made.items()]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(dialect.insert(Pseudonym).values(rows).on_conflict_do_nothing())
    return _with_programs(dict(iter(session.execute(query))))


def known_pseudonyms(session: Session) -> Mapping[str, str]:
    """Return what everybody who has a name is called in leaves, programs too."""
    return _with_programs(dict(iter(session.execute(select(Pseudonym.person_id, Pseudonym.name)))))


def _with_programs(names: Mapping[str, str]) -> Mapping[str, str]:
    return {**names, **{one: one for one in PROGRAMS}}
