"""`/admin/published`: a file comes in through the browser, without script, from who looks after the whole service."""

import json
from typing import Any

import pytest

from api.people.roles import Role
from tests.integration.publication.conftest import Headers, Second
from tests.support.second_source import AGREES, content

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def send(second: Second, headers: Headers, data: bytes, name: str = "kpu.json", **fields: str) -> Any:
    """Send a file as the form does."""
    second.client.cookies.clear()
    token = {"csrf": headers["X-CSRF-Token"]} if headers else {}
    cookie = {"Cookie": headers["Cookie"], "Accept": "text/html"} if headers else {"Accept": "text/html"}
    told = {"files": {"file": (name, data)}, "data": {**token, "election": "ppwp-2024", **fields}}
    return second.client.post("/admin/published?lang=en", headers=cookie, follow_redirects=False, **told)


def test_a_file_comes_in_and_is_listed(second: Second) -> None:
    admin = second.as_one(Role.ADMIN)
    file = json.dumps(content({AGREES: {"1": 71}})).encode()
    answer = send(second, admin, file, taken_at="2024-02-16 08:00 WIB")
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/published?done=imported&lang=en")
    page = second.get("/admin/published?done=imported&lang=en", admin).text
    assert "2024-02-16 08:00 WIB" in page
    assert "replaced" in page
    assert "done=same" in send(second, admin, file).headers["location"]
    assert list(second.folder.glob("published-*")) == []


@pytest.mark.parametrize(
    ("data", "name", "fields", "says"),
    [
        (b"{", "kpu.json", {}, "no whole JSON"),
        (b"{}", "../../etc/kpu.exe", {}, "of no kind"),
        (b"a,b\n1,2\n", "angka.csv", {}, "mapping"),
        (b"{}", "kpu.json", {"mapping": "station: [1]"}, "mapping"),
        (b"{}", "kpu.json", {"election": "lain"}, "lain"),
    ],
)
def test_what_is_refused_is_said_on_the_page(
    second: Second, data: bytes, name: str, fields: dict[str, str], says: str
) -> None:
    admin = second.as_one(Role.ADMIN)
    answer = send(second, admin, data, name, **fields)
    assert answer.status_code in (400, 404, 422)
    assert 'role="alert"' in answer.text
    assert says in answer.text
    assert len(second.get("/api/v1/published", admin).json()["snapshots"]) == 1  # the one that was there before


def test_no_one_else_imports_anything(second: Second) -> None:
    file = json.dumps(content({AGREES: {"1": 71}})).encode()
    for role in (Role.SENIOR, Role.REVIEWER, Role.UPLOADER, Role.AUDITOR):
        assert send(second, second.as_one(role, Role.RESEARCHER), file).status_code == 403
    assert send(second, {}, file).status_code in (303, 401)
    admin = second.as_one(Role.ADMIN)
    assert send(second, {**admin, "X-CSRF-Token": "x" * 43}, file).status_code == 403
    assert len(second.get("/api/v1/published", admin).json()["snapshots"]) == 1


def test_differences_are_shown_to_all_and_to_few(second: Second) -> None:
    admin = second.as_one(Role.ADMIN)
    for shown, status in (("yes", 200), ("", 403)):
        told = {"election": "ppwp-2024", "shown": shown, "csrf": admin["X-CSRF-Token"]}
        second.client.cookies.clear()
        answer = second.client.post(
            "/admin/published/shown", data=told, headers={"Cookie": admin["Cookie"]}, follow_redirects=False
        )
        assert answer.status_code == 303
        second.get("/api/v1/differences/0", status=status)
