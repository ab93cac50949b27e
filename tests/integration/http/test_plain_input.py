"""Whatever a request says is answered with a code, and writes no line into the log that is not the service's own."""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DataError, StatementError
from sqlalchemy.orm import Session

from api.db import Database
from api.people.roles import Role
from tests.integration.http.test_app_problems import code_of
from tests.integration.people.routes import ROUTES
from tests.support.databases import url_in
from tests.support.scene import HERE, Scene, opened, settings_for

CONTROLS = ["%00", "x%00", "x%0a%7B%22event%22%3A%22request%22%7D", "%1b%5B31m", "%7f", "%c2%85"]
WITH_NAMES = [(method, path) for method, path in ROUTES if "{" in path]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("plain")
    with opened(
        settings_for(folder, url_in(request, folder), requests_per_second=10_000, request_burst=100_000)
    ) as scene:
        yield scene


@pytest.fixture(scope="module")
def keeper(scene: Scene) -> dict[str, str]:
    return scene.session(scene.person(*Role, scope="0"))


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize(("method", "path"), WITH_NAMES, ids=str)
def test_no_address_holds_a_control_character(
    scene: Scene, keeper: dict[str, str], method: str, path: str, control: str
) -> None:
    address = path
    for part in set(path.split("{")[1:]):
        address = address.replace("{" + part.partition("}")[0] + "}", control)
    assert scene.ask(method, address, keeper).status_code == 422


@pytest.mark.parametrize("odd", ["a" * 100, "9" * 5000, "-1", "%EF%BC%91%EF%BC%92", "%C2%B2%C2%B2", "1" * 13])
@pytest.mark.parametrize(("method", "path"), WITH_NAMES, ids=str)
def test_what_is_no_name_of_anything_is_refused(
    scene: Scene, keeper: dict[str, str], method: str, path: str, odd: str
) -> None:
    address = path
    for part in set(path.split("{")[1:]):
        address = address.replace("{" + part.partition("}")[0] + "}", odd)
    assert scene.ask(method, address, keeper).status_code < 500


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59.999999-12:00", "9999-12-31T23:59:59-00:01"]
)
def test_a_moment_at_the_end_of_time_is_refused(scene: Scene, keeper: dict[str, str], moment: str) -> None:
    answer = scene.ask("GET", f"/api/v1/documents?since={moment}", keeper)
    assert code_of(answer) == (422, "request_invalid")


@pytest.mark.parametrize("control", CONTROLS)
def test_no_query_holds_one(scene: Scene, keeper: dict[str, str], control: str) -> None:
    for address in (
        "/api/v1/documents?after=",
        "/api/v1/documents?region=",
        "/api/v1/people?cursor=",
        "/api/v1/tallies/0?election=",
        "/results/0?election=",
        "/login?to=",
    ):
        assert scene.ask("GET", address + control, keeper).status_code == 422


@pytest.mark.parametrize("text", ["\0", "a\0b", "\x1b[2J", "\ud800", "\x7f", "\x85"])
def test_no_text_of_a_body_holds_one_and_no_number_is_beyond_all(
    scene: Scene, keeper: dict[str, str], text: str
) -> None:
    about = f"/api/v1/documents/{'0' * 32}"
    bodies: list[tuple[str, dict[str, Any]]] = [
        (f"{about}/numbers/paslon_1/decisions", {"kind": "confirm", "version": 1, "boxes": "123", "reason": text}),
        (f"{about}/numbers/paslon_1/decisions", {"kind": "confirm", "version": 10**30, "boxes": "123"}),
        (f"{about}/place", {"station": HERE, "election": text, "reason": "test"}),
        (f"{about}/place", {"station": HERE, "election": "ppwp-2024", "reason": text}),
        ("/api/v1/people", {"name": "siti", "roles": ["reviewer"], "scope": "0", "subject": text}),
        ("/api/v1/tokens", {"label": text}),
        ("/api/v1/session", {"name": text, "password": "kata sandi panjang"}),
        ("/api/v1/review/audits", {"region": "0", "seed": 10**40, "confidence": 0.95, "target": 1e-3}),
    ]
    for path, body in bodies:
        headers = {**keeper, "Content-Type": "application/json"}
        answer = scene.ask("POST", path, headers, content=json.dumps(body))
        assert answer.status_code == 422, (path, answer.text)
    form = scene.ask("POST", "/login", {}, data={"name": text.replace("\ud800", "\0"), "password": "x"})
    assert form.status_code == 422


