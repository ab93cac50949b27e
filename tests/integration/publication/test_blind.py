"""Whoever holds a number, or may yet be given it, is told on no route what is published of it."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from api.db.review_tables import ReviewItem
from api.db.tables import Document, Original, Page
from api.db.types import new_id
from api.people.roles import Role
from api.publication.refreshing import refresh_all
from tests.integration.publication.conftest import Headers, Second
from tests.support.html import tells
from tests.support.second_source import AGREES, DIFFERS, HELD, VILLAGE

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SECRET = ("9311", "9312", "9.311", "9,311", "9.312", "9,312", "9300", "9.300", "9,300")
"""What is published of the station that is held, and by how much it differs, as anything may write it."""

PLACES = (
    *(f"/results/{code}" for code in ("0", "11", VILLAGE, HELD)),
    f"/results/{HELD}/paslon_2",
    f"/results/{HELD}/table.csv",
    *(f"/results/{code}/differences" for code in ("0", VILLAGE, HELD)),
    "/results/0/differences?outcome=question&outcome=differs&outcome=agrees&outcome=page_contradicts",
    "/results/0/differences.csv?outcome=question&outcome=differs",
    f"/results/{HELD}/differences.csv?for=excel&outcome=question&outcome=differs",
    *(f"/api/v1/differences/{code}?outcome=question&outcome=differs" for code in ("0", VILLAGE, HELD)),
    "/api/v1/published",
    f"/api/v1/tallies/{HELD}",
    f"/api/v1/tallies/{VILLAGE}/children",
    "/api/v1/exports/numbers?format=csv",
    "/api/v1/exports/tallies?format=csv",
    "/api/v1/exports/kpu",
    "/log",
    "/review",
)


@pytest.fixture
def opened(second: Second) -> Second:
    second.open_to_all()
    return second


def item(second: Second, station: str, kind: str, field: str = "paslon_2") -> None:
    """Put an open item of the desk on record."""
    with second.records.database.writing() as session:
        document = session.scalars(select(Document).where(Document.station == station)).one()
        about = {"document_id": document.id, "field": field, "station": station}
        session.add(ReviewItem(id=new_id(), kind=kind, state="open", harm=0.0, **about))


def told(second: Second, place: str, headers: Headers) -> list[str]:
    second.client.cookies.clear()
    text = second.client.get(place, headers={"Accept": "text/html,*/*", **headers}).text
    return [one for one in SECRET if tells(text, one)]


@ON_SQLITE
@pytest.mark.parametrize("roles", [(Role.REVIEWER,), (Role.SENIOR,), (Role.SENIOR, Role.ADMIN), ()])
def test_while_a_number_is_decided_no_route_tells_what_is_published_of_its_station(
    opened: Second, roles: tuple[Role, ...]
) -> None:
    item(opened, HELD, "second")
    headers = opened.as_one(*roles) if roles else {}
    assert {place: found for place in PLACES if (found := told(opened, place, headers))} == {}


@ON_SQLITE
def test_who_reads_nothing_blind_is_told(opened: Second) -> None:
    assert told(opened, f"/results/{HELD}", opened.as_one(Role.ADMIN)) != []


@ON_SQLITE
@pytest.mark.parametrize("role", [Role.UPLOADER, Role.RESEARCHER, Role.AUDITOR, Role.ADMIN])
def test_who_works_elsewhere_is_told_no_more_than_a_visitor(opened: Second, role: Role) -> None:
    places = [place for place in PLACES if "/differences" in place or place.startswith("/results/")]
    elsewhere, here = opened.as_one(role, scope="51"), opened.as_one(role, scope=VILLAGE)
    assert {place: found for place in places if (found := told(opened, place, elsewhere))} == {}
    questions = "?outcome=question&outcome=agrees"
    for place in (f"/results/{VILLAGE}/differences{questions}", f"/api/v1/differences/0{questions}"):
        assert told(opened, place, here) != []


@ON_SQLITE
def test_a_page_that_an_administrator_left_open_is_not_what_a_reviewer_has(opened: Second) -> None:
    address, admin, reviewer = f"/results/{HELD}", opened.as_one(Role.ADMIN), opened.as_one(Role.REVIEWER)
    left = opened.get(address, admin)
    assert any(tells(left.text, one) for one in SECRET)
    known = {"If-None-Match": left.headers["ETag"]}
    again = opened.get(address, {**reviewer, **known})  # 304 would have the browser show what it has
    assert not any(tells(again.text, one) for one in SECRET)
    opened.get(address, {**admin, **known}, status=304)


@ON_SQLITE
@pytest.mark.parametrize("kind", ["audit", "gold"])
def test_a_number_that_is_to_be_read_blind_once_more_is_closed_to_reviewers(opened: Second, kind: str) -> None:
    """It counts, and visitors see it; who may be given it sees its station's published figures nowhere."""
    item(opened, DIFFERS, kind, "paslon_1")
    reviewer = opened.as_one(Role.REVIEWER)
    places = [place.replace(HELD, DIFFERS) for place in PLACES]
    assert [place for place in places if tells(opened.client.get(place, headers=reviewer).text, "868")] == []
    assert tells(opened.get(f"/results/{DIFFERS}").text, "868")
    assert not tells(opened.get(f"/results/{AGREES}", reviewer).text, "868")
    assert 'data-published="paslon_1"' in opened.get(f"/results/{AGREES}", reviewer).text


@ON_SQLITE
def test_a_page_that_people_may_yet_type_closes_its_station(opened: Second) -> None:
    with opened.records.database.writing() as session:
        document = session.scalars(select(Document).where(Document.station == DIFFERS)).one()
        document.missing_pages, document.version = [1], document.version + 1
        session.add(Original(sha256="a" * 64, size=1, media_type="image/jpeg"))
        session.flush()
        about = {"document_id": document.id, "original": "a" * 64, "number": 1, "file_name": "1.jpg"}
        session.add(Page(id=new_id(), state="rejected", uploaded_by="ani", **about))
    refresh_all(opened.records)
    places = [place.replace(HELD, DIFFERS) for place in PLACES]
    for headers in ({}, opened.as_one(Role.REVIEWER)):
        assert [place for place in places if tells(opened.client.get(place, headers=headers).text, "868")] == []
    assert tells(opened.get(f"/results/{DIFFERS}", opened.as_one(Role.ADMIN)).text, "868")


def test_the_places_are_those_that_there_are() -> None:
    """A route that tells of published figures is looked at above."""
    pages = Path(__file__).resolve().parents[3] / "api" / "http"
    users = {file.name for file in pages.rglob("*.py") if re.search(r"from api\.publication", file.read_text("utf-8"))}
    assert users == {"app.py", "beside.py", "differences.py", "published.py", "results.py"}
