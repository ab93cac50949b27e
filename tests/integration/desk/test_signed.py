"""Whoever has a confirmed key signs what they decide, on every way there is; of anyone else nothing is asked."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.key_tables import PersonKey
from api.db.review_tables import ReviewItem
from api.db.states import AnswerKind
from api.db.tables import Decision, Number, Page
from api.desk.answers import answer_number
from api.desk.box_wall import flag
from api.desk.undo import last_ink, undo_last
from api.documents.answer import Answer
from api.ledger.statements import Ink, Signed
from api.people.accounts import create_person
from api.people.actor import Actor, Proof, actor_of
from api.people.personal_keys import confirm_key, enrol_key, pseudonym_of, revoke_key, set_required
from api.people.roles import Role
from pipeline.errors import ChasilError
from tests.support.desk import STATION, SURE, answer, document, number_of, one_waiting, person, take_one
from tests.support.signing import Pen, signing


@pytest.fixture
def siti(records: Records) -> Actor:
    with records.database.writing() as session:
        return actor_of(create_person(session, "local", "siti", [Role.REVIEWER]), Proof.SESSION, "")


@pytest.fixture
def pen(records: Records, siti: Actor) -> Pen:
    with records.database.writing() as session:
        return signing(session, siti.id)


def said(records: Records, pen: Pen, item: ReviewItem, kind: str = "read", boxes: str = "024") -> Signed:
    with records.database.writing() as session:
        return pen.decides(session, session.get_one(Number, (item.document_id, item.field)), boxes, kind)


def code_of(refused: pytest.ExceptionInfo[ChasilError]) -> str:
    return refused.value.code


def decisions(records: Records) -> list[Decision]:
    with records.database.reading() as session:
        return list(session.scalars(select(Decision).order_by(Decision.order)))


def test_a_signed_answer_is_kept_with_its_signature(records: Records, siti: Actor, pen: Pen) -> None:
    one_waiting(records)
    item = take_one(records, siti)
    signed = said(records, pen, item)
    assert answer(records, siti, item, "024", signed=signed).settled
    (made,) = decisions(records)
    assert (made.key_id, made.nonce, made.signature) == (signed.key, signed.nonce, signed.signature)


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        (lambda _signed: None, "signature_needed"),
        (lambda signed: replace(signed, nonce="0" * 32), "signature_invalid"),
        (lambda signed: replace(signed, key="0" * 32), "signature_invalid"),
        (lambda signed: replace(signed, signature="0" * 128), "signature_invalid"),
    ],
)
def test_what_is_not_signed_or_not_rightly_decides_nothing(
    records: Records, siti: Actor, pen: Pen, spoilt: object, expected: str
) -> None:
    one_waiting(records)
    item = take_one(records, siti)
    signed = said(records, pen, item)
    assert callable(spoilt)
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "024", signed=spoilt(signed))
    assert code_of(refused) == expected
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "025", signed=signed)  # the boxes of somebody else's wish
    assert code_of(refused) == "signature_invalid"
    assert decisions(records) == []


def test_a_signature_is_taken_once(records: Records, siti: Actor, pen: Pen) -> None:
    one_waiting(records)
    item = take_one(records, siti)
    signed = said(records, pen, item)
    answer(records, siti, item, "024", signed=signed)
    taken_back = said(records, pen, item, "undo", "")
    with records.database.writing() as session:
        undo_last(session, records, siti, str(item.lease), taken_back)
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "024", signed=signed)
    assert code_of(refused) == "signature_used"


def test_an_undo_is_signed_for_the_ink_that_it_is_about(records: Records, siti: Actor, pen: Pen) -> None:
    one_waiting(records)
    item = take_one(records, siti)
    answer(records, siti, item, "024", signed=said(records, pen, item))
    with records.database.reading() as session:
        ink = last_ink(session, siti)
        name = pseudonym_of(session, siti.id)
        page = session.scalars(select(Page)).one()
    assert ink == Ink(page.original, 1, item.field)
    with pytest.raises(ChasilError) as refused, records.database.writing() as session:
        undo_last(session, records, siti, str(item.lease))
    assert code_of(refused) == "signature_needed"
    with records.database.writing() as session:
        undo_last(session, records, siti, str(item.lease), pen.decision(name, ink, "undo"))
    assert [made.signature is not None for made in decisions(records)] == [True, True]


@pytest.mark.usefixtures("pen")
def test_hidden_tests_ask_for_a_signature_as_any_number_does(records: Records, siti: Actor) -> None:
    with records.database.writing() as session:
        made = document(session, records, STATION, {"paslon_1": {"accepted": True}})
        item = ReviewItem(kind="gold", document_id=made, field="paslon_1", harm=0.0, expected="123")
        item.station, item.lease, item.lease_owner = STATION, "f" * 32, siti.id
        session.add(item)
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "123")
    assert code_of(refused) == "signature_needed"


def test_flags_and_decisions_on_the_page_of_a_document_are_signed_too(records: Records, siti: Actor, pen: Pen) -> None:
    with records.database.writing() as session:
        made = document(session, records, STATION, {"paslon_1": {"accepted": True}, "paslon_2": {}})
        page = str(session.get_one(Number, (made, "paslon_1")).page_id)

    def flags(session: Session, signed: Signed | None) -> None:
        flag(session, records, siti, page, "paslon_1", [0], signed)

    def decides(session: Session, signed: Signed | None) -> None:
        version = session.get_one(Number, (made, "paslon_2")).version
        answer_number(
            session, records, siti, SURE, made, "paslon_2", Answer(AnswerKind.CORRECT, version, "024", signed=signed)
        )

    for act, field, kind in ((flags, "paslon_1", "flag"), (decides, "paslon_2", "read")):
        with pytest.raises(ChasilError) as refused, records.database.writing() as session:
            act(session, None)
        assert code_of(refused) == "signature_needed"
        with records.database.writing() as session:
            boxes = "024" if kind == "read" else ""
            act(session, pen.decides(session, session.get_one(Number, (made, field)), boxes, kind))
    assert [one.nonce is not None for one in decisions(records)] == [True, True]


def test_a_key_that_waits_or_was_revoked_signs_nothing_and_who_never_had_one_need_not(
    records: Records, siti: Actor
) -> None:
    one_waiting(records)
    item, own = take_one(records, siti), Pen(siti.id)
    with records.database.writing() as session:
        own.enrol(session)
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "024", signed=said(records, own, item))
    assert code_of(refused) == "signature_invalid"
    with records.database.writing() as session:
        key = session.get_one(PersonKey, own.id)
        confirm_key(session, "command_line", key)
        revoke_key(session, siti.id, key)
    for signed in (None, said(records, own, item)):
        with pytest.raises(ChasilError):
            answer(records, siti, item, "024", signed=signed)
    other = person("budi")
    with records.database.writing() as session:
        row = session.get_one(ReviewItem, item.id)
        row.lease_owner = other.id
    assert answer(records, other, item, "024").settled
    assert number_of(records, item).state == "reviewed"


def test_where_all_must_sign_nobody_decides_without_a_key(records: Records, siti: Actor) -> None:
    one_waiting(records)
    item = take_one(records, siti)
    with records.database.writing() as session:
        set_required(session, required=True)
    with pytest.raises(ChasilError) as refused:
        answer(records, siti, item, "024")
    assert code_of(refused) == "signature_needed"


def test_a_key_is_shown_by_its_person_and_confirmed_by_somebody_else(records: Records, siti: Actor) -> None:
    with records.database.writing() as session:
        budi = create_person(session, "local", "budi", [Role.ADMIN])
    pen, thief = Pen(siti.id), Pen(siti.id)
    with records.database.writing() as session:
        key = pen.enrol(session)
        own = signing(session, budi.id)
        other = (own.id, own.sign(b"another statement"))
        asked: dict[str, Callable[[], object]] = {
            "key_known": lambda: pen.enrol(session),
            "key_invalid": lambda: enrol_key(session, siti.id, thief.public, pen.sign(b"another statement")),
            "own_key": lambda: confirm_key(session, siti.id, key),
            "countersignature_needed": lambda: confirm_key(session, budi.id, key),
            "countersignature_needed ": lambda: confirm_key(session, budi.id, key, other),
        }
        for code, ask in asked.items():
            with pytest.raises(ChasilError) as refused:
                ask()
            assert code_of(refused) == code.strip()
        own.confirms(session, pen)
        with pytest.raises(ChasilError) as refused:
            own.confirms(session, pen)
        assert code_of(refused) == "key_not_waiting"
