"""What a desk holds is no longer its person's once a role or a region was taken from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.db.review_tables import ReviewItem
from api.db.tables import Number, Person
from api.db.types import now
from api.people.accounts import Change, change_person
from api.people.roles import Role
from tests.integration.http.test_app_problems import code_of
from tests.support.scene import HERE, Scene, opened, settings_for

V = "/api/v1/review"
LEASE = "c" * 32


@dataclass(slots=True)
class Desk:
    """A desk that holds a number.

    Attributes:
        scene: The service.
        holder: Who sits at it.
        item: What they hold.

    """

    scene: Scene
    holder: Person
    item: str

    def ask(self, method: str, path: str, **more: Any) -> Any:
        return self.scene.ask(method, path, self.scene.session(self.holder), **more)

    def claims_again(self) -> list[str]:
        """Return what a desk that was reloaded gets of what it held."""
        sent = {"count": 1, "lease": LEASE, "resume": True, "filters": {"form": "none"}}
        return [one["id"] for one in self.ask("POST", f"{V}/claim", json=sent).json()["items"]]

    def change(self, change: Change) -> None:
        with self.scene.records.database.writing() as session:
            change_person(session, "local", session.get_one(Person, self.holder.id), change)


@pytest.fixture(params=["review", "senior", "second"])
def desk(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Iterator[Desk]:
    with opened(settings_for(tmp_path, database_url)) as scene:
        document, _ = scene.document(HERE)
        holder = scene.person(Role.SENIOR)
        item = scene.item(document, HERE)
        with scene.records.database.writing() as session:
            number = session.get_one(Number, (document, "paslon_1"))
            number.state, number.final = "review", None  # type: ignore[assignment]
            row = session.get_one(ReviewItem, item)
            row.kind, row.lease, row.lease_owner = request.param, LEASE, holder.id
            row.lease_until = now() + timedelta(hours=1)
        yield Desk(scene, holder, item)


def test_it_is_theirs_while_nothing_changes(desk: Desk) -> None:
    assert desk.claims_again() == [desk.item]
    assert desk.ask("POST", f"{V}/heartbeat", json={"lease": LEASE}).json()["items"] == [desk.item]
    assert desk.ask("GET", f"{V}/items/{desk.item}").status_code == 200
    assert desk.ask("GET", f"{V}/items/{desk.item}/page").status_code == 200


def test_whoever_works_elsewhere_now_sees_nothing_of_it(desk: Desk) -> None:
    desk.change(Change(scope="5171"))
    _is_closed(desk)
    assert code_of(desk.ask("GET", f"{V}/items/{desk.item}")) == (403, "not_permitted")


def test_who_is_no_senior_any_more_sees_nothing_of_what_is_for_seniors(desk: Desk) -> None:
    with desk.scene.records.database.reading() as session:
        kind = session.get_one(ReviewItem, desk.item).kind
    desk.change(Change(roles=frozenset({Role.REVIEWER})))
    if kind == "senior":
        _is_closed(desk)
        assert code_of(desk.ask("GET", f"{V}/items/{desk.item}")) == (404, "review_item_missing")
    else:
        assert desk.claims_again() == [desk.item]


def _is_closed(desk: Desk) -> None:
    """Check that neither the item nor its picture is handed out, and that its loan is not made longer."""
    assert desk.claims_again() == []
    beat = desk.ask("POST", f"{V}/heartbeat", json={"lease": LEASE, "items": [desk.item]}).json()
    assert (beat["items"], beat["lost"]) == ([], {desk.item: None})
    for picture in ("page", "cut"):
        assert code_of(desk.ask("GET", f"{V}/items/{desk.item}/{picture}")) == (404, "review_item_missing")
