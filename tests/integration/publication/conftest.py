"""A service with published figures beside its own, and people who look at them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.administration.elections import ElectionChange, change_election
from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.types import now
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from api.regions.codes import NATION
from tests.support.second_source import bring_in, write_down
from tests.support.service import TestClient, serving

Headers = dict[str, str]


@dataclass(slots=True)
class Second:
    """The service: what it remembers, how it is asked, and who asks."""

    client: TestClient
    records: Records
    folder: Path

    def as_one(self, *roles: Role, scope: str = NATION) -> Headers:
        """Add a person; return the headers of their session."""
        with self.records.database.writing() as session:
            person = create_person(session, "local", f"p-{'-'.join(roles)}-{scope}", roles, scope)
            begun = begin_session(session, person, now())
        return {"Cookie": f"{COOKIE}={begun.cookie}", "X-CSRF-Token": begun.actor.csrf}

    def open_to_all(self, *, shown: bool = True) -> None:
        """Show differences to everyone, or to few."""
        with self.records.database.writing() as session:
            change_election(session, "local", "ppwp-2024", ElectionChange(differences=shown))

    def get(self, path: str, headers: Headers | None = None, status: int = 200) -> Any:
        """Ask for something."""
        self.client.cookies.clear()
        answer = self.client.get(path, headers={"Accept": "text/html,*/*", **(headers or {})})
        assert answer.status_code == status, answer.text[:500]
        return answer


@pytest.fixture
def second(database_url: str, tmp_path: Path) -> Iterator[Second]:
    told: dict[str, Any] = {"home": tmp_path, "database": database_url, "form": "c-hasil-ppwp-2024", "public": True}
    with serving(**told) as client:
        records = open_records(Settings(**told, originals=str(tmp_path / "originals")))
        write_down(records.database)
        bring_in(records, tmp_path, taken_at="2024-02-15 10:00 WIB")
        built = Second(client, records, tmp_path)
        built.as_one(Role.AUDITOR)  # where nobody has an account, whoever sits at the machine may do everything
        yield built
        records.close()
