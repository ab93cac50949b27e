"""Ten reviewers at once: no item decided twice unless meant, none lost, none stuck after a reviewer vanishes."""

from dataclasses import replace

from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import ReviewItem
from tests.support.crowd import check, crew_of, fill, work
from tests.support.desk import ANI, BUDI, SURE, take

ITEMS, REVIEWERS = 300, 10


def test_ten_reviewers_settle_every_number_once(records: Records) -> None:
    fill(records, ITEMS)
    crowd = work(records, crew_of(REVIEWERS), replace(SURE, second_share=0.2))
    assert crowd.vanished > 0
    with records.database.reading() as session:
        check(session, crowd, ITEMS)
        kinds = set(session.scalars(select(ReviewItem.kind)))
    assert kinds == {"review", "second", "senior"}


def test_what_one_holds_another_does_not_get_until_it_is_let_go(records: Records) -> None:
    fill(records, 3)
    _, held = take(records, ANI, 10)
    assert len(held) == 3
    assert take(records, BUDI, 10)[1] == []
