"""A service with people in it, and two polling stations far apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.review_tables import ReviewAudit, ReviewItem
from api.db.tables import Document, Number, Original, Page, Person
from api.db.types import now
from api.http.app import create_app
from api.ledger.append import record_event
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from api.people.tokens import create_token
from api.regions.codes import ensure
from tests.support.samples import jpeg
from tests.support.service import FORM, FakeReader, TestClient, client_of

HERE, ELSEWHERE = "3171010001001", "5171010001001"
REGION = "3171"
"""Where people of a scene work by default; `HERE` lies in it."""

PASSWORD = "empat kata yang panjang"
ELECTION = "ppwp-2024"


@dataclass(slots=True)
class Scene:
    """A running service and what is behind it."""

    client: TestClient
    records: Records
    people: dict[tuple[Role, str], Person] = field(default_factory=dict)

    def person(self, *roles: Role, scope: str = REGION, name: str = "", password: str | None = None) -> Person:
        """Add a person."""
        with self.records.database.writing() as session:
            return create_person(session, "local", name or f"p-{uuid4().hex[:12]}", roles, scope, password)

    def one(self, role: Role, scope: str = REGION) -> Person:
        """Return the one person of a role and region that the scene knows."""
        if (role, scope) not in self.people:
            self.people[role, scope] = self.person(role, scope=scope)
        return self.people[role, scope]

    def session(self, person: Person) -> dict[str, str]:
        """Return the headers of a browser in which a person has just logged in."""
        with self.records.database.writing() as session:
            begun = begin_session(session, person, now())
        return {"Cookie": f"{COOKIE}={begun.cookie}", "X-CSRF-Token": begun.actor.csrf}

    def token(self, person: Person, *roles: Role) -> tuple[str, dict[str, str]]:
        """Return id and headers of a new token."""
        with self.records.database.writing() as session:
            token, key = create_token(session, "test", person, "test", 1, roles, now())
        return token.id, {"Authorization": f"Bearer {key}"}

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Send one request of a browser that keeps no cookies by itself."""
        self.client.cookies.clear()
        return self.client.request(method, path, headers=headers, follow_redirects=False, **more)

    def document(self, station: str) -> tuple[str, str]:
        """Put a document with one page and one number on record; return their ids."""
        data = jpeg() + station.encode()  # what follows the end of a JPEG is no part of the picture
        sha256 = self.records.originals.keep(data)
        document, page = uuid4().hex, uuid4().hex
        with self.records.database.writing() as session:
            ensure(session, station)
            session.add(Original(sha256=sha256, size=len(data), media_type="image/jpeg"))
            session.add(
                Document(
                    id=document,
                    election_id=ELECTION,
                    station=station,
                    name=station,
                    state="accepted",
                    form_id=FORM,
                    created_by="somebody",
                )
            )
            session.flush()
            session.add(
                Page(
                    id=page,
                    document_id=document,
                    original=sha256,
                    number=1,
                    file_name=f"{station}.jpg",
                    state="read",
                    uploaded_by="somebody",
                )
            )
            session.flush()
            session.add(_number(document, page))
            record_event(session, "pages_received", "local", f"page:{page}", {"document": document})
        return document, page

    def item(self, document: str, station: str) -> str:
        """Put an item of the review desk on record; return its id."""
        item = uuid4().hex
        with self.records.database.writing() as session:
            session.add(
                ReviewItem(id=item, kind="review", document_id=document, field="paslon_1", station=station, harm=0)
            )
        return item

    def audit(self, region: str) -> str:
        """Put an audit of nothing on record; return its id."""
        audit = uuid4().hex
        with self.records.database.writing() as session:
            session.add(
                ReviewAudit(
                    id=audit,
                    person_id="somebody",
                    region=region,
                    seed=1,
                    size=0,
                    population=0,
                    confidence=0.95,
                    target=1e-4,
                    strata={},
                )
            )
        return audit


def _number(document: str, page: str) -> Number:
    return Number(
        document_id=document,
        field="paslon_1",
        page_id=page,
        value=123,
        boxes="123",
        confidence=0.999,
        outcome="accepted",
        state="accepted",
        final=123,
        final_boxes="123",
    )


def settings_for(folder: Path, database_url: str, **more: Any) -> Settings:
    """Return settings of a service without workers."""
    told = {"home": folder, "database": database_url, "originals": str(folder / "originals"), "workers": 0}
    return Settings(**{**told, "form": "c-hasil-ppwp-2024", **more})


def application(settings: Settings) -> FastAPI:
    """Return a service that reads nothing."""
    return create_app(FakeReader(), settings)


@contextmanager
def opened(settings: Settings) -> Iterator[Scene]:
    """Start a service, and open what it remembers beside it."""
    with client_of(application(settings)) as client:
        records = open_records(settings)
        try:
            yield Scene(client, records)
        finally:
            records.close()


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    """Return a service that nobody has an account in."""
    with opened(settings_for(tmp_path, database_url)) as made:
        yield made
