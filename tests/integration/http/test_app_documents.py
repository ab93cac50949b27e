"""Uploads in, readings out: what comes back, in which order, and that one upload cannot starve the others."""

import asyncio
import base64
import io
import json
import threading
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from api.core.settings import Settings
from api.http.app import create_app
from api.schemas.common import ReadingsBody
from models.package import PACKAGES
from pipeline.documents import open_documents
from tests import SHARED
from tests.support.samples import jpeg
from tests.support.service import DOCUMENTS, FORM, FakeReader, application, client_of, files, serving

NDJSON = {"Accept": "application/x-ndjson"}
PHOTOGRAPHS = SHARED / "pages" / "images"


def test_the_answer_holds_what_the_reader_says_pages_before_their_document() -> None:
    upload = [("tps-1-p1.jpg", jpeg()), ("tps-1-p2.jpg", jpeg(64, 48)), ("tps-2.jpg", jpeg(48, 32))]
    with serving() as client:
        readings = client.post(DOCUMENTS, files=files(*upload)).json()["readings"]
    reader = FakeReader()
    expected = []
    for document in open_documents(upload):
        reading = reader.read_document(document)
        expected += [*(page.to_json() for page in reading.pages), reading.to_json()]
    assert readings == json.loads(json.dumps(expected))
    assert [line["kind"] for line in readings] == ["page", "page", "document", "page", "document"]


def test_a_broken_file_is_a_rejected_page_and_no_error() -> None:
    with serving() as client:
        answer = client.post(DOCUMENTS, files=files(("a.jpg", b"\xff\xd8\xff\xe0broken"), ("b.jpg", jpeg())))
    assert answer.status_code == 200
    broken, _, sound, _ = answer.json()["readings"]
    assert (broken["outcome"], broken["fields"]) == ("rejected", {})
    assert broken["reasons"][0]["translations"]["id"]
    assert sound["fields"]["paslon_1"]["value"] == 123


def test_a_zip_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inner.jpg", jpeg())
    with serving() as client:
        page, _ = client.post(DOCUMENTS, files=files(("all.zip", packed.getvalue()))).json()["readings"]
    assert page["source"]["name"] == "all.zip/inner.jpg"


def test_lines_say_the_same_as_the_whole() -> None:
    upload = files(*((f"tps {number}.jpg", jpeg(64 + number, 48)) for number in range(7)))
    with serving() as client:
        whole = client.post(DOCUMENTS, files=upload).json()["readings"]
        answer = client.post(DOCUMENTS, files=upload, headers=NDJSON)
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in answer.text.splitlines()] == whole


def test_the_overlay_comes_only_when_asked_for() -> None:
    upload = files(("a.jpg", jpeg(300, 400)), ("b.jpg", b"no picture"))
    with serving() as client:
        plain = client.post(DOCUMENTS, files=upload).json()["readings"]
        drawn = client.post(f"{DOCUMENTS}?overlay=true", files=upload).json()["readings"]
    assert not any("overlay" in line for line in plain)
    kind, _, data = drawn[0].pop("overlay").partition(",")
    assert kind == "data:image/jpeg;base64"
    picture = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[0] >= 400
    assert drawn[2].pop("overlay") is None
    assert drawn == plain


def test_the_words_of_the_overlay_are_in_the_language_asked_for() -> None:
    upload = files(("a.jpg", jpeg(300, 400)))
    with serving() as client:
        pictures = {
            query: client.post(f"{DOCUMENTS}?overlay=true{query}", files=upload).json()["readings"][0]["overlay"]
            for query in ("", "&lang=id", "&lang=en")
        }
    assert pictures[""] == pictures["&lang=id"] != pictures["&lang=en"]


def test_a_picture_too_thin_to_draw_still_has_its_reading() -> None:
    with serving() as client:
        page, _ = client.post(f"{DOCUMENTS}?overlay=true", files=files(("thin.png", _thin()))).json()["readings"]
    assert page["overlay"] is None
    assert page["fields"]["paslon_1"]["value"] == 123


def test_every_answer_fits_its_description() -> None:
    upload = files(("a.jpg", jpeg()), ("b.jpg", b"no picture"))
    with serving() as client:
        for query in ("", "?overlay=true", "?explain=true", f"?form={FORM}"):
            ReadingsBody.model_validate(client.post(DOCUMENTS + query, files=upload).json())


