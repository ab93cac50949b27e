"""The files that a page that was read passes on its way into the record may become fewer, and not more.

What limits it: at the commit three files of `api/ledger` make events of what has changed; SQLAlchemy calls
`db/types.py` for each moment that is written and `db/transactions.py` for each flush. Before, five files are passed,
each once.
"""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.documents.prepare import prepare
from api.documents.record_page import record_page
from api.sampling.threshold import raise_threshold
from api.workers.claims import claim, hold
from api.workers.read_page import program, read_page
from pipeline.reader import Reader
from tests.support.databases import copied
from tests.support.history import received
from tests.support.passage import passage

STATION = "0024010001002"
MOST_FILES = {"accepted": 10, "doubted": 10}
"""Where the machine accepts every number, and where each comes to people."""

ENTERED_AGAIN = frozenset({"db/transactions.py", "db/types.py", "ledger/append.py", "ledger/leaf.py"})
"""Files that several others call, or one calls several times; none is wanted."""


@pytest.fixture
def database_url(empty_sqlite: Path, tmp_path: Path) -> str:
    return copied(empty_sqlite, tmp_path)


@pytest.fixture(params=list(MOST_FILES))
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def entered(records: Records, reader: Reader, samples: Path, case: str) -> Counter[str]:
    """Return how often each file of `api/` was entered while a page of votes was put on record, to the commit."""
    with records.database.writing() as session:
        if case == "doubted":
            raise_threshold(session, records.threshold, 1 - 1e-15, "adm")
        received(session, records.originals, STATION, (samples / f"{STATION}-p2.jpg").read_bytes())
    page = claim(records, "worker")
    assert page is not None
    prepared = prepare(records, page, reading := read_page(records, reader, page), program())
    with passage() as found, records.database.writing() as session:
        held = hold(session, page.id, "worker")
        assert held is not None
        found.clear()
        record_page(session, records, held, reading, prepared)
    return found


def test_few_files_put_a_page_on_record(records: Records, entered: Counter[str], case: str) -> None:
    assert {"documents/record_page.py", "documents/decide.py", "triage/work_items.py"} <= set(
        entered
    )  # it was put there
    assert len(entered) <= MOST_FILES[case]
    with records.database.reading() as session:
        asked = session.scalars(select(ReviewItem.harm)).all()
    assert bool(asked) == (case == "doubted")
    assert all(harm > 0 for harm in asked)  # and has its place in the queue


def test_a_file_is_entered_once(entered: Counter[str]) -> None:
    assert {file for file, times in entered.items() if times > 1} <= ENTERED_AGAIN
