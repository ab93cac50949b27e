"""The queue beside the table of pages: jobs are hints, added with their page, and no harm when lost or doubled."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from api.core.context import Records, open_records
from api.core.notifications import open_queue
from api.core.settings import Settings
from api.db import open_database
from api.db.tables import Page, Reading
from api.documents.receive import Delivery, receive
from api.workers.cluster import ClusterWorker
from pipeline.documents import Limits
from pipeline.errors import UsageError
from pipeline.reader import Reader
from tests.support.databases import emptied
from tests.support.processes import distinct_pages


@pytest.fixture
def cluster(empty_postgresql: str, tmp_path: Path) -> Iterator[Records]:
    """Return an empty service on PostgreSQL with procrastinate's queue."""
    settings = Settings(home=tmp_path, database=emptied(empty_postgresql), queue="procrastinate")
    opened = open_records(settings, prepare=True)
    with opened.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))
    yield opened
    opened.close()


def deliver(records: Records, count: int) -> list[str]:
    receipts = receive(records, distinct_pages(count), Delivery("ani", station_from_name=True), Limits())
    return [page for receipt in receipts for page in receipt.pages]


def jobs(records: Records) -> list[tuple[str, str]]:
    with records.database.reading() as session:
        rows = session.execute(text("SELECT args ->> 'page', status::text FROM procrastinate_jobs ORDER BY id"))
        return [(page, status) for page, status in rows]


def readings(records: Records) -> int:
    with records.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Reading)) or 0


def work_until_read(records: Records, reader: Reader, pages: int, workers: int = 1) -> None:
    crew = [ClusterWorker(records, reader, f"test:{number}") for number in range(workers)]
    threads = [threading.Thread(target=worker.run) for worker in crew]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 60
    while readings(records) < pages and time.monotonic() < end:
        time.sleep(0.1)
    for worker in crew:
        worker.stop()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


def test_a_page_and_its_job_are_there_together_or_not_at_all(cluster: Records) -> None:
    pages = deliver(cluster, 2)
    assert jobs(cluster) == [(page, "todo") for page in pages]

    def fail() -> None:
        assert cluster.queue is not None
        with cluster.database.writing() as session:
            assert cluster.queue.announce(session, ["another"]) == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(jobs(cluster)) == 2


def test_a_page_has_one_waiting_job_at_most(cluster: Records) -> None:
    pages = deliver(cluster, 1)
    assert cluster.queue is not None
    with cluster.database.writing() as session:
        assert cluster.queue.announce(session, pages) == 0
        assert cluster.queue.announce(session, [*pages, "another"]) == 1
    assert [page for page, _ in jobs(cluster)] == [*pages, "another"]


def test_two_workers_read_each_page_once_also_where_jobs_are_lost_or_doubled(cluster: Records, reader: Reader) -> None:
    pages = deliver(cluster, 6)
    with cluster.database.engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs WHERE args ->> 'page' = :page"), {"page": pages[0]})
        connection.execute(
            text(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args)"
                " SELECT queue_name, task_name, args FROM procrastinate_jobs"
            )
        )
    work_until_read(cluster, reader, 6, workers=2)
    assert readings(cluster) == 6
    with cluster.database.reading() as session:
        assert set(session.scalars(select(Page.state))) == {"read"}


def test_a_page_whose_worker_died_is_announced_again_once_its_lease_has_run_out(
    cluster: Records, reader: Reader
) -> None:
    pages = deliver(cluster, 1)
    with cluster.database.writing() as session:
        session.execute(update(Page).values(state="reading", lease_owner="dead", lease_until=func.now()))
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    work_until_read(cluster, reader, 1)
    with cluster.database.reading() as session:
        assert session.get_one(Page, pages[0]).state == "read"


def test_without_queue_nothing_is_announced(cluster: Records) -> None:
    deliver(replace(cluster, queue=None), 1)
    assert jobs(cluster) == []


def test_what_a_queue_needs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    assert open_queue(database, "auto", prepare=True) is None
    assert open_queue(database, "table", prepare=True) is None
    with pytest.raises(UsageError, match="queue_needs_postgresql"):
        open_queue(database, "procrastinate", prepare=True)
    database.close()
    elsewhere = open_database("postgresql+psycopg://nobody@nowhere.invalid/none")
    monkeypatch.setattr("api.core.notifications._installed", lambda: False)
    assert open_queue(elsewhere, "auto", prepare=True) is None
    with pytest.raises(UsageError, match="cluster_extra_missing"):
        open_queue(elsewhere, "procrastinate", prepare=True)
