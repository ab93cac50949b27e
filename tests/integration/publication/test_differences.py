"""Every published number ends in one outcome; what is shown follows from what counts now, and from nothing older."""

import csv
import io

import pytest
from sqlalchemy import select

from api.comparison.verdict import Outcome
from api.core.context import Records
from api.db.published_tables import PublishedVerdict
from api.db.states import NumberState
from api.db.tables import Document, Number
from api.people.roles import Role
from api.publication.judging import judge
from api.publication.refreshing import refresh_all
from api.verification.verify import verify
from tests.integration.publication.conftest import Second
from tests.support.html import Tags, tells
from tests.support.second_source import AGREES, DIFFERS, HELD, UNSEEN, VILLAGE, bring_in

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def found(second: Second, query: str = "", **headers: str) -> list[tuple[str, str, str]]:
    told = second.get(f"/api/v1/differences/0?{query}", headers).json()
    return [(one["station"], one["field"], one["outcome"]) for one in told["numbers"]]


def settle(records: Records, station: str, field: str, value: int) -> None:
    """Let people decide a number, as a desk does."""
    with records.database.writing() as session:
        document = session.scalars(select(Document).where(Document.station == station)).one()
        number = session.get_one(Number, (document.id, field))
        number.state, number.final, number.final_boxes = NumberState.REVIEWED, value, f"{value:03d}"
        document.version += 1


def test_every_number_of_a_form_that_is_here_ends_in_one_outcome(second: Second) -> None:
    second.open_to_all()
    insider = second.as_one(Role.ADMIN)
    every = "&".join(f"outcome={one.value}" for one in Outcome)
    assert sorted(found(second, every, **insider)) == sorted(
        [
            (AGREES, "paslon_1", "agrees"),
            (AGREES, "paslon_2", "agrees"),
            (DIFFERS, "paslon_1", "differs"),
            (DIFFERS, "paslon_2", "agrees"),
            (DIFFERS, "paslon_3", "unreadable"),
            (HELD, "paslon_1", "differs"),
            (HELD, "paslon_2", "question"),
        ]
    )
    counts = second.get("/api/v1/differences/0", insider).json()["counts"]
    assert (counts["stations"], counts["photographed"], counts["held"], counts["differing"]) == (4, 3, 0, 2)
    assert counts["votes_at_stake"] == 800 + 9300
    assert sum(counts["numbers"].values()) == 7


def test_a_visitor_is_told_of_settled_stations_alone(second: Second) -> None:
    second.open_to_all()
    told = second.get("/api/v1/differences/0").json()
    assert [(one["station"], one["field"], one["difference"], one["kind"]) for one in told["numbers"]] == [
        (DIFFERS, "paslon_1", 800, "x_as_8")
    ]
    assert (told["counts"]["held"], told["counts"]["votes_at_stake"]) == (1, 800)
    assert told["snapshot"]["taken_at"] == "2024-02-15 10:00 WIB"
    assert found(second, "outcome=question") == []


def test_what_people_decide_is_compared_again_and_meanwhile_nothing_is_said(second: Second) -> None:
    second.open_to_all()
    settle(second.records, DIFFERS, "paslon_1", 868)
    assert found(second) == []  # whether it was compared again already or not: what was judged before holds no more
    refresh_all(second.records)
    assert found(second) == []
    settle(second.records, HELD, "paslon_2", 7)
    refresh_all(second.records)
    assert found(second) == [(HELD, "paslon_2", "differs"), (HELD, "paslon_1", "differs")]


@ON_SQLITE
def test_a_later_file_takes_the_place_of_the_one_before(second: Second) -> None:
    second.open_to_all()
    bring_in(second.records, second.folder, {DIFFERS: {"1": 68}, AGREES: {"2": 21}})
    assert found(second) == [(AGREES, "paslon_2", "differs")]
    told = second.get("/api/v1/published").json()["snapshots"]
    assert [(one["stations"], one["replaced_at"] is None) for one in told] == [(2, True), (4, False)]


@ON_SQLITE
def test_a_document_that_went_elsewhere_is_told_of_no_more(second: Second) -> None:
    second.open_to_all()
    with second.records.database.writing() as session:
        document = session.scalars(select(Document).where(Document.station == DIFFERS)).one()
        document.station, document.version = None, document.version + 1
    refresh_all(second.records)
    assert found(second) == []


