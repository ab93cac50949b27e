"""However many pages wait, a worker finds its next one at the beginning of an index, and the oldest comes first."""

from datetime import timedelta

from sqlalchemy import insert, select, text, update

from api.core.context import Records
from api.db.tables import Document, Original, Page
from api.db.types import now
from api.workers.claims import CLOCK_SLACK, claim, takeable

WAITING = 5000


def fill(records: Records, waiting: int) -> None:
    """Put pages on record that wait, the first of them longest."""
    with records.database.writing() as session:
        session.add(Document(id="d" * 32, name="x", state="waiting", created_by="x"))
        session.flush()
        hashes = [f"{index:064x}" for index in range(waiting)]
        session.execute(insert(Original), [{"sha256": one, "size": 1, "media_type": "image/jpeg"} for one in hashes])
        begun = now() - timedelta(hours=1)
        pages = [
            {"id": f"{index:032x}", "document_id": "d" * 32, "original": one, "number": 1, "file_name": "x.jpg"}
            | {"uploaded_by": "x", "ready_at": begun + timedelta(milliseconds=index)}
            for index, one in enumerate(hashes)
        ]
        session.execute(insert(Page), pages)


def test_a_claim_sorts_no_backlog(records: Records) -> None:
    fill(records, WAITING)
    explain = "EXPLAIN QUERY PLAN" if records.database.embedded else "EXPLAIN"
    with records.database.writing() as session:
        session.execute(text("ANALYZE"))
        for condition in takeable():
            wanted = select(Page.id).where(condition).order_by(Page.ready_at, Page.id).limit(1)
            query = str(wanted.compile(records.database.engine, compile_kwargs={"literal_binds": True}))
            plan = " ".join(str(row) for row in session.execute(text(f"{explain} {query}")))
            assert "ix_page_state_ready_at" in plan
            assert "Seq Scan" not in plan


def test_the_page_that_has_waited_longest_comes_first_also_if_its_worker_died(records: Records) -> None:
    fill(records, 4)
    dead = claim(records, "dead")
    assert dead is not None
    assert dead.id == f"{0:032x}"
    second = claim(records, "alive")
    assert second is not None
    assert second.id == f"{1:032x}"
    with records.database.writing() as session:
        session.execute(update(Page).where(Page.id == dead.id).values(lease_until=now() - timedelta(seconds=1)))
    again = claim(records, "alive")
    assert again is not None
    assert again.id == dead.id


def test_a_page_from_before_the_clock_was_set_back_is_taken_and_one_that_is_put_off_is_not(records: Records) -> None:
    fill(records, 1)
    for ahead, taken in ((timedelta(minutes=1), False), (CLOCK_SLACK + timedelta(minutes=1), True)):
        with records.database.writing() as session:
            session.execute(update(Page).values(ready_at=now() + ahead))
        assert (claim(records, "worker") is not None) is taken
