"""The login page: works without script, says why it failed, and leads nowhere else."""

import re

import pytest

from api.http.pages.login import safe_target
from api.people.roles import Role
from api.people.sessions import COOKIE
from tests.support.scene import PASSWORD, Scene


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def test_the_form_logs_in_and_out_without_script(scene: Scene) -> None:
    scene.person(Role.REVIEWER, name="siti", password=PASSWORD)
    page = scene.ask("GET", "/login?to=/api/v1/forms")
    assert "<script" not in re.sub(r'<script type="module" src="/static/[a-z/-]+\.js"></script>', "", page.text)
    to = field(page.text, "to")
    entered = scene.ask("POST", "/login", data={"name": "siti", "password": PASSWORD, "to": to})
    assert (entered.status_code, entered.headers["location"]) == (303, "/api/v1/forms")
    cookie = {"Cookie": f"{COOKIE}={entered.cookies[COOKIE]}"}
    shown = scene.ask("GET", "/login", cookie).text
    assert "siti" in shown
    assert scene.ask("POST", "/logout", cookie, data={"csrf": "wrong"}).status_code == 403
    left = scene.ask("POST", "/logout", cookie, data={"csrf": field(shown, "csrf")})
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert scene.ask("GET", "/api/v1/session", cookie).status_code == 401


@pytest.mark.parametrize(("lang", "heading", "why"), [("id", "Masuk", "tidak cocok"), ("en", "Log in", "not right")])
def test_it_speaks_both_languages_and_keeps_the_name(scene: Scene, lang: str, heading: str, why: str) -> None:
    scene.person(Role.REVIEWER)
    assert heading in scene.ask("GET", f"/login?lang={lang}").text
    failed = scene.ask("POST", f"/login?lang={lang}", data={"name": "<b>x", "password": "hidden-one"})
    assert failed.status_code == 401
    assert why in failed.text
    assert field(failed.text, "name") == "&lt;b&gt;x"
    assert "hidden-one" not in failed.text


@pytest.mark.parametrize(
    "to",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "x", "", "/a\r\nb", "/" + "a" * 600],
)
def test_it_leads_nowhere_else(to: str) -> None:
    assert safe_target(to) == "/"


def test_it_leads_on_within_the_service() -> None:
    assert safe_target("/review?page=2") == "/review?page=2"
