"""How often, how much, and under which names."""

from pathlib import Path

import pytest

from api.core.settings import Settings
from api.people.rates import MAX_BUCKETS, Rates
from api.people.roles import Role
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import Scene, opened, settings_for


def test_a_bucket_gives_a_burst_and_then_a_steady_rate() -> None:
    at = 0.0
    rates = Rates(2, 3, lambda: at)
    assert [rates.take("ani") for _ in range(4)] == [0, 0, 0, 1]
    assert rates.take("budi") == 0
    at = 0.5
    assert [rates.take("ani") for _ in range(2)] == [0, 1]
    at = 1000
    assert [rates.take("ani") for _ in range(4)] == [0, 0, 0, 1]


def test_senders_are_forgotten_before_there_are_too_many() -> None:
    rates = Rates(1, 1, lambda: 0.0)
    for number in range(MAX_BUCKETS + 10):
        rates.take(str(number))
    assert len(rates._buckets) == MAX_BUCKETS


def test_whoever_asks_too_often_waits_and_others_do_not(tmp_path: Path, database_url: str) -> None:
    with opened(settings_for(tmp_path, database_url, requests_per_second=0.01, request_burst=3)) as scene:
        for _ in range(9):
            assert scene.ask("GET", "/api/v1/session").status_code == 200, "not in local mode"
        ani, budi = (scene.session(scene.person(Role.REVIEWER)) for _ in range(2))
        statuses = [scene.ask("GET", "/api/v1/session", ani).status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        assert scene.ask("GET", "/api/v1/session", budi).status_code == 200
        for _ in range(3):
            assert scene.ask("GET", "/api/v1/forms").status_code == 200
        refused = scene.ask("GET", "/api/v1/forms", {"Authorization": "Bearer made-up"})
        assert code_of(refused) == (429, "too_many_requests")
        assert int(refused.headers["Retry-After"]) > 0
        assert scene.ask("GET", "/health").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/documents/x/place"])
def test_a_request_that_is_no_upload_is_small(scene: Scene, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    announced = scene.ask("POST", path, headers, content=b" " * 300_000)
    assert code_of(announced) == (413, "body_too_large")
    silent = scene.ask("POST", path, headers, content=iter([b" " * 1000] * 300))
    assert code_of(silent) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("[::1]:8000", 200), ("elsewhere.example", 421), ("10.0.0.1", 421), ("", 421)],
)
def test_the_service_answers_to_its_own_names(scene: Scene, host: str, status: int) -> None:
    assert scene.ask("GET", "/health", {"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("told", "hosts"),
    [
        ({"allowed_hosts": "hitung.example, b.example"}, {"hitung.example": 200, "c.example": 421}),
        ({"allowed_hosts": "*"}, {"anything.example": 200}),
        ({"host": "0.0.0.0"}, {"10.0.0.1:8000": 200, "elsewhere.example": 421}),
        ({"host": "hitung.example"}, {"hitung.example": 200, "10.0.0.1": 421}),
    ],
)
def test_further_names_are_told(tmp_path: Path, told: dict[str, str], hosts: dict[str, int]) -> None:
    url = f"sqlite:///{tmp_path / 'chasil.db'}"
    with opened(settings_for(tmp_path, url, **told)) as scene:
        assert {host: scene.ask("GET", "/health", {"Host": host}).status_code for host in hosts} == hosts


def test_names_come_with_commas_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHASIL_ALLOWED_HOSTS", "a.example, b.example")
    assert Settings().allowed_hosts == ("a.example", "b.example")
