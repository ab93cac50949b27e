"""Answers and what follows: settled, read again blind by another person, a senior, taken back."""

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.log_tables import Event
from api.db.review_tables import ReviewAnswer, ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Document, Number, StationCount
from api.desk.answers import answer_number
from api.desk.undo import undo_last
from api.documents.answer import Answer
from api.documents.decide_number import decide_number, history_of
from api.documents.views import feedback
from api.people.actor import Actor
from api.people.roles import Role
from api.tabulation.amounts import BROKEN
from pipeline.errors import ConflictError, DeniedError, UsageError
from tests.support.desk import (
    ANI,
    BUDI,
    CITRA,
    DEWI,
    STATION,
    SURE,
    answer,
    document,
    number_of,
    one_waiting,
    open_kinds,
    person,
    seconds_always,
    take,
    take_one,
)


def test_a_number_that_waits_has_one_item_until_it_is_decided(records: Records) -> None:
    made = one_waiting(records)
    assert open_kinds(records, made) == ["review"]
    item = take_one(records, ANI)
    assert answer(records, ANI, item, "X24").settled is True
    number = number_of(records, item)
    assert (number.state, number.final, number.final_boxes) == ("reviewed", 24, "X24")
    assert open_kinds(records, made) == []


def test_reopening_a_number_brings_its_item_back(records: Records) -> None:
    made = one_waiting(records)
    item = take_one(records, ANI)
    answer(records, ANI, item, "124")
    with records.database.writing() as session:
        reopened = Answer(AnswerKind.REOPEN, session.get_one(Number, (made, "paslon_1")).version)
        decide_number(session, records, made, "paslon_1", "budi", reopened)
    assert open_kinds(records, made) == ["review"]


def test_a_confident_machine_that_is_contradicted_is_read_again_blind_by_another_person(records: Records) -> None:
    made = one_waiting(records, confidence=0.995)
    first = take_one(records, ANI)
    assert answer(records, ANI, first, "129").settled is False
    number = number_of(records, first)
    assert (number.state, number.final) == ("review", None)
    assert open_kinds(records, made) == ["second"]
    assert take(records, ANI)[1] == []  # never the same person twice
    second = take_one(records, BUDI)
    assert answer(records, BUDI, second, "129").settled is None  # a blind reader learns nothing
    number = number_of(records, first)
    assert (number.state, number.final) == ("reviewed", 129)
    assert open_kinds(records, made) == []


def test_a_confident_machine_that_is_confirmed_needs_no_second_person(records: Records) -> None:
    one_waiting(records, confidence=0.995)
    item = take_one(records, ANI)
    assert answer(records, ANI, item, "123").settled is True


def test_two_who_disagree_leave_it_to_a_senior_who_has_not_read_it(records: Records) -> None:
    made = one_waiting(records)
    policy = seconds_always()
    answer(records, ANI, take_one(records, ANI), "124", policy)
    answer(records, DEWI, take_one(records, DEWI), "127", policy)
    assert open_kinds(records, made) == ["senior"]
    assert take(records, CITRA)[1] == []  # no senior
    assert take(records, DEWI)[1] == []  # has read it
    eka = person("eka", Role.SENIOR)
    item = take_one(records, eka)
    assert answer(records, eka, item, "127", policy).settled is True
    assert number_of(records, item).final == 127
    with records.database.reading() as session:
        made_by = [(one.person_id, one.new["state"]) for one in history_of(session, made, "paslon_1")]
    assert made_by == [("ani", "review"), ("dewi", "review"), ("eka", "reviewed")]


def test_unreadable_twice_is_unreadable(records: Records) -> None:
    one_waiting(records)
    answer(records, ANI, take_one(records, ANI), policy=seconds_always(), kind="unreadable")
    item = take_one(records, BUDI)
    answer(records, BUDI, item, kind="unreadable")
    assert number_of(records, item).state == "unreadable"


