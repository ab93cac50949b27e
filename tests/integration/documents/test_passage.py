"""The files that a page that was read passes on its way into the record may become fewer, and not more.

What limits it: eight files of `api/triage` look for one reason each why a person must look, and `documents/decide.py`
asks one after the other; SQLAlchemy calls `db/types.py` for each moment that is written and `db/changes.py` for each
attribute that is protected; and whoever needs to know what a number counts as asks `triage/rules.py`, for each number.
"""

from collections import Counter
from pathlib import Path

import pytest

from api.core.context import Records
from api.documents.prepare import prepare
from api.documents.record_page import record_page
from api.workers.claims import claim, hold
from api.workers.read_page import program, read_page
from pipeline.reader import Reader
from tests.support.databases import copied
from tests.support.history import received
from tests.support.passage import passage

STATION = "0024010001002"
MOST_FILES = 23
"""Ten are wanted; five of these are passed at the commit, when the ledger takes what was protected."""

ENTERED_AGAIN = frozenset(
    {
        *("db/changes.py", "db/engine.py", "db/types.py"),
        "documents/decide.py",
        *("ledger/append.py", "ledger/canonical.py", "ledger/facts.py", "ledger/leaf.py", "ledger/protected.py"),
        "tabulation/amounts.py",
        *("triage/contested.py", "triage/marginals.py", "triage/rule_reasons.py", "triage/rules.py"),
    }
)
"""Files that several others call, or one calls several times; none is wanted."""


@pytest.fixture
def database_url(empty_sqlite: Path, tmp_path: Path) -> str:
    return copied(empty_sqlite, tmp_path)


@pytest.fixture
def entered(records: Records, reader: Reader, samples: Path) -> Counter[str]:
    """Return how often each file of `api/` was entered while a page of votes was put on record, to the commit."""
    with records.database.writing() as session:
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


def test_few_files_put_a_page_on_record(entered: Counter[str]) -> None:
    assert {"documents/record_page.py", "documents/decide.py", "triage/work_items.py"} <= set(
        entered
    )  # it was put there
    assert len(entered) <= MOST_FILES


def test_a_file_is_entered_once(entered: Counter[str]) -> None:
    assert {file for file, times in entered.items() if times > 1} <= ENTERED_AGAIN
