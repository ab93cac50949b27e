"""The database goes away for a while: what was acknowledged stays, and all goes on by itself."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api.core.context import open_records
from pipeline.reader import Reader
from tests.faults.proxy import Proxy
from tests.support.databases import emptied
from tests.support.http import settings_in, working
from tests.support.processes import distinct_pages
from tests.support.soundness import check_all

OUTAGE_SECONDS = float(os.environ.get("FAULTS_OUTAGE_SECONDS", "4"))
"""`make faults` takes 30."""

PATIENCE_SECONDS = 90.0


@pytest.fixture
def proxy(empty_postgresql: str) -> Iterator[Proxy]:
    emptied(empty_postgresql)
    made = Proxy(empty_postgresql)
    made.open()
    yield made
    made.shut()


@pytest.mark.timeout(300)
def test_an_outage_loses_nothing_and_ends_by_itself(proxy: Proxy, tmp_path: Path, reader: Reader) -> None:
    settings = settings_in(tmp_path, proxy.url, queue="table", lease_seconds=5)
    uploads = distinct_pages(3)
    with working(settings, reader) as client:

        def upload(index: int) -> tuple[int, str]:
            answer = client.post(
                f"/api/v1/documents?wait=0&station={uploads[index][0][:13]}", files=[("files", uploads[index])]
            )
            return answer.status_code, answer.json().get("code", "")

        assert upload(0) == (202, "")
        proxy.shut()
        begun = time.monotonic()
        assert upload(1) == (503, "database_unavailable")
        assert time.monotonic() - begun < 5
        assert client.get("/health").status_code == 200
        while time.monotonic() - begun < OUTAGE_SECONDS:
            assert upload(2) == (503, "database_unavailable")
            time.sleep(0.5)
        proxy.open()
        assert [upload(index) for index in (1, 2, 0)][:2] == [(202, ""), (202, "")]
        end = time.monotonic() + PATIENCE_SECONDS
        while client.get("/api/v1/progress").json()["pages"] != {"read": 3} and time.monotonic() < end:
            time.sleep(0.3)
    records = open_records(settings)
    try:
        check_all(records, uploads)
    finally:
        records.close()


def test_connections_that_the_database_ends_are_made_again(
    empty_postgresql: str, tmp_path: Path, reader: Reader
) -> None:
    settings = settings_in(tmp_path, emptied(empty_postgresql), queue="table")
    with working(settings, reader, read=False) as client:
        upload = distinct_pages(1)[0]
        assert client.post("/api/v1/documents?wait=0", files=[("files", upload)]).status_code == 202
        records = open_records(settings)
        with records.database.engine.connect() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            mine = "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            assert connection.execute(text(others + mine)).all()
        records.close()
        assert client.get("/api/v1/progress").json()["pages"] == {"waiting": 1}
