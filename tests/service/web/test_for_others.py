"""What spreadsheets and monitors take from the pages of results: tables that Excel opens, and HEAD."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.service import TestClient, serving
from tests.service.tabulation.test_shares import ALL, OPEN, WHOLE, fill, without


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    url = f"sqlite:///{tmp_path / 'chasil.db'}"
    with serving(home=tmp_path, database=url, form="c-hasil-ppwp-2024") as opened:
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
        assert [cell.removeprefix('="').removesuffix('"').replace(",", ".") for cell in second] == [
            cell.replace(",", ".") for cell in first
        ]
    assert all(row[0].startswith('="') for row in excel[1:])  # codes stay texts
    assert f"{address}?" in client.get(f"/results/{region}").text
    assert "for=excel" in client.get(f"/results/{region}").text


@pytest.mark.parametrize(
    "path", ["/", "/practice", "/login", "/results/0", f"/results/{WHOLE}", "/results/99", "/api/v1/elections"]
)
def test_head_is_the_head_of_get(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "content-security-policy"):
        assert head.headers.get(name) == got.headers.get(name)


def test_head_changes_nothing_elsewhere(client: TestClient) -> None:
    assert client.head("/api/v1/documents").status_code == 405
