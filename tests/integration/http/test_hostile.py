"""Uploads and names made to harm who looks at them later: in a browser, a spreadsheet, a terminal or a log."""

import csv
import gzip
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.rendering.tables import CsvWriter
from api.tabulation.encode import Column, Format, encode
from pipeline.documents import open_documents
from pipeline.reader import Reader
from tests.support.http import settings_in, working
from tests.support.samples import jpeg, scan_pdf, zipped
from tests.support.service import TestClient

STATION = "0024010001002"
FORMULAS = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")')


@pytest.fixture
def client(tmp_path: Path, database_url: str, reader: Reader) -> Iterator[TestClient]:
    with working(settings_in(tmp_path, database_url), reader, read=False) as client:
        yield client


def upload(client: TestClient, name: str, data: bytes) -> Any:
    return client.post("/api/v1/documents?wait=0", files=[("files", (name, data))]).json()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (jpeg() + b"<html><script>alert(1)</script>", "image/jpeg"),
        (b"<html><script>\n" + scan_pdf(jpeg()), "application/pdf"),
    ],
    ids=["JPEG and HTML", "HTML and PDF"],
)
def test_an_original_leaves_as_an_attachment_of_the_type_that_its_bytes_have(
    client: TestClient, data: bytes, media_type: str
) -> None:
    body = upload(client, 'a.html"; filename="x.html', data)
    page = body["documents"][0]["pages"][0]
    answer = client.get(page["links"]["original"])
    assert answer.content == data
    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "html" not in answer.headers["content-disposition"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_picture_is_made_anew_and_carries_nothing_of_what_was_hidden_in_the_file(client: TestClient) -> None:
    body = upload(client, f"{STATION}-p1.jpg", jpeg(exif=b"Exif\0\0" + b"<script>alert(1)</script>") + b"<script>")
    answer = client.get(body["documents"][0]["pages"][0]["links"]["image"])
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"script" not in answer.content


@pytest.mark.parametrize("data", [b"<svg onload='alert(1)'/>", b"<!doctype html><script>", b"GIF89a" + bytes(50)])
def test_what_is_no_scan_is_refused_and_not_kept(client: TestClient, data: bytes, tmp_path: Path) -> None:
    body = upload(client, "page.jpg", data)
    assert [(one["outcome"], one["reasons"][0]["code"]) for one in body["receipts"]] == [
        ("refused", "file_type_unsupported")
    ]
    assert [path for path in (tmp_path / "originals").rglob("*") if path.is_file()] == []


def test_names_in_a_zip_lead_nowhere_and_are_shown_as_they_are(client: TestClient, tmp_path: Path) -> None:
    names = ("../../../up.jpg", "/etc/root.jpg", "C:\\win.jpg", "a/\x1b[2Jred.jpg")
    members = {name: jpeg() + b"%d" % place for place, name in enumerate(names)}
    body = upload(client, "many.zip", zipped(members))
    shown = sorted(one["name"] for one in body["receipts"])
    assert {one["outcome"] for one in body["receipts"]} == {"stored"}
    assert all(".." not in name and name.isprintable() for name in shown)
    outside = list(tmp_path.rglob("*.jpg"))
    assert outside == []


def test_a_packed_body_is_not_unpacked(client: TestClient) -> None:
    bomb = gzip.compress(json.dumps({"name": "a" * 50_000_000}).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = client.post("/api/v1/session", content=bomb, headers=headers)
    assert answer.status_code in (400, 413, 415, 422)


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1\r\n.jpg", "a\n\x1b[31mERROR all is lost.jpg", "\u202egpj.exe.jpg"])
def test_a_name_starts_no_line_of_its_own_in_answers_headers_or_log(
    client: TestClient, name: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    content = b"--b\r\nContent-Disposition: form-data; name=\"files\"; filename*=UTF-8''" + _quoted(name) + b"\r\n\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    sent = client.post("/api/v1/documents?wait=0", content=content + jpeg() + b"\r\n--b--\r\n", headers=headers)
    assert sent.status_code in (202, 422)
    for receipt in sent.json().get("receipts", ()):
        assert receipt["name"].isprintable()
    assert "x-evil" not in sent.headers
    said = capsys.readouterr()
    lines = [*caplog.messages, *said.out.splitlines(), *said.err.splitlines()]
    assert not any("\x1b" in line or line.startswith(("X-Evil", "\x1b[31mERROR")) for line in lines)


def _quoted(name: str) -> bytes:
    return "".join(f"%{byte:02X}" for byte in name.encode()).encode()


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_begins_a_formula(text: str) -> None:
    data = b"".join(encode(Format.CSV, [Column("name"), Column("sum", "whole")], [(text, -5)]))
    ((_, _), (name, amount)) = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert name == f"'{text}".replace("\r", "\n")
    assert amount == "-5"


def test_a_carriage_return_begins_no_row_in_a_spreadsheet() -> None:
    data = b"".join(encode(Format.CSV, [Column("name")], [("Desa\r=1+1",), ("Desa\r\n=1+1",)]))
    assert data == b'name\n"Desa\n=1+1"\n"Desa\n=1+1"\n'


@pytest.mark.parametrize("text", FORMULAS)
def test_no_name_of_a_file_begins_a_formula_in_the_table_of_a_batch(text: str, reader: Reader) -> None:
    output = io.StringIO(newline="")
    writer = CsvWriter(output)
    for document in open_documents([(f"{text}.jpg", jpeg())]):
        writer.write(reader.read_document(document))
    rows = list(csv.reader(io.StringIO(output.getvalue(), newline="")))
    assert len(rows) == 2
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
