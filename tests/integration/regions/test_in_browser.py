"""`/admin/regions`: a list of regions comes in through the browser, without script, as it does by the command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from api.db.log_tables import Event
from api.db.tables import Region
from api.http.pages.regions import EXAMPLE
from api.people.roles import Role
from tests.support.html import tells
from tests.support.scene import Scene, opened, settings_for

PATH = "/admin/regions"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Headers = dict[str, str]


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url, requests_per_second=1000, max_upload_bytes=4096)) as made:
        yield made


@pytest.fixture
def boss(scene: Scene) -> Headers:
    return scene.session(scene.one(Role.ADMIN, "0"))


def send(scene: Scene, headers: Headers, data: bytes, name: str = "daftar.csv") -> Any:
    """Send a list as the form does: with the token in a field."""
    cookie = {"Cookie": headers["Cookie"], "Accept": "text/html"}
    told = {"files": {"file": (name, data, "text/csv")}, "data": {"csrf": headers["X-CSRF-Token"]}}
    return scene.ask("POST", f"{PATH}?lang=en", cookie, **told)


def on_record(scene: Scene) -> tuple[dict[str, str], list[Event]]:
    """Return regions, and what the log tells of lists."""
    with scene.records.database.reading() as session:
        names = {row.code: row.name for row in session.execute(select(Region.code, Region.name))}
        return names, list(session.scalars(select(Event).where(Event.kind == "regions_imported")))


def test_the_example_comes_in_once_and_is_told_of(scene: Scene, boss: Headers, tmp_path: Path) -> None:
    assert "There is no list of regions yet" in scene.ask("GET", f"{PATH}?lang=en", boss).text
    example = scene.ask("GET", f"{PATH}/example.csv", boss)
    assert (example.status_code, example.content) == (200, EXAMPLE.read_bytes())
    assert example.headers["content-disposition"] == 'attachment; filename="regions.csv"'

    answer = send(scene, boss, example.content)
    assert answer.status_code == 303
    page = scene.ask("GET", answer.headers["location"], boss).text
    assert "5 regions and 30 polling stations" in page
    assert tells(page, "36 are new or changed")
    names, events = on_record(scene)
    assert names["0024010001"] == "DESA TERATAI"
    assert [event.actor for event in events] == [scene.one(Role.ADMIN, "0").id]
    assert events[0].body["regions"]["station"] == 30

    again = dict(parse_qsl(urlsplit(send(scene, boss, example.content).headers["location"]).query))
    assert (again["done"], again["changed"]) == ("same", "0")
    assert len(on_record(scene)[1]) == 1
    assert list(tmp_path.glob("regions-*")) == []


REFUSED = {
    b"code,name\n11,ACEH\n111,X\n11,ACEH\n": (422, ("daftar.csv has 2 faults", "line 3: 111", "line 4: 11 stands")),
    b"nama\nACEH\n": (422, ("The first line of daftar.csv",)),
    b"code,name\n\xff\xfe\n": (422, ("daftar.csv",)),
    b"code,name\n" + b"11,ACEH\n" * 1000: (413, ("upload_too_large",)),
}
"""What is sent; the status, and what the page says."""


@SQLITE
def test_what_is_refused_is_told_line_by_line_and_nothing_comes_in(scene: Scene, boss: Headers, tmp_path: Path) -> None:
    for data, (status, says) in REFUSED.items():
        answer = send(scene, boss, data)
        assert answer.status_code == status
        assert 'role="alert"' in answer.text
        assert [one for one in says if one not in answer.text] == []
        assert str(tmp_path) not in answer.text
    for other in (scene.one(Role.SENIOR, "0"), scene.one(Role.ADMIN)):
        assert send(scene, scene.session(other), EXAMPLE.read_bytes()).status_code == 403
    assert send(scene, {**boss, "X-CSRF-Token": "x" * 43}, EXAMPLE.read_bytes()).status_code == 403
    assert on_record(scene) == ({}, [])
