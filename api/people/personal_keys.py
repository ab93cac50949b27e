"""Keys with which people sign their decisions: shown by their person, confirmed by somebody else, revoked by either.

A key never leaves the browser or program that made it; only its public half is on record. It signs nothing that counts
before an administrator has confirmed it, having compared its id on both screens. Where the administrator has a
confirmed key too, the confirmation is signed with it: then whoever owns database and log can add no key in a person's
name. Who has ever had a confirmed key signs for good; a lost key is revoked, and another one takes its place.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.settings import Settings
from api.db import Database
from api.db.key_tables import PersonKey
from api.db.review_tables import PolicyValue
from api.db.types import now
from api.ledger.actors import PROGRAM, PROGRAMS
from api.ledger.append import record_event
from api.ledger.pseudonyms import pseudonyms
from api.ledger.statements import (
    PUBLIC,
    confirmation_statement,
    enrolment_statement,
    is_signed,
    key_id,
)
from pipeline.errors import ConflictError, DeniedError, MissingError, UsageError

REQUIRED = "signatures_required"
"""Name of the policy by which nobody decides without a signature: 1 where it holds."""

MOST = 20
"""Keys that one person may have that are not revoked."""


def pseudonym_of(session: Session, person: str) -> str:
    """Return what a person is called in the log, and in what they sign."""
    return pseudonyms(session, [person])[person]


def keys_of(session: Session, person: str) -> Sequence[PersonKey]:
    """Return all keys of a person, the newest first."""
    wanted = select(PersonKey).where(PersonKey.person_id == person)
    return session.scalars(wanted.order_by(PersonKey.made_at.desc(), PersonKey.id)).all()


def keys_in_force(session: Session, person: str) -> list[PersonKey]:
    """Return the keys that a person may sign with now."""
    return [key for key in keys_of(session, person) if is_in_force(key)]


def is_in_force(key: PersonKey) -> bool:
    """Return whether a key signs now."""
    return key.confirmed_at is not None and key.revoked_at is None


def ever_signed(session: Session, person: str) -> bool:
    """Return whether a person ever had a confirmed key, and so signs for good."""
    return any(key.confirmed_at is not None for key in keys_of(session, person))


def must_sign(session: Session, person: str) -> bool:
    """Return whether what a person decides counts with a signature alone."""
    if person in PROGRAMS:
        return False
    return ever_signed(session, person) or is_required(session)


def record_signing(database: Database, settings: Settings) -> None:
    """Put on record whether nobody decides without a signature, where that is otherwise than before."""
    required = settings.signed_decisions == "required"
    with database.reading() as session:
        if is_required(session) == required:
            return
    with database.writing() as session:
        set_required(session, required=required)


def is_required(session: Session) -> bool:
    """Return whether nobody decides without a signature."""
    row = session.get(PolicyValue, REQUIRED)
    return row is not None and row.value > 0


def set_required(session: Session, *, required: bool) -> None:
    """Put on record whether nobody decides without a signature; what is so already is no event."""
    if is_required(session) == required:
        return
    session.merge(PolicyValue(name=REQUIRED, value=float(required), at=now(), person_id=PROGRAM))
    record_event(session, "signatures_set", PROGRAM, f"setting:{REQUIRED}", {"required": required})


def enrol_key(session: Session, person: str, public: str, proof: str) -> PersonKey:
    """Put a person's key on record; it waits to be confirmed.

    Args:
        session: A writing session.
        person: Whose key it is.
        public: Its public half, 64 hexadecimal digits.
        proof: The signature over `enrolment_statement`, with the key itself.

    Raises:
        UsageError: `key_invalid`: it is no Ed25519 key, or the signature is not its own.
        ConflictError: `key_known`; `keys_too_many`.

    """
    name = pseudonym_of(session, person)
    if not PUBLIC.fullmatch(public) or not is_signed(public, proof, enrolment_statement(name, public)):
        raise UsageError("key_invalid")
    if session.get(PersonKey, key_id(public)) is not None:
        raise ConflictError("key_known")
    standing = (PersonKey.person_id == person, PersonKey.revoked_at.is_(None))
    if (session.scalar(select(func.count()).select_from(PersonKey).where(*standing)) or 0) >= MOST:
        raise ConflictError("keys_too_many", limit=MOST)
    key = PersonKey(id=key_id(public), person_id=person, public=public, proof=proof)
    session.add(key)
    record_event(session, "key_enrolled", person, f"key:{key.id}", {"key": key.id, "public": public})
    return key


def confirm_key(session: Session, actor: str, key: PersonKey, countersigned: tuple[str, str] | None = None) -> None:
    """Confirm a person's key; from now on they sign what they decide.

    Args:
        session: A writing session.
        actor: Who confirms: an administrator who manages the person, or the command line.
        key: What waits.
        countersigned: Id of the administrator's own key, and its signature over `confirmation_statement`.

    Raises:
        ConflictError: `key_not_waiting`.
        DeniedError: `own_key`: somebody else confirms it.
        UsageError: `countersignature_needed`: the administrator has a key and has not signed with it.

    """
    if key.confirmed_at is not None or key.revoked_at is not None:
        raise ConflictError("key_not_waiting", key=key.id)
    if actor == key.person_id:
        raise DeniedError("own_key")
    if countersigned is not None:
        _check_countersignature(session, actor, key, *countersigned)
        key.countersign_key, key.countersignature = countersigned
    elif actor not in PROGRAMS and ever_signed(session, actor):
        raise UsageError("countersignature_needed")
    key.confirmed_at, key.confirmed_by = now(), actor
    body = {"key": key.id, "countersign_key": key.countersign_key}
    record_event(session, "key_confirmed", actor, f"key:{key.id}", body)


def revoke_key(session: Session, actor: str, key: PersonKey) -> None:
    """End a key for good: lost, stolen, or of a browser that is no more. What it has signed stays signed.

    Raises:
        ConflictError: `key_revoked`: it has ended already.

    """
    if key.revoked_at is not None:
        raise ConflictError("key_revoked", key=key.id)
    key.revoked_at, key.revoked_by = now(), actor
    record_event(session, "key_revoked", actor, f"key:{key.id}", {"key": key.id})


def key_of_person(session: Session, person: str, identity: str) -> PersonKey:
    """Return a key of a person by its id, spaces and large letters or not, as people copy it.

    Raises:
        MissingError: `key_missing`.

    """
    key = session.get(PersonKey, "".join(identity.split()).lower()[:32])
    if key is None or key.person_id != person:
        raise MissingError("key_missing", key=identity[:48])
    return key


def _check_countersignature(session: Session, actor: str, key: PersonKey, by: str, signature: str) -> None:
    own = next((one for one in keys_in_force(session, actor) if one.id == by), None)
    statement = confirmation_statement(by, pseudonym_of(session, key.person_id), key.public)
    if own is None or not is_signed(own.public, signature, statement):
        raise UsageError("countersignature_needed")
