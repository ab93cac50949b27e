"""A desk with far more to read than anybody can: a claim costs the same."""

from sqlalchemy import insert

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.states import ItemState
from api.db.tables import Document
from api.desk.queue import COUNTED, Filters, claim, waiting
from tests.support.desk import ANI, BUDI, SURE


def test_no_more_is_counted_than_anybody_needs_to_know_and_the_most_harmful_come_first(records: Records) -> None:
    with records.database.writing() as session:
        session.add(Document(id="d" * 32, name="x", state="review", created_by="x"))
        session.flush()
        items = [
            {"kind": "review", "document_id": "d" * 32, "field": f"f{index}", "harm": index, "state": "open"}
            for index in range(COUNTED + 10)
        ]
        session.execute(insert(ReviewItem), items)
    with records.database.writing() as session:
        assert waiting(session, ANI, SURE, Filters()) == COUNTED
        lease, taken = claim(session, ANI, SURE, 10, Filters())
        assert [item.field for item in taken] == [f"f{index}" for index in range(COUNTED + 9, COUNTED - 1, -1)]
        claim(session, ANI, SURE, 5, Filters(), lease)
        assert waiting(session, ANI, SURE, Filters(), lease) == COUNTED - 5


def test_what_other_desks_hold_still_waits(records: Records) -> None:
    with records.database.writing() as session:
        session.add(Document(id="d" * 32, name="x", state="review", created_by="x"))
        session.flush()
        items = [{"kind": "review", "document_id": "d" * 32, "field": f"f{at}", "state": "open"} for at in range(30)]
        session.execute(insert(ReviewItem), items)
    with records.database.writing() as session:
        mine, _ = claim(session, ANI, SURE, 10, Filters())
        assert waiting(session, ANI, SURE, Filters(), mine) == 20
        # Somebody else opens a page: nothing was decided, and nothing less is left.
        theirs, taken = claim(session, BUDI, SURE, 5, Filters())
        assert waiting(session, ANI, SURE, Filters(), mine) == 20
        assert waiting(session, BUDI, SURE, Filters(), theirs) == 25
        taken[0].state = ItemState.CLOSED
        session.flush()
        assert waiting(session, ANI, SURE, Filters(), mine) == 19
