"""Nobody is an administrator because of where a request comes from: who may read the machine's token is."""

import logging
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.people.machine import FILE, MachineToken
from api.people.roles import Role
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import PASSWORD, Scene, opened, settings_for
from tests.support.service import TestClient

SESSION = "/api/v1/session"
BEHIND: tuple[dict[str, str], ...] = (
    {},
    {"Host": "localhost"},
    {"CF-Connecting-IP": "10.0.0.1"},
    {"X-Client-IP": "10.0.0.1"},
    {"CDN-Loop": "cloudflare"},
    {"True-Client-IP": "10.0.0.1"},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Forwarded-Proto": "https"},
    {"Authorization": "Bearer chasil_local_" + "x" * 43},
    {"Authorization": "Bearer "},
    {"Cookie": "chasil_local=" + "0" * 64},
    {"Cookie": "chasil_local="},
)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}", trusted_proxies="127.0.0.1")) as made:
        yield made


def stranger(scene: Scene, base: str = "http://127.0.0.1:8000", peer: str = "127.0.0.1") -> TestClient:
    """Return a client that has no token, and whose requests a proxy on this machine passes on without a word."""
    scene.client.headers.pop("Authorization", None)
    scene.client.base_url = base
    scene.client.come_from(peer)
    return scene.client


@pytest.mark.parametrize("headers", BEHIND, ids=str)
def test_a_request_of_this_machine_without_the_token_is_a_strangers(scene: Scene, headers: dict[str, str]) -> None:
    client = stranger(scene)
    assert code_of(client.get(SESSION, headers=headers)) == (401, "login_required")
    assert client.get("/metrics", headers=headers).status_code == 401
    assert client.post("/api/v1/readings", headers=headers).status_code == 401
    assert "/admin" not in client.get("/", headers=headers).text


def test_the_token_opens_local_mode_until_the_first_account(scene: Scene, tmp_path: Path) -> None:
    token = (tmp_path / FILE).read_text().strip()
    key = {"Authorization": f"Bearer {token}"}
    client = stranger(scene)
    assert client.get(SESSION, headers=key).json()["proof"] == "local"
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    led = client.get(f"/upload?token={token}&lang=en", follow_redirects=False)
    assert (led.status_code, led.headers["Location"]) == (303, "/upload?lang=en")
    assert {"HttpOnly", "SameSite=strict"} <= set(led.headers["Set-Cookie"].split("; "))
    assert token not in led.headers["Set-Cookie"]
    assert client.get(SESSION).json()["proof"] == "local", "the browser has a cookie now"
    for far in ({"X-Forwarded-For": "10.0.0.1"}, {"Host": "localhost", "Via": "1.1 proxy"}):
        assert client.get(SESSION, headers=far).status_code == 401
    scene.person(Role.ADMIN, scope="0")
    assert client.get(SESSION).status_code == 401
    assert client.get(SESSION, headers=key).status_code == 401
    assert client.get("/metrics", headers=key).status_code == 200


def test_who_can_have_no_password_is_sent_to_the_printed_address_and_not_asked_for_one(scene: Scene) -> None:
    page = stranger(scene).get("/login").text
    assert "Belum ada akun di sini" in page
    assert "chasil serve" in page
    assert 'type="password"' not in page
    scene.person(Role.ADMIN, scope="0")
    page = stranger(scene).get("/login").text
    assert "Belum ada akun" not in page
    assert 'type="password"' in page


def test_the_token_leads_nowhere_else(scene: Scene, tmp_path: Path) -> None:
    token = (tmp_path / FILE).read_text().strip()
    for path in ("//elsewhere.example/x", "///elsewhere.example"):
        led = stranger(scene).get(f"http://127.0.0.1:8000{path}?token={token}", follow_redirects=False)
        assert not led.headers.get("Location", "/").startswith("//")
    assert stranger(scene).get("/?token=wrong", follow_redirects=False).status_code == 200


def test_many_first_starts_at_once_make_one_token(tmp_path: Path) -> None:
    seen: list[str] = []
    threads = [threading.Thread(target=lambda: seen.append(MachineToken(tmp_path).value)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 1
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


@pytest.mark.parametrize("text", ["", "short", "chasil_local_x", "\x00" * 80])
def test_what_is_no_token_is_made_anew_and_a_readable_one_is_closed(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    made = MachineToken(tmp_path).value
    assert len(made) > 40
    (tmp_path / FILE).chmod(0o644)
    assert MachineToken(tmp_path).value == made
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(("trusted", "peer", "believed"), [
    ("127.0.0.1", "127.0.0.1", True),
    ("10.0.0.0/8", "10.2.3.4", True),
    ("10.0.0.0/8", "127.0.0.1", False),
    ("127.0.0.1", "172.18.0.5", False),
    ("", "127.0.0.1", False),
])  # fmt: skip
def test_a_proxy_is_believed_where_it_is_trusted_and_said_where_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trusted: str, peer: str, believed: bool
) -> None:
    settings = settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}", trusted_proxies=trusted)
    with opened(settings) as scene, caplog.at_level(logging.WARNING):
        scene.person(Role.REVIEWER, name="siti", password=PASSWORD)
        client = stranger(scene, peer=peer)
        headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        answer = client.post(SESSION, headers=headers, json={"name": "siti", "password": PASSWORD})
        assert answer.status_code == 200
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-chasil_session=" if believed else "chasil_session=")
        assert ("Secure" in cookie) is believed
        assert ("Strict-Transport-Security" in answer.headers) is believed
        said = [record for record in caplog.records if "CHASIL_TRUSTED_PROXIES" in record.getMessage()]
        assert bool(said) is not believed


def test_behind_tls_the_plain_cookie_of_another_host_counts_for_nothing(scene: Scene) -> None:
    person = scene.person(Role.REVIEWER)
    cookie = scene.session(person)["Cookie"]
    tls = stranger(scene, "https://127.0.0.1:8000")
    assert tls.get(SESSION, headers={"Cookie": cookie}).status_code == 401
    assert tls.get(SESSION, headers={"Cookie": f"__Host-{cookie}"}).status_code == 200
    assert tls.get(SESSION, headers={"Cookie": f"chasil_session=planted; __Host-{cookie}"}).status_code == 200


@pytest.mark.parametrize("host", ["[::1]evil", "localhost:80:80", "localhost:x", "127.0.0.1@evil", "a b", "localhost/"])
def test_a_host_is_written_as_hosts_are(scene: Scene, host: str) -> None:
    assert scene.ask("GET", "/health", {"Host": host}).status_code == 421


def test_guesses_from_elsewhere_keep_nobody_out(scene: Scene) -> None:
    scene.person(Role.REVIEWER, name="siti", password=PASSWORD)

    def tries(address: str, password: str) -> int:
        headers = {"X-Forwarded-For": address}
        body = {"name": "siti", "password": password}
        return int(stranger(scene).post(SESSION, headers=headers, json=body).status_code)

    for number in range(14):
        assert tries(f"198.51.100.{number}", "salah salah salah") == 401
    assert {tries("198.51.100.99", "salah salah salah") for _ in range(8)} == {401, 429}
    assert tries("203.0.113.7", PASSWORD) == 200
    same_line = {tries(f"2001:db8::{number:x}", "salah salah salah") for number in range(8)}
    assert 429 in same_line, "one network of 64 bits is one place"