def test_a_comment_may_have_lines(scene: Scene, keeper: dict[str, str]) -> None:
    body = {"kind": "confirm", "version": 1, "boxes": "123", "reason": "satu\ndua\ttiga"}
    answer = scene.ask("POST", f"/api/v1/documents/{'0' * 32}/numbers/paslon_1/decisions", keeper, json=body)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/api/v1/review/boxes?mark=3&after=", ["1e999", "a", "b", "99999999999999999999"]),
        ("/api/v1/review/boxes?mark=3&after=", ["0.5", "a", "b", "9999999999"]),
        ("/api/v1/review/boxes?mark=3&after=", ["nan", "a", "b", "1"]),
        ("/api/v1/review/boxes?mark=3&after=", ["0.5", "a", "b", "-1"]),
        ("/api/v1/review/boxes?mark=3&after=", ["0.5", "a", "b", "9" * 5000]),
        ("/api/v1/tokens?cursor=", ["0001-01-01T00:00:00+14:00", "a"]),
        ("/api/v1/tokens?cursor=", ["9999-12-31T23:59:59-14:00", "a"]),
        ("/api/v1/tokens?cursor=", ["0001-01-01T00:00:00+00:00", "a"]),
        ("/api/v1/tokens?cursor=", ["x", "a"]),
        ("/api/v1/tokens?cursor=", ["2024-01-01T00:00:00+00:00", "a\0"]),
        ("/api/v1/people?cursor=", ["a\0"]),
        ("/api/v1/people?cursor=", ["\ud800"]),
    ],
)
def test_a_cursor_that_nobody_gave_is_refused(scene: Scene, keeper: dict[str, str], path: str, keys: list[str]) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")
    answer = scene.ask("GET", path + cursor, keeper)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("cursor_invalid", "request_invalid")


KEEPERS = {"log", "verdicts"}
"""Threads of the service that read by themselves, whatever is asked meanwhile."""


def refusing(error: Exception) -> Callable[[Database], AbstractContextManager[Session]]:
    """Return what stands in for `Database.reading` and fails in every request."""
    real = Database.reading

    def refuse(database: Database) -> AbstractContextManager[Session]:
        if threading.current_thread().name in KEEPERS:
            return real(database)
        raise error

    return refuse


def test_what_no_type_refuses_and_no_column_holds_is_answered_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")) as scene:
        who = scene.session(scene.person(*Role, scope="0"))
        beyond = StatementError("", "", {}, OverflowError("date value out of range"))
        for error in (DataError("", {}, Exception("NUL")), OverflowError("too large"), beyond):
            with monkeypatch.context() as patched:
                patched.setattr(Database, "reading", refusing(error))
                answer = scene.ask("GET", "/api/v1/tallies/0", who)
            assert code_of(answer) == (422, "request_invalid")


def test_the_log_holds_nothing_that_a_sender_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy.exc import OperationalError  # noqa: PLC0415

    with opened(settings_for(tmp_path, f"sqlite:///{tmp_path / 'chasil.db'}")) as scene, caplog.at_level(logging.DEBUG):
        who = scene.session(scene.person(*Role, scope="0"))
        for error in (OperationalError("", {}, Exception()), RuntimeError("defect"), OSError(28, "full")):
            caplog.clear()
            with monkeypatch.context() as patched:
                patched.setattr(Database, "reading", refusing(error))
                for path in ("/api/v1/documents/RAHASIA", "/api/v1/documents/RAHASIA%0a%7B%22event%22%3A1%7D"):
                    scene.ask("GET", path, who)
            said = [record.getMessage() for record in caplog.records if record.name.startswith("api")]
            assert said
            assert not [line for line in said if "RAHASIA" in line or "\n" in line]
