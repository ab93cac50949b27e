"""`/api/v1/keys`: your own keys to sign decisions with; and those of the people that you manage, under `/people`."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from sqlalchemy.orm import Session

from api.administration.managing import managed_person
from api.core.settings import Settings
from api.db.key_tables import PersonKey
from api.http.auth.current import AuthenticatorDep, CurrentPerson, guarded, prove_again
from api.http.dependencies import SettingsDep
from api.http.routes.people import Manager, PersonId
from api.people.actor import Actor, Proof
from api.people.personal_keys import (
    confirm_key,
    enrol_key,
    key_of_person,
    keys_of,
    must_sign,
    pseudonym_of,
    revoke_key,
)
from api.schemas.keys import ConfirmationBody, KeyBody, KeyList, NewKey
from pipeline.errors import ConflictError

router = APIRouter(tags=["people"])

KeyPath = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a key.")]

_MISSING = guarded((404, "key_missing"), (409, "key_revoked"), (422, "request_invalid"))


@router.get("/keys", responses=guarded((409, "account_needed")))
def list_keys(people: AuthenticatorDep, actor: CurrentPerson) -> KeyList:
    """List the keys that you sign decisions with, and what every statement calls you."""
    require_account(actor)
    with people.database.reading() as session:
        return key_list(session, actor.id)


@router.post(
    "/keys",
    status_code=201,
    responses=guarded(
        (409, "account_needed"),
        (409, "key_known"),
        (409, "keys_off"),
        (409, "keys_too_many"),
        (422, "key_invalid"),
        (422, "request_invalid"),
    ),
)
def enrol(people: AuthenticatorDep, actor: CurrentPerson, settings: SettingsDep, body: NewKey) -> KeyBody:
    """Put the public half of a key on record. It signs nothing that counts before somebody has confirmed it."""
    require_account(actor)
    require_offered(settings)
    with people.database.writing() as session:
        return _body(enrol_key(session, actor.id, body.public, body.proof))


@router.delete("/keys/{key}", status_code=204, responses=_MISSING)
def revoke(key: KeyPath, people: AuthenticatorDep, actor: CurrentPerson) -> None:
    """End a key for good. What it has signed stays signed; you decide again once another one is confirmed."""
    with people.database.writing() as session:
        revoke_key(session, actor.id, key_of_person(session, actor.id, key))


@router.get(
    "/people/{person}/keys",
    responses=guarded((404, "person_unknown"), (422, "request_invalid")),
)
def list_of_person(person: PersonId, people: AuthenticatorDep, actor: Manager) -> KeyList:
    """List the keys of a person of your region."""
    with people.database.reading() as session:
        return key_list(session, managed_person(session, person, actor).id)


@router.post(
    "/people/{person}/keys/{key}/confirmation",
    responses=guarded(
        (403, "login_stale"),
        (403, "own_key"),
        (403, "session_needed"),
        (404, "key_missing"),
        (404, "person_unknown"),
        (409, "account_needed"),
        (409, "key_not_waiting"),
        (422, "countersignature_needed"),
        (422, "password_wrong"),
        (422, "request_invalid"),
        (429, "login_throttled"),
    ),
)
def confirm(
    request: Request, person: PersonId, key: KeyPath, people: AuthenticatorDep, actor: Manager, body: ConfirmationBody
) -> KeyBody:
    """Vouch that a key is this person's, having compared its id on both screens; with your own password once more.

    If you have a confirmed key yourself, sign the statement of a confirmation with it.
    """
    with people.database.reading() as session:
        managed_person(session, person, actor)
    prove_again(request, people, actor, "" if body.present is None else body.present.get_secret_value())
    given = body.countersigned
    countersigned = None if given is None else (given.key, given.signature)
    with people.database.writing() as session:
        found = key_of_person(session, managed_person(session, person, actor).id, key)
        confirm_key(session, actor.id, found, countersigned)
        return _body(found)


@router.delete(
    "/people/{person}/keys/{key}",
    status_code=204,
    responses={**_MISSING, **guarded((404, "person_unknown"))},
)
def revoke_of_person(person: PersonId, key: KeyPath, people: AuthenticatorDep, actor: Manager) -> None:
    """End a key of a person of your region for good, such as one of a browser that was lost."""
    with people.database.writing() as session:
        revoke_key(session, actor.id, key_of_person(session, managed_person(session, person, actor).id, key))


def require_account(actor: Actor) -> None:
    """Refuse local mode, where nobody has an account that a key could be of.

    Raises:
        ConflictError: `account_needed`.

    """
    if actor.proof is Proof.LOCAL:
        raise ConflictError("account_needed")


def require_offered(settings: Settings) -> None:
    """Refuse new keys where people do not sign.

    Raises:
        ConflictError: `keys_off`.

    """
    if settings.signed_decisions == "off":
        raise ConflictError("keys_off")


def key_list(session: Session, person: str) -> KeyList:
    """Return the keys of a person."""
    found = [_body(key) for key in keys_of(session, person)]
    return KeyList(person=pseudonym_of(session, person), must_sign=must_sign(session, person), keys=found)


def _body(key: PersonKey) -> KeyBody:
    return KeyBody(
        id=key.id,
        public=key.public,
        made_at=key.made_at,
        confirmed_at=key.confirmed_at,
        countersigned=key.countersignature is not None,
        revoked_at=key.revoked_at,
    )
