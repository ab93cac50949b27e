"""What people have settled stays settled: who may touch it again, what that leaves, and chance that is drawn once."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.review_tables import ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Number, StationCount
from api.desk.answers import answer_number
from api.desk.undo import undo_last
from api.documents.answer import Answer
from api.documents.decide_number import history_of
from api.people.actor import Actor
from api.people.roles import Role
from pipeline.errors import ChasilError, DeniedError
from tests.support.desk import (
    ANI,
    BUDI,
    DEWI,
    STATION,
    SURE,
    answer,
    document,
    number_of,
    open_kinds,
    person,
    station_of,
    take,
    take_one,
)

EKA = person("eka", Role.SENIOR)


def plainly(records: Records, actor: Actor, made: str, kind: AnswerKind, boxes: str = "") -> Number:
    with records.database.writing() as session:
        seen = session.get_one(Number, (made, "paslon_1")).version
        said = Answer(kind, seen, boxes, "why")
        return answer_number(session, records, actor, SURE, made, "paslon_1", said)


def sure(records: Records, **said: Any) -> str:
    with records.database.writing() as session:
        return document(session, records, STATION, {"paslon_1": {"accepted": True, **said}})


def counted(records: Records) -> Any:
    with records.database.reading() as session:
        return session.scalars(select(StationCount.amounts)).one().get("paslon_1")


CHANGES: list[tuple[AnswerKind, str]] = [
    (AnswerKind.REOPEN, ""),
    (AnswerKind.CORRECT, "055"),
    (AnswerKind.CONFIRM, "123"),
    (AnswerKind.UNREADABLE, ""),
]


@pytest.mark.parametrize(("kind", "boxes"), CHANGES)
@pytest.mark.parametrize("verdict", [("correct", "071"), ("unreadable", ""), ("confirm", "123")])
def test_what_a_senior_settled_is_touched_by_seniors_alone(
    records: Records, verdict: tuple[AnswerKind, str], kind: AnswerKind, boxes: str
) -> None:
    made = sure(records)
    settled = plainly(records, DEWI, made, *verdict)
    before, amount = (settled.state, settled.final, settled.final_boxes), counted(records)
    for reviewer in (ANI, person("dewi")):  # also one who was a senior then, and is none any more
        with pytest.raises(DeniedError, match="senior_settled"):
            plainly(records, reviewer, made, kind, boxes)
    with records.database.reading() as session:
        number = session.get_one(Number, (made, "paslon_1"))
        assert (number.state, number.final, number.final_boxes) == before
    assert counted(records) == amount
    plainly(records, EKA, made, kind, boxes)


@pytest.mark.parametrize(("kind", "boxes"), CHANGES)
@pytest.mark.parametrize("machine", [True, False])
def test_whoever_decided_last_leaves_a_change_to_a_senior(
    records: Records, kind: AnswerKind, boxes: str, *, machine: bool
) -> None:
    made = sure(records, accepted=machine, value=78)
    plainly(records, ANI, made, AnswerKind.CONFIRM, "078")
    with pytest.raises(DeniedError, match="number_settled"):
        plainly(records, BUDI, made, kind, boxes)
    number = plainly(records, ANI, made, kind, boxes)
    assert (number.state, number.final, counted(records)) == ("review", None, None)
    assert open_kinds(records, made) == ["senior"]
    assert take(records, ANI)[1] == take(records, BUDI)[1] == []
    item = take_one(records, DEWI)
    answer(records, DEWI, item, "078")
    assert (number_of(records, item).final, counted(records)) == (78, 78)
    with pytest.raises(DeniedError, match="senior_settled"):
        plainly(records, ANI, made, AnswerKind.REOPEN)


def test_a_number_that_nobody_decided_is_reopened_by_seniors_alone(records: Records) -> None:
    made = sure(records)
    with pytest.raises(DeniedError, match="number_settled"):
        plainly(records, ANI, made, AnswerKind.REOPEN)
    assert plainly(records, DEWI, made, AnswerKind.REOPEN).state == "accepted"


def test_a_senior_s_verdict_of_the_desk_is_not_undone_by_one_who_is_none_any_more(records: Records) -> None:
    made = sure(records)
    plainly(records, ANI, made, AnswerKind.CORRECT, "071")
    plainly(records, BUDI, made, AnswerKind.CORRECT, "072")
    item = take_one(records, DEWI)
    answer(records, DEWI, item, "073")
    with pytest.raises(DeniedError), records.database.writing() as session:
        undo_last(session, records, person("dewi"), str(item.lease))
    with pytest.raises(DeniedError, match="senior_settled"):
        plainly(records, ANI, made, AnswerKind.REOPEN)
    assert number_of(records, item).final == 73


def test_what_was_withdrawn_stays_withdrawn_in_the_history(records: Records) -> None:
    made = sure(records)
    plainly(records, ANI, made, AnswerKind.CONFIRM, "123")
    plainly(records, ANI, made, AnswerKind.REOPEN)
    with records.database.reading() as session:
        last = history_of(session, made, "paslon_1")[-1]
        assert (last.kind, last.new["state"], last.new["value"]) == ("withdraw", "review", None)


@pytest.fixture
def many(records: Records) -> Records:
    with records.database.writing() as session:
        for index in range(60):
            document(session, records, station_of(index), {"paslon_1": {}})
    return records


AGAIN = 2
"""Of twenty numbers: were chance drawn again each time, all would come out alike once in five million runs."""


def settles(records: Records, item: ReviewItem, share: float) -> bool | None:
    """Answer, take back and answer again; return whether it settled in the end."""
    policy = replace(SURE, second_share=share)
    first = answer(records, ANI, item, "123", policy).settled
    for _ in range(AGAIN):
        with records.database.writing() as session:
            item = undo_last(session, records, ANI, str(item.lease))
        assert answer(records, ANI, item, "123", policy).settled is first
    return first


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_a_second_reading_is_drawn_once_however_often_one_answers(many: Records, share: float) -> None:
    _, items = take(many, ANI, 10)
    _, more = take(many, ANI, 10)
    asked = [settles(many, item, share) for item in [*items, *more]].count(False)
    assert asked < 20


def test_second_readings_come_at_their_share(many: Records) -> None:
    items = [item for _ in range(6) for item in take(many, ANI, 10)[1]]
    asked = sum(answer(many, ANI, item, "123", replace(SURE, second_share=0.3)).settled is False for item in items)
    assert 3 <= asked <= 36  # of 60 at 30 %; beyond it less than once in 100,000 runs


def test_a_withdrawn_first_reading_cannot_be_given_again_for_another_draw(records: Records) -> None:
    made = sure(records, accepted=False)
    item = take_one(records, ANI)
    answer(records, ANI, item, "123", replace(SURE, second_share=1.0))
    plainly(records, ANI, made, AnswerKind.REOPEN)
    with pytest.raises(ChasilError):
        plainly(records, ANI, made, AnswerKind.CONFIRM, "123")
    assert open_kinds(records, made) == ["senior"]
