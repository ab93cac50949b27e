"""A signature stands for what its person said, and for nothing else that somebody makes of it: for both verifiers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.db.key_tables import PersonKey
from api.db.states import AnswerKind, NumberState
from api.db.tables import Decision, Number
from api.db.types import new_id
from api.documents.answer import Answer
from api.documents.decide_number import decide_number
from api.ledger.append import record_event
from api.ledger.sequencer import sequence_all
from api.ledger.statements import Signed
from api.people.accounts import create_person
from api.people.personal_keys import revoke_key
from api.people.roles import Role
from api.verification.verify import verify
from tests.integration.verification.test_signatures import (
    FIELD,
    Count,
    count,
    forge,
    sums_are_not_looked_at,
)

__all__ = ["count", "sums_are_not_looked_at"]  # fixtures

OTHER = "paslon_3"


def found(given: Count) -> list[str]:
    sequence_all(given.records.database, given.signer)
    return [reason.text("en") for reason in verify(given.records)]


def _made(given: Count, kind: str, new: dict[str, Any], signed: Signed | None, *, field: str = FIELD) -> None:
    """Make a decision of any kind that leaves a number so, and let it be so."""
    person = given.budi.person
    with given.records.database.writing() as session:
        number = given.number(session, field)
        made = Decision(id=new_id(), document_id=given.document, field=field, person_id=person, kind=kind, new=new)
        made.old = {"boxes": number.final_boxes, "value": number.final, "state": number.state}
        made.order = 9
        if signed is not None:
            made.key_id, made.nonce, made.signature = signed.key, signed.nonce, signed.signature
        session.add(made)
        session.flush()
        number.final, number.final_boxes, number.state = new["value"], new["boxes"], NumberState(new["state"])
        number.decision_id = None if kind == "reopen" else made.id
        record_event(session, "number_decided", person, f"number:{given.document}/{field}", {"decision": made.id})


def _signed(given: Count, kind: str, boxes: str = "", field: str = FIELD) -> Signed:
    with given.records.database.writing() as session:
        return given.budi.decides(session, given.number(session, field), boxes, kind)


def another_number(given: Count) -> None:
    """Boxes that were signed, and a value that they do not make."""
    _made(given, "correct", {"boxes": "024", "value": 99, "state": "reviewed"}, _signed(given, "read", "024"))


def another_state(given: Count) -> None:
    _made(given, "correct", {"boxes": "024", "value": 24, "state": "accepted"}, _signed(given, "read", "024"))


def unreadable_with_a_value(given: Count) -> None:
    signed = _signed(given, "unreadable", "###")
    _made(given, "unreadable", {"boxes": "###", "value": 99, "state": "reviewed"}, signed)


def a_flag_that_counts(given: Count) -> None:
    _made(given, "flag", {"boxes": "099", "value": 99, "state": "reviewed"}, _signed(given, "flag"))


def an_undo_to_what_never_stood(given: Count) -> None:
    given.decide("022", given.budi)
    _made(given, "restore", {"boxes": "099", "value": 99, "state": "reviewed"}, _signed(given, "undo"))


def an_undo_of_nothing(given: Count) -> None:
    _made(
        given,
        "restore",
        {"boxes": "099", "value": 99, "state": "reviewed"},
        _signed(given, "undo", field=OTHER),
        field=OTHER,
    )


def a_reopening_to_another_value(given: Count) -> None:
    _made(given, "reopen", {"boxes": "099", "value": 99, "state": "reviewed"}, _signed(given, "reopen"))


def told_again_otherwise(given: Count) -> None:
    """A decision that was signed says something else from now on, and its number with it."""
    with given.records.database.writing() as session:
        made = session.scalars(select(Decision)).one()
        made.new = {"boxes": "099", "value": 99, "state": "reviewed"}
        number = given.number(session)
        number.final, number.final_boxes = 99, "099"


def the_decision_of_another_number(given: Count) -> None:
    """A number counts as a decision about another one says."""
    with given.records.database.writing() as session:
        made = session.scalars(select(Decision)).one()
        number = given.number(session, OTHER)
        number.final, number.final_boxes, number.state = 21, "021", NumberState.REVIEWED
        number.decision_id = made.id
        record_event(session, "number_decided", given.budi.person, f"number:{given.document}/{OTHER}", {})


def in_an_event_of_somebody_else(given: Count) -> None:
    """A decision in the name of whoever signs nothing, in an event that names its forger."""
    with given.records.database.writing() as session:
        dewi = create_person(session, given.admin.person, "dewi", [Role.REVIEWER], "0").id
        eve = create_person(session, given.admin.person, "eve", [Role.REVIEWER], "0").id
    with given.records.database.writing() as session:
        number = given.number(session, OTHER)
        made = Decision(id=new_id(), document_id=given.document, field=OTHER, person_id=dewi, kind="correct", order=1)
        made.old, made.new = {}, {"boxes": "099", "value": 99, "state": "reviewed"}
        session.add(made)
        session.flush()
        number.final, number.final_boxes, number.state, number.decision_id = 99, "099", NumberState.REVIEWED, made.id
        record_event(session, "number_decided", eve, f"number:{given.document}/{OTHER}", {"decision": made.id})


def a_key_that_comes_back(given: Count) -> None:
    """A key that was lost and revoked goes, and is told once more as if it never was."""
    with given.records.database.writing() as session:
        key = session.get_one(PersonKey, given.budi.id)
        was = {column.name: getattr(key, column.name) for column in PersonKey.__table__.columns}
        revoke_key(session, given.budi.person, key)
    with given.records.database.writing() as session:
        session.delete(session.get_one(PersonKey, given.budi.id))
    with given.records.database.writing() as session:
        session.add(PersonKey(**was))
    forge(given, given.budi.person, "099", signed=_signed(given, "read", "099"))


FORGERIES: tuple[Callable[[Count], None], ...] = (
    another_number,
    another_state,
    unreadable_with_a_value,
    a_flag_that_counts,
    an_undo_to_what_never_stood,
    an_undo_of_nothing,
    a_reopening_to_another_value,
    told_again_otherwise,
    the_decision_of_another_number,
    in_an_event_of_somebody_else,
    a_key_that_comes_back,
)


@pytest.mark.parametrize("forged", FORGERIES, ids=lambda forged: forged.__name__)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_signature_that_is_made_to_say_more_is_found_by_both_verifiers(
    count: Count,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    forged: Callable[[Count], None],
) -> None:
    forged(count)
    assert found(count)
    capsys.readouterr()
    lines = count.alone(tmp_path / "export", capsys)
    assert lines[-1].startswith("TIDAK SAH / NOT SOUND"), lines


def _undo(given: Count, field: str = FIELD) -> None:
    """Take the last decision back, to the one before, as the desk does."""
    with given.records.database.writing() as session:
        history = session.scalars(select(Decision).where(Decision.field == field).order_by(Decision.order)).all()
        number = session.get_one(Number, (given.document, field))
        signed = given.budi.decides(session, number, kind="undo")
        answer = Answer(AnswerKind.RESTORE, number.version, comment="undo", signed=signed)
        decide_number(session, given.records, given.document, field, given.budi.person, answer, restores=history[-2].id)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_taken_back_as_the_desk_does_is_sound(
    count: Count,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for boxes in ("022", "023"):
        count.decide(boxes, count.budi)
        _undo(count)
    with count.records.database.reading() as session:
        assert count.number(session).final == 21
    assert found(count) == []
    assert count.alone(tmp_path / "export", capsys)[-1].startswith("SAH / SOUND")
