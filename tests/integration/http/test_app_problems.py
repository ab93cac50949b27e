"""What is refused, with which code, and that no refusal is anything but a problem."""

import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from api.core.settings import load_settings
from api.http.errors import MEDIA_TYPE
from pipeline.errors import UsageError
from pipeline.texts import messages
from tests.support.samples import jpeg
from tests.support.service import DOCUMENTS, TestClient, files, serving


@pytest.fixture
def client() -> Iterator[TestClient]:
    with serving(max_upload_bytes=20_000, max_files=3) as served:
        yield served


def code_of(answer: Any) -> tuple[int, str]:
    """Return status and code of a problem, having checked the rest of it."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "Content-Security-Policy" in answer.headers
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == f"urn:chasil:problem:{body['code']}"
    assert body["title"]
    assert body["detail"]
    assert body["translations"]["id"] != body["detail"]
    assert body["code"] in messages()
    return answer.status_code, body["code"]


def test_unknown_addresses_methods_and_forms(client: TestClient) -> None:
    assert code_of(client.get("/nowhere")) == (404, "not_found")
    assert code_of(client.get("/static/nothing.js")) == (404, "not_found")
    assert code_of(client.get("/redoc")) == (404, "not_found")
    refused = client.get(DOCUMENTS)
    assert code_of(refused) == (405, "method_not_allowed")
    assert refused.headers["Allow"] == "POST"
    assert code_of(client.get("/api/v1/forms/nothing")) == (404, "form_unknown")
    upload = files(("a.jpg", jpeg()))
    assert code_of(client.post(f"{DOCUMENTS}?form=nothing", files=upload)) == (422, "form_unknown")


def test_an_invalid_query_names_its_place(client: TestClient) -> None:
    answer = client.post(f"{DOCUMENTS}?overlay=perhaps", files=files(("a.jpg", jpeg())))
    assert code_of(answer) == (422, "request_invalid")
    assert answer.json()["errors"][0]["where"] == "query.overlay"


def test_what_is_no_upload(client: TestClient) -> None:
    assert code_of(client.post(DOCUMENTS, content=b"{}")) == (415, "upload_not_multipart")
    assert code_of(client.post(DOCUMENTS, json={})) == (415, "upload_not_multipart")
    assert code_of(client.post(DOCUMENTS, files={"other": ("a.jpg", b"x")})) == (422, "upload_missing")
    assert code_of(client.post(DOCUMENTS, files={"files": ("", b"")})) == (422, "upload_missing")
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = client.post(DOCUMENTS, content=b"not it", headers={"Content-Type": kind})
        assert code_of(answer) == (400, "upload_broken")


def test_an_upload_that_announces_too_much_is_refused_unread(client: TestClient) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": "20001"}
    assert code_of(client.post(DOCUMENTS, content=b"", headers=headers)) == (413, "upload_too_large")
    assert code_of(client.post(DOCUMENTS, files=files(("a.jpg", bytes(30_000))))) == (413, "upload_too_large")


def test_an_upload_that_announces_nothing_is_stopped_while_it_arrives(client: TestClient) -> None:
    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
        for _ in range(100):
            yield bytes(1000)

    answer = client.post(DOCUMENTS, content=body(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert "content-length" not in answer.request.headers
    assert code_of(answer) == (413, "upload_too_large")


def test_too_many_files(client: TestClient) -> None:
    small = [(f"{number}.jpg", b"x") for number in range(9)]
    assert code_of(client.post(DOCUMENTS, files=files(*small))) == (413, "upload_too_many_files")
    assert client.post(DOCUMENTS, files=files(*small[:3])).status_code == 200


def test_uploads_never_touch_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    rolled: list[int] = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda file: rolled.append(file.tell()))
    with serving() as client:
        client.post(DOCUMENTS, files=files(("a.jpg", jpeg() + bytes(3_000_000)))).raise_for_status()
    assert rolled == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:8000"},
    ],
)
def test_other_sites_may_not_post(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post(DOCUMENTS, files=files(("a.jpg", jpeg())), headers=headers)
    assert code_of(answer) == (403, "request_cross_site")
    assert client.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://127.0.0.1:8000"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_the_page_itself_and_programs_may_post(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post(DOCUMENTS, files=files(("a.jpg", jpeg())), headers=headers).status_code == 200


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHASIL_MAX_FILES", "7")
    assert load_settings(form="x").max_files == 7
    monkeypatch.setenv("CHASIL_MAX_FILES", "0")
    with pytest.raises(UsageError, match="CHASIL_MAX_FILES") as fault:
        load_settings()
    assert fault.value.code == "setting_invalid"
    monkeypatch.setenv("CHASIL_MAX_FILES", "7")
    monkeypatch.setenv("CHASIL_MAX_FILE", "7")
    with pytest.raises(UsageError, match="CHASIL_MAX_FILE") as fault:
        load_settings()
    assert fault.value.code == "setting_unknown"
