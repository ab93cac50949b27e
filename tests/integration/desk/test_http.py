"""The desk over HTTP: claim, keep, decide, meet a conflict, take back; pictures, the wall and audits."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.core.context import open_records
from api.db.review_tables import ReviewAnswer
from api.db.types import now
from pipeline.reader import Reader
from tests.support.http import settings_in, working
from tests.support.service import TestClient

V = "/api/v1"
STATION = "0024010001002"


@pytest.fixture
def client(database_url: str, tmp_path: Path, reader: Reader, samples: Path) -> Iterator[TestClient]:
    """Return a client of a service that has read one station, with one box of it flagged."""
    with working(settings_in(tmp_path, database_url), reader) as client:
        files = [("files", (path.name, path.read_bytes())) for path in sorted(samples.glob(f"{STATION}-p*.jpg"))]
        assert client.post(f"{V}/documents?wait=60&station={STATION}", files=files).status_code == 200
        odd = client.get(f"{V}/review/boxes?mark=1").json()["boxes"][0]
        flags = {"boxes": [{name: odd[name] for name in ("page", "field", "box")}]}
        assert client.post(f"{V}/review/boxes/flags", json=flags).json() == {"numbers": 1, "waiting": 1}
        yield client


def claim(client: TestClient, **more: Any) -> dict[str, Any]:
    answer = client.post(f"{V}/review/claim", json=more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def look(client: TestClient, item: dict[str, Any]) -> dict[str, Any]:
    """Look at the picture of an item, for as long as anybody needs; return what a decision says of it."""
    answer = client.get(item["links"]["cut"])
    assert answer.status_code == 200
    time.sleep(0.31)
    return {"cut": answer.headers["etag"], "at": now().isoformat()}


def decision(claimed: dict[str, Any], item: dict[str, Any], **more: Any) -> dict[str, Any]:
    usual = {"kind": "confirm", "lease": claimed["lease"], "version": item["version"], "boxes": item["boxes"]}
    return {**usual, **more}


def test_a_number_is_claimed_decided_and_taken_back(client: TestClient) -> None:
    claimed = claim(client, filters={"reason": "box_flagged"})
    (item,) = claimed["items"]
    assert item["kind"] == "review"
    assert item["reasons"][0]["code"] == "box_flagged"
    lease = {"lease": claimed["lease"]}
    assert client.post(f"{V}/review/heartbeat", json=lease).json()["items"] == [item["id"]]
    resumed = claim(client, lease=claimed["lease"], resume=True, filters={"reason": "box_flagged"})
    assert [one["id"] for one in resumed["items"]] == [item["id"]]
    done = client.post(item["links"]["decision"], json=decision(claimed, item, seen=look(client, item))).json()
    assert (done["settled"], done["number"]["state"]) == (True, "reviewed")
    back = client.post(f"{V}/review/undo", json=lease).json()["item"]
    assert (back["id"], back["version"] > item["version"]) == (item["id"], True)
    assert client.post(f"{V}/review/release", json=lease).json()["items"] == []


def test_a_conflict_shows_what_is_there_now(client: TestClient) -> None:
    claimed = claim(client, filters={"reason": "box_flagged"})
    (item,) = claimed["items"]
    stale = decision(claimed, item, version=item["version"] - 1)
    answer = client.post(item["links"]["decision"], json=stale)
    assert (answer.status_code, answer.json()["code"]) == (409, "number_changed")
    assert answer.json()["now"]["version"] == item["version"]
    other = decision(claimed, item, lease="0" * 32)
    assert client.post(item["links"]["decision"], json=other).json()["code"] == "review_lease_lost"
    for wrong, code in (({"boxes": "1"}, "boxes_invalid"), ({"kind": "escalate"}, "comment_missing")):
        answer = client.post(item["links"]["decision"], json=decision(claimed, item, **wrong))
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_every_part_of_a_number_has_its_picture(client: TestClient) -> None:
    field, page = _paslon(client)
    for part in ("number", "box", "bubbles", "tally"):
        answer = client.get(f"{V}/pages/{page}/cut?field={field}&part={part}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        tag = {"If-None-Match": answer.headers["etag"]}
        assert client.get(f"{V}/pages/{page}/cut?field={field}&part={part}", headers=tag).status_code == 304
    assert client.get(f"{V}/pages/{page}/cut?field={field}&part=box&box=9").status_code == 404
    assert client.get(f"{V}/pages/{page}/cut?field=nothing").status_code == 404


def _paslon(client: TestClient) -> tuple[str, str]:
    document = client.get(f"{V}/documents").json()["documents"][0]["id"]
    numbers = client.get(f"{V}/documents/{document}").json()["numbers"]
    number = next(one for one in numbers if one["field"] == "paslon_1")
    return number["field"], number["page"]


def test_the_wall_goes_on_where_it_ended(client: TestClient) -> None:
    first = client.get(f"{V}/review/boxes?mark=1&limit=3").json()
    second = client.get(f"{V}/review/boxes?mark=1&limit=3&after={first['next']}").json()
    keys = [(box["page"], box["field"], box["box"]) for box in first["boxes"] + second["boxes"]]
    assert len(keys) == len(set(keys)) == 6
    assert client.get(f"{V}/review/boxes?mark=1&after=nonsense").status_code == 422
    assert client.get(first["boxes"][0]["links"]["cut"]).status_code == 200


def test_an_audit_is_drawn_and_says_what_it_knows(client: TestClient) -> None:
    alone = client.post(f"{V}/review/audits", json={"size": 5, "seed": 3, "target": 0.01})
    assert (alone.status_code, alone.json()["code"]) == (422, "request_invalid")  # it may have been chosen to suit
    made = client.post(f"{V}/review/audits", json={"size": 5, "target": 0.01}).json()
    assert (made["drawn"], made["read"], made["verdict"], made["at_most"]) == (5, 0, "open", 10_000)
    assert made["needed_if_none"] == 299
    assert client.get(made["links"]["self"]).json() == made
    assert [one["id"] for one in client.get(f"{V}/review/audits").json()["audits"]] == [made["id"]]
    claimed = claim(client, count=10)
    blind = [item for item in claimed["items"] if item["kind"] == "blind"]
    assert blind
    assert all(item["boxes"] is None and item["sums"] is None for item in blind)
    assert client.get(f"{V}/alarms").json() == {"alarms": []}
    assert client.get(f"{V}/review/reviewers").status_code == 200


def test_the_threshold_can_only_be_raised(client: TestClient) -> None:
    now = client.get(f"{V}/review/threshold").json()
    assert now["threshold"] == now["model"]
    assert client.post(f"{V}/review/threshold", json={"threshold": 0.5}).json()["code"] == "threshold_lower"
    raised = client.post(f"{V}/review/threshold", json={"threshold": 0.999999}).json()
    assert (raised["threshold"], raised["documents"]) == (0.999999, 0)


def test_corners_are_refused_where_they_are_none(client: TestClient) -> None:
    _, page = _paslon(client)
    body = {"form": "c-hasil-ppwp-2024", "form_page": 2, "points": [[0, 0], [1, 1], [2, 0], [0, 2]]}
    answer = client.post(f"{V}/pages/{page}/corners", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "corners_invalid")


def unseen(client: TestClient, claimed: dict[str, Any], item: dict[str, Any], **more: Any) -> tuple[int, str]:
    """Decide an item, or fail to; nothing may have changed then."""
    answer = client.post(item["links"]["decision"], json=decision(claimed, item, **more))
    stands = client.get(item["links"]["self"])
    assert (stands.status_code, stands.json()["version"]) == (200, item["version"])
    return answer.status_code, str(answer.json()["code"])


@pytest.mark.parametrize("kind", ["confirm", "correct", "unreadable", "escalate"])
def test_nothing_is_decided_without_its_picture(client: TestClient, kind: str) -> None:
    claimed = claim(client, filters={"reason": "box_flagged"})
    (item,) = claimed["items"]
    seen = look(client, item)
    said = {"kind": kind, "comment": "why"}
    other = client.get(f"{V}/pages/{item['page']}/cut?field={item['field']}&part=box&box=0").headers["etag"]
    page = client.get(item["links"]["page"]).headers["etag"]
    for wrong in (None, {**seen, "cut": '"x"'}, {**seen, "cut": other}, {**seen, "cut": page}):
        assert unseen(client, claimed, item, **said, seen=wrong) == (422, "cut_unseen")
    for wrong in ({"cut": seen["cut"]}, {"at": seen["at"]}, {**seen, "at": "noon"}, {**seen, "cut": ""}):
        assert unseen(client, claimed, item, **said, seen=wrong) == (422, "request_invalid")
    assert client.post(item["links"]["decision"], json=decision(claimed, item, **said, seen=seen)).status_code == 200


@pytest.mark.parametrize("again", ["claim", "undo"])
def test_nothing_is_decided_sooner_than_anybody_can_look(
    client: TestClient, again: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = claim(client, filters={"reason": "box_flagged"})
    (item,) = claimed["items"]
    seen = look(client, item)
    lease, soon = {"lease": claimed["lease"]}, now()
    if again == "undo":
        client.post(item["links"]["decision"], json=decision(claimed, item, seen=seen))
        item = client.post(f"{V}/review/undo", json=lease).json()["item"]
    else:
        client.post(f"{V}/review/release", json=lease)
        (item,) = claim(client, filters={"reason": "box_flagged"}, **lease)["items"]
    with monkeypatch.context() as patch:  # a machine that is held up would let the time pass
        patch.setattr("api.http.routes.review.now", lambda: soon)
        assert unseen(client, claimed, item, seen=seen) == (422, "decided_too_soon")
    client.post(f"{V}/review/heartbeat", json=lease)  # a lease that goes on does not begin again
    time.sleep(0.31)
    assert client.post(item["links"]["decision"], json=decision(claimed, item, seen=seen)).status_code == 200


def test_what_was_seen_is_on_record(client: TestClient, tmp_path: Path, database_url: str) -> None:
    claimed = claim(client, filters={"reason": "box_flagged"})
    (item,) = claimed["items"]
    seen = look(client, item)
    assert client.post(item["links"]["decision"], json=decision(claimed, item, seen=seen)).status_code == 200
    with closing(open_records(settings_in(tmp_path, database_url))) as records, records.database.reading() as session:
        kept = session.scalars(select(ReviewAnswer)).one()
    assert (kept.cut, str(kept.painted_at and kept.painted_at.isoformat())) == (seen["cut"], seen["at"])
