"""`/api/v1/people`: who may do what. A manager of people manages those whose region lies in their own."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import SecretStr

from api.administration.managing import managed_people, managed_person
from api.db.tables import Person
from api.http.auth.cookie import take_cookie
from api.http.auth.current import AuthenticatorDep, LoggedIn, guarded, may, origin_of, prove_again
from api.http.paging import Cursor, Limit, first_page, read_cursor, write_cursor
from api.people.accounts import Change, change_person, check_roles, create_person, set_password
from api.people.actor import Actor
from api.people.authenticator import Authenticator
from api.people.login import prove_present
from api.people.roles import Permission
from api.schemas.people import NewPerson, PasswordBody, PersonBody, PersonChange, PersonList

router = APIRouter(prefix="/people", tags=["people"])

Manager = Annotated[Actor, may(Permission.MANAGE_PEOPLE)]
PersonId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a person.")]


@router.get("", responses=guarded((422, "cursor_invalid"), (422, "request_invalid")))
def list_people(people: AuthenticatorDep, actor: Manager, limit: Limit = 50, cursor: Cursor = None) -> PersonList:
    """List the people of your region, by name; the disabled ones too."""
    after = read_cursor(cursor)
    with people.database.reading() as session:
        found = managed_people(session, actor, limit + 1, None if after is None else after[0])
    shown, last = first_page(found, limit)
    return PersonList(
        people=[_body(person) for person in shown], next=None if last is None else write_cursor(last.name)
    )


@router.post(
    "",
    status_code=201,
    responses=guarded(
        (403, "login_stale"),
        (403, "session_needed"),
        (409, "person_exists"),
        (409, "subject_taken"),
        (409, "account_needed"),
        (422, "person_name"),
        (422, "password_is_name"),
        (422, "password_wrong"),
        (422, "roles_conflict"),
        (422, "request_invalid"),
        (429, "login_throttled"),
    ),
)
def add(request: Request, people: AuthenticatorDep, actor: Manager, body: NewPerson) -> PersonBody:
    """Add a person of your region, with your own password once more. The very first is made on the command line.

    No token can do it: an account would outlive it.
    """
    actor.require(Permission.MANAGE_PEOPLE, body.scope)
    check_roles(body.roles)
    prove_again(request, people, actor, _typed(body.present))
    password = None if body.password is None else body.password.get_secret_value()
    with people.database.writing() as session:
        person = create_person(session, actor.id, body.name, body.roles, body.scope, password, body.subject)
    return _body(person)


@router.get("/{person}", responses=guarded((404, "person_unknown"), (422, "request_invalid")))
def show(person: PersonId, people: AuthenticatorDep, actor: Manager) -> PersonBody:
    """Show a person of your region."""
    with people.database.reading() as session:
        return _body(managed_person(session, person, actor))


@router.patch(
    "/{person}",
    responses=guarded(
        (403, "login_stale"),
        (403, "own_roles"),
        (403, "session_needed"),
        (404, "person_unknown"),
        (409, "account_needed"),
        (409, "last_admin"),
        (409, "subject_taken"),
        (422, "password_wrong"),
        (422, "roles_conflict"),
        (422, "request_invalid"),
        (429, "login_throttled"),
    ),
)
def change(
    request: Request, person: PersonId, people: AuthenticatorDep, actor: Manager, body: PersonChange
) -> PersonBody:
    """Change roles, region or state, with your own password once more; nobody changes their own roles or region.

    Nobody is deleted: decisions name their people for ever.
    """
    roles = None if body.roles is None else frozenset(body.roles)
    _manages(people, actor, person)
    if body.scope is not None:
        actor.require(Permission.MANAGE_PEOPLE, body.scope)
    prove_again(request, people, actor, _typed(body.present))
    with people.database.writing() as session:
        found = managed_person(session, person, actor)
        change_person(session, actor.id, found, Change(roles, body.scope, body.active, body.subject))
    return _body(found)


@router.post(
    "/{person}/password",
    status_code=204,
    responses=guarded(
        (403, "login_stale"),
        (403, "session_needed"),
        (404, "person_unknown"),
        (409, "account_needed"),
        (422, "password_wrong"),
        (422, "password_is_name"),
        (422, "request_invalid"),
        (429, "login_throttled"),
    ),
)
def password(
    request: Request,
    response: Response,
    person: PersonId,
    people: AuthenticatorDep,
    actor: LoggedIn,
    body: PasswordBody,
) -> None:
    """Set your own password, or that of a person you manage, giving your present one. All sessions of theirs end.

    With `end_tokens` their tokens end too.
    """
    own = person == actor.id
    if own:
        prove_present(people, actor, _typed(body.present), origin_of(request).peer)
    else:
        _manages(people, actor, person)
        prove_again(request, people, actor, _typed(body.present))
    with people.database.writing() as session:
        found = session.get_one(Person, person) if own else managed_person(session, person, actor)
        set_password(session, actor.id, found, body.new.get_secret_value(), end_tokens=body.end_tokens)
    if own:
        take_cookie(response, request)


def _manages(people: Authenticator, actor: Actor, person: str) -> None:
    """Refuse whoever does not manage a person."""
    if Permission.MANAGE_PEOPLE not in actor.permissions:
        actor.require(Permission.MANAGE_PEOPLE, None)
    with people.database.reading() as session:
        managed_person(session, person, actor)


def _typed(present: SecretStr | None) -> str:
    return "" if present is None else present.get_secret_value()


def _body(person: Person) -> PersonBody:
    return PersonBody(
        id=person.id,
        name=person.name,
        roles=person.roles,
        scope=person.scope,
        active=person.active,
        password=person.password is not None,
        subject=person.subject is not None,
        created_at=person.created_at,
    )
