"""Forget a person (Law 27/2022 on personal data): everything that says who it was is destroyed, the log stays whole.

What they decided and brought stays, under a pseudonym that nobody can lead back to them any more: the salt of the
pseudonym is destroyed, and so are the openings of all events that seal their name, their password's hash, or their
subject at the institution's login. An event says which openings are gone, so that `chasil audit verify` knows.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from api.db import Database
from api.db.log_tables import Event, Pseudonym
from api.db.tables import Attempt, Person, Token
from api.db.transactions import changes_of
from api.ledger.append import record_event
from api.ledger.leaf import key_columns
from api.ledger.protected import PROTECTED
from api.people.accounts import Change, change_person
from api.people.personal_keys import keys_of, revoke_key

FORGOTTEN = "forgotten."
"""What the name of somebody who was forgotten begins with."""

_TOGETHER = ("rows:", "rows:person", "rows:token")
"""Subjects of events that tell of rows of several people."""


def forget_person(session: Session, actor: str, person: Person) -> int:
    """Destroy everything that says who a person was; return how many openings went.

    Their sessions, tokens and keys end. It cannot be taken back.

    Args:
        session: A writing session.
        actor: Who does it.
        person: Whom.

    Raises:
        ConflictError: `last_admin`: nobody would be left who may manage the service.

    """
    if person.active:
        change_person(session, actor, person, Change(active=False))
    for key in keys_of(session, person.id):
        if key.revoked_at is None:
            revoke_key(session, actor, key)
    tokens = session.scalars(select(Token).where(Token.person_id == person.id)).all()
    for token in tokens:
        token.label = ""
    person.name, person.password, person.subject = f"{FORGOTTEN}{person.id[:12]}", None, None
    session.execute(delete(Attempt))  # they name people by a hash that can be guessed at; all end within minutes anyway
    session.flush()
    destroyed = _sealing(session, person.id, [token.id for token in tokens])
    _record_again(session, destroyed)
    numbers = [event.seq for event in destroyed]
    record_event(session, "person_forgotten", actor, f"person:{person.id}", {"events": numbers})
    for event in destroyed:
        event.private = event.salt = None
    session.get_one(Pseudonym, person.id).salt = ""
    return len(destroyed)


def scrub(database: Database) -> None:
    """Let nothing that was deleted stay in the files of a database; SQLite's is written anew, which takes its time."""
    if not database.embedded:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM person, event, token, login, attempt, pseudonym"))
        return
    with database.engine.connect() as connection:
        for statement in ("ROLLBACK", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.exec_driver_sql(statement)


def _sealing(session: Session, person: str, tokens: Sequence[str]) -> list[Event]:
    """Return the events that seal something of a person: their own, their tokens', and those of rows told together."""
    own = Event.subject.in_([f"person:{person}", *(f"token:{token}" for token in tokens)])
    together = Event.subject.in_(_TOGETHER)
    query = select(Event).where(own | together, Event.private.is_not(None)).order_by(Event.seq)
    return [event for event in session.scalars(query) if event.subject not in _TOGETHER or _of_people(event)]


def _of_people(event: Event) -> bool:
    return any(group["table"] in ("person", "token") for group in (event.private or {}).get("rows", ()))


def _record_again(session: Session, destroyed: Sequence[Event]) -> None:
    """Have the event that comes now tell of all rows whose seals go, so that the log vouches for them as before."""
    changes, people = changes_of(session), dict(iter(session.execute(select(Pseudonym.name, Pseudonym.person_id))))
    kinds = {kind.__tablename__: kind for kind in PROTECTED}
    for event in destroyed:
        for group in (event.private or {}).get("rows", ()):
            kind = kinds[group["table"]]
            keys = key_columns(kind)
            named = [
                tuple(people[value] if name in PROTECTED[kind].person else value for name, value in zip(keys, row))  # noqa: B905  the key comes first
                for row in group["rows"]
            ]
            if changes is not None:
                changes.name(kind, named)
