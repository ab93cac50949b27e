"""What spreadsheets and monitors take from the pages of results: tables that Excel opens, and HEAD."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from api.results.table import Table
from api.results.workbook import workbook_of
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


REGIONS = pytest.mark.parametrize("region", ["0", "11", "110101", "1101012001", WHOLE, OPEN])


@REGIONS
def test_a_workbook_says_what_the_plain_table_says(client: TestClient, region: str) -> None:
    plain = list(csv.reader(io.StringIO(client.get(f"/results/{region}/table.csv").text)))
    answer = client.get(f"/results/{region}/table.xlsx")
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert re.search(
        rf'filename="ppwp-2024-{region}.*-WIB\.xlsx"|-{region}\.xlsx"', answer.headers["content-disposition"]
    )
    kinds, rows = cells(answer.content)
    assert len(rows) == len(plain) > 1
    for first, second in zip(plain, rows, strict=True):
        assert [_same(cell) for cell in second[:-1]] == [_same(cell) for cell in first[:-1]]
    assert rows[0][-1] == "as_of"
    assert {row[0] for row in kinds[1:]} == {"text"}  # codes keep their zeros
    assert "number" in {kind for row in kinds[1:] for kind in row}
    assert f"/results/{region}/table.xlsx" in client.get(f"/results/{region}").text
    assert answer.content == client.get(f"/results/{region}/table.xlsx").content  # the same table is the same file


def _same(cell: str) -> str:
    """Return a cell without what is only a way to write a number."""
    return str(float(cell)) if re.fullmatch(r"[0-9]+\.[0-9]+", cell) else cell


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", '=HYPERLINK("http://a.example")', "{=1}", "http://a.example")


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_becomes_a_formula_or_a_link_of_a_workbook(name: str) -> None:
    data = workbook_of(Table(["code", "name"], [["0024010001002", name], ["01", 7]]), None)
    kinds, rows = cells(data)
    assert kinds == [["text", "text"], ["text", "text"], ["text", "number"]]
    assert rows[1][0] == "0024010001002"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for part in parts.namelist():
            text = parts.read(part).decode()
            assert "<f>" not in text
            assert "<hyperlink" not in text
            assert 'TargetMode="External"' not in text


def cells(data: bytes) -> tuple[list[list[str]], list[list[str]]]:
    """Return for every cell of a workbook's sheet whether it is a text, a number or empty, and what it says."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet = ElementTree.fromstring(parts.read("xl/worksheets/sheet1.xml"))
        shared = [
            "".join(text.itertext())
            for text in (
                ElementTree.fromstring(parts.read("xl/sharedStrings.xml")) if SHARED in parts.namelist() else ()
            )
        ]
    kinds, rows = [], []
    width = len(sheet.findall(f".//{NS}row")[0])
    for row in sheet.findall(f".//{NS}row"):
        found = {column_of(str(cell.get("r"))): cell for cell in row}
        told = [_told(found.get(place), shared) for place in range(width)]
        kinds.append([kind for kind, _ in told])
        rows.append([said for _, said in told])
    return kinds, rows


NS, SHARED = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}", "xl/sharedStrings.xml"


def column_of(reference: str) -> int:
    """Return the column of a cell such as AB12, from 0."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column - 1


def _told(cell: ElementTree.Element | None, shared: list[str]) -> tuple[str, str]:
    if cell is None or len(cell) == 0:
        return "empty", ""
    text = "".join(cell.itertext())
    if cell.get("t") == "s":
        return "text", shared[int(text)]
    return ("text" if cell.get("t") == "inlineStr" else "number", text)


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
