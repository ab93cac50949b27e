"""Hidden tests: invisible among blind readings, never twice for one person, and what they say of a reviewer."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from api.core.context import Records
from api.db.review_tables import GoldNumber, ReviewAnswer, ReviewItem
from api.db.tables import Decision, Number
from api.desk.gold import add_gold, agreed_numbers
from api.desk.loading import load_items
from api.desk.reviewers import reviewers
from pipeline.errors import UsageError
from tests.support.desk import (
    ANI,
    BUDI,
    CITRA,
    SURE,
    answer,
    document,
    one_waiting,
    seconds_always,
    station_of,
    take,
    take_one,
)

TESTS = replace(SURE, gold_share=1.0)
"""A policy under which every item is a hidden test, as long as there are any."""


@pytest.fixture
def golden(records: Records) -> Records:
    """Return a service with two numbers whose truth is known, and one that waits."""
    with records.database.writing() as session:
        fields = {"paslon_1": {"accepted": True}, "paslon_2": {"accepted": True}, "paslon_3": {}}
        made = document(session, records, station_of(1), fields)
        add_gold(session, made, "paslon_1", "123", "adm", "imported")
        add_gold(session, made, "paslon_2", "X24", "adm", "imported")
    return records


def test_a_test_looks_like_any_blind_reading(golden: Records) -> None:
    with golden.database.writing() as session:
        waiting = session.scalars(select(Number).where(Number.field == "paslon_3")).one()
        waiting.confidence = 0.999
    answer(golden, ANI, take_one(golden, ANI), "999")
    _, seconds = take(golden, BUDI, 1)
    _, tests = take(golden, BUDI, 1, TESTS)
    assert (seconds[0].kind, tests[0].kind) == ("second", "gold")
    with golden.database.reading() as session:
        shown = [body.model_dump() for body in load_items(session, golden, [seconds[0], tests[0]])]
    told = ("kind", "boxes", "value", "confidence", "evidence", "reasons", "comment", "earlier", "sums")
    assert {name: shown[0][name] for name in told} == {name: shown[1][name] for name in told}
    assert shown[0]["kind"] == "blind"
    first = answer(golden, BUDI, seconds[0], "999").settled
    assert first is answer(golden, BUDI, tests[0], "123").settled is None


def test_an_answer_to_a_test_decides_nothing_and_measures_the_person(golden: Records) -> None:
    _, items = take(golden, ANI, 2, TESTS)
    assert {item.kind for item in items} == {"gold"}
    for item in items:
        answer(golden, ANI, item, "123")
    assert all(item.kind == "review" for item in take(golden, ANI, 2, TESTS)[1])  # each test once
    with golden.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Decision)) == 0
        (ani,) = reviewers(session, "0")
    assert (ani.tests.of, ani.tests.right) == (2, 1)
    assert ani.tests.low < 0.5 < ani.tests.high


def test_the_truth_is_checked(golden: Records) -> None:
    with golden.database.writing() as session:
        made = session.scalars(select(GoldNumber.document_id)).first()
        assert made is not None
        for field, boxes, code in (("paslon_9", "123", "gold_number_missing"), ("paslon_3", "12", "boxes_invalid")):
            with pytest.raises(UsageError, match=code):
                add_gold(session, made, field, boxes, "adm", "imported")
        assert add_gold(session, made, "paslon_1", "999", "adm", "imported").boxes == "123"  # the first stands


def test_numbers_that_two_people_agreed_on_can_become_tests(records: Records) -> None:
    made = one_waiting(records)
    answer(records, ANI, take_one(records, ANI), "124", seconds_always())
    with records.database.reading() as session:
        assert agreed_numbers(session, 9) == []
    answer(records, BUDI, take_one(records, BUDI), "124")
    with records.database.writing() as session:
        (number,) = agreed_numbers(session, 9)
        assert (number.document_id, number.final_boxes) == (made, "124")
        add_gold(session, made, number.field, number.final_boxes, "adm", "agreed")
        assert agreed_numbers(session, 9) == []
    assert [item.kind for item in take(records, CITRA, 1, TESTS)[1]] == ["gold"]
    assert take(records, ANI, 1, TESTS)[1] == []  # has read it


def test_agreement_counts_for_both(records: Records) -> None:
    one_waiting(records)
    answer(records, ANI, take_one(records, ANI), "124", seconds_always())
    answer(records, BUDI, take_one(records, BUDI), "129")
    with records.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReviewAnswer)) == 2
        assert session.scalars(select(ReviewItem.kind).where(ReviewItem.state == "open")).all() == ["senior"]
        found = {one.person: one.agreement for one in reviewers(session, "0")}
    assert {person: (share.of, share.right) for person, share in found.items()} == {"ani": (1, 0), "budi": (1, 0)}
