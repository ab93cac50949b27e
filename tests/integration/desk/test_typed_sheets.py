"""A sheet that nobody located: people say what it is, type every number, and two must agree before any counts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.core.context import Records
from api.db.log_tables import Event
from api.db.review_tables import BoxMark, ReviewItem
from api.db.states import AnswerKind, NumberState, PageState
from api.db.tables import Decision, Document, Election, Number, Original, Page, Person, StationCount
from api.db.types import new_id
from api.desk.answers import answer_number
from api.desk.gold import add_gold
from api.desk.typed_sheets import name_sheet
from api.documents.answer import Answer
from api.documents.decide import refresh
from api.documents.decide_number import decide_number
from api.documents.prepare import prepare
from api.documents.record_page import record_page
from api.ledger.append import record_event
from api.people.actor import Actor, Proof, actor_of
from api.people.roles import Role
from api.regions.codes import ensure
from api.verification.verify import verify
from api.workers.read_page import program
from pipeline.documents import Source
from pipeline.reading import Outcome, PageReading
from pipeline.reasons import Reason
from tests.integration.http.test_app_problems import code_of
from tests.support.desk import ANI, BUDI, CITRA, DEWI, FORM, SURE, answer, document, number_row, reason, take
from tests.support.html import tells
from tests.support.samples import jpeg
from tests.support.scene import ELSEWHERE, HERE, Scene, opened, settings_for

PAIRS = ("paslon_1", "paslon_2", "paslon_3")
WRITTEN = {"paslon_1": "064", "paslon_2": "034", "paslon_3": "X42"}


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url, public=True)) as made:
        yield made


def rejected_page(records: Records, station: str | None = HERE, uploader: str = "x") -> str:
    """Put a document on record whose one page the machine could make nothing of; return the id of the page."""
    data = jpeg() + new_id().encode()
    sha256, document = records.originals.keep(data), new_id()
    with records.database.writing() as session:
        if station:
            ensure(session, station)
        session.add(Original(sha256=sha256, size=len(data), media_type="image/jpeg"))
        row = Document(id=document, station=station, name="foto", state="rejected", created_by=uploader)
        session.add(row)
        session.flush()
        page = Page(
            id=new_id(), document_id=document, original=sha256, number=1, file_name="foto.jpg", state="rejected",
            reasons=[Reason("no_ruled_sheet").to_json()], width=900, height=1200, uploaded_by=uploader,
        )  # fmt: skip
        session.add(page)
        session.flush()
        refresh(session, records, row)
        record_event(session, "pages_received", uploader, f"document:{document}", {"document": document})
        return page.id


def name(scene: Scene, page: str, person: Person, form: str = FORM, form_page: int = 2) -> Any:
    body = {"form": form, "form_page": form_page}
    return scene.ask("POST", f"/api/v1/pages/{page}/form", scene.session(person), json=body)


def named(scene: Scene, station: str | None = HERE) -> tuple[str, Person]:
    """Return a page that a reviewer has named, and that reviewer."""
    uploader, reviewer = scene.person(Role.UPLOADER), scene.person(Role.REVIEWER)
    page = rejected_page(scene.records, station, uploader.id)
    found = name(scene, page, reviewer)
    assert found.status_code == 200, found.text
    return page, reviewer


def acting(person: Person) -> Actor:
    return actor_of(person, Proof.SESSION, "test")


def numbers(records: Records, page: str) -> dict[str, Number]:
    with records.database.reading() as session:
        rows = session.scalars(select(Number).where(Number.page_id == page)).all()
    return {row.field: row for row in rows}


def type_all(records: Records, actor: Actor, page: str, written: dict[str, str] = WRITTEN, **more: Any) -> list[str]:
    """Type the numbers of a page as the desk gives them; return their fields in that order."""
    given = []
    while items := take(records, actor, 10, page=page, **more)[1]:
        for item in items:
            given.append(item.field)
            answer(records, actor, item, written.get(item.field, "001"))
    return given


def counted(records: Records) -> dict[str, int]:
    with records.database.reading() as session:
        return dict(session.scalars(select(StationCount)).one().amounts)


# --- two people agree, and it counts -----------------------------------------------------------------------------


def test_what_two_people_type_the_same_counts_and_the_audit_recomputes_it(scene: Scene) -> None:
    records, second = scene.records, scene.person(Role.REVIEWER)
    page, first = named(scene)
    waiting = numbers(records, page)
    assert set(PAIRS) <= set(waiting)
    assert {row.state for row in waiting.values()} == {"review"}
    assert {row.value for row in waiting.values()} == {None}

    given = type_all(records, acting(first), page)
    assert [one for one in given if one in PAIRS] == list(PAIRS)  # in the order in which they are printed
    assert {row.state for row in numbers(records, page).values()} == {"review"}  # one person is not enough
    assert not any(item.startswith("votes") or item in PAIRS for item in counted(records))

    assert type_all(records, acting(first), page) == []  # and the same person cannot be the second one
    assert set(type_all(records, acting(second), page)) == set(given)
    settled = numbers(records, page)
    assert {row.state for row in settled.values()} == {"reviewed"}
    assert [settled[field].final for field in PAIRS] == [64, 34, 42]
    assert [reason.to_json() for reason in verify(records)] == []
    with records.database.reading() as session:
        told = session.scalars(select(Event).where(Event.kind == "sheet_named")).one()
        decisions = session.scalar(select(func.count()).select_from(Decision))
        assert session.scalar(select(func.count()).select_from(BoxMark)) == 0  # no reader has looked at a box
    assert (told.actor, told.body["form"], told.body["form_page"]) == (first.id, FORM, 2)
    assert decisions == 2 * len(given)


def test_a_changed_number_that_people_typed_is_found_by_the_audit(scene: Scene) -> None:
    records, second = scene.records, scene.person(Role.REVIEWER)
    page, first = named(scene)
    type_all(records, acting(first), page)
    type_all(records, acting(second), page)
    unwatched = replace(records.database, watched={}, at_commit=None)
    with unwatched.writing() as session:
        session.get_one(Number, (numbers(records, page)["paslon_1"].document_id, "paslon_1")).final = 640
    assert "audit_row_changed" in {fault.code for fault in verify(records)}


def test_a_typed_number_that_one_person_alone_lets_count_is_found_by_the_audit(scene: Scene) -> None:
    records = scene.records
    page, first = named(scene)
    type_all(records, acting(first), page)
    document = numbers(records, page)["paslon_1"].document_id
    with records.database.writing() as session:  # as whoever owns the program would, with an event and all sums
        version = session.get_one(Number, (document, "paslon_1")).version
        decide_number(session, records, document, "paslon_1", first.id, Answer(AnswerKind.CORRECT, version, "064"))
    (found,) = verify(records)
    assert (found.code, found.values["subject"]) == ("audit_not_allowed", f"number:{document}/paslon_1")
    assert "1 of 2 people" in str(found.values["problem"])


def test_two_who_differ_leave_it_to_a_senior(records: Records) -> None:
    page = typed_page(records)
    type_all(records, ANI, page)
    type_all(records, BUDI, page, {**WRITTEN, "paslon_1": "065"})
    assert numbers(records, page)["paslon_1"].state == "review"
    assert type_all(records, DEWI, page) == ["paslon_1"]
    assert numbers(records, page)["paslon_1"].final == 64


def typed_page(records: Records) -> str:
    """Return a page that Ani has named."""
    page = rejected_page(records)
    with records.database.writing() as session:
        name_sheet(session, records, page, ANI, FORM, 2)
    return page


def test_a_senior_alone_is_one_person_too(records: Records) -> None:
    page = typed_page(records)
    at_desk, on_page, escalated = PAIRS
    document = numbers(records, page)[at_desk].document_id
    answer(records, DEWI, take(records, DEWI, 1, page=page, field=at_desk)[1][0], "064")
    with records.database.writing() as session:
        seen = Answer(AnswerKind.CORRECT, session.get_one(Number, (document, on_page)).version, "034")
        answer_number(session, records, DEWI, SURE, document, on_page, seen)
    doubted = take(records, ANI, 1, page=page, field=escalated)[1][0]
    answer(records, ANI, doubted, kind="escalate", comment="kabur")
    answer(records, DEWI, take(records, DEWI, 1, page=page, field=escalated)[1][0], "042")
    assert {numbers(records, page)[field].state for field in PAIRS} == {"review"}
    type_all(records, BUDI, page)
    assert [numbers(records, page)[field].final for field in PAIRS] == [64, 34, 42]


def test_on_a_machine_without_accounts_the_one_person_there_is_is_enough(records: Records) -> None:
    page = typed_page(records)
    item = take(records, ANI, 1, replace(SURE, alone=True), page=page)[1][0]
    answer(records, ANI, item, "064", replace(SURE, alone=True))
    assert numbers(records, page)[item.field].state == "reviewed"


# --- who may, and what ---------------------------------------------------------------------------------------------


def test_whoever_reviews_elsewhere_or_not_at_all_names_no_sheet(scene: Scene) -> None:
    page = rejected_page(scene.records)
    for person in (scene.person(Role.UPLOADER), scene.person(Role.REVIEWER, scope=ELSEWHERE[:4])):
        assert code_of(name(scene, page, person)) == (403, "not_permitted")
        assert scene.ask("GET", f"/review/corners/{page}", scene.session(person)).status_code == 403
    assert scene.ask("POST", f"/api/v1/pages/{page}/form", json={"form": FORM, "form_page": 2}).status_code == 401
    assert numbers(scene.records, page) == {}


def test_a_page_that_was_located_is_typed_by_nobody(scene: Scene) -> None:
    reviewer = scene.person(Role.REVIEWER)
    _, page = scene.document(HERE)
    with scene.records.database.writing() as session:
        row = session.get_one(Page, page)
        row.width, row.height = 900, 1200
    for state in ("read", "waiting", "reading", "set_aside"):
        with scene.records.database.writing() as session:
            session.get_one(Page, page).state = PageState(state)
        assert code_of(name(scene, page, reviewer)) == (409, "sheet_known")
    assert [row.value for row in numbers(scene.records, page).values()] == [123]


@pytest.mark.parametrize(("others", "answered"), [("review", 200), ("accepted", 409)])
def test_a_page_whose_place_is_unsure_is_typed_unless_a_number_of_it_counts(
    scene: Scene, others: str, answered: int
) -> None:
    reviewer = scene.person(Role.REVIEWER)
    document, page = scene.document(HERE)
    with scene.records.database.writing() as session:
        row, known = session.get_one(Page, page), session.get_one(Number, (document, "paslon_1"))
        row.width, row.height, row.form_page = 900, 1200, 2
        known.state, known.final, known.reasons = NumberState.REVIEW, None, [reason("number_place_unsure")]
        session.add(number_row(document, page, "paslon_2", accepted=others == "accepted"))
    assert name(scene, page, reviewer).status_code == answered
    values = {row.value for row in numbers(scene.records, page).values()}
    assert (values == {None}) is (answered == 200)  # what the machine made of it is gone, or stays


def test_only_forms_that_are_counted_are_typed(scene: Scene) -> None:
    reviewer = scene.person(Role.REVIEWER)
    page = rejected_page(scene.records)
    assert code_of(name(scene, page, reviewer, form_page=99)) == (422, "form_page_unknown")
    assert code_of(name(scene, page, reviewer, form="c-hasil-dpd-1999")) == (422, "form_page_unknown")
    assert code_of(name(scene, page, reviewer, form="c1-ppwp-2019")) == (422, "form_not_counted")
    with scene.records.database.writing() as session:
        assert session.scalars(select(Election.id)).all() == ["ppwp-2024"]
    assert name(scene, page, reviewer).status_code == 200


def test_another_form_or_page_is_said_until_somebody_has_typed_and_then_by_seniors(scene: Scene) -> None:
    page, reviewer = named(scene)
    assert name(scene, page, reviewer, form_page=1).status_code == 200
    assert not set(PAIRS) & set(numbers(scene.records, page))
    assert name(scene, page, reviewer).status_code == 200
    answer(scene.records, acting(reviewer), take_one_of(scene.records, acting(reviewer), page), "001")
    assert code_of(name(scene, page, reviewer, form_page=1)) == (409, "sheet_begun")
    assert name(scene, page, scene.person(Role.SENIOR), form_page=1).status_code == 200


def take_one_of(records: Records, actor: Actor, page: str) -> ReviewItem:
    return take(records, actor, 1, page=page)[1][0]


def test_a_page_without_a_station_waits_to_be_assigned_and_is_typed_by_whoever_works_for_the_nation(
    scene: Scene,
) -> None:
    page = rejected_page(scene.records, None)
    assert code_of(name(scene, page, scene.person(Role.REVIEWER))) == (403, "not_permitted")
    assert name(scene, page, scene.person(Role.REVIEWER, scope="0")).status_code == 200


# --- what a later reading does -------------------------------------------------------------------------------------


def test_a_later_reading_that_finds_no_sheet_takes_nothing_away(records: Records) -> None:
    page = typed_page(records)
    for person in (ANI, BUDI):
        type_all(records, person, page)
    before = {field: row.final for field, row in numbers(records, page).items()}
    with records.database.writing() as session:
        row = session.get_one(Page, page)
        source = Source(row.file_name, 1, row.original, row.width, row.height)
        failed = PageReading("foto", source, Outcome.REJECTED, reasons=(Reason("no_ruled_sheet"),))
    prepared = prepare(records, row, failed, program())
    with records.database.writing() as session:
        record_page(session, records, session.get_one(Page, page), failed, prepared)
    assert {field: row.final for field, row in numbers(records, page).items()} == before
    assert before["paslon_3"] == 42


# --- what people see -----------------------------------------------------------------------------------------------


def test_the_pages_of_results_say_that_people_typed_it(scene: Scene) -> None:
    records, second = scene.records, scene.person(Role.REVIEWER)
    page, first = named(scene)
    type_all(records, acting(first), page)
    waiting = scene.ask("GET", f"/results/{HERE}", {"Accept": "text/html"}).text
    assert not tells(waiting, "64")
    type_all(records, acting(second), page)
    for path in (f"/results/{HERE}", f"/results/{HERE}/paslon_1"):
        shown = scene.ask("GET", path, {"Accept": "text/html"}).text
        assert tells(shown, "64")
        assert "diketik orang dari seluruh foto; mesin tidak membaca apa pun darinya" in shown
        assert "mesin 0,00 %" not in shown
    assert f"/results/{HERE}/pages/{page}/image" not in shown
    assert scene.ask("GET", f"/results/{HERE}/pages/{page}/image").status_code == 404  # nobody knows where names are


def test_lists_name_what_is_to_be_typed_and_by_whom(scene: Scene) -> None:
    records, second = scene.records, scene.person(Role.REVIEWER)
    page, first = named(scene)
    listed = f"/review?page={page}"
    lists = [scene.ask("GET", "/review/corners", scene.session(one)).text for one in (first, second)]
    assert all(listed in shown for shown in lists)
    type_all(records, acting(first), page)
    lists = [scene.ask("GET", "/review/corners", scene.session(one)).text for one in (first, second)]
    assert [listed in shown for shown in lists] == [False, True]


def test_nothing_is_typed_without_the_picture_of_the_page(scene: Scene) -> None:
    page, reviewer = named(scene)
    headers = scene.session(reviewer)
    claimed = scene.ask("POST", "/api/v1/review/claim", headers, json={"count": 1, "filters": {"page": page}}).json()
    (item,) = claimed["items"]
    assert item["places"] is None
    said = {"kind": "correct", "lease": claimed["lease"], "version": item["version"], "boxes": "064"}
    at = "2026-01-01T00:00:00Z"
    for seen in (None, {"cut": '"another"', "at": at}):
        refused = scene.ask("POST", item["links"]["decision"], headers, json={**said, "seen": seen})
        assert code_of(refused) == (422, "cut_unseen")
    picture = scene.ask("GET", item["links"]["page"], headers)
    assert picture.headers["content-type"] == "image/jpeg"
    with scene.records.database.writing() as session:
        session.query(ReviewItem).update({"leased_at": None})  # it was taken long ago
    body = {**said, "seen": {"cut": picture.headers["etag"], "at": at}}
    answered = scene.ask("POST", item["links"]["decision"], headers, json=body)
    assert (answered.status_code, answered.json()["settled"]) == (200, False)


def test_a_page_that_is_typed_gives_nobody_a_test_from_elsewhere(records: Records) -> None:
    page = typed_page(records)
    with records.database.writing() as session:
        other = document(session, records, ELSEWHERE, {"paslon_1": {"accepted": True}})
        add_gold(session, other, "paslon_1", "123", "adm", "imported")
    tested = replace(SURE, gold_share=1.0)
    given = take(records, CITRA, 10, tested, page=page)[1]
    assert {item.document_id for item in given} == {numbers(records, page)["paslon_1"].document_id}
    assert other in {item.document_id for item in take(records, CITRA, 10, tested)[1]}  # elsewhere there are some