def test_escalating_needs_a_comment_and_goes_to_a_senior(records: Records) -> None:
    made = one_waiting(records)
    item = take_one(records, ANI)
    with pytest.raises(UsageError, match="comment_missing"):
        answer(records, ANI, item, kind="escalate")
    answer(records, ANI, item, kind="escalate", comment="two pens")
    assert open_kinds(records, made) == ["senior"]
    senior = take_one(records, DEWI)
    assert senior.comment == "two pens"
    answer(records, DEWI, senior, "123")
    assert number_of(records, item).state == "reviewed"


def test_nothing_is_overwritten(records: Records) -> None:
    one_waiting(records)
    item = take_one(records, ANI)
    with pytest.raises(ConflictError, match="number_changed"):
        answer(records, ANI, item, "123", version=7)
    with pytest.raises(ConflictError, match="review_lease_lost"):
        answer(records, BUDI, item, "123")
    with pytest.raises(UsageError, match="boxes_invalid"):
        answer(records, ANI, item, "12")
    answer(records, ANI, item, "123")
    with pytest.raises(ConflictError, match="review_item_ended"):
        answer(records, ANI, item, "123")


def test_who_works_elsewhere_neither_gets_nor_answers_it(records: Records) -> None:
    one_waiting(records)
    far = person("far", scope="5171")
    assert take(records, far)[1] == []
    item = take_one(records, ANI)
    with pytest.raises(DeniedError, match="not_permitted"):
        answer(records, far, item, "123")


def test_undo_brings_back_item_number_and_whoever_read_it_first(records: Records) -> None:
    made = one_waiting(records)
    policy = seconds_always()
    first = take_one(records, ANI)
    answer(records, ANI, first, "124", policy)
    second = take_one(records, BUDI)
    answer(records, BUDI, second, "124", policy)
    assert number_of(records, first).state == "reviewed"
    with records.database.writing() as session:
        assert undo_last(session, records, BUDI, second.lease or "").id == second.id
    number = number_of(records, first)
    assert (number.state, number.final, number.final_boxes) == ("review", None, "124")
    assert open_kinds(records, made) == ["second"]
    answer(records, BUDI, second, "129", policy)
    assert open_kinds(records, made) == ["senior"]  # both readings stand, and disagree
    with records.database.reading() as session:
        kinds = [one.kind for one in history_of(session, made, "paslon_1")]
    assert kinds == ["correct", "correct", "restore", "correct"]


def test_undo_of_a_first_reading_takes_the_second_reader_s_item_away_unless_it_is_taken(records: Records) -> None:
    made = one_waiting(records)
    policy = seconds_always()
    item = take_one(records, ANI)
    answer(records, ANI, item, "124", policy)
    with records.database.writing() as session:
        undo_last(session, records, ANI, item.lease or "")
    assert open_kinds(records, made) == ["review"]
    answer(records, ANI, item, "125", policy)
    take_one(records, BUDI)
    with pytest.raises(ConflictError, match="undo_too_late"), records.database.writing() as session:
        undo_last(session, records, ANI, item.lease or "")
    with pytest.raises(ConflictError, match="undo_nothing"), records.database.writing() as session:
        undo_last(session, records, CITRA, "0" * 32)


def test_undo_of_an_escalation(records: Records) -> None:
    made = one_waiting(records)
    item = take_one(records, ANI)
    answer(records, ANI, item, kind="escalate", comment="hm")
    with records.database.writing() as session:
        undo_last(session, records, ANI, item.lease or "")
    assert open_kinds(records, made) == ["review"]
    answer(records, ANI, item, "123", SURE)
    assert number_of(records, item).state == "reviewed"


def test_a_number_that_leaves_review_takes_its_item_with_it(records: Records) -> None:
    made = one_waiting(records)
    with records.database.writing() as session:
        number = session.get_one(Number, (made, "paslon_1"))
        decide_number(session, records, made, "paslon_1", "x", Answer(AnswerKind.CONFIRM, number.version, "123"))
    assert open_kinds(records, made) == []
    with records.database.reading() as session:
        assert session.scalars(select(ReviewItem.state)).all() == ["closed"]


