"""Logging in: cookies, their end, slowed failures, and requests that other sites' pages would send."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from api.db.tables import Attempt, Login
from api.db.types import now
from api.people.accounts import Change, change_person
from api.people.roles import Role
from api.people.sessions import COOKIE, secret_hash
from api.people.throttle import ACCOUNT, ADDRESS, LONGEST, WINDOW, Allowance, record_attempt
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import PASSWORD, Scene

SESSION = "/api/v1/session"


def log_in(scene: Scene, name: str, password: str = PASSWORD, headers: dict[str, str] | None = None) -> Any:
    return scene.ask("POST", SESSION, headers, json={"name": name, "password": password})


def grow_old(scene: Scene, by: timedelta) -> None:
    """Let time go by for the failures that are remembered."""
    with scene.records.database.writing() as session:
        for attempt in session.scalars(select(Attempt)):
            attempt.at -= by


def cookie_of(answer: Any) -> str:
    return str(answer.cookies[COOKIE])


@pytest.fixture
def siti(scene: Scene) -> Scene:
    scene.person(Role.REVIEWER, name="siti", password=PASSWORD)
    return scene


def test_a_login_gives_a_cookie_that_no_script_can_read_and_says_who_one_is(siti: Scene) -> None:
    answer = log_in(siti, "Siti")
    assert answer.status_code == 200
    attributes = {part.strip().partition("=")[0].lower() for part in answer.headers["set-cookie"].split(";")}
    assert attributes == {COOKIE, "httponly", "max-age", "path", "samesite"}
    body = answer.json()
    assert (body["name"], body["roles"], body["scope"], body["proof"]) == ("siti", ["reviewer"], "3171", "session")
    shown = siti.ask("GET", SESSION, {"Cookie": f"{COOKIE}={cookie_of(answer)}"})
    assert shown.json() == body


def test_over_https_the_cookie_is_for_https_alone(siti: Scene) -> None:
    siti.client.base_url = siti.client.base_url.copy_with(scheme="https")
    assert "; Secure" in log_in(siti, "siti").headers["set-cookie"]


def test_the_cookie_itself_is_not_stored(siti: Scene) -> None:
    cookie = cookie_of(log_in(siti, "siti"))
    with siti.records.database.reading() as session:
        stored = session.scalars(select(Login)).one()
        assert cookie not in (stored.sha256, stored.csrf)
        assert stored.sha256 == secret_hash(cookie)


def test_a_session_never_keeps_the_cookie_that_the_browser_brought(siti: Scene) -> None:
    planted = log_in(siti, "siti", headers={"Cookie": f"{COOKIE}=planted-by-someone"})
    assert cookie_of(planted) != "planted-by-someone"
    first = cookie_of(log_in(siti, "siti"))
    second = cookie_of(log_in(siti, "siti", headers={"Cookie": f"{COOKIE}={first}"}))
    assert second != first
    assert siti.ask("GET", SESSION, {"Cookie": f"{COOKIE}={first}"}).status_code == 401
    assert siti.ask("GET", SESSION, {"Cookie": f"{COOKIE}={second}"}).status_code == 200


@pytest.mark.parametrize(
    ("seen", "created"),
    [(timedelta(minutes=120), timedelta(minutes=120)), (timedelta(minutes=1), timedelta(minutes=720))],
)
def test_a_session_ends_when_unused_and_when_old(siti: Scene, seen: timedelta, created: timedelta) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie_of(log_in(siti, 'siti'))}"}
    for short, status in ((timedelta(seconds=30), 200), (timedelta(), 401)):
        with siti.records.database.writing() as session:
            session.execute(update(Login).values(seen_at=now() - seen + short, created_at=now() - created + short))
        assert siti.ask("GET", SESSION, headers).status_code == status
    log_in(siti, "siti")
    with siti.records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Login)) == 1, "ended sessions are deleted"


def test_use_keeps_a_session_alive(siti: Scene) -> None:
    headers = {"Cookie": f"{COOKIE}={cookie_of(log_in(siti, 'siti'))}"}
    with siti.records.database.writing() as session:
        session.execute(update(Login).values(seen_at=now() - timedelta(minutes=100)))
    siti.ask("GET", SESSION, headers)
    with siti.records.database.reading() as session:
        assert now() - session.scalars(select(Login.seen_at)).one() < timedelta(minutes=1)


def test_logging_out_ends_the_session(siti: Scene) -> None:
    answer = log_in(siti, "siti")
    headers = {"Cookie": f"{COOKIE}={cookie_of(answer)}", "X-CSRF-Token": answer.json()["csrf"]}
    out = siti.ask("DELETE", SESSION, headers)
    assert out.status_code == 204
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert siti.ask("GET", SESSION, headers).status_code == 401


def test_a_new_password_and_being_disabled_end_every_session_and_token(scene: Scene) -> None:
    scene.person(Role.ADMIN, scope="0")
    budi = scene.person(Role.REVIEWER, name="budi", password=PASSWORD)
    headers = scene.session(budi)
    body = {"new": "kata sandi yang baru", "present": PASSWORD}
    assert scene.ask("POST", f"/api/v1/people/{budi.id}/password", headers, json=body).status_code == 204
    assert scene.ask("GET", SESSION, headers).status_code == 401
    assert log_in(scene, "budi").status_code == 401
    again = {"Cookie": f"{COOKIE}={cookie_of(log_in(scene, 'budi', 'kata sandi yang baru'))}"}
    _, token = scene.token(budi)
    with scene.records.database.writing() as session:
        change_person(session, "test", session.merge(budi), Change(active=False))
    assert scene.ask("GET", SESSION, again).status_code == 401
    assert scene.ask("GET", SESSION, token).status_code == 401
    assert log_in(scene, "budi", "kata sandi yang baru").status_code == 401
    with scene.records.database.writing() as session:
        change_person(session, "test", session.merge(budi), Change(active=True))
    assert scene.ask("GET", SESSION, token).status_code == 401, "a token that ended stays ended"


def test_ones_own_password_needs_the_present_one(siti: Scene) -> None:
    person = siti.person(Role.ADMIN, name="ani", password=PASSWORD)
    path = f"/api/v1/people/{person.id}/password"
    for body in ({"new": "x" * 20}, {"new": "x" * 20, "present": "y" * 20}):
        assert code_of(siti.ask("POST", path, siti.session(person), json=body)) == (422, "password_wrong")


def test_a_wrong_name_and_a_wrong_password_look_alike(siti: Scene) -> None:
    wrong_password, wrong_name = log_in(siti, "siti", "x" * 12), log_in(siti, "nobody", "x" * 12)
    assert code_of(wrong_password) == (401, "login_failed")
    assert wrong_name.json() == wrong_password.json()
    assert wrong_name.headers["WWW-Authenticate"] == wrong_password.headers["WWW-Authenticate"]
    for odd in ("", "a b", "x" * 64, "' OR 1=1 --", "Ω"):
        assert log_in(siti, odd).status_code in (401, 422)


@pytest.mark.parametrize("name", ["siti", "nobody"])
def test_failures_slow_down_an_account_whether_it_exists_or_not(siti: Scene, name: str) -> None:
    for _ in range(ACCOUNT.free):
        assert log_in(siti, name, "wrong password").status_code == 401
    refused = log_in(siti, name)
    assert code_of(refused) == (429, "login_throttled")
    assert 1 <= int(refused.headers["Retry-After"]) <= 2
    grow_old(siti, timedelta(seconds=5))
    assert log_in(siti, name).status_code == (200 if name == "siti" else 401)


def test_success_clears_the_account_and_time_clears_all(siti: Scene) -> None:
    for _ in range(3):
        log_in(siti, "siti", "wrong password")
    log_in(siti, "siti")
    with siti.records.database.writing() as session:
        whose = set(session.scalars(select(Attempt.who)))
        assert {who.partition(":")[0] for who in whose} == {"address"}
    grow_old(siti, WINDOW + timedelta(seconds=1))
    log_in(siti, "siti")
    with siti.records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_failures_slow_down_an_address_over_all_names(siti: Scene) -> None:
    at = now()
    with siti.records.database.writing() as session:
        for number in range(ADDRESS.free):
            record_attempt(session, f"name-{number}", "127.0.0.1", at)
    assert code_of(log_in(siti, "siti")) == (429, "login_throttled")


def test_the_wait_doubles_up_to_a_limit() -> None:
    waits = [Allowance(free=2).wait(failures).total_seconds() for failures in range(6)]
    assert waits == [0, 0, 1, 2, 4, 8]
    assert Allowance(free=2).wait(1000) == LONGEST


def test_what_was_typed_as_a_name_is_not_stored(siti: Scene) -> None:
    log_in(siti, "hunter2-typed-as-name", "x")
    with siti.records.database.reading() as session:
        assert not [who for who in session.scalars(select(Attempt.who)) if "hunter2" in who or "127.0" in who]


def test_a_session_must_carry_its_csrf_token_where_it_changes_something(siti: Scene) -> None:
    headers = siti.session(siti.person(Role.REVIEWER))
    body = {"label": "test"}
    for csrf in (None, "", "wrong", siti.session(siti.person(Role.REVIEWER))["X-CSRF-Token"]):
        given = {"Cookie": headers["Cookie"]} | ({} if csrf is None else {"X-CSRF-Token": csrf})
        assert code_of(siti.ask("POST", "/api/v1/tokens", given, json=body)) == (403, "csrf_missing")
    assert siti.ask("POST", "/api/v1/tokens", headers, json=body).status_code == 201
    assert siti.ask("GET", SESSION, {"Cookie": headers["Cookie"]}).status_code == 200


def test_other_sites_cannot_log_anyone_in(siti: Scene) -> None:
    answer = log_in(siti, "siti", headers={"Origin": "https://elsewhere.example"})
    assert code_of(answer) == (403, "request_cross_site")


def test_half_of_a_character_is_refused_and_no_failure(siti: Scene) -> None:
    body = b'{"name": "siti", "password": "\\ud800"}'
    answer = siti.ask("POST", SESSION, {"Content-Type": "application/json"}, content=body)
    assert code_of(answer) == (422, "request_invalid")
