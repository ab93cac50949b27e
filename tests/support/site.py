"""A service to look at: the sample station, a reviewer's correction, a page without a sheet, and people."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.core.context import Records, open_records
from api.db.types import now
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from pipeline.reader import Reader
from tests.support.databases import url_in
from tests.support.http import settings_in, working
from tests.support.samples import jpeg
from tests.support.service import TestClient

STATION, VILLAGE = "0024010001002", "0024010001"
REGIONS = ("0", "00", "0024", "002401", VILLAGE, STATION)
REVIEWER, ADMIN = "siti-pemeriksa", "agus-admin"
REASON = "angka terakhir sembilan"

Headers = dict[str, str]


@dataclass(slots=True)
class Site:
    """The service.

    Attributes:
        client: Sends requests; without headers it is a visitor.
        document: The document of the station, as its uploader sees it.
        admin: Headers of one who may upload.
        reviewer: Headers of one who may decide.

    """

    client: TestClient
    document: dict[str, Any]
    admin: Headers
    reviewer: Headers

    def get(self, path: str, headers: Headers | None = None) -> Any:
        """Ask for something, as a browser that keeps no cookies by itself and follows no redirection."""
        self.client.cookies.clear()
        return self.client.get(path, headers={"Accept": "text/html,*/*", **(headers or {})}, follow_redirects=False)

    def pictures(self) -> list[str]:
        """Return every address of a picture on the station's page."""
        return sorted(set(re.findall(r'(?:src|href)="(/results/[^"]*/pages/[^"]*)"', self.get(self.at(STATION)).text)))

    @staticmethod
    def at(region: str) -> str:
        """Return the address of a region."""
        return f"/results/{region}"


@contextmanager
def built(folder: Path, url: str, reader: Reader, samples: Path, *, public: bool) -> Iterator[Site]:
    """Start a service and fill it."""
    practice = "public" if public else "people"
    told = {"public": public, "practice": practice, "requests_per_second": 10_000, "request_burst": 100_000}
    settings = settings_in(folder, url, **told)
    with working(settings, reader) as client:
        records = open_records(settings)
        admin = _person(records, ADMIN, Role.ADMIN)
        reviewer = _person(records, REVIEWER, Role.REVIEWER)
        paths = sorted(samples.glob(f"{STATION}-p*.jpg"))
        named = [("files", (path.name, path.read_bytes())) for path in paths]
        named.append(("files", (f"{STATION}-p4.jpg", jpeg())))
        answer = client.post("/api/v1/documents", files=named, params={"wait": 120, "station": STATION}, headers=admin)
        assert answer.status_code == 200, answer.text
        document = answer.json()["documents"][0]
        _correct(client, document, reviewer, admin)
        # Whoever contradicts a confident machine is read by a second person; a senior's word settles it.
        _correct(client, document, _person(records, "tests-senior", Role.SENIOR), admin)
        records.close()
        yield Site(client, document, admin, reviewer)


def _person(records: Records, name: str, role: Role) -> Headers:
    with records.database.writing() as session:
        person = create_person(session, "local", name, (role,), "0", None)
        begun = begin_session(session, person, now())
    return {"Cookie": f"{COOKIE}={begun.cookie}", "X-CSRF-Token": begun.actor.csrf}


def _correct(client: TestClient, document: dict[str, Any], reviewer: Headers, watcher: Headers) -> None:
    """Correct a number; who may still read it blind is not told of it, so somebody who reads nothing looks it up."""
    client.cookies.clear()
    whole = client.get(f"/api/v1/documents/{document['id']}", headers=watcher).json()
    number = next(one for one in whole["numbers"] if one["field"] == "paslon_2")
    said = {"kind": "correct", "version": number["version"], "boxes": "069", "reason": REASON}
    client.cookies.clear()
    assert client.post(number["links"]["decisions"], json=said, headers=reviewer).status_code == 200


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return a service whose results are public, with one station read and one number corrected."""
    folder = tmp_path_factory.mktemp("site")
    with built(folder, url_in(request, folder), reader, samples, public=True) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite"])
def closed(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, reader: Reader, samples: Path
) -> Iterator[Site]:
    """Return the same service with results for its people only."""
    folder = tmp_path_factory.mktemp("closed")
    with built(folder, url_in(request, folder), reader, samples, public=False) as made:
        yield made
