"""What spreadsheets and monitors take from the pages of results: tables that Excel opens, and HEAD."""

import csv
import io
from collections.abc import Iterator

import pytest

from tests.integration.tabulation.test_shares import OPEN, without
from tests.support.counted import ALL, WHOLE, fill
from tests.support.service import TestClient, serving


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = tmp_path_factory.mktemp("for-others")
    url = f"sqlite:///{home / 'chasil.db'}"
    with serving(home=home, database=url, form="c-hasil-ppwp-2024") as opened:
        fill(url, {WHOLE: ALL, OPEN: without("paslon_1", "review", 5)})
        yield opened


@pytest.mark.parametrize("region", ["0", "11", "1101", "110101", "1101012001", WHOLE, OPEN])
def test_a_table_for_excel_says_what_the_plain_one_says(client: TestClient, region: str) -> None:
    address = f"/results/{region}/table.csv"
    plain = list(csv.reader(io.StringIO(client.get(address).text)))
    raw = client.get(f"{address}?for=excel").content
    assert raw.startswith(b"\xef\xbb\xbf")
    excel = list(csv.reader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert len(excel) == len(plain) > 1
    for first, second in zip(plain, excel, strict=True):
        assert [cell.removeprefix('="').removesuffix('"').replace(",", ".") for cell in second[:-1]] == [
            cell.replace(",", ".") for cell in first[:-1]
        ]
    assert (plain[0][-1], excel[0][-1]) == ("as_of", "as_of")  # told in two ways: test_as_of.py
    assert all(row[0].startswith('="') for row in excel[1:])  # codes stay texts
    assert f"{address}?" in client.get(f"/results/{region}").text
    assert "for=excel" in client.get(f"/results/{region}").text


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/practice", "/login", "/upload", "/results/0", f"/results/{WHOLE}", "/results/99", "/nowhere"),
        *("/health", "/static/app.css", "/review", "/admin", "/log", "/api/v1/elections", "/api/v1/documents"),
        *("/api/v1/openapi.json", "/api/v1/exports/numbers?format=csv&election=ppwp-2024"),
    ],
)
def test_head_is_the_head_of_get(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "content-security-policy"):
        assert head.headers.get(name) == got.headers.get(name)


def test_the_head_of_what_goes_on_for_ever_is_an_answer(client: TestClient) -> None:
    head = client.head("/api/v1/progress/events")
    assert head.status_code == 200
    assert head.headers["content-type"].startswith("text/event-stream")


def test_head_asks_for_nothing_that_get_does_not_answer(client: TestClient) -> None:
    assert client.head("/api/v1/retry").status_code == 405
    assert client.head("/login/institution").status_code == 405  # a step that is taken once
    tus = client.head("/api/v1/uploads/" + "0" * 32, headers={"Tus-Resumable": "1.0.0"})  # in its own way
    assert tus.status_code == 404
