"""Every route x every role x one's own region, another one and the nation, and without login."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import delete
from starlette.routing import Mount

from api.db.tables import Attempt, Person
from api.people.roles import Role
from tests.integration.people.routes import ROUTES, Row
from tests.support.databases import url_in
from tests.support.scene import ELSEWHERE, HERE, Scene, application, opened, settings_for
from tests.support.service import FORM

Things = Mapping[str, str]
"""What stands for the names in braces."""


def served(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every method and address that the application answers."""
    for context in iter_route_contexts(application(settings_for(folder, "sqlite:///unused")).routes):
        if isinstance(context.original_route, Mount):
            assert context.path == "/static"
            continue
        assert context.path is not None
        for method in (context.methods or set()) - {"HEAD"}:
            yield method, context.path.replace(":path}", "}")


def test_every_route_has_its_row_in_the_table(tmp_path: Path) -> None:
    routes = set(served(tmp_path))
    assert routes - set(ROUTES) == set(), "say in tests/integration/people/routes.py who may use these"
    assert set(ROUTES) - routes == set(), "these are gone"


LOGINS = {"/login", "/api/v1/session"}
ENDS_SESSIONS = {"/logout", "/api/v1/session"}


class Stage:
    """A scene with the same things in two regions."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.here, self.elsewhere = self._things(HERE), self._things(ELSEWHERE)
        self.keeper = scene.person(*Role, scope="0")
        self.sessions: dict[str, dict[str, str]] = {}

    def _things(self, station: str) -> Things:
        document, page = self.scene.document(station)
        person = self.scene.person(Role.REVIEWER, scope=station[:4])
        return {
            "station": station,
            "empty": station[:-1] + "2",  # nothing is filed there yet
            "region": station,
            "form": FORM,
            "field": "paslon_1",
            "document": document,
            "page": page,
            "person": person.id,
            "item": self.scene.item(document, station),
            "audit": self.scene.audit(station),
            "alarm": "none",
            "key": "0" * 32,
            "conflict": "none",
            "number": "1",
            "upload": "0" * 32,
            # Places of the log that it has not reached yet.
            "event": "999999",
            "old": "1",
            "new": "999999",
            "size": "999999",
            "level": "0",
            "path": "x999/999",
        }

    def _session(self, person: Person, *, anew: bool) -> dict[str, str]:
        if anew or person.id not in self.sessions:
            self.sessions[person.id] = self.scene.session(person)
        return self.sessions[person.id] if not anew else self.sessions.pop(person.id)

    def status(self, method: str, path: str, row: Row, role: Role | None, *, national: bool, foreign: bool) -> int:
        """Send one request and return its status."""
        things = dict(self.elsewhere if foreign else self.here)
        person = self.keeper if role is None else self.scene.one(role, "0" if national else "3171")
        if "{token}" in path:
            things["token"], _ = self.scene.token(self.keeper if foreign and not national else person)
        headers = {} if role is None else self._session(person, anew=path in ENDS_SESSIONS)
        if path in LOGINS:
            with self.scene.records.database.writing() as session:
                session.execute(delete(Attempt))  # how failed logins slow down is a matter of other tests
        answer = self.scene.ask(
            method, (path + row.query).format(**things), {**headers, **(row.headers or {})}, **row.more()
        )
        return int(answer.status_code)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("matrix")
    with opened(settings_for(folder, url_in(request, folder), requests_per_second=1000, request_burst=10_000)) as scene:
        yield Stage(scene)


CELLS = [(role, national, foreign) for role in Role for national, foreign in ((0, 0), (0, 1), (1, 1))]


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=str)
def test_who_is_let_in(stage: Stage, method: str, path: str) -> None:
    row = ROUTES[method, path]
    seen, expected = {}, {}
    for role, national, foreign in [(None, 0, 0), (None, 0, 1), *CELLS]:
        cell = (role, "national" if national else "elsewhere" if foreign else "here")
        seen[cell] = stage.status(method, path, row, role, national=bool(national), foreign=bool(foreign))
        expected[cell] = row.expected(role, national=bool(national), foreign=bool(foreign))
    assert seen == expected
