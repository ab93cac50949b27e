"""Nobody reaches farther than they were let: tokens, admins, auditors of a region, streams of who is out."""

import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.core.context import open_records
from api.db.review_tables import Alarm
from api.db.states import DocumentState, PageState
from api.db.tables import Document, Login, Page, Person, Token
from api.db.types import now
from api.people.accounts import Change, change_person
from api.people.roles import Role
from api.sampling import verdict
from tests.integration.http.test_app_problems import code_of
from tests.support.browser import listening
from tests.support.scene import HERE, PASSWORD, Scene, application, settings_for

V = "/api/v1"
PEOPLE, TOKENS, ALARMS = f"{V}/people", f"{V}/tokens", f"{V}/alarms"
JUDGING = [["admin", "reviewer"], ["senior", "admin"], ["admin", "reviewer", "senior", "uploader"]]
NEW = {"name": "persist", "roles": ["admin"], "scope": "3171", "password": PASSWORD}


# --- alarms -------------------------------------------------------------------------------------------------------


def alarm(scene: Scene, region: str) -> str:
    """Let an audit of a region fail; return its alarm."""
    audit = scene.audit(region)
    with scene.records.database.writing() as session:
        verdict.alarm_if_failed(session, audit)
        return session.scalars(select(Alarm.id).where(Alarm.subject == f"audit:{audit}")).one()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMIN, Role.SENIOR])
def test_alarms_stay_within_their_region(scene: Scene, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(verdict="failed", wrong=2, read=3)
    monkeypatch.setattr(verdict, "verdict_of", lambda *_: failed)
    ids = {region: alarm(scene, region) for region in ("0", "31", "3171", "317101", "6472")}
    for scope, seen in (("3171", {"3171", "317101"}), ("6472", {"6472"}), ("0", set(ids))):
        headers = scene.session(scene.person(role, scope=scope))
        for query in ("", "?cleared=true"):
            told = scene.ask("GET", ALARMS + query, headers).json()["alarms"]
            assert {one["id"] for one in told} == {ids[region] for region in seen}
        for region in set(ids) - seen:
            assert scene.ask("POST", f"{ALARMS}/{ids[region]}/clear", headers).status_code in (403, 404)
    auditor = scene.session(scene.person(Role.AUDITOR, scope="3171"))
    assert scene.ask("POST", f"{ALARMS}/{ids['317101']}/clear", auditor).status_code == 200
    national = scene.session(scene.person(Role.AUDITOR, scope="0"))
    told = scene.ask("GET", ALARMS, national).json()["alarms"]
    assert {one["region"] for one in told} == set(ids) - {"317101"}


# --- tokens -------------------------------------------------------------------------------------------------------


def test_a_token_makes_and_changes_no_accounts(scene: Scene) -> None:
    admin = scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD)
    other = scene.person(Role.REVIEWER)
    _, key = scene.token(admin)
    for given in (NEW, {**NEW, "present": PASSWORD}, {"name": "b", "roles": ["uploader"], "subject": "s"}):
        assert code_of(scene.ask("POST", PEOPLE, key, json=given)) == (403, "session_needed")
    for person in (admin, other):
        for change in ({"subject": "x"}, {"roles": ["auditor"]}, {"active": True}, {"scope": "0"}):
            told = {**change, "present": PASSWORD}
            assert code_of(scene.ask("PATCH", f"{PEOPLE}/{person.id}", key, json=told)) == (403, "session_needed")
            form = {"act": "changed", "roles": "auditor", "scope": "0", "present": PASSWORD}
            assert scene.ask("POST", f"/admin/people/{person.id}", key, data=form).status_code == 403
    assert scene.ask("POST", "/admin/people", key, data={**NEW, "present": PASSWORD}).status_code == 403
    with scene.records.database.reading() as session:
        assert {person.name for person in session.scalars(select(Person))} == {"kepala", other.name}
        assert not session.scalars(select(Person).where(Person.subject.is_not(None))).all()


