"""`/admin/evening`: what it says of the machine, of people and of alarms, and what it leaves unsaid."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from api.administration.evening import Evening, evening
from api.core.context import Records
from api.db import Database
from api.db.log_tables import Event
from api.db.review_tables import ReviewAnswer
from api.db.tables import Page
from api.db.types import now
from api.desk.undo import undo_last
from api.documents.pace import count_read
from api.documents.views import progress
from api.http.pages import evening as page_of_it
from api.ledger.append import record_event
from api.people.actor import Actor, Proof
from api.people.roles import Role
from api.sampling.alarms import clear, raise_alarm
from tests.support.desk import answer, document, person, seconds_always, station_of, take_one
from tests.support.scene import ELSEWHERE, HERE, REGION, Scene, opened, settings_for

EVENING = datetime(2024, 2, 14, 14, 40, 12, tzinfo=UTC)
FAILED = {"region": REGION, "wrong": 2, "read": 100, "target": 1.0, "confidence": 95.0}


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url, requests_per_second=1000)) as made:
        yield made


def read(records: Records, ago: Sequence[float], moment: datetime = EVENING, kind: str = "page_read") -> None:
    """Put on record that pages were read so many seconds before a moment."""
    with records.database.writing() as session:
        for seconds in ago:
            at = moment - timedelta(seconds=seconds)
            session.add(Event(at=at, kind=kind, actor="chasil", subject="page:x", body={}, leaf=""))


def wait(records: Records, ago: float, *, state: str = "waiting", station: str = HERE) -> None:
    """Put a page on record that came in so many seconds before now and is not read yet."""
    with records.database.writing() as session:
        made = document(session, records, station, {})
        row = session.scalars(select(Page).where(Page.document_id == made)).one()
        row.state, row.uploaded_at = state, now() - timedelta(seconds=ago)  # type: ignore[assignment]


def waiting(records: Records, *stations: str) -> None:
    """Put a number that waits for people on record at each station."""
    with records.database.writing() as session:
        for station in stations:
            document(session, records, station, {"paslon_1": {}})


def told(records: Records, moment: datetime = EVENING, scope: str = "0") -> Evening:
    with records.database.reading() as session:
        return evening(session, progress(session), moment, scope)


def asked(scene: Scene, headers: dict[str, str] | None, language: str = "id") -> str:
    """Return the words of the page, with single spaces."""
    text_of = scene.ask("GET", f"/admin/evening?lang={language}", headers).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of[text_of.index("<main") :]))


def actor_of(scene: Scene, *roles: Role, scope: str, name: str) -> Actor:
    made = scene.person(*roles, scope=scope, name=name)
    return Actor(made.id, made.name, frozenset(roles), scope, Proof.SESSION)


# --- the machine --------------------------------------------------------------------------------------------------


def test_pages_are_counted_by_the_minute_up_to_the_hour_and_not_beyond(records: Records) -> None:
    read(records, [0, 59.9, 60, 299.9, 300, 3599.9, 3600, 9000])
    minutes = told(records).machine.pace.minutes
    assert (minutes[-1], minutes[-2], minutes[-5], minutes[-6], minutes[0]) == (2, 1, 1, 1, 1)
    assert (told(records).machine.pace.lately, told(records).machine.pace.hour) == (4, 6)


def test_only_readings_of_the_machine_count(records: Records) -> None:
    read(records, [5], kind="sheet_named")  # people type its numbers
    read(records, [5], kind="page_set_aside")
    assert told(records).machine.pace.hour == 0


def test_a_page_that_a_clock_ahead_has_read_is_not_always_new(records: Records) -> None:
    read(records, [-7200, -61])
    assert told(records).machine.pace.hour == 0
    wait(records, 60)
    assert told(records).machine.left is None


def test_time_left_is_that_of_the_last_minutes(records: Records) -> None:
    wait(records, 600)
    wait(records, 60, state="reading", station=ELSEWHERE)
    assert told(records).machine.left is None
    read(records, [400] * 50)  # the machine has stood since
    assert told(records).machine.left is None
    read(records, [10, 20])
    machine = told(records).machine
    assert (machine.waiting, machine.left) == (2, 300.0)
    assert machine.oldest == pytest.approx(600, abs=30)


def test_where_nothing_was_read_lately_the_page_says_so_and_no_time(scene: Scene) -> None:
    wait(scene.records, 7200)
    page = asked(scene, None, "en")
    assert "No page was read in the last 60 minutes." in page
    assert "Time left not known no page was read in the last 5 minutes" in page
    assert "The oldest came in 2 h 0 min ago" in page
    assert "Sisa waktu tidak diketahui tidak ada halaman dibaca dalam 5 menit terakhir" in asked(scene, None)
    assert "<svg" not in scene.ask("GET", "/admin/evening").text


def test_an_empty_queue_is_no_time_of_nought(scene: Scene) -> None:
    read(scene.records, [5, 65, 3000], now())
    page = asked(scene, None, "en")
    assert page.count("Time left – nothing waits") == 2
    assert "The oldest" not in page
    assert "2 pages 0.4 a minute" in page
    assert "3 pages less than 0.1 a minute" in page
    assert "less than 0.1" not in page.replace("3 pages less than 0.1", "")


def test_the_picture_has_a_bar_for_every_minute_in_which_something_was_read(scene: Scene) -> None:
    read(scene.records, [90, 90, 90, 90, 1230, 3590], now())
    page = scene.ask("GET", "/admin/evening?lang=en").text
    drawing = page[page.index("<svg") : page.index("</svg>")]
    bars = re.findall(r'x="([\d.]+)" y="([\d.]+)" width="0.76" height="([\d.]+)"', drawing)
    assert bars == [("0.12", "15.0", "5.0"), ("39.12", "15.0", "5.0"), ("58.12", "0.0", "20.0")]
    assert 'aria-label="Pages read in each ten minutes, the oldest first: 1, 0, 0, 1, 0, 4. At most 4 in a' in drawing


# --- people -------------------------------------------------------------------------------------------------------


def test_what_people_settled_is_what_waited_and_waits_no_more(records: Records) -> None:
    waiting(records, *(station_of(index) for index in range(4)))
    ani, budi = person("ani"), person("budi")
    answer(records, ani, take_one(records, ani), "123")
    first = take_one(records, ani)
    answer(records, ani, first, "123", seconds_always())  # a second person must read it
    people = told(records, now()).people
    assert (people.waiting, people.settled, people.left) == (3, 1, 3 * 3600)
    [one] = people.reviewers
    assert (one.answers, one.settled, one.now) == (2, 1, True)
    second = take_one(records, budi)
    while (second.document_id, second.kind) != (first.document_id, "second"):
        second = take_one(records, budi)
    answer(records, budi, second, "123")
    people = told(records, now()).people
    assert (people.waiting, people.settled, people.left) == (2, 2, 3600)
    assert [(one.name, one.settled) for one in people.reviewers] == [("ani", 1), ("budi", 1)]


def test_what_was_taken_back_or_only_handed_on_is_not_settled(records: Records) -> None:
    waiting(records, station_of(1), station_of(2))
    ani = person("ani")
    item = take_one(records, ani)
    answer(records, ani, item, "123")
    with records.database.writing() as session:
        undo_last(session, records, ani, item.lease or "")
    assert told(records, now()).people.reviewers == []
    answer(records, ani, take_one(records, ani), kind="escalate", comment="two marks")
    people = told(records, now()).people
    assert (people.waiting, people.settled, people.left) == (2, 0, None)
    assert [(one.answers, one.settled) for one in people.reviewers] == [(1, 0)]


def test_who_answered_long_ago_is_not_at_work(records: Records) -> None:
    waiting(records, station_of(1), station_of(2), station_of(3))
    ani = person("ani")
    for ago in (11, 61):
        row = answer(records, ani, take_one(records, ani), "123").answer
        with records.database.writing() as session:
            session.get_one(ReviewAnswer, row.id).at = EVENING - timedelta(minutes=ago)
    people = told(records).people
    assert [(one.answers, one.now) for one in people.reviewers] == [(1, False)]
    assert (people.at_work, people.settled) == (0, 1)
    people = told(records, EVENING + timedelta(hours=1)).people
    assert (people.reviewers, people.settled, people.left) == ([], 0, None)
    assert told(records, EVENING - timedelta(hours=2)).people.settled == 0  # the clock has gone back


def test_of_very_many_it_is_said_that_there_are_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.desk.at_work.COUNTED", 2)
    monkeypatch.setattr("api.administration.evening.COUNTED", 2)
    waiting(scene.records, *(station_of(index) for index in range(4)))
    answer(scene.records, person("ani"), take_one(scene.records, person("ani")), "123")
    page = asked(scene, None, "en")
    assert "Numbers waiting for people 2 or more" in page
    assert "Time left at least 2 h 0 min" in page


def test_a_region_sees_its_own_people_numbers_and_alarms(scene: Scene) -> None:
    boss = scene.session(scene.person(Role.ADMIN, scope="0"))
    regional = scene.session(scene.person(Role.ADMIN, scope=REGION))
    waiting(scene.records, HERE, station_of(5), ELSEWHERE, station_of(5, "5171"), station_of(6, "5171"))
    here = actor_of(scene, Role.REVIEWER, scope=REGION, name="hari")
    there = actor_of(scene, Role.REVIEWER, scope="5171", name="tuti")
    whole = actor_of(scene, Role.REVIEWER, scope="0", name="wawan")
    for one in (here, there):
        answer(scene.records, one, take_one(scene.records, one), "123")
    with scene.records.database.writing() as session:
        for region in (REGION, "5171", "0"):
            raise_alarm(session, "audit_failed", f"audit:{region}", {**FAILED, "region": region}, region)
    page = asked(scene, regional, "en")
    assert "hari" in page
    assert not re.search(r"tuti|5171", page)
    assert "Numbers waiting for people 1 " in page
    assert "Alarms of the audit 1 " in page
    assert "The whole service: all regions share the machine." in page
    page = asked(scene, boss, "en")
    assert "hari" in page
    assert "tuti" in page
    assert "Numbers waiting for people 3 " in page
    assert "Settled in the last hour 2 " in page
    assert "Alarms of the audit 3 " in page
    assert "5171" in page
    # Whoever works for the nation settles numbers of the region, and is none of its people.
    with scene.records.database.writing() as session:
        session.execute(text("UPDATE review_item SET harm = 1 WHERE station LIKE '3171%'"))
    answer(scene.records, whole, take_one(scene.records, whole), "123")
    page = asked(scene, regional, "en")
    assert "wawan" not in page
    assert "Settled in the last hour 2 " in page
    assert "Time left – nothing waits" in page


def test_alarms_say_their_region_and_go_once_somebody_has_seen_to_them(scene: Scene, tmp_path: Path) -> None:
    from api.regions.import_list import import_regions  # noqa: PLC0415

    listing = tmp_path / "daftar.csv"
    listing.write_text("code,name\n31,DKI\n3171,Jakarta Pusat\n", encoding="utf-8")
    import_regions(scene.records.database, listing, "local")
    with scene.records.database.writing() as session:
        alarm = raise_alarm(session, "audit_failed", "audit:1", FAILED, REGION)
    assert "Jakarta Pusat 3171" in asked(scene, None)
    with scene.records.database.writing() as session:
        clear(session, alarm.id, "local")
    assert "Tidak ada alarm untuk wilayah ini." in asked(scene, None)


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_page_says_of_when_it_is(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_of_it, "now", lambda: EVENING)
    assert "Keadaan 14 Februari 2024 pukul 21.40 WIB" in asked(scene, None)
    assert "As of 14 February 2024, 21:40 WIB" in asked(scene, None, "en")
    monkeypatch.setattr(page_of_it, "now", lambda: EVENING + timedelta(hours=3))
    assert "Keadaan 15 Februari 2024 pukul 00.40 WIB" in asked(scene, None)  # it is tomorrow in Jakarta


def test_an_open_page_finds_all_that_it_renews(scene: Scene) -> None:
    page = scene.ask("GET", "/admin/evening").text
    assert set(re.findall(r'data-live="([\w-]+)"', page)) == {"as-of", "alarms", "machine", "people", "crew"}
    assert re.search(r'data-state="[^"]+" data-seconds="30"', page)
    assert 'id="stale"' in page


def test_what_the_program_puts_on_record_is_what_is_counted(records: Records) -> None:
    with records.database.writing() as session:
        record_event(session, "page_read", "chasil", f"page:{uuid4().hex}", {})
    assert told(records, now()).machine.pace.lately == 1


def test_times_are_looked_up_and_not_searched_for(database: Database) -> None:
    since = (ReviewAnswer.at > EVENING, ReviewAnswer.at <= EVENING)
    wanted = {
        "ix_event_page_read_at": count_read(EVENING, EVENING),
        "ix_review_answer_at": select(ReviewAnswer.id).where(*since),
    }
    explain = "EXPLAIN QUERY PLAN" if database.embedded else "EXPLAIN"
    for index, query in wanted.items():
        written = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
        with database.reading() as session:
            if not database.embedded:
                session.execute(text("SET LOCAL enable_seqscan = off"))  # it is a choice only among many rows
            assert index in " ".join(str(row) for row in session.execute(text(f"{explain} {written}")))


# --- for programs -------------------------------------------------------------------------------------------------


def body_of(scene: Scene, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what a program is told."""
    answer = scene.ask("GET", "/api/v1/evening", headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_program_is_told_what_the_page_says(scene: Scene) -> None:
    wait(scene.records, 600)
    read(scene.records, [5, 65, 65, 3000], now())
    waiting(scene.records, station_of(1), station_of(2), station_of(3))
    local = person("local")
    answer(scene.records, local, take_one(scene.records, local), "123")
    told_of, page = body_of(scene), asked(scene, None, "en")
    machine, people = told_of["machine"], told_of["people"]
    assert (machine["read_lately"], machine["lately_minutes"], machine["read_hour"]) == (3, 5, 4)
    assert (len(machine["minutes"]), sum(machine["minutes"]), machine["minutes"][-2]) == (60, 4, 2)
    assert "3 pages 0.6 a minute" in page
    assert (machine["waiting"], machine["left_seconds"]) == (1, 100.0)
    assert machine["oldest_seconds"] == pytest.approx(600, abs=60)
    assert (people["waiting"], people["more"], people["settled_hour"]) == (2, False, 1)
    assert "Numbers waiting for people 2 " in page
    assert people["left_seconds"] == 2 * 3600
    assert (people["at_work"], people["answered_hour"], people["at_work_minutes"]) == (1, 1, 10)
    [one] = people["reviewers"]
    assert (one["name"], one["region"], one["answers"], one["settled"], one["at_work"]) == ("local", None, 1, 1, True)
    assert told_of["region"] == {"code": "0", "name": None}
    assert (told_of["alarms_standing"], told_of["alarms"]) == (0, [])
    assert abs(datetime.fromisoformat(told_of["as_of"]) - now()) < timedelta(minutes=1)


def test_a_program_is_told_nothing_where_the_page_does_not_know(scene: Scene) -> None:
    empty = body_of(scene)
    assert [empty["machine"][name] for name in ("waiting", "oldest_seconds", "left_seconds")] == [0, None, None]
    assert (empty["people"]["waiting"], empty["people"]["left_seconds"]) == (0, None)
    wait(scene.records, 7200)
    waiting(scene.records, station_of(1))
    stands = body_of(scene)
    assert (stands["machine"]["waiting"], stands["machine"]["left_seconds"]) == (1, None)
    assert (stands["people"]["waiting"], stands["people"]["left_seconds"]) == (1, None)


def test_an_empty_queue_takes_no_time_of_nought_although_the_pace_is_known(scene: Scene) -> None:
    read(scene.records, [5], now())
    waiting(scene.records, station_of(1))
    local = person("local")
    answer(scene.records, local, take_one(scene.records, local), "123")
    told_of = body_of(scene)
    assert (told_of["machine"]["read_lately"], told_of["people"]["settled_hour"]) == (1, 1)
    assert (told_of["machine"]["left_seconds"], told_of["people"]["left_seconds"]) == (None, None)


def test_of_very_many_a_program_is_told_that_there_are_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.desk.at_work.COUNTED", 2)
    monkeypatch.setattr("api.administration.evening.COUNTED", 2)
    waiting(scene.records, *(station_of(index) for index in range(4)))
    people = body_of(scene)["people"]
    assert (people["waiting"], people["more"]) == (2, True)


def test_a_regional_administrator_is_told_of_their_region_and_of_its_alarms_alone(scene: Scene) -> None:
    boss = scene.session(scene.person(Role.ADMIN, scope="0"))
    regional = scene.session(scene.person(Role.ADMIN, scope=REGION))
    waiting(scene.records, HERE, ELSEWHERE)
    here = actor_of(scene, Role.REVIEWER, scope=REGION, name="hari")
    there = actor_of(scene, Role.REVIEWER, scope="5171", name="tuti")
    for one in (here, there):
        answer(scene.records, one, take_one(scene.records, one), "123")
    with scene.records.database.writing() as session:
        for region in (HERE[:6], "5171", "0"):
            raise_alarm(session, "audit_failed", f"audit:{region}", {**FAILED, "region": region}, region)
    mine, all_of_it = body_of(scene, regional), body_of(scene, boss)
    assert mine["region"]["code"] == REGION
    assert [alarm["region"]["code"] for alarm in mine["alarms"]] == [HERE[:6]]
    assert (mine["alarms_standing"], all_of_it["alarms_standing"]) == (1, 3)
    assert {alarm["region"]["code"] for alarm in all_of_it["alarms"]} == {HERE[:6], "5171", "0"}
    assert [one["name"] for one in mine["people"]["reviewers"]] == ["hari"]
    assert (mine["people"]["settled_hour"], all_of_it["people"]["settled_hour"]) == (1, 2)
    assert mine["alarms"][0]["code"] == "audit_failed"
    assert set(mine["alarms"][0]["text"]) == {"id", "en"}
    # A token that may do no more than its person does not either.
    regional_person = scene.person(Role.ADMIN, scope=REGION)
    _, bearer = scene.token(regional_person, Role.ADMIN)
    assert [alarm["region"]["code"] for alarm in body_of(scene, bearer)["alarms"]] == [HERE[:6]]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_is_told(scene: Scene, role: Role) -> None:
    somebody = scene.session(scene.person(role, scope="0"))
    assert scene.ask("GET", "/api/v1/evening", somebody).status_code == 403
    assert scene.ask("GET", "/admin/evening", somebody).status_code == 403
    assert scene.ask("GET", "/api/v1/evening").status_code == 401


def test_what_is_told_is_described(scene: Scene) -> None:
    described = scene.ask("GET", "/api/v1/openapi.json").json()
    assert described["paths"]["/api/v1/evening"]["get"]["summary"] == "How the evening goes"
    for name in ("EveningBody", "MachineWork", "PeopleWork", "AtWorkBody", "StandingAlarm"):
        for field, schema in described["components"]["schemas"][name]["properties"].items():
            unknown = {"type": "null"} in schema.get("anyOf", [])
            assert not unknown or "ull" in schema["description"], (name, field)  # when it is null is said
