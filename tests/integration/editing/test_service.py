"""The editor over HTTP: who gets in, what is saved, and what is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.editing.app import create_editor
from api.editing.session import Editing
from pipeline.errors import FormError
from pipeline.forms import FORMS_FOLDER, load_form
from tests.integration.editing.conftest import content_of
from tests.support.service import TestClient, client_of

TOKEN = "a-token-of-a-test"


@pytest.fixture
def client(template: Path) -> Iterator[TestClient]:
    """Return a browser that has not shown its token yet."""
    with client_of(create_editor(Editing(template), {1: b"png"}, TOKEN)) as opened:
        yield opened


@pytest.fixture
def inside(client: TestClient) -> TestClient:
    """Return the browser that was opened with the token."""
    assert client.get("/", params={"token": TOKEN}).status_code == 200
    return client


def test_only_the_browser_with_the_token_gets_in_and_only_once(client: TestClient) -> None:
    for path in ("/", "/form", "/picture/1", "/?token=wrong"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "edit_token_needed")
    opened = client.get("/", params={"token": TOKEN})
    assert opened.status_code == 200
    assert "token" not in str(opened.url)
    assert client.get("/form").status_code == 200
    client.cookies.clear()
    assert client.get("/", params={"token": TOKEN}).status_code == 403


def test_other_names_and_other_sites_are_refused(inside: TestClient, template: Path) -> None:
    before = template.read_text(encoding="utf-8")
    assert inside.get("/form", headers={"host": "evil.example"}).status_code == 421
    body = {"content": content_of(template)}
    crossed = inside.post("/save", json=body, headers={"origin": "http://evil.example"})
    assert (crossed.status_code, crossed.json()["code"]) == (403, "request_cross_site")
    assert template.read_text(encoding="utf-8") == before


def test_the_page_lets_nothing_in_from_elsewhere(inside: TestClient) -> None:
    policy = inside.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_the_page_speaks_both_languages(inside: TestClient) -> None:
    assert "Simpan" in inside.get("/").text
    assert "New rule" in inside.get("/?lang=en").text


def changed(template: Path) -> dict[str, Any]:
    content = content_of(template)
    content["pages"][0]["numbers"][0]["name"] = "valid_votes"
    content["rules"][0]["expression"] = "suara_total == valid_votes + suara_tidak_sah"
    return content


def test_a_sound_template_is_saved_whole_with_its_comment(inside: TestClient, template: Path) -> None:
    checked = inside.put("/form", json={"content": changed(template)}).json()
    assert (checked["faults"], checked["saved"]) == ([], False)
    saved = inside.post("/save", json={"content": changed(template)})
    assert (saved.status_code, saved.json()["saved"]) == (200, True)
    assert template.read_text(encoding="utf-8").startswith("# Mine.\n# Two lines.\n")
    assert load_form(template).pages[0].numbers[0].name == "valid_votes"
    assert [path.name for path in template.parent.iterdir()] == ["mine.yaml"]


def test_a_faulty_template_never_reaches_the_file(inside: TestClient, template: Path) -> None:
    before = template.read_bytes()
    content = changed(template)
    content["rules"][0]["expression"] = "nonsense"
    answer = inside.post("/save", json={"content": content})
    assert (answer.status_code, answer.json()["code"]) == (422, "form_not_saved")
    assert template.read_bytes() == before
    # The page that is loaded again still has the work.
    assert inside.get("/form").json()["content"] == content


def test_what_somebody_else_has_written_is_not_overwritten(inside: TestClient, template: Path) -> None:
    theirs = template.read_text(encoding="utf-8") + "# theirs\n"
    template.write_text(theirs, encoding="utf-8")
    answer = inside.post("/save", json={"content": changed(template)})
    assert (answer.status_code, answer.json()["code"]) == (409, "form_changed")
    assert template.read_text(encoding="utf-8") == theirs


def test_pictures_come_from_the_blank_alone(inside: TestClient) -> None:
    assert inside.get("/picture/1").content == b"png"
    assert inside.get("/picture/2").status_code == 404


def test_what_is_no_plain_template_is_not_opened(tmp_path: Path) -> None:
    for text, code in (
        ("a: [1", "form_not_yaml"),
        ("a: 1", "form_invalid"),
        ("family: x\npages: []\n", "form_is_family"),
    ):
        path = tmp_path / "other.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(FormError) as error:
            Editing(path)
        assert error.value.code == code
    with pytest.raises(FormError, match="form_missing"):
        Editing(tmp_path / "absent.yaml")


def test_shipped_templates_stay_the_same_when_nothing_is_changed(tmp_path: Path) -> None:
    for name in ("c-hasil-ppwp-2024", "c-hasil-salinan-ppwp-2024"):
        path = tmp_path / f"{name}.yaml"
        path.write_text((FORMS_FOLDER / path.name).read_text(encoding="utf-8"), encoding="utf-8")
        before = load_form(path).model_dump()
        Editing(path).save()
        assert load_form(path).model_dump() == before
