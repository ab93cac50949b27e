"""`/admin/people`: who may do what. Works without script; what is refused is said on the page that was sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.administration.managing import managed_people, managed_person
from api.db.tables import Person
from api.http.auth.cookie import take_cookie
from api.http.auth.current import AuthenticatorDep, may, prove_again
from api.http.pages.admin import show_admin
from api.http.pages.answers import PageRoute
from api.http.pages.frame import Frame, FrameDep
from api.http.pages.renderer import page_of
from api.http.pages.signing import signing_of
from api.ledger.statements import fingerprint
from api.people.accounts import Change, change_person, check_roles, create_person, set_password
from api.people.actor import Actor, Proof
from api.people.authenticator import Authenticator
from api.people.passwords import MIN_LENGTH
from api.people.personal_keys import confirm_key, key_of_person, keys_of, pseudonym_of, revoke_key
from api.people.roles import Permission, Role, known_roles
from api.schemas.people import Line
from pipeline.errors import ChasilError, DeniedError, MissingError

router = APIRouter(
    prefix="/admin/people", include_in_schema=False, route_class=PageRoute, default_response_class=HTMLResponse
)

ROWS = 50
"""People on one page."""

DONE = ("added", "changed", "password", "active", "key-confirmed", "key-revoked")
"""What can have been done to a person on the page before."""

Manager = Annotated[Actor, may(Permission.MANAGE_PEOPLE)]
PersonId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Text = Annotated[str, Line, Form(max_length=1024)]
Roles = Annotated[list[str] | None, Form()]


@router.get("")
def people(
    request: Request,
    frame: FrameDep,
    actor: Manager,
    authenticator: AuthenticatorDep,
    after: Annotated[str | None, Line, Query(max_length=64)] = None,
    q: Annotated[str, Line, Query(max_length=64)] = "",
) -> HTMLResponse:
    """List people by name, with a form for another."""
    return _list(request, frame, actor, authenticator, after=after, begins=q)


@router.post("")
def add(
    request: Request,
    frame: FrameDep,
    actor: Manager,
    authenticator: AuthenticatorDep,
    name: Text = "",
    roles: Roles = None,
    scope: Text = "",
    password: Text = "",
    subject: Text = "",
    present: Text = "",
) -> Response:
    """Add a person and show them; where that is refused, show the form again with the reason."""
    given = {"name": name, "roles": _roles(roles), "scope": scope.strip(), "subject": subject}
    try:
        check_roles(_roles(roles))
        prove_again(request, authenticator, actor, present)
        made = _made(authenticator, actor, name, _roles(roles), scope.strip(), password, subject.strip())
    except DeniedError:
        raise
    except ChasilError as refusal:
        return _list(request, frame, actor, authenticator, given=given, refusal=refusal)
    return RedirectResponse(frame.to(f"/admin/people/{made}", done="added"), 303)


@router.get("/{person}")
def show(
    request: Request,
    frame: FrameDep,
    actor: Manager,
    authenticator: AuthenticatorDep,
    person: PersonId,
    done: Annotated[str | None, Query(pattern=f"^({'|'.join(DONE)})$")] = None,
) -> HTMLResponse:
    """Show a person, with forms to change them; `done` names what has just been done."""
    return _show(request, frame, actor, authenticator, person, done=done)


@router.post("/{person}")
def change(
    request: Request,
    frame: FrameDep,
    actor: Manager,
    authenticator: AuthenticatorDep,
    person: PersonId,
    act: Annotated[str, Form(pattern=f"^({'|'.join(DONE)})$")],
    roles: Roles = None,
    scope: Text = "",
    active: Text = "",
    password: Text = "",
    present: Text = "",
    end_tokens: Text = "",
    key: Text = "",
    by: Text = "",
    signature: Text = "",
) -> Response:
    """Change roles and region, state, password, or keys; `act` says which. What is refused is said on the same page."""
    try:
        _manages(authenticator, actor, person)
        prove_again(request, authenticator, actor, present)
        if act == "password":
            _set_password(authenticator, actor, person, password, end_tokens=end_tokens == "yes")
        elif act == "changed":
            _change(authenticator, actor, person, Change(roles=_roles(roles), scope=scope.strip() or None))
        elif act == "key-confirmed":
            _confirm_key(authenticator, actor, person, key, (by, signature) if signature else None)
        elif act == "key-revoked":
            _revoke_key(authenticator, actor, person, key)
        else:
            _change(authenticator, actor, person, Change(active=active == "yes"))
    except (DeniedError, MissingError):
        raise
    except ChasilError as refusal:
        return _show(request, frame, actor, authenticator, person, refusal=refusal)
    response = RedirectResponse(frame.to(f"/admin/people/{person}", done=act), 303)
    if act == "password" and person == actor.id:
        take_cookie(response, request)  # all sessions have ended, this one too
    return response


def _change(authenticator: Authenticator, actor: Actor, person: str, wanted: Change) -> None:
    """Change a person; their new region must be one's own to manage too."""
    with authenticator.database.writing() as session:
        found = managed_person(session, person, actor)
        actor.require(Permission.MANAGE_PEOPLE, wanted.scope or found.scope)
        change_person(session, actor.id, found, wanted)


