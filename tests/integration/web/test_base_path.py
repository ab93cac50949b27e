"""Beneath a path of another site: nothing leaves it, whatever a proxy in front does with it."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from api.cli.opened import opened
from api.cli.serve import address
from api.core.address import address_of
from api.core.settings import load_settings
from api.db.types import now
from api.http.app import create_app
from api.people.accounts import create_person
from api.people.machine import COOKIE as MACHINE_COOKIE
from api.people.machine import PARAMETER, MachineToken
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from pipeline.errors import UsageError
from pipeline.reader import Reader
from tests.browser.web.everything import everything
from tests.browser.web.waiting import EVERYTHING, NAME, PASSWORD
from tests.integration.web.crawling import Crawl
from tests.support.databases import copied
from tests.support.http import settings_in
from tests.support.proxied import BASE, Proxy
from tests.support.service import TestClient, application, client_of

HOST, PLAIN = "https://127.0.0.1", "http://127.0.0.1"
KEPT, STRIPPED = True, False
STYLES = pytest.mark.parametrize("keeps", [KEPT, STRIPPED], ids=["kept", "stripped"])
STARTS = ("/", "/?lang=en", "/api/v1/openapi.json", "/upload-worker.js", "/results", "/log")
STATION = "0024010001002"

Clients = dict[bool, TestClient]


@pytest.fixture(scope="module")
def people() -> dict[Role, str]:
    """Return the cookie of one person of each role, once they are there."""
    return {}


@pytest.fixture(scope="module")
def beneath(
    tmp_path_factory: pytest.TempPathFactory,
    empty_sqlite: Path,
    reader: Reader,
    samples: Path,
    people: dict[Role, str],
) -> Iterator[Clients]:
    """Return clients of a service with something on every page, beneath a path, behind proxies of both kinds."""
    folder = tmp_path_factory.mktemp("beneath")
    url = copied(empty_sqlite, folder)
    with everything(folder, url, reader, samples) as made:
        with made.records.database.writing() as session:
            for role in Role:
                person = create_person(session, "local", f"the-{role}", (role,), "0", None)
                people[role] = f"__Secure-{COOKIE}={begin_session(session, person, now()).cookie}"
        told = {**EVERYTHING, "public": True, "practice": "public", "security_contact": "mailto:a@b.id"}
        app = create_app(reader, settings_in(folder, url, base_path=BASE, **told))
        with (
            TestClient(Proxy(app, keeps=KEPT), base_url=HOST) as kept,
            TestClient(Proxy(app, keeps=STRIPPED), base_url=HOST) as stripped,
        ):
            yield {KEPT: kept, STRIPPED: stripped}


def api_addresses(client: TestClient) -> list[str]:
    """Return what the API answers to without more being said, as its description has it."""
    described = client.get(f"{BASE}/api/v1/openapi.json").json()
    (server,) = described["servers"]
    plain = [path for path, methods in described["paths"].items() if "get" in methods and "{" not in path]
    return [f"{HOST}{server['url']}{path}" for path in plain]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keeps", "role"),
    [(KEPT, None), *((KEPT, role) for role in Role), (STRIPPED, None), (STRIPPED, Role.ADMIN)],
)
def test_nothing_that_anyone_can_reach_leaves_the_path_or_is_missing(
    beneath: Clients, people: dict[Role, str], keeps: bool, role: Role | None
) -> None:
    headers = {"Accept": "text/html,*/*"} | ({"Cookie": people[role]} if role else {})
    crawl = Crawl(beneath[keeps], BASE, headers)
    crawl.follow(*(f"{HOST}{BASE}{path}" for path in STARTS), *api_addresses(beneath[keeps]))
    assert crawl.faults == []
    assert crawl.kinds["text/html"] > 100
    assert crawl.kinds["application/json"] > 20
    assert min(crawl.kinds[kind] for kind in ("text/css", "text/javascript", "text/csv", "image/png")) > 0


@pytest.mark.slow
@STYLES
def test_one_logs_in_and_out_beneath_the_path(beneath: Clients, keeps: bool) -> None:
    client = beneath[keeps]
    refused = client.get(f"{BASE}/upload", headers={"Accept": "text/html"}, follow_redirects=False)
    assert refused.headers["location"] == f"{BASE}/login?to={quote(f'{BASE}/upload', safe='')}"
    said = {"name": NAME, "password": PASSWORD}
    for to, place in [(f"{BASE}/review?page=2", None), ("/other", "/"), (f"{BASE}/../x", "/"), (f"{BASE}/%2e./x", "/")]:
        arrived = client.post(f"{BASE}/login", data={**said, "to": to}, follow_redirects=False)
        assert (arrived.status_code, arrived.headers["location"]) == (303, to if place is None else BASE + place)
    cookie = arrived.headers["set-cookie"]
    assert cookie.startswith(f"__Secure-{COOKIE}=")
    assert f"; Path={BASE};" in cookie
    assert "; Secure" in cookie
    csrf = client.get(f"{BASE}/api/v1/session").json()["csrf"]
    left = client.post(f"{BASE}/logout", data={"csrf": csrf}, follow_redirects=False)
    assert left.headers["location"] == f"{BASE}/login"
    assert f"; Path={BASE};" in left.headers["set-cookie"]
    assert client.get(f"{BASE}/api/v1/session").status_code == 401


@pytest.mark.slow
def test_a_letter_about_an_error_names_the_page_as_others_open_it(beneath: Clients) -> None:
    page = beneath[STRIPPED].get(f"{BASE}/results/{STATION}").text
    assert quote(f"{HOST}{BASE}/results/{STATION}", safe="") in page


@STYLES
def test_the_token_of_the_machine_opens_it_beneath_the_path(keeps: bool) -> None:
    app = application(base_path=BASE)
    token = MachineToken(app.state.home).value
    assert address("127.0.0.1", 8000, BASE) == f"{PLAIN}:8000{BASE}/"
    with TestClient(Proxy(app, keeps=keeps), base_url=PLAIN, client=("127.0.0.1", 50000)) as client:
        opened_with = client.get(f"{BASE}/", params={PARAMETER: token}, follow_redirects=False)
        assert opened_with.headers["location"] == f"{BASE}/"
        assert opened_with.headers["set-cookie"].startswith(f"{MACHINE_COOKIE}=")
        assert f"; Path={BASE};" in opened_with.headers["set-cookie"]
        assert client.get(f"{BASE}/api/v1/session").json()["proof"] == "local"


@STYLES
def test_an_upload_in_parts_goes_on_beneath_the_path(keeps: bool) -> None:
    app = application(base_path=BASE)
    headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {MachineToken(app.state.home).value}"}
    with TestClient(Proxy(app, keeps=keeps), base_url=PLAIN, client=("127.0.0.1", 50000), headers=headers) as client:
        begun = client.post(f"{BASE}/api/v1/uploads", headers={"Upload-Length": "4"})
        assert begun.headers["location"].startswith(f"{BASE}/api/v1/uploads/")
        part = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        assert client.patch(begun.headers["location"], headers=part, content=b"ab").status_code == 204
        assert client.head(begun.headers["location"]).headers["upload-offset"] == "2"


def test_the_path_without_its_slash_leads_to_the_first_page() -> None:
    with client_of(application(base_path=BASE)) as client:
        answer = client.get(BASE, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, f"{PLAIN}:8000{BASE}/")


def test_monitors_of_the_machine_ask_with_the_path_or_without() -> None:
    with client_of(application(base_path=BASE)) as client:
        assert [client.get(path).status_code for path in ("/ready", f"{BASE}/ready", f"{BASE}x/ready")] == [
            200,
            200,
            404,
        ]


def test_a_service_of_its_own_host_says_nothing_of_paths() -> None:
    with client_of(application()) as client:
        assert "servers" not in client.get("/api/v1/openapi.json").json()
        assert 'href="/static/app.css"' in client.get("/").text
        assert client.get(f"{BASE}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["chasil", "/", "/chasil/", "//chasil", "/a//b", "/a/../b", "/..", "/.", "/a b", "/a%20b", "/a?b", "/ä", "/a;b"],
)
def test_what_is_no_plain_path_is_refused(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("CHASIL_BASE_PATH", path)
    with pytest.raises(UsageError, match=r"CHASIL_BASE_PATH.*must be a path such as /chasil") as fault:
        load_settings()
    assert fault.value.code == "setting_invalid"


@pytest.mark.parametrize("path", ["/api", "/results", "/static/x", "/log"])
def test_what_begins_like_an_address_of_the_service_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match=f"/{path.split('/')[1]} is an address of the service") as fault:
        application(base_path=path)
    assert fault.value.code == "setting_invalid"


@pytest.mark.parametrize("path", ["", "/chasil", "/a/b.c/~d_e-f", "/..a", "/resultsx"])
def test_a_plain_path_is_taken(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("CHASIL_BASE_PATH", path)
    assert application(base_path=load_settings().base_path)


def test_what_commands_write_has_the_same_addresses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path))
    monkeypatch.setenv("CHASIL_BASE_PATH", BASE)
    with opened(prepare=True):
        assert address_of("/api/v1/pages/1/image") == f"{BASE}/api/v1/pages/1/image"
    assert address_of("/") == "/"
