"""Keys for programs: shown once, limited, ending, and never the way to another key."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from api.db.log_tables import Event
from api.db.tables import Token
from api.db.types import now
from api.people.accounts import Change, change_person
from api.people.roles import Role
from api.people.tokens import MAX_DAYS, PREFIX
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import Scene

SESSION, TOKENS = "/api/v1/session", "/api/v1/tokens"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_is_shown_once_and_stored_nowhere(scene: Scene) -> None:
    headers = scene.session(scene.person(Role.SENIOR))
    made = scene.ask("POST", TOKENS, headers, json={"label": "rekap"}).json()
    assert made["key"].startswith(PREFIX)
    assert made["roles"] == ["senior"]
    listed = scene.ask("GET", TOKENS, headers)
    assert made["key"] not in listed.text
    with scene.records.database.reading() as session:
        stored = [str(vars(row)) for table in (Token, Event) for row in session.scalars(select(table))]
        assert not [text for text in stored if made["key"] in text or made["key"].removeprefix(PREFIX) in text]


def test_a_token_needs_no_csrf_token_and_stands_before_a_cookie(scene: Scene) -> None:
    one, other = scene.person(Role.REVIEWER), scene.person(Role.SENIOR)
    _, key = scene.token(one)
    assert scene.ask("GET", SESSION, {**scene.session(other), **key}).json()["person"] == one.id
    assert scene.ask("DELETE", SESSION, key).status_code == 204
    wrong = {**scene.session(other), **bearer("chasil_wrong")}
    assert code_of(scene.ask("GET", SESSION, wrong)) == (401, "login_required")


def test_a_token_has_no_more_roles_than_it_was_given_and_its_person_still_has(scene: Scene) -> None:
    scene.person(Role.ADMIN, scope="0")
    person = scene.person(Role.SENIOR, Role.ADMIN)
    _, key = scene.token(person, Role.SENIOR)
    assert scene.ask("GET", SESSION, key).json()["roles"] == ["senior"]
    assert code_of(scene.ask("GET", "/api/v1/people", key)) == (403, "not_permitted")
    with scene.records.database.writing() as session:
        change_person(session, "test", session.merge(person), Change(roles=frozenset({Role.ADMIN})))
    assert scene.ask("GET", SESSION, key).json()["roles"] == []
    too_much = {"label": "x", "roles": ["researcher"]}
    refused = scene.ask("POST", TOKENS, scene.session(person), json=too_much)
    assert code_of(refused) == (422, "token_roles")


def test_a_token_ends_by_itself_and_at_once_when_it_is_ended(scene: Scene) -> None:
    person = scene.person(Role.REVIEWER)
    ident, key = scene.token(person)
    assert scene.ask("DELETE", f"{TOKENS}/{ident}", key).status_code == 204
    assert scene.ask("GET", SESSION, key).status_code == 401
    _, key = scene.token(person)
    with scene.records.database.writing() as session:
        session.execute(update(Token).values(expires_at=now() - timedelta(seconds=1)))
    assert scene.ask("GET", SESSION, key).status_code == 401


@pytest.mark.parametrize("days", [0, MAX_DAYS + 1])
def test_no_token_is_for_ever(scene: Scene, days: int) -> None:
    headers = scene.session(scene.person(Role.REVIEWER))
    assert code_of(scene.ask("POST", TOKENS, headers, json={"label": "x", "days": days})) == (422, "request_invalid")


def test_a_token_makes_no_tokens_and_sets_no_passwords(scene: Scene) -> None:
    person = scene.person(Role.ADMIN)
    _, key = scene.token(person)
    assert code_of(scene.ask("POST", TOKENS, key, json={"label": "x"})) == (403, "session_needed")
    body = {"new": "kata sandi yang baru"}
    path = f"/api/v1/people/{person.id}/password"
    assert code_of(scene.ask("POST", path, key, json=body)) == (403, "session_needed")


def test_the_list_goes_on_where_it_stopped(scene: Scene) -> None:
    person = scene.person(Role.REVIEWER)
    made = [scene.token(person)[0] for _ in range(5)]
    scene.token(scene.person(Role.REVIEWER))
    headers, seen, query = scene.session(person), [], "?limit=2"
    while query:
        page = scene.ask("GET", TOKENS + query, headers).json()
        seen += [token["id"] for token in page["tokens"]]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""
    assert seen == made[::-1]
    for wrong in ("x", "W10", "WyJhIiwgImIiXQ", "WzEsIDJd"):
        assert code_of(scene.ask("GET", f"{TOKENS}?cursor={wrong}", headers)) == (422, "cursor_invalid")