@ON_SQLITE
def test_whatever_the_machine_accepted_is_no_question(second: Second) -> None:
    """What is doubtful lies at the desk already: a number that counts ends in a sure outcome."""
    with second.records.database.reading() as session:
        for document in session.scalars(select(Document)).all():
            told = {"paslon_1": 99_999, "paslon_2": 99_998}
            judged = judge(session, second.records, document, str(document.station), told)
            rows = {row.field: row for row in session.scalars(select(Number).where(Number.document_id == document.id))}
            for one in judged.station.numbers:
                asked = one.verdict.outcome is Outcome.QUESTION
                assert asked == (rows[one.field].state == "review")


def test_the_page_filters_counts_and_leads_to_stations(second: Second) -> None:
    second.open_to_all()
    page = second.get(f"/results/{VILLAGE}/differences?lang=en").text
    assert tells(page, "868")
    assert "X read as 8" in page
    assert "1 polling station is not told here yet" in page
    assert any(one.startswith(f"/results/{DIFFERS}?") for one in Tags(page).addresses("href"))
    assert not tells(second.get(f"/results/{VILLAGE}/differences?kind=swapped").text, "868")
    agreeing = second.get(f"/results/{VILLAGE}/differences?outcome=agrees").text
    assert f'data-station="{AGREES}"' in agreeing
    assert f'data-station="{DIFFERS}" data-name="paslon_1"' not in agreeing
    assert f'data-region="{DIFFERS}"' in page
    second.get("/results/0/differences?outcome=curang", status=404)


@pytest.mark.parametrize("shape", ["csv", "excel"])
def test_the_table_is_whole_in_both_flavours(second: Second, shape: str) -> None:
    second.open_to_all()
    answer = second.get(f"/results/0/differences.csv?for={shape}&outcome=differs&outcome=agrees")
    text = answer.text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";" if shape == "excel" else ","))
    assert (rows[0]["field"], rows[0]["published"], rows[0]["written"]) == ("paslon_1", "868", "68")
    assert len(rows) == 4
    assert {one["published_taken_at"] for one in rows} == {"2024-02-15 10:00 WIB"}
    assert "ppwp-2024-differences-0" in answer.headers["content-disposition"]


@ON_SQLITE
def test_a_station_and_its_region_say_what_is_published_beside_ours(second: Second) -> None:
    second.open_to_all()
    page = second.get(f"/results/{DIFFERS}?lang=en").text
    assert tells(page, "868")
    assert "Taken 2024-02-15 10:00 WIB." in page
    unseen = second.get(f"/results/{UNSEEN}?lang=en").text
    assert tells(unseen, "55")
    assert "no photograph" in unseen
    region = second.get("/results/1101?lang=en").text
    assert 'data-region="110101"' in region
    assert "800 votes" in region


@ON_SQLITE
def test_while_it_is_not_switched_on_seniors_and_administrators_alone_see_it(second: Second) -> None:
    senior, reviewer = second.as_one(Role.SENIOR), second.as_one(Role.REVIEWER)
    for headers in ({}, reviewer):
        for place in ("/results/0/differences", "/results/0/differences.csv", "/api/v1/differences/0"):
            assert "differences_closed" in second.get(place, headers, 403).text
        second.get("/api/v1/published", headers, 403)
        assert not tells(second.get(f"/results/{DIFFERS}", headers).text, "868")
        assert "data-region" not in second.get("/results/1101", headers).text
    assert tells(second.get("/results/0/differences", senior).text, "868")
    assert tells(second.get(f"/results/{DIFFERS}", senior).text, "868")


def test_whoever_changes_a_verdict_is_found(second: Second) -> None:
    def wrong() -> set[tuple[str, str]]:
        told = verify(second.records, originals=False)
        about = [one for one in told if str(one.values["subject"]).startswith("published_")]
        return {(one.code, str(one.values.get("column", ""))) for one in about}

    assert wrong() == set()
    with second.records.database.writing() as session:
        row = session.scalars(select(PublishedVerdict).where(PublishedVerdict.outcome == "differs")).first()
        assert row is not None
        row.outcome = "agrees"
    assert wrong() == {("audit_row_changed", "outcome")}
