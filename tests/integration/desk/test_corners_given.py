"""Whose sheet may be marked by hand: of pages that were rejected, and by reviewers of pages that were read so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import PageCorners
from api.db.states import PageState
from api.db.tables import Page
from api.desk.corners import give_corners
from api.people.roles import Role
from pipeline.errors import ConflictError
from tests.integration.http.test_app_problems import code_of
from tests.support.desk import FORM, one_waiting
from tests.support.scene import HERE, Scene, opened, settings_for


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url)) as made:
        yield made


POINTS = [(0.0, 0.0), (900.0, 0.0), (900.0, 1200.0), (0.0, 1200.0)]


def page_in(records: Records, state: str) -> str:
    one_waiting(records)
    with records.database.writing() as session:
        page = session.scalars(select(Page)).one()
        page.state, page.width, page.height = PageState(state), 1000, 1300
        return page.id


def give(records: Records, page: str, **more: Any) -> str:
    with records.database.writing() as session:
        return give_corners(session, records, page, "ani", FORM, 2, POINTS, **more).state


@pytest.mark.parametrize("state", ["read", "waiting", "reading", "set_aside"])
@pytest.mark.parametrize("reviews", [True, False])
def test_a_page_that_the_machine_found_is_marked_by_nobody(records: Records, state: str, *, reviews: bool) -> None:
    page = page_in(records, state)
    with pytest.raises(ConflictError, match="corners_not_needed"):
        give(records, page, reviews=reviews)
    with records.database.reading() as session:
        assert (session.get(PageCorners, page), session.get_one(Page, page).state) == (None, state)


def test_a_rejected_page_is_marked_and_marked_anew_by_reviewers(records: Records) -> None:
    page = page_in(records, "rejected")
    assert give(records, page, reviews=False) == "waiting"
    with records.database.writing() as session:
        session.get_one(Page, page).state = PageState.READ
    with pytest.raises(ConflictError, match="corners_not_needed"):
        give(records, page, reviews=False)
    assert give(records, page, reviews=True) == "waiting"


@pytest.mark.parametrize("role", [Role.UPLOADER, Role.REVIEWER, Role.SENIOR])
def test_over_http_nobody_moves_the_sheet_of_a_page_that_counts(scene: Scene, role: Role) -> None:
    _, page = scene.document(HERE)
    person = scene.person(role)
    with scene.records.database.writing() as session:
        session.get_one(Page, page).uploaded_by = person.id
    body = {"form": FORM, "form_page": 2, "points": POINTS}
    answer = scene.ask("POST", f"/api/v1/pages/{page}/corners", scene.session(person), json=body)
    assert code_of(answer) == (409, "corners_not_needed")
