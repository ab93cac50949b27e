"""The service over HTTP: upload, follow, correct, move; pictures as they may leave."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from api.schemas.documents import DocumentBody, NumberHistory, UploadBody
from pipeline.reader import Reader
from tests.support.http import settings_in, working
from tests.support.http_client import TestClient

STATION, OTHER = "0024010001002", "0024010002021"


def upload(client: TestClient, paths: list[Path], **query: Any) -> Any:
    named = [("files", (path.name, path.read_bytes())) for path in paths]
    return client.post("/api/v1/documents", files=named, params={"station": STATION, **query})


def pages_of(samples: Path, code: str) -> list[Path]:
    return sorted(samples.glob(f"{code}-p*.jpg"))


@pytest.fixture
def client(tmp_path: Path, database_url: str, reader: Reader) -> Iterator[TestClient]:
    with working(settings_in(tmp_path, database_url), reader) as client:
        yield client


@pytest.fixture
def document(client: TestClient, samples: Path) -> dict[str, Any]:
    answer = upload(client, pages_of(samples, STATION))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()["documents"][0]
    return found


def test_an_upload_is_kept_read_and_answered_with_what_was_read(client: TestClient, samples: Path) -> None:
    answer = upload(client, pages_of(samples, STATION))
    assert answer.status_code == 200
    body = UploadBody.model_validate(answer.json())
    assert [receipt.outcome for receipt in body.receipts] == ["stored"] * 3
    assert [line.kind for line in body.readings] == ["page", "page", "page", "document"]
    assert body.documents[0].station == STATION
    votes = {number.field: number.final for number in body.documents[0].numbers if number.state == "accepted"}
    assert votes["paslon_1"] == 132


def test_the_same_upload_again_is_a_success_that_names_what_is_there(
    client: TestClient, document: dict[str, Any], samples: Path
) -> None:
    again = upload(client, pages_of(samples, STATION))
    assert again.status_code == 200
    assert {receipt["outcome"] for receipt in again.json()["receipts"]} == {"known"}
    assert again.json()["documents"][0]["id"] == document["id"]


def test_who_does_not_wait_is_answered_at_once_and_can_follow(
    tmp_path: Path, database_url: str, reader: Reader, samples: Path
) -> None:
    with working(settings_in(tmp_path, database_url), reader, read=False) as client:
        answer = upload(client, pages_of(samples, STATION)[:1], wait=0)
        assert answer.status_code == 202
        assert answer.json()["documents"][0]["state"] == "waiting"
        assert client.get("/api/v1/progress").json()["pages"] == {"waiting": 1}
    with working(settings_in(tmp_path, database_url), reader) as client:
        events = client.get(answer.json()["documents"][0]["links"]["events"]).text
        bodies = [DocumentBody.model_validate_json(line[6:]) for line in events.splitlines() if line[:5] == "data:"]
        assert bodies[-1].pages[0].state == "read"


def test_a_blurred_photograph_is_answered_with_what_to_do(client: TestClient, samples: Path, tmp_path: Path) -> None:
    grey = cv2.imread(str(pages_of(samples, STATION)[1]), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    blurred = tmp_path / f"{STATION}-p2.jpg"
    cv2.imwrite(str(blurred), cv2.GaussianBlur(grey, (0, 0), 14))
    body = upload(client, [blurred]).json()["documents"][0]
    assert body["state"] == "rejected"
    assert body["feedback"]["retake"][0]["translations"]["id"]


def test_a_number_is_corrected_and_its_history_says_by_whom(client: TestClient, document: dict[str, Any]) -> None:
    number = next(one for one in document["numbers"] if one["field"] == "paslon_2")
    said = {"kind": "correct", "version": number["version"], "boxes": "069", "reason": "the last digit is a nine"}
    answer = client.post(number["links"]["decisions"], json=said)
    assert answer.status_code == 200
    history = NumberHistory.model_validate(client.get(number["links"]["self"]).json())
    assert (history.final, history.state) == (69, "reviewed")
    assert [(made.person, made.kind, made.old["value"]) for made in history.decisions] == [("local", "correct", 68)]
    assert [read.value for read in history.readings] == [68]
    late = client.post(number["links"]["decisions"], json=said)
    assert (late.status_code, late.json()["code"]) == (409, "number_changed")
    whole = client.get(f"/api/v1/documents/{document['id']}").json()
    assert {rule["id"] for rule in whole["rules"] if rule["holds"] is False}


def test_a_document_is_filed_elsewhere_and_that_is_on_record(client: TestClient, document: dict[str, Any]) -> None:
    moved = client.post(document["links"]["move"], json={"station": OTHER, "reason": "wrong station"})
    assert moved.json()["station"] == OTHER
    assert client.get("/api/v1/documents", params={"region": STATION}).json()["documents"] == []
    assert [one["id"] for one in client.get("/api/v1/documents").json()["documents"]] == [document["id"]]
    wrong = client.post(document["links"]["move"], json={"station": "12", "reason": "?"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "request_invalid")


def test_pictures_come_once_and_the_public_one_is_masked(client: TestClient, document: dict[str, Any]) -> None:
    page = next(page for page in document["pages"] if page["form_page"] == 2)
    whole = client.get(page["links"]["image"])
    assert whole.headers["content-type"] == "image/jpeg"
    again = client.get(page["links"]["image"], headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    masked = cv2.imdecode(np.frombuffer(client.get(page["links"]["image"] + "?masked=true").content, np.uint8), 0)
    assert masked is not None
    assert masked.shape == (1800, 1200)
    signatures = masked[2 * 745 : 2 * 856, 2 * 71 : 2 * 529]
    assert int(signatures.max()) - int(signatures.min()) <= 8
    number = next(one for one in document["numbers"] if one["field"] == "paslon_1")
    cut = cv2.imdecode(np.frombuffer(client.get(number["links"]["crop"]).content, np.uint8), 0)
    assert cut is not None
    assert cut.shape[1] > 1.5 * cut.shape[0]
    original = client.get(page["links"]["original"])
    name = re.fullmatch(r'attachment; filename="[0-9a-f]{16}\.jpg"', original.headers["content-disposition"])
    assert name is not None  # without an ending no telephone knows what opens it


def test_what_failed_is_read_again(client: TestClient, samples: Path, tmp_path: Path) -> None:
    data = pages_of(samples, STATION)[0].read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[: len(data) // 2])
    document = upload(client, [tmp_path / "cut.jpg"]).json()["documents"][0]
    assert document["pages"][0]["reasons"][0]["code"] == "file_truncated"
    assert client.post("/api/v1/retry", params={"code": "no_ruled_sheet"}).json() == {"pages": 0}
    assert client.post("/api/v1/retry", params={"code": "file_truncated"}).json() == {"pages": 1}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/documents/none", "document_missing"),
        ("/api/v1/documents/none/numbers/paslon_1", "document_missing"),
        ("/api/v1/pages/none/image", "page_missing"),
    ],
)
def test_what_is_not_there_is_said_so(client: TestClient, path: str, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_wrong_station_or_election_keeps_nothing(client: TestClient, samples: Path) -> None:
    for query, code in (({"station": "12"}, "request_invalid"), ({"election": "none"}, "election_unknown")):
        answer = upload(client, pages_of(samples, STATION)[:1], **query)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert client.get("/api/v1/progress").json()["pages"] == {}


def test_answers_are_json_that_names_its_types(client: TestClient) -> None:
    described = json.dumps(client.get("/api/v1/openapi.json").json())
    for name in ("UploadBody", "DocumentBody", "NumberHistory", "ProgressBody"):
        assert f'"#/components/schemas/{name}"' in described
