"""What people still decide is said nowhere: not by pages, not by the API, not by exports."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.db import open_database
from api.db.states import NumberState
from api.db.tables import Decision, Number
from api.db.types import new_id, now
from api.people.accounts import create_person
from api.people.roles import Role
from api.people.sessions import COOKIE, begin_session
from tests.integration.tabulation.test_routes import FIRST, fill
from tests.support.html import tells
from tests.support.service import TestClient, serving

VALUES = ("4711", "4712")
"""What the machine reads and what a first person reads: numbers that no page states otherwise."""

PARTS = ("0.654321", "65,43", "65.43", "4,711", "4.711")
"""The beginnings of how sure the machine is, and the values as people write them: texts that nothing else contains."""

PLACES = (
    f"/api/v1/tallies/{FIRST}",
    f"/api/v1/tallies/{FIRST[:10]}/children",
    f"/results/{FIRST}",
    f"/results/{FIRST}/paslon_2",
    f"/results/{FIRST}/table.csv",
    f"/results/{FIRST}/table.xlsx",
    "/api/v1/exports/numbers?format=csv",
    "/api/v1/exports/numbers?format=json",
    "/api/v1/exports/kpu",
    f"/api/v1/exports/kpu/{FIRST}",
)


@pytest.fixture
def client(database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with serving(home=tmp_path, database=database_url, form="c-hasil-ppwp-2024", public=True) as opened:
        fill(database_url, tmp_path)
        yield opened


def senior(url: str) -> dict[str, str]:
    """Add a senior, and with them end local mode; return the headers of their session."""
    database = open_database(url)
    with database.writing() as session:
        begun = begin_session(session, create_person(session, "local", "dewi", (Role.SENIOR,)), now())
    database.close()
    return {"Cookie": f"{COOKIE}={begun.cookie}"}


def one(url: str, role: Role, scope: str) -> dict[str, str]:
    """Add somebody who works in a region; return the headers of their session."""
    database = open_database(url)
    with database.writing() as session:
        begun = begin_session(session, create_person(session, "local", f"{role}-{scope}", (role,), scope), now())
    database.close()
    return {"Cookie": f"{COOKIE}={begun.cookie}"}


def doubt(url: str, *, flagged: bool) -> None:
    """Put a number into review: read once by a person and not settled, or taken back after it was settled."""
    database = open_database(url)
    with database.writing() as session:
        number = session.scalars(select(Number).where(Number.field == "paslon_2")).one()
        number.state, number.final, number.final_boxes = NumberState.REVIEW, None, "4712"
        number.value, number.boxes, number.confidence = 4711, "4711", 0.654321
        for made in session.scalars(select(Decision).where(Decision.field == "paslon_2")):
            made.new = {
                "boxes": "4712",
                "value": 4712 if flagged else None,
                "state": "reviewed" if flagged else "review",
            }
            made.old = {"boxes": "4711", "value": 4711, "state": "accepted"}
        if flagged:
            old, new = {"boxes": "4712", "value": 4712, "state": "reviewed"}, {"boxes": "4712", "value": None}
            about = {"document_id": number.document_id, "field": "paslon_2", "person_id": "ani", "order": 2}
            session.add(Decision(id=new_id(), kind="flag", old=old, new={**new, "state": "review"}, **about))
    database.close()


@pytest.mark.parametrize("flagged", [True, False])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_undecided_is_unsaid(client: TestClient, database_url: str, place: str, *, flagged: bool) -> None:
    doubt(database_url, flagged=flagged)
    headers = senior(database_url)
    for given in ({}, headers):
        client.cookies.clear()
        answer = client.get(place, headers=given)
        assert answer.status_code == (401 if "exports" in place and not given else 200), answer.text
        assert [value for value in VALUES if tells(answer.text, value)] == []
        assert [part for part in PARTS if part in answer.text] == []


def test_a_number_in_review_has_no_boxes_and_no_confidence(client: TestClient, database_url: str) -> None:
    doubt(database_url, flagged=False)
    headers = senior(database_url)
    number: dict[str, Any] = client.get(f"/api/v1/tallies/{FIRST}").json()["numbers"]["paslon_2"]
    told = {name: number[name] for name in ("value", "counts", "state", "boxes", "confidence")}
    assert told == {"value": None, "counts": False, "state": "review", "boxes": "", "confidence": None}
    rows = client.get("/api/v1/exports/numbers?format=json", headers=headers).text
    [row] = [one for one in _rows(rows) if (one["station"], one["field"]) == (FIRST, "paslon_2")]
    unsaid = ("value", "confidence", "machine_value", "machine_boxes", "machine_outcome", "decision", "decision_kind")
    assert (row["boxes"] or "", {row[name] for name in unsaid}) == ("", {None})


def _rows(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        json.loads(text) if text.lstrip().startswith("[") else [json.loads(line) for line in text.splitlines()]
    )
    return found


@pytest.mark.parametrize("role", [Role.UPLOADER, Role.RESEARCHER, Role.AUDITOR, Role.ADMIN])
def test_what_the_machine_reads_in_a_number_that_waits_is_told_in_its_region_alone(
    client: TestClient, database_url: str, role: Role
) -> None:
    doubt(database_url, flagged=False)
    for scope, boxes in (("0", "4711"), (FIRST[:4], "4711"), ("5171", ""), (FIRST[:-1] + "9", "")):
        client.cookies.clear()
        answer = client.get(f"/api/v1/tallies/{FIRST}", headers=one(database_url, role, scope))
        number = answer.json()["numbers"]["paslon_2"]
        assert (number["state"], number["boxes"]) == ("review", boxes), scope


def test_a_browser_that_one_left_to_another_does_not_keep_what_the_other_must_not_see(
    client: TestClient, database_url: str
) -> None:
    doubt(database_url, flagged=False)
    address = f"/api/v1/tallies/{FIRST}"
    told = client.get(address, headers=one(database_url, Role.UPLOADER, "0"))
    assert tells(told.text, "4711")
    client.cookies.clear()
    again = client.get(address, headers={**senior(database_url), "If-None-Match": told.headers["ETag"]})
    assert again.status_code == 200
    assert not tells(again.text, "4711")
