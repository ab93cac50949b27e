"""A date that the machine is unsure of holds no station up; people still read it, after all the rest."""

from typing import Any

from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.tables import Document, StationCount
from api.tabulation.amounts import FINAL, REVIEW
from api.tabulation.recount import recount
from tests.support.desk import ANI, ELECTION, STATION, answer, document, number_of, take

UNSURE: dict[str, Any] = {"value": 14, "confidence": 0.2}
SETTLED: dict[str, Any] = {"value": 0, "accepted": True}


def station(records: Records, **numbers: dict[str, Any]) -> str:
    """Put a whole station on record: a date that waits, and these numbers."""
    with records.database.writing() as session:
        made = document(session, records, STATION, {"tgl_hari": UNSURE, **numbers})
        session.get_one(Document, made).election_id = ELECTION
    return made


def marks(records: Records) -> tuple[str, int, int]:
    """Return the state of the one document, and whether its station is final and in review."""
    with records.database.reading() as session:
        state = session.scalars(select(Document.state)).one()
        amounts = session.scalars(select(StationCount.amounts)).one()
        assert list(recount(session)) == []
    return state, amounts.get(FINAL, 0), amounts.get(REVIEW, 0)


def test_a_date_that_waits_holds_no_station_up(records: Records) -> None:
    station(records, paslon_1=SETTLED)
    assert marks(records) == ("accepted", 1, 0)
    with records.database.reading() as session:
        assert session.scalars(select(ReviewItem.field).where(ReviewItem.state == "open")).all() == ["tgl_hari"]


def test_a_number_that_waits_does(records: Records) -> None:
    station(records, paslon_1={"value": 5})
    assert marks(records) == ("review", 0, 1)
    _, (first, last) = take(records, ANI, 10)
    assert [first.field, last.field] == ["paslon_1", "tgl_hari"]  # although it is surer, and no more is at stake
    answer(records, ANI, first, number_of(records, first).boxes)
    assert marks(records) == ("accepted", 1, 0)


def test_a_date_that_nobody_can_read_does_not_either(records: Records) -> None:
    station(records, paslon_1=SETTLED)
    _, (date,) = take(records, ANI, 1)
    answer(records, ANI, date, kind="unreadable")
    assert marks(records) == ("accepted", 1, 0)
