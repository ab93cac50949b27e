"""Which elections are shown: what people say, else the one with most stations; names of pairs; what is off is kept."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from api.administration.elections import ElectionChange, change_election
from api.core.context import PROGRAM, Records
from api.db.log_tables import Event
from api.db.states import DocumentState
from api.db.tables import Document, Election, ElectionSetting, Number, Person
from api.db.types import new_id
from api.documents.views import document_body
from api.people.roles import Role
from api.regions.codes import ensure
from api.tabulation.contribution import amounts_of_document, replace_contribution
from api.verification.verify import verify
from pipeline.errors import UsageError
from tests.support.behind import behind
from tests.support.databases import copied
from tests.support.history import number, received
from tests.support.scene import PASSWORD, Scene, opened, settings_for

FIRST, SECOND = "3171010001001", "3171010001002"
MAIN, STRAY = "ppwp-2024", "c1-ppwp-2014"
"""The stray one comes first in the alphabet."""

REGIONS = ("0", "31", "3171", "317101", "3171010001", FIRST)
NAMES = {"paslon_1": "AMIN SATU", "paslon_2": "=BUDI & CITRA", "paslon_3": "<b>DEWI</b>"}


@pytest.fixture
def scene(tmp_path: Path, empty_sqlite: Path) -> Iterator[Scene]:
    settings = settings_for(tmp_path, copied(empty_sqlite, tmp_path), requests_per_second=1000, form=None, public=True)
    with opened(settings) as made:
        made.person(Role.ADMIN, scope="0", name="boss", password=PASSWORD)
        yield made


@pytest.fixture
def boss(scene: Scene) -> dict[str, str]:
    """Return headers of the admin of the nation that every scene has: nobody is let in for sitting at this machine."""
    with scene.records.database.reading() as session:
        found = session.scalars(select(Person).where(Person.name == "boss")).one()
    return scene.session(found)


def put(records: Records, election: str, station: str, votes: int = 100) -> str:
    """Put a station of an election on record; return its document."""
    with records.database.writing() as session:
        ensure(session, station)
        form = session.get_one(Election, election).form_id
        document = Document(
            id=new_id(), name=station, station=station, election_id=election, form_id=form, created_by="x"
        )
        document.state, document.rules = DocumentState.REVIEW, []
        session.add(document)
        session.flush()
        pairs = [
            one.name for page in records.forms[form].pages for one in page.numbers if one.name.startswith("paslon_")
        ]
        numbers: list[Number] = [number(document.id, field, "accepted", votes) for field in pairs]
        session.add_all(numbers)
        session.flush()
        amounts = amounts_of_document(document.state, [], [], numbers)
        replace_contribution(session, election, station, document.id, amounts)
        return document.id


def say(records: Records, election: str, **change: Any) -> None:
    with records.database.writing() as session:
        change_election(session, PROGRAM, election, ElectionChange(**change))


def shown(scene: Scene, path: str, headers: dict[str, str] | None = None) -> str:
    answer = scene.ask("GET", path, headers or {"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def listed(scene: Scene) -> tuple[list[str], str | None]:
    body = scene.ask("GET", "/api/v1/elections", {}).json()
    return [one["id"] for one in body["elections"]], body["main"]


def opens(scene: Scene, region: str) -> str:
    """Return the election that a page and the API show where none is named."""
    told = scene.ask("GET", f"/api/v1/tallies/{region}", {}).json()["election"]
    page = shown(scene, f"/results/{region}")
    kicker = re.search(r'<p class="kicker">(.*?)</p>', page, re.DOTALL)
    assert kicker is not None
    assert told["title"]["id"] in kicker[1]
    return str(told["id"])


@pytest.mark.parametrize("region", REGIONS)
def test_while_nobody_says_anything_the_election_with_most_stations_opens(scene: Scene, region: str) -> None:
    put(scene.records, STRAY, FIRST)
    put(scene.records, MAIN, FIRST)
    put(scene.records, MAIN, SECOND)
    assert opens(scene, region) == MAIN
    assert listed(scene) == ([STRAY, MAIN], MAIN)
    links = set(re.findall(r"election=([a-z0-9-]+)", shown(scene, f"/results/{region}")))
    assert links == {STRAY, MAIN}


def test_an_election_without_a_page_is_not_listed(scene: Scene) -> None:
    put(scene.records, STRAY, FIRST)
    assert listed(scene) == ([STRAY], STRAY)
    page = shown(scene, "/results/0")
    assert set(re.findall(r"election=([a-z0-9-]+)", page)) == {STRAY}
    assert "choices-of" not in page
    say(scene.records, MAIN, is_on=True, main=True)
    assert listed(scene) == ([], MAIN)
    assert opens(scene, "0") == MAIN


def test_that_a_form_came_in_whose_station_nobody_knows_is_not_denied(scene: Scene) -> None:
    with scene.records.database.writing() as session:
        document, _ = received(session, scene.records.originals, FIRST, b"ink")
        document.station = None
    page, english = (shown(scene, f"/results/0?lang={language}") for language in ("id", "en"))
    assert "belum ada formulir dari TPS yang diketahui" in page
    assert "no form of a known polling station has come in" in english
    assert "formulir yang masuk" not in page


def test_before_anything_has_come_in_no_page_names_an_election(scene: Scene) -> None:
    with scene.records.database.writing() as session:
        ensure(session, FIRST)
        titles = [one.title_id for one in session.scalars(select(Election))]
    assert len(titles) > 1
    for region in REGIONS:
        page = shown(scene, f"/results/{region}")
        assert [title for title in titles if title in page] == []
        assert "Belum ditentukan pemilihan mana" in page
        assert "election=" not in page  # else a link that was followed tonight opens the wrong one all evening
    put(scene.records, MAIN, FIRST)
    page = shown(scene, "/results/0")
    assert re.search(r'<p class="notes" data-live="election" hidden>', page)
    assert set(re.findall(r"election=([a-z0-9-]+)", page)) == {MAIN}


def test_where_all_elections_are_off_no_page_shows_one_of_them(scene: Scene, boss: dict[str, str]) -> None:
    put(scene.records, STRAY, FIRST, votes=4321)
    with scene.records.database.reading() as session:
        every = session.scalars(select(Election.id)).all()
    for election in every:
        say(scene.records, election, is_on=False)
    for path in ("/results/0", f"/results/{FIRST}", f"/results/{FIRST}/paslon_1", "/results/0/table.csv"):
        answer = scene.ask("GET", path, {"Accept": "text/html"})
        assert (answer.status_code, "4.321" in answer.text, "4321" in answer.text) == (404, False, False)
    assert "Tidak ada pemilihan yang ditampilkan" in scene.ask("GET", "/results/0", {"Accept": "text/html"}).text
    assert scene.ask("GET", "/results/0", boss).status_code == 200


@pytest.mark.parametrize("change", [{"main": True}, {"is_on": True}])
@pytest.mark.parametrize("region", REGIONS)
def test_what_people_turn_on_is_what_opens_however_few_stations_it_has(
    scene: Scene, region: str, change: dict[str, bool]
) -> None:
    put(scene.records, MAIN, FIRST)
    put(scene.records, STRAY, FIRST)
    put(scene.records, STRAY, SECOND)
    assert opens(scene, region) == STRAY
    say(scene.records, MAIN, **change)
    assert opens(scene, region) == MAIN
    assert listed(scene) == ([MAIN], MAIN)
    assert STRAY not in shown(scene, f"/results/{region}")


ROUTES = (
    f"/results/{FIRST}",
    "/results/0",
    "/results/0/table.csv",
    "/results/0/table.xlsx",
    f"/results/{FIRST}/paslon_1",
    "/api/v1/tallies/0",
    "/api/v1/tallies/0/children",
    f"/api/v1/tallies/{FIRST}",
)


@pytest.mark.parametrize("path", ROUTES)
def test_what_is_off_is_shown_to_seniors_and_admins_alone(scene: Scene, boss: dict[str, str], path: str) -> None:
    put(scene.records, STRAY, FIRST)
    put(scene.records, MAIN, FIRST)
    say(scene.records, STRAY, is_on=False)
    asked = f"{path}?election={STRAY}"
    assert scene.ask("GET", asked, {"Accept": "text/html"}).status_code == 422
    for role, status in ((Role.SENIOR, 200), (Role.REVIEWER, 422), (Role.UPLOADER, 422)):
        headers = scene.session(scene.person(role, scope="0", name=f"p-{role.value}"))
        assert scene.ask("GET", asked, headers).status_code == status
    assert scene.ask("GET", asked, boss).status_code == 200
    if path.startswith("/results/") and not path.endswith((".csv", ".xlsx", "paslon_1")):
        page = shown(scene, asked, boss)
        assert "Pemilihan ini tidak dihitung di sini" in page
        assert f"election={STRAY}" in shown(scene, path, boss)
        assert "(tidak dihitung)" in shown(scene, path, boss)


def test_its_uploader_is_told(scene: Scene) -> None:
    stray, other = put(scene.records, STRAY, FIRST), put(scene.records, MAIN, FIRST)

    def notices(document: str) -> list[str]:
        with scene.records.database.reading() as session:
            body = document_body(session, scene.records, session.get_one(Document, document), "uploader")
        return [one.translations["id"] for one in body.feedback.notices]

    assert notices(stray) == []
    say(scene.records, MAIN, main=True)
    [notice] = notices(stray)
    assert "tidak dihitung di sini" in notice
    assert notices(other) == []


def name_all(scene: Scene) -> None:
    put(scene.records, MAIN, FIRST)
    say(scene.records, MAIN, main=True, title_id="Pilpres Desa", title_en="The village's vote", pairs=NAMES)


@pytest.mark.parametrize("region", REGIONS)
def test_pairs_go_by_their_names_on_every_page_and_in_the_api(scene: Scene, region: str) -> None:
    name_all(scene)
    page = shown(scene, f"/results/{region}")
    assert "Pilpres Desa" in page
    assert "1 — AMIN SATU" in page
    assert "3 — &lt;b&gt;DEWI&lt;/b&gt;" in page
    assert "Pasangan 1" not in page
    assert "<b>DEWI" not in page
    told = scene.ask("GET", f"/api/v1/tallies/{region}", {}).json()["election"]
    assert told["title"] == {"id": "Pilpres Desa", "en": "The village's vote"}
    assert [told["pairs"][field]["label"] for field in NAMES] == [
        f"{index} — {name}" for index, name in enumerate(NAMES.values(), 1)
    ]


def test_pairs_go_by_their_names_in_tables_and_exports(scene: Scene, boss: dict[str, str]) -> None:
    name_all(scene)
    [row] = csv.DictReader(io.StringIO(scene.ask("GET", "/results/0/table.csv", {}).text))
    assert (row["1 — AMIN SATU"], row["paslon_1_stations"]) == ("100", "1")
    numbers = scene.ask("GET", f"/results/{FIRST}/table.csv", {}).text
    assert "— AMIN SATU" in numbers
    assert "— AMIN SATU" in shown(scene, f"/results/{FIRST}/paslon_1")
    for what in ("tallies", "numbers"):
        address = f"/api/v1/exports/{what}?format="
        lines = list(csv.DictReader(io.StringIO(scene.ask("GET", f"{address}csv", boss).text)))
        objects = scene.ask("GET", f"{address}json", boss).json()
        table = pq.read_table(io.BytesIO(scene.ask("GET", f"{address}parquet", boss).content)).to_pylist()
        for rows in (lines, objects, table):
            named = {one["field"]: one["pair"] for one in rows if one["pair"]}
            assert named == {field: f"{index} — {name}" for index, (field, name) in enumerate(NAMES.items(), 1)}


def test_an_admin_says_it_on_the_page_and_it_is_on_record(scene: Scene, boss: dict[str, str]) -> None:
    put(scene.records, STRAY, FIRST)
    put(scene.records, MAIN, FIRST)
    given = {"election": MAIN, "state": "main", "title_id": "Pilpres", "title_en": "", "pair": ["ANI", "", "CITRA"]}
    answer = scene.ask("POST", "/admin/elections", boss, data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/admin/elections?done={MAIN}")
    page = shown(scene, answer.headers["location"], boss)
    assert 'value="ANI"' in page
    assert "Tersimpan" in page
    with scene.records.database.reading() as session:
        event = session.scalars(select(Event).where(Event.kind == "election_set")).one()
        assert (event.subject, event.body["pairs"]) == (f"election:{MAIN}", {"paslon_1": "ANI", "paslon_3": "CITRA"})
    scene.ask("POST", "/admin/elections", boss, data={**given, "election": STRAY})  # another is the main one now
    with scene.records.database.reading() as session:
        assert {one.election_id: one.main for one in session.scalars(select(ElectionSetting))} == {
            MAIN: False,
            STRAY: True,
        }
        events = session.scalars(select(Event).where(Event.kind == "election_set")).all()
        assert [(one.subject, one.body["main"]) for one in events] == [
            (f"election:{MAIN}", True),
            (f"election:{MAIN}", False),
            (f"election:{STRAY}", True),
        ]
    count = len(events)
    scene.ask("POST", "/admin/elections", boss, data={**given, "election": STRAY})  # the same again
    with scene.records.database.reading() as session:
        assert len(session.scalars(select(Event).where(Event.kind == "election_set")).all()) == count


def test_an_election_that_no_station_sent_is_not_said_to_be_shown(scene: Scene, boss: dict[str, str]) -> None:
    def states() -> list[bool]:
        rows = re.findall(r"<tr>.*?</tr>", scene.ask("GET", "/admin/elections", boss).text, re.DOTALL)
        mine = [next(row for row in rows if f"election={election}" in row) for election in (MAIN, STRAY)]
        empty = ["belum ada TPS masuk" in row for row in mine]
        assert ["outcome accepted" in row for row in mine] == [not one for one in empty]
        return empty

    put(scene.records, MAIN, FIRST)
    assert states() == [False, True]
    put(scene.records, STRAY, FIRST)
    assert states() == [False, False]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title_id": "x" * 121}, "election_text"),
        ({"pairs": {"paslon_1": "two\nlines"}}, "election_text"),
        ({"pairs": {"suara_sah": "no pair"}}, "election_pair"),
        ({"pairs": {"paslon_0": "none"}}, "election_pair"),
    ],
)
def test_what_cannot_be_is_refused(scene: Scene, change: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        say(scene.records, MAIN, **change)
    assert refused.value.code == code
    with pytest.raises(UsageError, match="election"):
        say(scene.records, "none", is_on=True)


def test_only_who_looks_after_all_of_it_says_so(scene: Scene) -> None:
    regional = scene.session(scene.person(Role.ADMIN, scope="3171", name="daerah"))
    answer = scene.ask("POST", "/admin/elections", regional, data={"election": MAIN, "state": "off"})
    assert answer.status_code == 403
    with scene.records.database.reading() as session:
        assert session.scalars(select(ElectionSetting)).all() == []


@pytest.mark.parametrize(
    "forged", [{"is_on": False}, {"main": False}, {"title_id": "x"}, {"pairs": {"paslon_1": "ORANG LAIN"}}]
)
def test_the_audit_finds_what_was_changed_behind_its_back(scene: Scene, forged: dict[str, Any]) -> None:
    say(scene.records, MAIN, main=True, pairs=NAMES)
    assert list(verify(scene.records, originals=False)) == []
    with behind(scene.records.database) as session:
        row = session.get_one(ElectionSetting, MAIN)
        for name, value in forged.items():
            setattr(row, name, value)
    assert [reason.code for reason in verify(scene.records, originals=False)] == ["audit_row_changed"]
    with behind(scene.records.database) as session:
        session.delete(session.get_one(ElectionSetting, MAIN))
    assert [reason.code for reason in verify(scene.records, originals=False)] == ["audit_row_missing"]