def test_a_token_sees_and_ends_itself_alone(scene: Scene) -> None:
    person = scene.person(Role.UPLOADER)
    (first, one), (second, _), (third, _) = (scene.token(person) for _ in range(3))
    assert [token["id"] for token in scene.ask("GET", TOKENS, one).json()["tokens"]] == [first]
    assert code_of(scene.ask("DELETE", f"{TOKENS}/{second}", one)) == (404, "token_unknown")
    assert {token["id"] for token in scene.ask("GET", TOKENS, scene.session(person)).json()["tokens"]} == {
        first,
        second,
        third,
    }
    assert scene.ask("DELETE", f"{TOKENS}/{first}", one).status_code == 204
    assert scene.ask("GET", TOKENS, one).status_code == 401
    assert scene.ask("DELETE", f"{TOKENS}/{second}", scene.session(person)).status_code == 204


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [("3171", "0", "3171"), ("3171", "31", "3171"), ("31", "3171", "3171"), ("3171", "5171", None)],
)
def test_a_token_never_reaches_farther_than_it_was_made_for(
    scene: Scene, before: str, after: str, allowed: str | None
) -> None:
    person = scene.person(Role.RESEARCHER, scope=before)
    _, key = scene.token(person)
    with scene.records.database.writing() as session:
        roles = frozenset({Role.RESEARCHER, Role.AUDITOR})
        change_person(session, "test", session.get_one(Person, person.id), Change(roles=roles, scope=after))
    told = scene.ask("GET", f"{V}/session", key)
    assert told.json().get("scope") == allowed
    assert told.json().get("roles") == (None if allowed is None else ["researcher"])


@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("own", [True, False])
def test_tokens_can_end_with_a_password(scene: Scene, *, ended: bool, own: bool) -> None:
    admin = scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD)
    person = admin if own else scene.person(Role.REVIEWER, password=PASSWORD)
    _, key = scene.token(person)
    _, others = scene.token(scene.person(Role.REVIEWER))
    body = {"new": "kata sandi yang baru", "present": PASSWORD, "end_tokens": ended}
    path = f"{PEOPLE}/{person.id}/password"
    assert scene.ask("POST", path, scene.session(admin), json=body).status_code == 204
    assert scene.ask("GET", f"{V}/session", key).status_code == (401 if ended else 200)
    assert scene.ask("GET", f"{V}/session", others).status_code == 200


def test_the_page_ends_tokens_too(scene: Scene) -> None:
    admin = scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD)
    person = scene.person(Role.REVIEWER)
    _, key = scene.token(person)
    form = {"act": "password", "password": "kata sandi yang baru", "present": PASSWORD, "end_tokens": "yes"}
    assert scene.ask("POST", f"/admin/people/{person.id}", scene.session(admin), data=form).status_code == 303
    assert scene.ask("GET", f"{V}/session", key).status_code == 401


# --- accounts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("present", [None, "", "salah"])
def test_accounts_are_made_and_changed_with_the_present_password(scene: Scene, present: str | None) -> None:
    admin = scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD)
    other = scene.person(Role.REVIEWER, password=PASSWORD)
    headers = scene.session(admin)
    said = {} if present is None else {"present": present}
    path = f"{PEOPLE}/{other.id}"
    wrong = (422, "password_wrong")
    assert code_of(scene.ask("POST", PEOPLE, headers, json={**NEW, **said})) == wrong
    assert code_of(scene.ask("PATCH", path, headers, json={"roles": ["uploader"], **said})) == wrong
    assert code_of(scene.ask("POST", f"{path}/password", headers, json={"new": "x" * 20, **said})) == wrong
    assert scene.ask("POST", "/admin/people", headers, data={**NEW, **said}).status_code == 422
    with scene.records.database.reading() as session:
        assert session.get_one(Person, other.id).roles == ["reviewer"]
        assert len(session.scalars(select(Person)).all()) == 2


def test_accounts_are_made_with_the_right_password(scene: Scene) -> None:
    headers = scene.session(scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD))
    made = scene.ask("POST", PEOPLE, headers, json={**NEW, "present": PASSWORD})
    assert made.status_code == 201
    change = {"roles": ["auditor"], "present": PASSWORD}
    assert scene.ask("PATCH", f"{PEOPLE}/{made.json()['id']}", headers, json=change).json()["roles"] == ["auditor"]


def test_an_admin_without_a_password_makes_accounts_only_soon_after_the_login(scene: Scene) -> None:
    headers = scene.session(scene.person(Role.ADMIN, scope="0"))
    assert scene.ask("POST", PEOPLE, headers, json=NEW).status_code == 201
    with scene.records.database.writing() as session:
        session.execute(update(Login).values(created_at=now() - timedelta(minutes=11)))
    assert code_of(scene.ask("POST", PEOPLE, headers, json={**NEW, "name": "b"})) == (403, "login_stale")