def _set_password(authenticator: Authenticator, actor: Actor, person: str, password: str, *, end_tokens: bool) -> None:
    with authenticator.database.writing() as session:
        set_password(session, actor.id, managed_person(session, person, actor), password, end_tokens=end_tokens)


def _confirm_key(
    authenticator: Authenticator, actor: Actor, person: str, key: str, countersigned: tuple[str, str] | None
) -> None:
    with authenticator.database.writing() as session:
        found = key_of_person(session, managed_person(session, person, actor).id, key)
        confirm_key(session, actor.id, found, countersigned)


def _revoke_key(authenticator: Authenticator, actor: Actor, person: str, key: str) -> None:
    with authenticator.database.writing() as session:
        revoke_key(session, actor.id, key_of_person(session, managed_person(session, person, actor).id, key))


def _manages(authenticator: Authenticator, actor: Actor, person: str) -> None:
    """Refuse whoever does not manage a person."""
    with authenticator.database.reading() as session:
        managed_person(session, person, actor)


def _made(
    authenticator: Authenticator,
    actor: Actor,
    name: str,
    roles: frozenset[Role],
    scope: str,
    password: str,
    subject: str,
) -> str:
    """Add a person of one's region; return their id."""
    with authenticator.database.writing() as session:
        made = create_person(session, actor.id, name, roles, scope, password or None, subject or None)
        actor.require(Permission.MANAGE_PEOPLE, made.scope)
        return made.id


def _roles(names: list[str] | None) -> frozenset[Role]:
    return known_roles(names or ())


def _list(
    request: Request,
    frame: Frame,
    actor: Actor,
    authenticator: Authenticator,
    *,
    after: str | None = None,
    begins: str = "",
    given: dict[str, Any] | None = None,
    refusal: ChasilError | None = None,
) -> HTMLResponse:
    with authenticator.database.reading() as session:
        found = managed_people(session, actor, ROWS + 1, after, begins)
        by_password = _by_password(session, actor)
    context = {
        "by_password": by_password,
        "people": found[:ROWS],
        "following": found[ROWS - 1].name if len(found) > ROWS else None,
        "begins": begins,
        "later": after is not None,
        "local": actor.proof is Proof.LOCAL,
        "given": given or {"name": "", "roles": frozenset(), "scope": actor.scope, "subject": ""},
    }
    return _answer(request, frame, "admin-people", refusal, **context)


def _show(
    request: Request,
    frame: Frame,
    actor: Actor,
    authenticator: Authenticator,
    person: str,
    *,
    done: str | None = None,
    refusal: ChasilError | None = None,
) -> HTMLResponse:
    with authenticator.database.reading() as session:
        found: Person = managed_person(session, person, actor)
        context: dict[str, Any] = {
            "by_password": _by_password(session, actor),
            "keys": keys_of(session, found.id),
            "called": pseudonym_of(session, found.id),
            "signing": signing_of(session, actor),
        }
    context["script_words"] = page_of(request).words("admin_script", frame.language)
    return _answer(request, frame, "admin-person", refusal, person=found, done=done, fingerprint=fingerprint, **context)


def _by_password(session: Session, actor: Actor) -> bool:
    """Return whether the sender has a password, which the forms then ask for."""
    person = session.get(Person, actor.id)
    return person is not None and person.password is not None


def _answer(request: Request, frame: Frame, name: str, refusal: ChasilError | None, **context: Any) -> HTMLResponse:
    """Return a page, with what was refused, if anything."""
    status = 200 if refusal is None else refusal.status
    problem = None if refusal is None else refusal.reason.text(frame.language.value)
    context |= {"roles": list(Role), "shortest": MIN_LENGTH, "problem": problem}
    return show_admin(request, frame, name, status, **context)
