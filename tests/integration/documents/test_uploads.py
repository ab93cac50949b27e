"""Uploads in parts: they go on where they stopped, and end as every upload does."""

import base64
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from api.db import open_database
from api.db.tables import Page
from api.documents import resumable
from api.documents.receive import Receipt
from api.documents.resumable import MAX_UNFINISHED, Plan, begin, find
from api.http.app import create_app
from pipeline.reader import Reader
from tests.support.http import settings_in
from tests.support.processes import Service, distinct_pages
from tests.support.service import TestClient, client_of
from tests.support.stations import list_stations

TUS = {"Tus-Resumable": "1.0.0"}
NAME, DATA = distinct_pages(1)[0]
URL = "/api/v1/uploads"


@pytest.fixture
def client(database_url: str, tmp_path: Path, reader: Reader) -> Iterator[TestClient]:
    with client_of(create_app(reader, settings_in(tmp_path, database_url))) as opened:
        database = open_database(database_url)
        list_stations(database, NAME[:13], "0024010001002")
        database.close()
        yield opened


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def start(client: TestClient, length: int = len(DATA), **said: str) -> str:
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata(**{"filename": NAME, **said})}
    answer = client.post(URL, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Upload-Offset"] == "0"
    assert answer.headers["Upload-Expires"].endswith("GMT")
    return str(answer.headers["Location"])


def send(client: TestClient, place: str, data: bytes, offset: int, **more: str) -> tuple[int, dict[str, str], str]:
    headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream", **more}
    answer = client.patch(f"{place}?wait=0", content=data, headers=headers)
    return answer.status_code, dict(answer.headers), answer.text


def offset_of(client: TestClient, place: str) -> int:
    answer = client.head(place, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def pages(database_url: str) -> int:
    database = open_database(database_url)
    with database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Page)) or 0
    database.close()
    return count


def test_parts_become_a_whole_that_is_kept_like_any_upload(client: TestClient, tmp_path: Path) -> None:
    place = start(client)
    half = len(DATA) // 2
    assert send(client, place, DATA[:half], 0)[0] == 204
    assert offset_of(client, place) == half
    answer = client.patch(
        f"{place}?wait=0",
        content=DATA[half:],
        headers={**TUS, "Upload-Offset": str(half), "Content-Type": "application/offset+octet-stream"},
    )
    assert answer.status_code == 202
    (receipt,) = answer.json()["receipts"]
    assert (receipt["outcome"], receipt["station"]) == ("stored", NAME[:13])
    assert receipt["sha256"] == hashlib.sha256(DATA).hexdigest()
    assert answer.json()["documents"][0]["state"] == "waiting"
    assert not list((tmp_path / "uploads").rglob("*.part"))


def test_the_last_answer_can_be_had_again_and_the_same_bytes_are_known(client: TestClient, database_url: str) -> None:
    place = start(client)
    first = send(client, place, DATA, 0)
    assert offset_of(client, place) == len(DATA)
    assert send(client, place, b"", len(DATA))[2] == first[2]
    again = start(client)
    status, _, text = send(client, again, DATA, 0)
    assert status == 202
    assert '"outcome":"known"' in text.replace(" ", "")
    assert pages(database_url) == 1


def test_a_station_given_with_the_upload_files_it(client: TestClient) -> None:
    place = start(client, filename="scan.jpg", station="0024010001002", election="ppwp-2024")
    assert '"station":"0024010001002"' in send(client, place, DATA, 0)[2].replace(" ", "")


@pytest.mark.parametrize(
    ("said", "code"), [({"station": "12"}, "station_invalid"), ({"election": "none"}, "election_unknown")]
)
def test_what_could_never_be_filed_is_refused_before_a_byte_is_sent(
    client: TestClient, said: dict[str, str], code: str
) -> None:
    answer = client.post(URL, headers={**TUS, "Upload-Length": "9", "Upload-Metadata": metadata(**said)})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_wrong_offset_changes_nothing_and_says_the_right_one(client: TestClient) -> None:
    place = start(client)
    send(client, place, DATA[:100], 0)
    status, _, text = send(client, place, DATA[50:], 50)
    assert (status, '"resumable_offset"' in text, "100" in text) == (409, True, True)
    assert offset_of(client, place) == 100