@pytest.mark.parametrize(
    "change", [{"roles": ["admin", "auditor"]}, {"scope": "3171"}, {"roles": ["admin", "uploader"]}]
)
def test_nobody_changes_what_they_may_do_themselves(scene: Scene, change: dict[str, Any]) -> None:
    scene.person(Role.ADMIN, scope="0")
    admin = scene.person(Role.ADMIN, scope="31", name="kepala", password=PASSWORD)
    headers = scene.session(admin)
    told = {**change, "present": PASSWORD}
    assert code_of(scene.ask("PATCH", f"{PEOPLE}/{admin.id}", headers, json=told)) == (403, "own_roles")
    form = {"act": "changed", "roles": ["admin"], "scope": "31", **told}
    assert scene.ask("POST", f"/admin/people/{admin.id}", headers, data=form).status_code == 403
    with scene.records.database.reading() as session:
        kept = session.get_one(Person, admin.id)
        assert (kept.roles, kept.scope) == (["admin"], "31")
    same = {"roles": ["admin"], "scope": "31", "present": PASSWORD}
    assert scene.ask("PATCH", f"{PEOPLE}/{admin.id}", headers, json=same).status_code == 200


@pytest.mark.parametrize("roles", JUDGING)
def test_who_manages_people_cannot_be_made_a_judge(scene: Scene, roles: list[str]) -> None:
    headers = scene.session(scene.person(Role.ADMIN, scope="0", name="kepala", password=PASSWORD))
    mine = {"present": PASSWORD}
    given = {**NEW, "roles": roles, **mine}
    assert code_of(scene.ask("POST", PEOPLE, headers, json=given)) == (422, "roles_conflict")
    assert scene.ask("POST", "/admin/people", headers, data=given).status_code == 422
    other = scene.person(Role.REVIEWER)
    path = f"{PEOPLE}/{other.id}"
    assert code_of(scene.ask("PATCH", path, headers, json={"roles": roles, **mine})) == (422, "roles_conflict")
    form = {"act": "changed", "roles": roles, "scope": "3171", **mine}
    assert scene.ask("POST", f"/admin/people/{other.id}", headers, data=form).status_code == 422
    with scene.records.database.reading() as session:
        assert session.get_one(Person, other.id).roles == ["reviewer"]


# --- streams ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("proof", ["session", "token", "elsewhere", "logout", "revoked"])
@pytest.mark.parametrize("stream", ["progress", "document"])
def test_a_stream_ends_with_the_right_to_it(tmp_path: Path, stream: str, proof: str) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")
    records = open_records(settings)
    with listening(application(settings)) as address, httpx.Client(base_url=address, timeout=30) as client:
        scene = Scene(client, records)  # type: ignore[arg-type]
        person = scene.person(Role.REVIEWER)
        document, page = scene.document(HERE)
        _wait_for_a_page(scene, document, page)
        headers = scene.token(person)[1] if proof in ("token", "revoked") else scene.session(person)
        path = f"{V}/progress/events" if stream == "progress" else f"{V}/documents/{document}/events"
        begun, lines = threading.Event(), []

        def listen() -> None:
            with client.stream("GET", path, headers=headers) as answer:
                for line in answer.iter_lines():
                    lines.append(line)
                    begun.set()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        assert begun.wait(10)
        _out(scene, person, proof)
        thread.join(8)
        alive = thread.is_alive()
    records.close()
    assert lines
    assert not alive


def _wait_for_a_page(scene: Scene, document: str, page: str) -> None:
    """Let a document wait, so that its stream goes on."""
    with scene.records.database.writing() as session:
        session.get_one(Document, document).state = DocumentState.WAITING
        session.get_one(Page, page).state = PageState.WAITING


def _out(scene: Scene, person: Person, proof: str) -> None:
    """Take the right to a stream away."""
    with scene.records.database.writing() as session:
        if proof in ("session", "token"):
            change_person(session, "test", session.get_one(Person, person.id), Change(active=False))
        elif proof == "revoked":
            session.execute(update(Token).values(revoked_at=now()))
        elif proof == "logout":
            session.query(Login).delete()
        else:
            change_person(session, "test", session.get_one(Person, person.id), Change(scope="5171"))
