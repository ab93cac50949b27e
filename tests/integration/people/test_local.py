"""Local mode: one laptop works without login, until the first account, and nothing but that laptop."""

import pytest

from api.people.local import Origin, host_name, is_local, is_loopback, require_people
from api.people.roles import Permission, Role
from pipeline.errors import UsageError
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import Scene
from tests.support.service import TestClient

SESSION = "/api/v1/session"


def origin(peer: str = "127.0.0.1", host: str = "localhost:8000", **headers: str) -> Origin:
    return Origin(peer, {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}})


@pytest.mark.parametrize(
    "origin_", [origin(), origin("::1", "[::1]:8000"), origin("127.0.0.5"), origin(host="127.0.0.1")]
)
def test_whoever_sits_at_the_machine_may_do_everything(origin_: Origin) -> None:
    assert is_local(origin_, "127.0.0.1", anyone=False)
    assert not is_local(origin_, "127.0.0.1", anyone=True)
    for elsewhere in ("0.0.0.0", "::", "192.168.1.4", "chasil.example"):
        assert not is_local(origin_, elsewhere, anyone=False)


@pytest.mark.parametrize(
    "origin_",
    [
        origin("192.168.1.4"),
        origin("::ffff:192.168.1.4"),
        origin(""),
        origin("testclient"),
        origin(host="chasil.example"),
        origin(host="localhost.elsewhere.example"),
        origin(host="127.0.0.1.elsewhere.example"),
        origin(host=""),
        origin(x_forwarded_for="127.0.0.1"),
        origin(forwarded="for=127.0.0.1"),
        origin(via="1.1 proxy"),
        origin(x_real_ip="127.0.0.1"),
    ],
)
def test_nobody_else_may(origin_: Origin) -> None:
    assert not is_local(origin_, "127.0.0.1", anyone=False)


def test_hosts() -> None:
    assert [host_name(host) for host in ("LocalHost:80", "[::1]:80", "a.b", "")] == ["localhost", "::1", "a.b", ""]
    assert [is_loopback(host) for host in ("localhost", "127.1.2.3", "::1", "10.0.0.1", "x")] == [True] * 3 + [
        False
    ] * 2


def test_it_works_out_of_the_box_and_ends_with_the_first_account(scene: Scene) -> None:
    body = scene.ask("GET", SESSION).json()
    assert (body["person"], body["proof"], body["csrf"]) == ("local", "local", None)
    assert set(body["permissions"]) == set(Permission)
    assert scene.ask("GET", SESSION, {"X-Forwarded-For": "10.0.0.1"}).status_code == 401
    with TestClient(scene.client.app, "http://127.0.0.1:8000", client=("10.0.0.1", 50000)) as far:
        assert code_of(far.get(SESSION)) == (401, "login_required")
    scene.person(Role.REVIEWER)
    refused = scene.ask("GET", SESSION)
    assert code_of(refused) == (401, "login_required")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_first_account_is_not_made_over_http(scene: Scene) -> None:
    body = {"name": "siti", "roles": ["admin"], "password": "kata sandi yang baru"}
    assert code_of(scene.ask("POST", "/api/v1/people", json=body)) == (409, "account_needed")
    assert code_of(scene.ask("POST", "/api/v1/tokens", json={"label": "x"})) == (409, "account_needed")


def test_no_one_listens_to_others_while_nobody_can_log_in(scene: Scene) -> None:
    with scene.records.database.reading() as session:
        require_people(session, "127.0.0.1")
        with pytest.raises(UsageError, match="serve_without_people"):
            require_people(session, "0.0.0.0")
    scene.person(Role.ADMIN, scope="0")
    with scene.records.database.reading() as session:
        require_people(session, "0.0.0.0")
