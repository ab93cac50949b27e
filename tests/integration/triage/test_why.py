"""Why a number is at the desk: never an empty panel; it says what holds now, not only what did when it was read."""

from typing import Any

from api.core.context import Records
from api.desk.loading import load_items
from api.desk.queue import release
from api.desk.undo import undo_last
from tests.support.desk import ANI, BUDI, DEWI, STATION, answer, document, reason, take, take_one

SURE_SUM = {"paslon_1": 100, "paslon_2": 50, "paslon_3": 25}


def codes_and_texts(records: Records) -> list[tuple[str, str]]:
    """Return what the desk shows of a number as why it is here."""
    _, items = take(records, ANI, 10, field="paslon_1")
    with records.database.reading() as session:
        (body,) = load_items(session, records, items)
    assert body.reasons is not None
    return [(one.code, one.translations["id"]) for one in body.reasons]


def waiting(records: Records, total: int, **first: object) -> None:
    """Put a station on record whose first pair waits, beside a sum that people or the machine have settled."""
    numbers: dict[str, dict[str, Any]] = {name: {"value": value, "accepted": True} for name, value in SURE_SUM.items()}
    numbers["suara_sah"] = {"value": total, "accepted": True}
    numbers["paslon_1"] = {"value": 100, "reasons": [], **first}
    with records.database.writing() as session:
        document(session, records, STATION, numbers)


def test_a_broken_sum_is_said_although_the_machine_said_nothing_of_it(records: Records) -> None:
    waiting(records, total=180)
    ((code, text), (question, _)) = codes_and_texts(records)
    assert (code, question) == ("rule_broken", "pages_disagree")  # the sum ties two pages
    assert "paslon_1 100" in text
    assert "suara_sah 180" in text


def test_a_sum_that_broke_later_stands_beside_what_the_machine_said(records: Records) -> None:
    waiting(records, total=180, reasons=[reason("number_unsure")])
    assert [code for code, _ in codes_and_texts(records)] == ["number_unsure", "rule_broken", "pages_disagree"]


def broken_sums(records: Records) -> set[str]:
    """Return the fields that the desk's filter finds, and give them back."""
    lease, items = take(records, BUDI, 10, reason="rule_broken")
    with records.database.writing() as session:
        release(session, BUDI, lease)
    return {item.field for item in items}


def test_the_filter_finds_a_sum_that_a_decision_broke_and_forgets_it_once_it_holds(records: Records) -> None:
    unread = {name: {"value": value} for name, value in SURE_SUM.items()}
    with records.database.writing() as session:
        document(session, records, STATION, {**unread, "suara_sah": {"value": 175, "accepted": True}})
    assert broken_sums(records) == set()
    _, (item,) = take(records, ANI, 1, field="paslon_1")
    answer(records, ANI, item, "700")
    assert broken_sums(records) == {"paslon_2", "paslon_3"}
    with records.database.writing() as session:
        undo_last(session, records, ANI, item.lease or "")
    assert broken_sums(records) == set()


def test_what_the_machine_said_of_a_sum_is_not_said_twice(records: Records) -> None:
    waiting(records, total=180, reasons=[reason("rule_broken")])
    said, (question, _) = codes_and_texts(records)
    assert said == ("rule_broken", "rule_broken")
    assert question == "pages_disagree"


def test_a_number_of_which_nothing_is_known_says_at_least_that(records: Records) -> None:
    waiting(records, total=175)
    ((code, text),) = codes_and_texts(records)
    assert code == "number_unsettled"
    assert "belum sepakat" in text


def test_a_senior_is_told_why_a_number_came_that_the_machine_had_accepted(records: Records) -> None:
    waiting(records, total=175, accepted=True, state="review", final=None, confidence=0.9999)
    answer(records, ANI, take_one(records, ANI), "090")
    answer(records, BUDI, take_one(records, BUDI), "091")
    _, items = take(records, DEWI, 1)
    with records.database.reading() as session:
        (body,) = load_items(session, records, items)
    assert body.kind == "senior"
    assert [one.code for one in body.reasons or []] == ["number_unsettled"]
