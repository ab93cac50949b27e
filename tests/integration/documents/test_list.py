"""The list of documents: newest first, page after page, each document once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.db import open_database
from api.db.tables import Document
from tests.support.service import TestClient, serving

ADDRESS = "/api/v1/documents"
BEGUN = datetime(2026, 2, 14, 13, tzinfo=UTC)

ARRIVED = {"c": 0, "a": 1, "e": 1, "b": 2, "d": 3}
"""Minutes after the first at which documents came, by id; two came at the same moment."""


@pytest.fixture
def client(tmp_path: Path, database_url: str) -> Iterator[TestClient]:
    database = open_database(database_url)
    with database.writing() as session:
        for name, minutes in ARRIVED.items():
            at = BEGUN + timedelta(minutes=minutes)
            session.add(Document(id=name, name=name, created_by="ani", created_at=at))
    database.close()
    with serving(home=tmp_path, database=database_url) as served:
        yield served


def ids(client: TestClient, **query: str | int) -> tuple[list[str], str | None]:
    answer = client.get(ADDRESS, params=query).raise_for_status().json()
    return [document["id"] for document in answer["documents"]], answer["next"]


def test_documents_come_newest_first(client: TestClient) -> None:
    assert ids(client) == (["d", "b", "e", "a", "c"], None)


def test_pages_of_the_list_follow_each_other_without_gap_or_repetition(client: TestClient) -> None:
    seen: list[str] = []
    following: str | None = None
    for size in (2, 1, 2):
        query = {"limit": size} if following is None else {"limit": size, "after": following}
        found, following = ids(client, **query)
        seen += found
    assert (seen, following) == (["d", "b", "e", "a", "c"], None)


def test_going_on_after_a_document_that_is_not_there_is_refused(client: TestClient) -> None:
    answer = client.get(ADDRESS, params={"after": "nothing"})
    assert (answer.status_code, answer.json()["code"]) == (404, "document_missing")
