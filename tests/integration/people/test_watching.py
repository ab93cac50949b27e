"""Log and metrics: enough to run a service, nothing about people."""

import json

import pytest

from api.people.roles import Role
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import PASSWORD, Scene
from tests.support.service import TestClient


def test_the_log_has_a_line_for_every_request_and_nothing_about_people(
    capsys: pytest.CaptureFixture[str], scene: Scene
) -> None:
    siti = scene.person(Role.ADMIN, name="siti.rahayu", password=PASSWORD)
    _, key = scene.token(siti)
    capsys.readouterr()
    scene.ask("POST", "/api/v1/session", json={"name": "siti.rahayu", "password": PASSWORD})
    scene.ask("GET", f"/api/v1/people/{siti.id}?x=siti.rahayu", {**key, "X-Request-ID": "0123-abcd"})
    scene.ask("GET", "/somewhere/siti.rahayu")
    text = capsys.readouterr().err
    lines = [json.loads(line) for line in text.splitlines()]
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/api/v1/session", 200),
        ("/api/v1/people/{person}", 200),
        ("unknown", 404),
    ]
    assert lines[1]["request"] == "0123-abcd"
    assert lines[1]["person"]
    for secret in ("siti.rahayu", PASSWORD, siti.id, "127.0.0.1", key["Authorization"].split()[1]):
        assert secret not in text


def test_every_answer_names_its_request(scene: Scene) -> None:
    assert scene.ask("GET", "/health", {"X-Request-ID": "given-by-proxy"}).headers["X-Request-ID"] == "given-by-proxy"
    for odd in ("a b", "x" * 65, "<script>"):
        assert scene.ask("GET", "/health", {"X-Request-ID": odd}).headers["X-Request-ID"] != odd


def test_metrics_count_by_route_and_not_by_address(scene: Scene) -> None:
    scene.ask("GET", "/api/v1/forms/something")
    scene.ask("GET", "/nowhere/at/all")
    scene.ask("BREW", "/nowhere/at/all")
    text = scene.ask("GET", "/metrics").text
    assert 'chasil_requests_total{method="GET",route="/api/v1/forms/{form}",status="404"} 1.0' in text
    assert 'chasil_requests_total{method="GET",route="unknown",status="404"} 1.0' in text
    assert 'method="other"' in text
    assert "chasil_request_seconds_bucket" in text
    assert "something" not in text


def test_metrics_are_for_this_machine_and_for_who_may_read_them(scene: Scene) -> None:
    auditor, reviewer = scene.person(Role.AUDITOR, scope="0"), scene.person(Role.REVIEWER, scope="0")
    with TestClient(scene.client.app, "http://127.0.0.1:8000", client=("10.0.0.1", 50000)) as far:
        assert code_of(far.get("/metrics")) == (401, "login_required")
        assert code_of(far.get("/metrics", headers=scene.token(reviewer)[1])) == (403, "not_permitted")
        assert far.get("/metrics", headers=scene.token(auditor)[1]).status_code == 200
    assert scene.ask("GET", "/metrics", {"X-Forwarded-For": "10.0.0.1"}).status_code == 401
    assert scene.ask("GET", "/metrics").status_code == 200
