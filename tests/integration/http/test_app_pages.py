"""The page, the forms, the description of the API, and what every answer says to browsers."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import api.web
from api.cli.serve import address
from api.http.middleware.security import SECURITY_HEADERS
from api.people.local import is_loopback
from tests.support.html import Tags
from tests.support.service import DOCUMENTS, FORM, TestClient, serving

WEB = Path(api.web.__file__).parent


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with serving(max_files=42) as served:
        yield served


@pytest.mark.parametrize(
    "path", ["/", "/practice", "/static/practice.js", "/nowhere", "/api/v1/forms", "/health", DOCUMENTS]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY_HEADERS} == dict(SECURITY_HEADERS)
    assert headers["Cache-Control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert "server" not in headers
    assert "set-cookie" not in headers


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_has_nothing_inline_and_nothing_from_elsewhere(client: TestClient, language: str) -> None:
    tags = Tags(client.get(f"/practice?lang={language}").text)
    assert tags.inline == ""
    for tag, attributes in tags.found:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "style"
        for address_of in ("src", "href", "action"):
            target = attributes.get(address_of)
            assert target is None or target.startswith(("/", "#")), target
        if tag in ("script", "link"):
            assert client.get(attributes.get("src") or attributes.get("href") or "").status_code == 200


def test_scripts_show_given_text_as_text_only() -> None:
    for script in (WEB / "static").glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|localStorage|document\.cookie", text
        ), script
    for style in (WEB / "static").glob("*.css"):
        assert not re.search(r"@import|url\(", style.read_text(encoding="utf-8"))


def test_what_is_not_ours_is_as_its_authors_published_it(client: TestClient) -> None:
    folder = WEB / "static" / "vendor"
    known = {"tus.min.js": "8cbb1b63fccc3bba0ae73ad1deb160ce046c3750851d0c3e94921ae3ef070eb8"}
    scripts = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.js")}
    assert scripts == known
    assert "MIT License" in (folder / "tus.LICENSE").read_text(encoding="utf-8")
    # The worker keeps it with the page, which opens without a network.
    assert "/static/vendor/tus.min.js" in client.get("/upload-worker.js").text


def test_the_page_speaks_two_languages_indonesian_first(client: TestClient) -> None:
    indonesian, english = client.get("/practice").text, client.get("/practice?lang=en").text
    assert '<html lang="id">' in indonesian
    assert "Tidak ada yang disimpan." in indonesian
    assert '<html lang="en">' in english
    assert "Nothing is stored." in english
    assert "42 files" in english
    assert client.get("/practice?lang=fr").text == indonesian
    for page in (indonesian, english):
        assert 'href="/practice?lang=id"' in page
        assert 'href="/practice?lang=en"' in page


def test_every_input_has_a_label(client: TestClient) -> None:
    tags = Tags(client.get("/practice").text).found
    labelled = {attributes.get("for") for tag, attributes in tags if tag == "label"}
    inputs = [attributes for tag, attributes in tags if tag == "input"]
    assert {attributes.get("id") for attributes in inputs} == labelled
    assert any(attributes.get("capture") == "environment" for attributes in inputs)


def test_forms_are_listed_and_described(client: TestClient) -> None:
    listed = client.get("/api/v1/forms").json()["forms"]
    by_id = {form["id"]: form for form in listed}
    assert by_id[FORM]["family"] == FORM
    assert by_id["c-hasil-kwk-bupati-2024-pairs-6"]["family"] == "c-hasil-kwk-bupati-2024"
    assert by_id["c-hasil-kwk-bupati-2024-pairs-6"]["parameters"]["pairs"] == 6
    form = client.get(f"/api/v1/forms/{FORM}").json()
    names = {number["name"]: number["label"] for page in form["pages"] for number in page["numbers"]}
    assert names["paslon_1"].keys() == {"id", "en"}
    assert len(form["pages"]) == by_id[FORM]["pages"] == 3
    assert form["rules"]


def test_the_service_lives_and_is_ready(client: TestClient) -> None:
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json() == {"status": "ready"}


def test_openapi_documents_problems_and_readings(client: TestClient) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert "forgotten with the answer" in described["info"]["description"]
    post = described["paths"][DOCUMENTS]["post"]
    assert "multipart/form-data" in post["requestBody"]["content"]
    assert set(post["responses"]["200"]["content"]) == {"application/json", "application/x-ndjson"}
    assert {"400", "403", "408", "413", "415", "422", "500", "503"} <= set(post["responses"])
    assert {DOCUMENTS, "/api/v1/documents", "/api/v1/forms", "/health", "/ready"} <= set(described["paths"])
    for operation in (operation for path in described["paths"].values() for operation in path.values()):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, (status, answer)


def test_openapi_refers_to_nothing_that_is_missing(client: TestClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', answer.text))
    assert names <= set(answer.json()["components"]["schemas"])
    assert {"Problem", "PageLine", "DocumentLine"} <= set(answer.json()["components"]["schemas"])


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("tps.example", False),
    ],
)
def test_only_loopback_is_safe_without_a_login(host: str, local: bool) -> None:
    assert is_loopback(host) is local


def test_the_address_can_be_typed_into_a_browser() -> None:
    assert address("127.0.0.1", 8000) == "http://127.0.0.1:8000/"
    assert address("::1", 80) == "http://[::1]:80/"
    assert address("0.0.0.0", 80) == "http://localhost:80/"
