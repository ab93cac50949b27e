"""The object store is slow: uploads take longer, and nobody else waits for it."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import obstore
import pytest

from pipeline.reader import Reader
from tests.support.http import settings_in, working
from tests.support.samples import jpeg

DELAY_SECONDS = 2.0
AT_ONCE = 4


def test_others_are_answered_while_uploads_wait_for_the_store(
    tmp_path: Path, database_url: str, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = obstore.put

    def slow(*given: Any, **named: Any) -> Any:
        time.sleep(DELAY_SECONDS)
        return real(*given, **named)

    settings = settings_in(tmp_path, database_url, max_requests=AT_ONCE)
    with working(settings, reader, read=False) as client, ThreadPoolExecutor(AT_ONCE) as pool:
        client.get("/api/v1/progress")
        monkeypatch.setattr(obstore, "put", slow)

        def upload(index: int) -> int:
            data = jpeg() + b"page %d" % index
            return int(client.post("/api/v1/documents?wait=0", files=[("files", (f"{index}.jpg", data))]).status_code)

        begun = time.monotonic()
        sent = [pool.submit(upload, index) for index in range(AT_ONCE)]
        time.sleep(DELAY_SECONDS / 4)
        assert client.get("/api/v1/progress").status_code == 200
        one_more = client.post("/api/v1/documents?wait=0", files=[("files", ("more.jpg", jpeg() + b"more"))])
        answered = time.monotonic() - begun
        assert not any(one.done() for one in sent)
        assert answered < DELAY_SECONDS
        assert (one_more.status_code, one_more.json()["code"]) == (503, "service_busy")
        assert [one.result() for one in sent] == [202] * AT_ONCE
        assert client.get("/api/v1/progress").json()["pages"] == {"waiting": AT_ONCE}


def test_a_store_that_fails_is_said_and_nothing_is_on_record(
    tmp_path: Path, database_url: str, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise obstore.exceptions.GenericError("the store does not answer")

    with working(settings_in(tmp_path, database_url), reader, read=False) as client:
        monkeypatch.setattr(obstore, "put", failing)
        answer = client.post("/api/v1/documents?wait=0", files=[("files", ("a.jpg", jpeg()))])
        assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/api/v1/progress").json()["pages"] == {}
