"""People are made, changed and disabled under rules, and every step is on record without anything secret."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

import api
from api.db.log_tables import Event
from api.db.tables import Person
from api.people.accounts import Change, change_person, create_person, set_password
from api.people.roles import PERMISSIONS, Permission, Role, known_roles, permissions_of
from pipeline.errors import ChasilError, ConflictError
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import PASSWORD, Scene

PEOPLE = "/api/v1/people"


def test_every_role_can_do_something_and_every_permission_belongs_to_someone() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert permissions_of(Role) == set(Permission)
    assert permissions_of([]) == frozenset()
    assert known_roles(["reviewer", "of an older program"]) == {Role.REVIEWER}


def test_every_permission_opens_something() -> None:
    files = Path(api.__file__).parent.rglob("*.py")
    asked = "".join(file.read_text(encoding="utf-8") for file in files)
    assert not [one for one in Permission if f"Permission.{one.name}" not in asked]


def test_who_manages_people_decides_no_numbers() -> None:
    assert PERMISSIONS[Role.ADMIN].isdisjoint({Permission.DECIDE, Permission.DECIDE_AS_SENIOR})


@pytest.mark.parametrize(
    ("name", "roles", "scope", "password", "code"),
    [
        ("a b", [Role.AUDITOR], "0", PASSWORD, "person_name"),
        ("-a", [Role.AUDITOR], "0", PASSWORD, "person_name"),
        ("x" * 65, [Role.AUDITOR], "0", PASSWORD, "person_name"),
        ("Siti", [Role.AUDITOR], "0", PASSWORD, "person_exists"),
        ("budi", [], "0", PASSWORD, "roles_missing"),
        ("budi", [Role.AUDITOR], "317", PASSWORD, "scope_unknown"),
        ("budi", [Role.AUDITOR], "", PASSWORD, "scope_unknown"),
        ("budi", [Role.AUDITOR], "0", "x" * 11, "password_short"),
        ("budi", [Role.AUDITOR], "0", "x" * 1025, "password_long"),
        ("budi.santoso.lengkap", [Role.AUDITOR], "0", "Budi.Santoso.Lengkap", "password_is_name"),
    ],
)
def test_what_is_refused(scene: Scene, name: str, roles: list[Role], scope: str, password: str, code: str) -> None:
    scene.person(Role.AUDITOR, name="siti")
    with pytest.raises(ChasilError) as refused, scene.records.database.writing() as session:
        create_person(session, "local", name, roles, scope, password)
    assert refused.value.code == code


def test_the_last_admin_of_the_nation_stays(scene: Scene) -> None:
    admin = scene.person(Role.ADMIN, scope="0")
    scene.person(Role.ADMIN, scope="31")
    for change in (Change(active=False), Change(scope="31"), Change(roles=frozenset({Role.AUDITOR}))):
        with pytest.raises(ConflictError, match="last_admin"), scene.records.database.writing() as session:
            change_person(session, "test", session.get_one(Person, admin.id), change)
    scene.person(Role.ADMIN, scope="0")
    with scene.records.database.writing() as session:
        change_person(session, "test", session.get_one(Person, admin.id), Change(active=False))


def test_every_step_is_in_the_chain_and_nothing_secret_is(scene: Scene) -> None:
    with scene.records.database.writing() as session:
        person = create_person(session, "ani", "siti", [Role.ADMIN], "0", PASSWORD, "subject-1")
        set_password(session, "ani", person, "kata sandi yang baru")
        change_person(session, "ani", person, Change(scope="0"))
    with scene.records.database.reading() as session:
        stored = session.get_one(Person, person.id).password
        events = session.scalars(select(Event).where(Event.subject == f"person:{person.id}").order_by(Event.seq)).all()
    assert [event.kind for event in events] == ["person_created", "password_changed", "person_changed"]
    text = json.dumps([event.body for event in events])
    assert stored is not None
    assert stored.startswith("$argon2id$")
    for secret in (PASSWORD, "kata sandi", "subject-1", "siti", stored):
        assert secret not in text


def test_a_hash_costs_whoever_guesses_64_mib_and_three_passes() -> None:
    """In a process of its own: tests hash with next to no work."""
    program = "from api.people.passwords import hash_password; print(hash_password('kata sandi panjang', 'siti'))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_manager_manages_the_people_of_their_region(scene: Scene) -> None:
    scene.person(Role.ADMIN, scope="0", name="nasional")
    headers = scene.session(scene.person(Role.ADMIN, scope="31", name="jakarta"))
    body = {"name": "Budi", "roles": ["reviewer"], "scope": "3171", "password": PASSWORD}
    made = scene.ask("POST", PEOPLE, headers, json=body)
    assert made.status_code == 201
    assert PASSWORD not in made.text
    assert made.json()["name"] == "budi"
    assert code_of(scene.ask("POST", PEOPLE, headers, json={**body, "scope": "3271"})) == (403, "not_permitted")
    assert code_of(scene.ask("POST", PEOPLE, headers, json=body)) == (409, "person_exists")
    path = f"{PEOPLE}/{made.json()['id']}"
    assert code_of(scene.ask("PATCH", path, headers, json={"scope": "0"})) == (403, "not_permitted")
    assert scene.ask("PATCH", path, headers, json={"roles": ["senior"]}).json()["roles"] == ["senior"]
    listed = scene.ask("GET", PEOPLE, headers).json()["people"]
    assert [person["name"] for person in listed] == ["budi", "jakarta"]
    assert code_of(scene.ask("GET", f"{PEOPLE}/{'0' * 32}", headers)) == (404, "person_unknown")


def test_the_list_goes_on_where_it_stopped(scene: Scene) -> None:
    names = sorted(scene.person(Role.REVIEWER).name for _ in range(5))
    headers, seen, query = scene.session(scene.person(Role.ADMIN, name="admin")), [], "?limit=4"
    while query:
        page = scene.ask("GET", PEOPLE + query, headers).json()
        seen += [person["name"] for person in page["people"]]
        query = f"?limit=4&cursor={page['next']}" if page["next"] else ""
    assert seen == ["admin", *names]
