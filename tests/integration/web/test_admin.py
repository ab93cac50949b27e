"""The administration: people, what is counted, what reads, what failed; as forms that work without script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.administration import failures as failing
from api.db.log_tables import Event
from api.db.states import PageState
from api.db.tables import Page, Person
from api.people.roles import Role
from models.registry import Registry
from pipeline.forms import known_forms
from tests.support.databases import copied
from tests.support.html import Tags
from tests.support.scene import PASSWORD, Scene, opened, settings_for

ADMIN = "/admin/people"
MINE = {"present": PASSWORD}
"""Whoever makes or changes accounts says their own password once more."""


@pytest.fixture
def scene(tmp_path: Path, empty_sqlite: Path) -> Iterator[Scene]:
    settings = settings_for(tmp_path, copied(empty_sqlite, tmp_path), requests_per_second=1000)
    with opened(settings) as made:
        yield made


@pytest.fixture
def boss(scene: Scene) -> dict[str, str]:
    """Return headers of an admin of the nation."""
    return scene.session(scene.person(Role.ADMIN, scope="0", name="boss", password=PASSWORD))


def person(scene: Scene, name: str) -> Person:
    with scene.records.database.reading() as session:
        return session.scalars(select(Person).where(Person.name == name)).one()


def logs_in(scene: Scene, name: str, password: str = PASSWORD) -> bool:
    answer = scene.ask("POST", "/login", data={"name": name, "password": password})
    return bool(answer.status_code == 303)


# --- people -------------------------------------------------------------------------------------------------------


def test_a_person_is_added_changed_and_disabled(scene: Scene, boss: dict[str, str]) -> None:
    given = {
        "name": "wati",
        "roles": ["reviewer", "uploader"],
        "scope": "3171",
        "password": PASSWORD,
        "present": PASSWORD,
    }
    answer = scene.ask("POST", ADMIN, boss, data=given)
    assert answer.status_code == 303
    shown = scene.ask("GET", answer.headers["location"], boss).text
    assert "Pengguna ditambahkan." in shown
    assert "wati" in scene.ask("GET", ADMIN, boss).text
    assert logs_in(scene, "wati")

    about = f"{ADMIN}/{person(scene, 'wati').id}"
    answer = scene.ask("POST", about, boss, data={"act": "changed", "roles": ["senior"], "scope": "31", **MINE})
    assert "Peran dan wilayah tersimpan." in scene.ask("GET", answer.headers["location"], boss).text
    assert (person(scene, "wati").roles, person(scene, "wati").scope) == (["senior"], "31")

    scene.ask("POST", about, boss, data={"act": "active", "active": "no", **MINE})
    assert not logs_in(scene, "wati")
    assert "Aktifkan lagi" in scene.ask("GET", about, boss).text
    scene.ask("POST", about, boss, data={"act": "active", "active": "yes", **MINE})
    assert logs_in(scene, "wati")


def test_what_is_refused_is_said_and_what_was_typed_stays(scene: Scene, boss: dict[str, str]) -> None:
    scene.person(Role.REVIEWER, name="wati")
    for given, status, said in (
        ({"name": "wati", "roles": "reviewer", "scope": "3171", "password": PASSWORD}, 409, "Sudah ada pengguna"),
        ({"name": "tono", "roles": "reviewer", "scope": "31x", "password": PASSWORD}, 422, "bukan kode wilayah"),
        ({"name": "tono", "scope": "3171", "password": PASSWORD}, 422, "setidaknya satu peran"),
        ({"name": "tono", "roles": "reviewer", "scope": "3171", "password": "pendek"}, 422, "kurang dari 12"),
    ):
        answer = scene.ask("POST", ADMIN, boss, data={**given, **MINE})
        assert answer.status_code == status
        assert said in answer.text
        fields = {of["id"]: of for tag, of in Tags(answer.text).found if tag == "input" and "id" in of}
        assert (fields["name"]["value"], fields["scope"]["value"]) == (given["name"], given["scope"])
        assert "checked" in fields["role-reviewer"] or "roles" not in given
        assert given["password"] not in answer.text


def test_a_manager_of_a_region_manages_nobody_else(scene: Scene) -> None:
    regional = scene.session(scene.person(Role.ADMIN, scope="3171"))
    elsewhere = scene.person(Role.REVIEWER, scope="5171", name="jauh")
    near = scene.person(Role.REVIEWER, scope="3171", name="dekat")
    page = scene.ask("GET", ADMIN, regional).text
    assert ("dekat" in page, "jauh" in page) == (True, False)
    assert "/admin/failures" not in page
    assert scene.ask("GET", f"{ADMIN}/{elsewhere.id}", regional).status_code == 403
    given = {"name": "tono", "roles": "reviewer", "scope": "0", "password": PASSWORD}
    assert scene.ask("POST", ADMIN, regional, data=given).status_code == 403
    promoted = {"act": "changed", "roles": "admin", "scope": "0"}
    assert scene.ask("POST", f"{ADMIN}/{near.id}", regional, data=promoted).status_code == 403
    assert person(scene, "dekat").scope == "3171"
    with scene.records.database.reading() as session:
        assert session.scalars(select(Person).where(Person.name == "tono")).all() == []


def test_the_last_admin_stays(scene: Scene, boss: dict[str, str]) -> None:
    about = f"{ADMIN}/{person(scene, 'boss').id}"
    for given in ({"act": "active", "active": "no"}, {"act": "changed", "roles": "auditor", "scope": "0"}):
        answer = scene.ask("POST", about, boss, data={**given, **MINE})
        assert answer.status_code == 409
        assert "Tidak akan ada lagi yang mengelola" in answer.text


def test_an_open_browser_is_not_enough_to_take_an_account(scene: Scene, boss: dict[str, str]) -> None:
    about = f"{ADMIN}/{person(scene, 'boss').id}"
    fresh = "lima kata yang lebih panjang"
    assert 'name="present"' in scene.ask("GET", about, boss).text
    wrong = {"act": "password", "password": fresh, "present": "salah"}
    assert scene.ask("POST", about, boss, data=wrong).status_code == 422
    _, token = scene.token(person(scene, "boss"))
    right = {**wrong, "present": PASSWORD}
    assert scene.ask("POST", about, token, data=right).status_code == 403
    assert scene.ask("POST", about, boss, data=right).status_code == 303
    assert logs_in(scene, "boss", fresh)
    assert scene.ask("GET", about, boss).status_code == 401


def test_forms_of_other_sites_do_nothing(scene: Scene, boss: dict[str, str]) -> None:
    bare = {"Cookie": boss["Cookie"]}
    given = {"name": "tono", "roles": "reviewer", "scope": "3171", "password": PASSWORD}
    assert scene.ask("POST", ADMIN, bare, data=given).status_code == 403
    assert scene.ask("POST", ADMIN, bare, data={**given, **MINE, "csrf": boss["X-CSRF-Token"]}).status_code == 303


def test_many_people_come_in_pages_and_are_found_by_name(scene: Scene, boss: dict[str, str]) -> None:
    for number in range(60):
        scene.person(Role.REVIEWER, name=f"petugas-{number:02d}")
    found: list[str] = []
    address: str | None = f"{ADMIN}?lang=en"
    while address:
        page = Tags(scene.ask("GET", address, boss).text)
        found += [str(of["href"]) for tag, of in page.found if tag == "a" and _of_person(of.get("href"))]
        address = next((of["href"] for tag, of in page.found if of.get("rel") == "next"), None)
    assert len(found) == len(set(found)) == 61
    searched = scene.ask("GET", f"{ADMIN}?q=PETUGAS-03", boss).text
    assert ("petugas-03" in searched, "petugas-04" in searched) == (True, False)


def _of_person(address: str | None) -> bool:
    return address is not None and address.startswith(f"{ADMIN}/") and len(address.split("?")[0]) > 40


# --- the service --------------------------------------------------------------------------------------------------


def test_forms_and_models_are_shown_as_they_are_installed(scene: Scene, boss: dict[str, str]) -> None:
    page = scene.ask("GET", "/admin/forms", boss).text
    for family in {form.family for form in known_forms(scene.records.forms)}:
        assert f'id="{family}"' in page
    assert scene.records.form_hashes["c-hasil-ppwp-2024"] in page
    unconfirmed = {form.family for form in known_forms(scene.records.forms) if not form.confirmed}
    assert page.count("tata letak belum dipastikan") == len(unconfirmed)
    page = scene.ask("GET", "/admin/models", boss).text
    champions = Registry().champions()
    for package in Registry().list():
        card = page[page.index(f'id="{package.id}"') :].partition("</li>")[0]
        assert package.sha256 in card
        assert ("pembaca utama" in card) == (package.id in champions.values())


def test_stations_that_no_list_names_are_told(scene: Scene, boss: dict[str, str], tmp_path: Path) -> None:
    assert "chasil regions import" in scene.ask("GET", "/admin/elections", boss).text
    scene.document("3171010001009")
    listing = tmp_path / "daftar.csv"
    listing.write_text("code,name\n31,DKI\n3171,Jakarta\n317101,A\n3171010001,B\n3171010001001,TPS 1\n")
    from api.regions.import_list import import_regions  # noqa: PLC0415

    import_regions(scene.records.database, listing, "local")
    page = scene.ask("GET", "/admin/elections", boss).text
    assert "3171010001009" in page
    assert "3171010001001" not in page


def _failed(scene: Scene, *codes: str) -> str:
    """Put a page that was given up on record; return its id."""
    _, page = scene.document(f"31710100010{len(scene.people) + scene_count(scene):02d}")
    with scene.records.database.writing() as session:
        row = session.get_one(Page, page)
        row.state = PageState.REJECTED
        row.reasons = [{"code": code, "message": f"because {code}", "translations": {"id": code}} for code in codes]
    return page


def scene_count(scene: Scene) -> int:
    with scene.records.database.reading() as session:
        return len(session.scalars(select(Page.id)).all())


def states(scene: Scene) -> dict[str, str]:
    with scene.records.database.reading() as session:
        return {row.id: row.state for row in session.scalars(select(Page))}


def test_failures_are_grouped_and_read_again_together(
    scene: Scene, boss: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failing, "AT_ONCE", 2)
    lost = [_failed(scene, "no_ruled_sheet") for _ in range(3)]
    blurred = _failed(scene, "page_blurred")
    page = scene.ask("GET", "/admin/failures?lang=en", boss).text
    group = page[page.index('id="no_ruled_sheet"') :].partition("</form>")[0]
    assert "3 pages" in group
    assert "because no_ruled_sheet" in group
    assert "page_blurred" not in group

    answer = scene.ask("POST", "/admin/failures?lang=en", boss, data={"code": "no_ruled_sheet"})
    assert "2 pages are being read again; 1 is left" in scene.ask("GET", answer.headers["location"], boss).text
    assert sorted(states(scene)[one] for one in lost) == ["rejected", "waiting", "waiting"]
    scene.ask("POST", "/admin/failures", boss, data={"code": "no_ruled_sheet"})
    assert {states(scene)[one] for one in lost} == {"waiting"}
    assert states(scene)[blurred] == "rejected"
    with scene.records.database.reading() as session:
        events = session.scalars(select(Event).where(Event.kind == "page_retried")).all()
        assert {event.actor for event in events} == {person(scene, "boss").id}
    assert len(events) == 3


def test_only_who_looks_after_all_of_it_lets_pages_be_read_again(scene: Scene) -> None:
    page = _failed(scene, "no_ruled_sheet")
    regional = scene.session(scene.person(Role.ADMIN, scope="3171"))
    for method in ("GET", "POST"):
        data = {"data": {"code": "no_ruled_sheet"}} if method == "POST" else {}
        assert scene.ask(method, "/admin/failures", regional, **data).status_code == 403
    assert states(scene)[page] == "rejected"


def test_nothing_is_managed_before_the_first_account(scene: Scene) -> None:
    assert "chasil user add" in scene.ask("GET", ADMIN).text
    given = {"name": "tono", "roles": "reviewer", "scope": "0", "password": PASSWORD}
    answer = scene.ask("POST", ADMIN, data=given)
    assert answer.status_code == 409
    assert "chasil user add" in answer.text
