"""The files that a page that was read passes on its way into the record may become fewer, and not more.

What limits it: at the commit six files of `api/ledger` make events of what has changed; SQLAlchemy calls `db/types.py`
for each moment that is written and `db/changes.py` for each attribute that is protected. Before, eight files are
passed, each once but for the one that knows what counts.
"""

from collections import Counter
from pathlib import Path

import pytest

from api.core.context import Records
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
MOST_FILES = {"accepted": 17, "doubted": 19}
"""Where the machine accepts every number, and where each comes to people; ten are wanted. Nine are the ledger's and the
database's."""

ENTERED_AGAIN = frozenset(
    {
        *("db/changes.py", "db/engine.py", "db/types.py"),
        *("ledger/append.py", "ledger/canonical.py", "ledger/facts.py", "ledger/leaf.py", "ledger/protected.py"),
        *("tabulation/amounts.py", "triage/document_rules.py", "triage/priority.py", "triage/typed_numbers.py"),
    }
)
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


def test_few_files_put_a_page_on_record(entered: Counter[str], case: str) -> None:
    assert {"documents/record_page.py", "documents/decide.py", "triage/work_items.py"} <= set(
        entered
    )  # it was put there
    assert len(entered) <= MOST_FILES[case]
    assert ("triage/priority.py" in entered) == (case == "doubted")


def test_a_file_is_entered_once(entered: Counter[str]) -> None:
    assert {file for file, times in entered.items() if times > 1} <= ENTERED_AGAIN
