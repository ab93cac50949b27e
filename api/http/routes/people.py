"""`/api/v1/people`: who may do what. A manager of people manages those whose region lies in their own."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.administration.managing import managed_people, managed_person
from api.db.tables import Person
from api.http.auth.cookie import take_cookie
from api.http.auth.current import AuthenticatorDep, LoggedIn, guarded, may, origin_of
from api.http.paging import Cursor, Limit, read_cursor, write_cursor
from api.people.accounts import Change, change_person, create_person, set_password
from api.people.actor import Actor, Proof
from api.people.login import prove_present
from api.people.roles import Permission
from api.schemas.people import NewPerson, PasswordBody, PersonBody, PersonChange, PersonList
from pipeline.errors import ConflictError

router = APIRouter(prefix="/people", tags=["people"])

Manager = Annotated[Actor, may(Permission.MANAGE_PEOPLE)]
PersonId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="`id` of a person.")]


@router.get("", summary="List people", responses=guarded((422, "cursor_invalid"), (422, "request_invalid")))
def list_people(people: AuthenticatorDep, actor: Manager, limit: Limit = 50, cursor: Cursor = None) -> PersonList:
    """List the people of your region, by name; the disabled ones too."""
    after = read_cursor(cursor)
    with people.database.reading() as session:
        found = managed_people(session, actor, limit + 1, None if after is None else after[0])
    following = write_cursor(found[limit - 1].name) if len(found) > limit else None
    return PersonList(people=[_body(person) for person in found[:limit]], next=following)


@router.post(
    "",
    status_code=201,
    summary="Add a person",
    responses=guarded(
        (409, "person_exists"),
        (409, "subject_taken"),
        (409, "account_needed"),
        (422, "person_name"),
        (422, "password_is_name"),
        (422, "request_invalid"),
    ),
)
def add(people: AuthenticatorDep, actor: Manager, body: NewPerson) -> PersonBody:
    """Add a person of your region. The very first one is made on the command line."""
    if actor.proof is Proof.LOCAL:
        raise ConflictError("account_needed")
    actor.require(Permission.MANAGE_PEOPLE, body.scope)
    password = None if body.password is None else body.password.get_secret_value()
    with people.database.writing() as session:
        person = create_person(session, actor.id, body.name, body.roles, body.scope, password, body.subject)
    return _body(person)


@router.get("/{person}", summary="Show a person", responses=guarded((404, "person_unknown"), (422, "request_invalid")))
def show(person: PersonId, people: AuthenticatorDep, actor: Manager) -> PersonBody:
    """Show a person of your region."""
    with people.database.reading() as session:
        return _body(managed_person(session, person, actor))


@router.patch(
    "/{person}",
    summary="Change a person",
    responses=guarded((404, "person_unknown"), (409, "last_admin"), (409, "subject_taken"), (422, "request_invalid")),
)
def change(person: PersonId, people: AuthenticatorDep, actor: Manager, body: PersonChange) -> PersonBody:
    """Change roles, region or state. Nobody is deleted: decisions name their people for ever."""
    roles = None if body.roles is None else frozenset(body.roles)
    with people.database.writing() as session:
        found = managed_person(session, person, actor)
        if body.scope is not None:
            actor.require(Permission.MANAGE_PEOPLE, body.scope)
        change_person(session, actor.id, found, Change(roles, body.scope, body.active, body.subject))
    return _body(found)


@router.post(
    "/{person}/password",
    status_code=204,
    summary="Set a password",
    responses=guarded(
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
    """Set your own password, giving the present one, or that of a person you manage. All sessions of theirs end."""
    own = person == actor.id
    if own:
        present = "" if body.present is None else body.present.get_secret_value()
        prove_present(people, actor, present, origin_of(request).peer)
    elif Permission.MANAGE_PEOPLE not in actor.permissions:
        actor.require(Permission.MANAGE_PEOPLE, None)
    with people.database.writing() as session:
        found = session.get_one(Person, person) if own else managed_person(session, person, actor)
        set_password(session, actor.id, found, body.new.get_secret_value())
    if own:
        take_cookie(response, request)


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