def test_more_than_was_announced_is_refused(client: TestClient) -> None:
    place = start(client, length=10)
    assert send(client, place, DATA[:50], 0)[0] == 413
    assert offset_of(client, place) == 0


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_a_part_whose_checksum_differs_is_not_kept(client: TestClient, name: str) -> None:
    place = start(client)
    right = base64.b64encode(hashlib.new(name, DATA[:100]).digest()).decode()
    status, _, text = send(client, place, DATA[1:101], 0, **{"Upload-Checksum": f"{name} {right}"})
    assert (status, '"resumable_changed"' in text) == (460, True)
    assert offset_of(client, place) == 0
    assert send(client, place, DATA[:100], 0, **{"Upload-Checksum": f"{name} {right}"})[0] == 204


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Checksum": "crc99 AAAA"}, 400),
        ({"Content-Type": "image/jpeg"}, 415),
        ({"Tus-Resumable": "0.2"}, 412),
        ({"Upload-Offset": "-1"}, 422),
    ],
)
def test_headers_that_cannot_be_used_are_refused(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert send(client, start(client), DATA[:10], 0, **headers)[0] == status


def test_limits_are_told_and_kept(client: TestClient) -> None:
    told = client.options(URL).headers
    assert told["Tus-Version"] == "1.0.0"
    too_long = {**TUS, "Upload-Length": str(int(told["Tus-Max-Size"]) + 1)}
    assert client.post(URL, headers=too_long).status_code == 413
    for _ in range(MAX_UNFINISHED):
        place = start(client)
    assert client.post(URL, headers={**TUS, "Upload-Length": "9"}).status_code == 429
    assert client.delete(place, headers=TUS).status_code == 204
    assert client.head(place, headers=TUS).status_code == 404
    start(client)


def test_uploads_of_others_are_not_there(client: TestClient, tmp_path: Path) -> None:
    foreign = begin(tmp_path / "uploads", "someone else", Plan(10, "a.jpg"))
    assert client.head(f"{URL}/{foreign.id}", headers=TUS).status_code == 404
    assert send(client, f"{URL}/{foreign.id}", b"x", 0)[0] == 404
    assert client.delete(f"{URL}/{foreign.id}", headers=TUS).status_code == 404
    assert find(tmp_path / "uploads", "someone else", foreign.id).offset == 0
    assert client.head(f"{URL}/..%2f..%2fchasil.db", headers=TUS).status_code == 404


def test_two_requests_do_not_write_at_once(client: TestClient, tmp_path: Path) -> None:
    place = start(client)
    upload = find(tmp_path / "uploads", "local", place.rpartition("/")[2])
    with upload.writing():
        assert send(client, place, DATA[:10], 0)[0] == 423
    assert send(client, place, DATA[:10], 0)[0] == 204


def test_what_is_never_completed_goes_after_a_day(client: TestClient, tmp_path: Path) -> None:
    place = start(client)
    send(client, place, DATA[:10], 0)
    folder = next((tmp_path / "uploads").glob("*/"))
    past = time.time() - resumable.EXPIRY_SECONDS - 1
    for file in folder.iterdir():
        os.utime(file, (past, past))
    assert client.head(place, headers=TUS).status_code == 404
    resumable.sweep(tmp_path / "uploads", every=0)
    assert list(folder.iterdir()) == []


def test_complete_but_interrupted_before_it_was_kept_is_kept_when_asked_for(
    client: TestClient, tmp_path: Path, database_url: str
) -> None:
    place = start(client)
    with find(tmp_path / "uploads", "local", place.rpartition("/")[2]).writing() as file:
        file.write(DATA)  # and then the process was killed
    assert pages(database_url) == 0
    assert offset_of(client, place) == len(DATA)
    assert pages(database_url) == 1


@pytest.mark.slow
def test_an_upload_goes_on_after_the_service_was_killed_in_the_middle(tmp_path: Path) -> None:

    service = Service(tmp_path, {"CHASIL_WORKERS": "0"})
    service.start()
    try:
        begun = httpx.post(
            service.address + URL,
            headers={
                **service.headers,
                **TUS,
                "Upload-Length": str(len(DATA)),
                "Upload-Metadata": metadata(filename=NAME),
            },
        )
        place = service.address + begun.headers["Location"]
        headers = {**service.headers, **TUS, "Content-Type": "application/offset+octet-stream"}

        def broken() -> Iterator[bytes]:
            yield DATA[:70_000]
            time.sleep(0.5)
            service.kill("server", 0)
            yield DATA[70_000:]

        with pytest.raises(httpx.HTTPError):
            httpx.patch(place, content=broken(), headers={**headers, "Upload-Offset": "0"})
        service.start()
        offset = int(httpx.head(place, headers={**service.headers, **TUS}).headers["Upload-Offset"])
        assert 0 <= offset <= 70_000
        rest = httpx.patch(f"{place}?wait=0", content=DATA[offset:], headers={**headers, "Upload-Offset": str(offset)})
        assert rest.json()["receipts"][0]["sha256"] == hashlib.sha256(DATA).hexdigest()
    finally:
        service.stop()


def test_an_upload_begun_again_under_its_key_goes_on(client: TestClient, database_url: str) -> None:
    """Whoever misses the answers of a poor link for hours leaves nothing behind that keeps them out."""
    place = start(client, key="a")
    half = len(DATA) // 2
    assert send(client, place, DATA[:half], 0)[0] == 204
    for _ in range(MAX_UNFINISHED + 1):
        headers = {**TUS, "Upload-Length": str(len(DATA)), "Upload-Metadata": metadata(filename=NAME, key="a")}
        again = client.post(URL, headers=headers)
        assert (again.status_code, again.headers["Location"], again.headers["Upload-Offset"]) == (201, place, str(half))
    first = send(client, place, DATA[half:], half)
    assert client.post(URL, headers=headers).headers["Upload-Offset"] == str(len(DATA))
    assert send(client, place, b"", len(DATA))[2] == first[2]
    assert start(client, key="b") != place
    assert pages(database_url) == 1


def test_pages_brought_together_without_a_station_are_one_document(client: TestClient) -> None:
    named = ["foto-p1.jpg", "foto-p2.jpg", "foto.jpg", "image.jpg", "image.jpg"]
    ids = []
    for (_, data), name in zip(distinct_pages(len(named)), named, strict=True):
        answer = send(client, start(client, len(data), filename=name, batch="x"), data, 0)[2]
        ids.append(json.loads(answer)["receipts"][0]["document"])
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    other = distinct_pages(len(named) + 1)[-1][1]
    answer = send(client, start(client, len(other), filename="foto-p3.jpg", batch="y"), other, 0)[2]
    assert json.loads(answer)["receipts"][0]["document"] not in ids


def test_an_upload_that_another_request_completes_meanwhile_is_never_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading what is noted of it and looking for its bytes they become an original."""
    begun = begin(tmp_path, "ani", Plan(9, "a.jpg"))
    exists = Path.exists

    def late(path: Path) -> bool:
        if path == begun.part and exists(path):
            begun.complete([Receipt("a.jpg", "stored")])
        return exists(path)

    monkeypatch.setattr(Path, "exists", late)
    found = find(tmp_path, "ani", begun.id)
    assert (found.completed, found.offset) == (True, 9)