def test_a_failure_on_the_way_is_the_last_line() -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    with serving(FakeReader(fail)) as client:
        streamed = client.post(DOCUMENTS, files=files(("a.jpg", jpeg())), headers=NDJSON)
        whole = client.post(DOCUMENTS, files=files(("a.jpg", jpeg())))
    assert json.loads(streamed.text.splitlines()[-1])["code"] == "service_failed"
    assert (whole.status_code, whole.json()["code"]) == (500, "service_failed")
    assert "X-Content-Type-Options" in whole.headers
    assert "secret" not in streamed.text + whole.text


@pytest.mark.parametrize("headers", [{}, NDJSON])
def test_a_full_service_says_when_to_come_back_and_still_lives(headers: dict[str, str]) -> None:
    entered, release = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        assert release.wait(30)

    with serving(FakeReader(hold), max_requests=1) as client:
        first = threading.Thread(target=client.post, args=(DOCUMENTS,), kwargs=_upload(headers))
        first.start()
        assert entered.wait(30)
        try:
            refused = client.post(DOCUMENTS, **_upload(headers))
            unready, alive = client.get("/ready"), client.get("/health")
        finally:
            release.set()
            first.join(30)
        assert (refused.status_code, refused.json()["code"]) == (503, "service_busy")
        assert int(refused.headers["Retry-After"]) > 0
        assert (unready.status_code, alive.status_code) == (503, 200)
        assert client.get("/ready").status_code == 200
        assert client.post(DOCUMENTS, **_upload(headers)).status_code == 200


def test_no_more_documents_are_read_at_a_time_than_set() -> None:
    lock, now, most = threading.Lock(), 0, 0
    both = threading.Barrier(2, timeout=30)

    def count() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        both.wait()
        with lock:
            now -= 1

    with serving(FakeReader(count), parallel_readings=2) as client:
        client.post(DOCUMENTS, files=files(*((f"tps {n}.jpg", jpeg()) for n in range(8)))).raise_for_status()
    assert most == 2


def test_whoever_hangs_up_gives_the_place_back() -> None:
    app = application(max_requests=1)
    scope = {
        "type": "http",
        "method": "POST",
        "path": DOCUMENTS,
        "raw_path": DOCUMENTS.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"multipart/form-data; boundary=x")],
        "server": ("testserver", 80),
        "client": None,
        "scheme": "http",
    }

    async def run() -> list[str]:
        async with app.router.lifespan_context(app) as state:
            sent: list[str] = []

            async def receive() -> dict[str, object]:
                return {"type": "http.disconnect"}

            async def send(message: object) -> None:
                sent.append(str(message))

            await app({**scope, "state": state}, receive, send)
            assert state is not None
            assert not state["readings"].uploads.full
            return sent

    asyncio.run(run())


def test_a_photograph_of_a_form_is_read_by_the_real_thing(tmp_path: Path) -> None:
    photograph = PHOTOGRAPHS / "C_chasil2024p2_screen_cam1.jpg"
    if not photograph.exists():
        pytest.skip("no photographs of real forms beside the repository")
    if not (PACKAGES / "champions.json").exists():
        pytest.skip("no model package is installed")
    with client_of(create_app(settings=Settings(form=FORM, home=tmp_path, workers=0))) as client:
        answer = client.post(f"{DOCUMENTS}?overlay=true", files=files((photograph.name, photograph.read_bytes())))
    page, document = ReadingsBody.model_validate(answer.json()).readings
    assert (page.kind, document.kind) == ("page", "document")
    assert {name: field.value for name, field in page.fields.items()} == {
        "paslon_1": 123,
        "paslon_2": 274,
        "paslon_3": 32,
    }


def _upload(headers: dict[str, str]) -> dict[str, object]:
    return {"files": files(("a.jpg", jpeg())), "headers": headers}


def _thin() -> bytes:
    done, data = cv2.imencode(".png", np.full((9000, 2), 255, np.uint8))
    assert done
    return data.tobytes()


def test_a_family_restricts_reading_to_its_forms() -> None:
    with serving() as client:
        answer = client.post(f"{DOCUMENTS}?form=c-hasil-kwk-bupati-2024", files=files(("tps.jpg", jpeg())))
    assert answer.status_code == 200
    page = answer.json()["readings"][0]
    assert page["outcome"] == "rejected"  # a picture of nothing: the real reader, with the regent's sheets, looked
    assert page["form"] is None
