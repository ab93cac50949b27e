"""`chasil user`: the first admin, and what an operator needs when nobody can log in any more."""

import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.core.context import open_records
from api.core.settings import load_settings
from api.db.log_tables import Event
from api.db.tables import Person
from api.db.types import now
from api.people.tokens import find_token
from tests.support.command import Run, chasil
from tests.support.scene import PASSWORD


@pytest.fixture(autouse=True)
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHASIL_HOME", str(tmp_path))
    monkeypatch.setenv("CHASIL_DATABASE", database_url)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    def run(*arguments: str, password: str = PASSWORD) -> Run:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        return chasil(capsys, "user", *arguments)

    return run


def test_people_are_added_listed_changed_and_disabled(run: Any) -> None:
    assert run("add", "Siti", "--role", "admin", "--password-stdin").code == 0
    assert run("add", "budi", "-r", "reviewer", "-r", "uploader", "--scope", "3171", "--password-stdin").code == 0
    assert run("change", "budi", "-r", "senior", "--scope", "31").code == 0
    assert run("password", "budi", "--password-stdin", password="kata sandi yang baru").code == 0
    assert run("disable", "budi").code == 0
    listed = run("list").out
    assert "siti" in listed
    assert "senior" in listed
    assert "nonaktif / disabled" in listed
    assert run("change", "budi", "--enable").code == 0
    assert "nonaktif" not in run("list").out
    records = open_records(load_settings())
    with records.database.reading() as session:
        assert {event.actor for event in session.scalars(select(Event).where(Event.subject.startswith("person:")))} == {
            "command_line"
        }
    records.close()


def test_the_key_of_a_token_goes_to_the_output_alone(run: Any) -> None:
    run("add", "siti", "--role", "auditor", "--password-stdin")
    made = run("token", "siti", "--label", "rekap", "--days", "7")
    key = made.out.strip()
    assert key not in made.err
    records = open_records(load_settings())
    with records.database.reading() as session:
        actor = find_token(session, key, now())
        assert actor is not None
        assert actor.name == "siti"
    records.close()


def test_someone_of_an_institution_has_no_password(run: Any) -> None:
    assert run("add", "siti", "--role", "auditor", "--subject", "abc-123").code == 0
    records = open_records(load_settings())
    with records.database.reading() as session:
        person = session.scalars(select(Person)).one()
        assert (person.password, person.subject) == (None, "abc-123")
    records.close()


@pytest.mark.parametrize(
    ("arguments", "password", "code"),
    [
        (("add", "x", "--role", "admin", "--password-stdin"), "short", "password_short"),
        (("add", "x", "--password-stdin"), PASSWORD, "roles_missing"),
        (("add", "x", "--role", "admin", "--scope", "xyz", "--password-stdin"), PASSWORD, "scope_unknown"),
        (("disable", "nobody"), "", "person_unknown"),
        (("token", "nobody", "--label", "x"), "", "person_unknown"),
        (("disable", "siti"), "", "last_admin"),
        (("token", "siti", "--label", "x", "--days", "1000"), "", "token_days"),
        (("token", "siti", "--label", "x", "--role", "auditor"), "", "token_roles"),
    ],
)
def test_what_is_refused_ends_with_a_code_and_no_traceback(
    run: Any, arguments: tuple[str, ...], password: str, code: str
) -> None:
    run("add", "siti", "--role", "admin", "--password-stdin")
    refused = run(*arguments, password=password)
    assert refused.code == 2
    assert refused.err.startswith(code)
    assert "Traceback" not in refused.err