def test_every_answer_is_on_record_and_in_the_chain(records: Records) -> None:
    one_waiting(records)
    answer(records, ANI, take_one(records, ANI), "123", comment="clear", seconds=2.5)
    with records.database.reading() as session:
        kept = session.scalars(select(ReviewAnswer)).one()
        assert (kept.person_id, kept.kind, kept.boxes, kept.seconds) == ("ani", "confirm", "123", 2.5)
        event = session.scalars(select(Event).where(Event.kind == "number_decided")).one()
        assert event.body["decision"] == kept.decision_id
        assert session.scalars(select(Document.version)).one() == 1


SUM = {"suara_sah": {"value": 100}, "paslon_1": {"value": 40}, "paslon_2": {"value": 40}, "paslon_3": {"value": 19}}


def test_a_sum_that_does_not_hold_as_written_is_marked_and_counted_as_written(records: Records) -> None:
    with records.database.writing() as session:
        made = document(session, records, STATION, {name: dict(said) for name, said in SUM.items()})
    for _ in SUM:
        item = take_one(records, ANI)
        with records.database.reading() as session:
            assert "rule_as_written" not in [reason["code"] for reason in session.get_one(Document, made).reasons]
        answer(records, ANI, item, number_of(records, item).boxes)
    with records.database.reading() as session:
        row = session.get_one(Document, made)
        (mark,) = [reason for reason in row.reasons if reason["code"] == "rule_as_written"]
        assert "suara_sah 100" in mark["message"]
        finals = dict(iter(session.execute(select(Number.field, Number.final))))
        amounts = session.scalars(select(StationCount.amounts)).one()
    assert finals == {name: said["value"] for name, said in SUM.items()}
    assert (amounts["suara_sah"], amounts["paslon_3"], amounts[BROKEN]) == (100, 19, 1)


def test_uploaders_are_told_of_sums_as_they_stand_and_not_as_they_were_read(records: Records) -> None:
    sure = {name: {**said, "accepted": True} for name, said in SUM.items()}
    with records.database.writing() as session:
        made = document(session, records, STATION, {**sure, "paslon_1": {"value": 47}})
    assert broken_sums(records, made) == ["rule_broken", "pages_disagree"]
    answer(records, ANI, take_one(records, ANI), "041")
    assert broken_sums(records, made) == []
    with records.database.reading() as session:
        assert session.get_one(Document, made).reasons == []


def broken_sums(records: Records, made: str) -> list[str]:
    with records.database.reading() as session:
        return [reason.code for reason in feedback(session.get_one(Document, made), [], []).sums]


def plainly(records: Records, actor: Actor, made: str, boxes: str) -> Number:
    with records.database.writing() as session:
        answer = Answer(AnswerKind.CORRECT, session.get_one(Number, (made, "paslon_1")).version, boxes)
        return answer_number(session, records, actor, SURE, made, "paslon_1", answer)


def test_nobody_gets_around_the_second_reader_outside_the_desk(records: Records) -> None:
    with records.database.writing() as session:
        made = document(session, records, STATION, {"paslon_1": {"accepted": True}})
    assert plainly(records, ANI, made, "129").state == "review"
    assert open_kinds(records, made) == ["second"]
    with pytest.raises(ConflictError, match="review_read_already"):
        plainly(records, ANI, made, "129")
    assert plainly(records, BUDI, made, "129").state == "reviewed"
    assert open_kinds(records, made) == []


def test_a_senior_settles_a_number_outside_the_desk_at_once(records: Records) -> None:
    with records.database.writing() as session:
        made = document(session, records, STATION, {"paslon_1": {"accepted": True}})
    assert plainly(records, ANI, made, "129").state == "review"
    assert plainly(records, DEWI, made, "128").final == 128
