"""What a browser is shown where there is nothing to show: a page with the same words as the problem for programs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from api.http.pages import log, start
from api.people.actor import not_permitted
from api.people.roles import Permission, Role
from tests.support.html import Tags
from tests.support.scene import opened, settings_for
from tests.support.service import TestClient, application, client_of, serving

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
CONTROL = "/results/0?sort=%00"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with serving(public=True) as served:
        yield served


def shown(answer: Any, status: int, code: str) -> str:
    """Return a page that says a problem, having checked what all of them say."""
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Content-Security-Policy" in answer.headers
    text: str = answer.text
    assert f"Kode: {code} ({status})" in text
    assert 'lang="id"' in text
    tags = Tags(text)
    assert sum(tag == "h1" for tag, _ in tags.found) == 1
    assert "/" in tags.addresses("href")
    return text


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/redoc", {}, 404, "not_found"),
        ("GET", "/results/99", {}, 404, "region_unknown"),
        ("GET", "/static/nothing.js", {}, 404, "not_found"),
        ("POST", "/results", {}, 405, "method_not_allowed"),
        ("GET", CONTROL, {}, 422, "request_invalid"),
        ("POST", "/login", {"Sec-Fetch-Site": "cross-site"}, 403, "request_cross_site"),
        ("GET", "/", {"Host": "elsewhere.example"}, 421, "host_unknown"),
    ],
)
def test_a_browser_gets_a_page_and_a_program_the_problem(
    client: TestClient, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    page = shown(client.request(method, path, headers=HTML | headers), status, code)
    said = client.request(method, path, headers={"Accept": "*/*"} | headers)
    assert said.status_code == status
    if not path.startswith("/results/99"):  # routes of pages answer everyone with a page
        assert said.headers["content-type"] == "application/problem+json"
        body = said.json()
        first, second = page.index(_written(body["translations"]["id"])), page.index(_written(body["detail"]))
        assert first < second


def test_a_page_that_is_missing_leads_to_what_everyone_may_read(client: TestClient) -> None:
    found = Tags(client.get("/nowhere?lang=en", headers=HTML).text).addresses("href")
    assert {"/?lang=en", "/results?lang=en", "/log?lang=en"} <= set(found)
    for path in ("/?lang=en", "/log?lang=en"):
        assert client.get(path, headers=HTML).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/results/99", "/results/0"])
def test_nobody_is_told_to_type_a_command_or_to_read_json(client: TestClient, path: str) -> None:
    for language in ("id", "en"):
        page = client.get(f"{path}?lang={language}", headers=HTML).text
        assert not re.search(r"chasil [a-z]+ import|openapi\.json", page)


def test_what_one_may_not_do_is_said_in_words(tmp_path: Path) -> None:
    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")) as scene:
        uploader = scene.session(scene.person(Role.UPLOADER)) | HTML
        for permission, path in (("memutuskan angka", "/review"), ("mengelola pengguna", "/admin/people")):
            page = shown(scene.ask("GET", path, uploader), 403, "not_permitted")
            assert f"tidak mengizinkan Anda {permission} di wilayah ini" in page
    for one in Permission:
        assert not_permitted(one).reason.text("id") != not_permitted(one).reason.text("en")
        assert "_" not in not_permitted(one).reason.text()


def test_where_results_are_closed_it_leads_to_the_start_alone() -> None:
    with client_of(application()) as client:
        found = Tags(client.get("/nowhere", headers=HTML).text).addresses("href")
    assert "/" in found
    assert not {"/results", "/log"} & set(found)


def test_the_english_page_says_english_first(client: TestClient) -> None:
    page = client.get("/nowhere?lang=en", headers=HTML).text
    body = client.get("/nowhere").json()
    assert '<html lang="en">' in page
    assert page.index(_written(body["detail"])) < page.index(_written(body["translations"]["id"]))


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/regions/99", "/api/v1"])
def test_the_api_answers_problems_whoever_asks(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


FAILURES: dict[str, tuple[Exception, int, str]] = {
    "a defect": (ZeroDivisionError(), 500, "service_failed"),
    "no database": (OperationalError("select", {}, Exception("away")), 503, "database_unavailable"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_what_fails_says_so_and_how_to_go_on(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    error, status, code = FAILURES[kind]
    monkeypatch.setattr(start, "page_of", _failing(error))
    monkeypatch.setattr(log, "page_of", _failing(error))
    with client_of(application()) as client:
        answer = client.get("/?lang=id", headers=HTML)
    page = shown_at(answer, status, code)
    assert "Coba lagi" in page
    assert "ZeroDivision" not in page
    assert 'class="sections' not in page  # who asks is not known


def shown_at(answer: Any, status: int, code: str) -> str:
    """Return a page whose links keep the language."""
    assert (answer.status_code, answer.headers["content-type"][:9]) == (status, "text/html")
    assert f"Kode: {code} ({status})" in answer.text
    assert ("Retry-After" in answer.headers) == (status == 503)
    return str(answer.text)


def _failing(error: Exception) -> Callable[..., Any]:
    def fails(*_arguments: Any) -> Any:
        raise error

    return fails


def _written(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("'", "&#39;").replace('"', "&#34;").replace("<", "&lt;").replace(">", "&gt;")
    )
