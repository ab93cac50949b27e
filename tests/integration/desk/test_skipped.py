"""What a desk is told of numbers that it holds no more: as much as its reader may know, and of blind ones nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.types import now
from api.desk.lost import lost_items
from api.desk.queue import LEASE
from api.people.actor import Actor
from api.people.roles import Role
from tests.support.desk import ANI, BUDI, DEWI, answer, document, one_waiting, person, take, take_one
from tests.support.scene import HERE, Scene, opened, settings_for

V = "/api/v1/review"


def lapse(records: Records, item: ReviewItem) -> None:
    """Let a lease run out, as of a desk that was asleep."""
    with records.database.writing() as session:
        session.execute(update(ReviewItem).where(ReviewItem.id == item.id).values(lease_until=now() - LEASE))


def told(records: Records, actor: Actor, item: ReviewItem) -> dict[str, str | None]:
    with records.database.reading() as session:
        return dict(lost_items(session, actor, item.lease or "", [item.id]))


def test_of_a_number_that_is_still_held_nothing_is_told(records: Records) -> None:
    one_waiting(records)
    item = take_one(records, ANI)
    assert told(records, ANI, item) == {}
    lapse(records, item)
    assert told(records, ANI, item) == {}  # nobody else has it


def test_it_is_told_who_came_first(records: Records) -> None:
    one_waiting(records)
    mine = take_one(records, ANI)
    lapse(records, mine)
    theirs = take_one(records, BUDI)
    assert theirs.id == mine.id
    assert told(records, ANI, mine) == {mine.id: "taken"}
    lapse(records, theirs)
    assert told(records, ANI, mine) == {mine.id: "free"}
    answer(records, BUDI, theirs, "123")
    assert told(records, ANI, mine) == {mine.id: "answered"}


def test_what_no_longer_waits_is_told_too(records: Records) -> None:
    one_waiting(records)
    mine = take_one(records, ANI)
    with records.database.writing() as session:
        session.get_one(ReviewItem, mine.id).state = "closed"  # type: ignore[assignment]
    assert told(records, ANI, mine) == {mine.id: "ended"}


@pytest.mark.parametrize("kind", ["second", "gold", "audit"])
@pytest.mark.parametrize("state", ["open", "done", "closed"])
def test_of_what_is_read_blind_nothing_tells_a_test_from_a_second_reading(
    records: Records, kind: str, state: str
) -> None:
    one_waiting(records)
    mine = take_one(records, ANI)
    with records.database.writing() as session:
        row = session.get_one(ReviewItem, mine.id)
        row.kind, row.state, row.lease = kind, state, None  # type: ignore[assignment]
    assert told(records, ANI, mine) == {mine.id: None}


def test_of_another_region_and_of_what_is_for_seniors_nothing_is_told(records: Records) -> None:
    one_waiting(records)
    mine = take_one(records, ANI)
    elsewhere = person("eka", Role.REVIEWER, scope="5171")
    assert told(records, elsewhere, mine) == {mine.id: None}
    answer(records, ANI, mine, kind="escalate", comment="two marks")
    _, [waits] = take(records, DEWI)
    assert (told(records, ANI, waits), told(records, BUDI, mine)) == ({waits.id: None}, {mine.id: "answered"})


def test_a_number_that_nobody_knows_is_lost_without_a_word(records: Records) -> None:
    one_waiting(records)
    mine = take_one(records, ANI)
    mine.id = "f" * 32
    assert told(records, ANI, mine) == {"f" * 32: None}


# --- over HTTP ----------------------------------------------------------------------------------------------------


@pytest.fixture
def scene(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    with opened(settings_for(tmp_path, database_url, second_reading_share=0, gold_share=0, audit_share=0)) as made:
        yield made


def signed_in(scene: Scene, name: str) -> dict[str, str]:
    return scene.session(scene.person(Role.REVIEWER, name=name))


def test_a_heartbeat_names_what_was_lost_and_a_reload_finds_what_was_not(scene: Scene) -> None:
    ani, budi = signed_in(scene, "ani"), signed_in(scene, "budi")
    with scene.records.database.writing() as session:
        document(session, scene.records, HERE, {"paslon_1": {}, "paslon_2": {}})
    claimed = scene.ask("POST", f"{V}/claim", ani, json={}).json()
    lease, (first, second) = claimed["lease"], [item["id"] for item in claimed["items"]]
    beat = {"lease": lease, "items": [first, second]}
    assert scene.ask("POST", f"{V}/heartbeat", ani, json=beat).json()["lost"] == {}
    with scene.records.database.writing() as session:
        session.execute(update(ReviewItem).where(ReviewItem.id == first).values(lease_until=now() - LEASE))
    taken = scene.ask("POST", f"{V}/claim", budi, json={}).json()["items"]
    assert [item["id"] for item in taken] == [first]
    told_of = scene.ask("POST", f"{V}/heartbeat", ani, json=beat).json()
    assert (told_of["items"], told_of["lost"]) == ([second], {first: "taken"})
    again = scene.ask("POST", f"{V}/claim", ani, json={"lease": lease, "resume": True, "count": 1}).json()
    assert [item["id"] for item in again["items"]] == [second]


def test_more_held_than_asked_for_is_given_back_whole(scene: Scene) -> None:
    ani = signed_in(scene, "ani")
    with scene.records.database.writing() as session:
        document(session, scene.records, HERE, {f"paslon_{number}": {} for number in (1, 2, 3)})
    claimed = scene.ask("POST", f"{V}/claim", ani, json={}).json()
    again = scene.ask("POST", f"{V}/claim", ani, json={"lease": claimed["lease"], "resume": True, "count": 1})
    assert again.status_code == 200, again.text
    assert len(again.json()["items"]) == 3
