"""Whoever owns the database and the log's key cannot speak in the name of a person who signs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.key_tables import PersonKey
from api.db.review_tables import PolicyValue
from api.db.states import AnswerKind, NumberState
from api.db.tables import Decision, Number
from api.documents.answer import Answer
from api.documents.decide_number import decide_number
from api.ledger.append import record_event
from api.ledger.keys import make_key, public_half
from api.ledger.pseudonyms import pseudonyms
from api.ledger.sequencer import Signer, open_signer, sequence_all
from api.ledger.statements import Ink, Signed, decision_statements, is_signed
from api.people.accounts import create_person
from api.people.personal_keys import REQUIRED, revoke_key, set_required
from api.people.roles import Role
from api.verification import standalone_verifier
from api.verification.entries import Head, head_of
from api.verification.export import export
from api.verification.signatures import Tally
from api.verification.verify import verify
from tests.support.history import read, received
from tests.support.signing import Pen, signing

STATION, FIELD = "1101012001001", "paslon_2"
NUMBERS = {"paslon_1": ("accepted", 70), FIELD: ("review", 20), "paslon_3": ("review", 30)}
PROBLEM = "audit_signature"


@dataclass(slots=True)
class Count:
    """A count in which budi signs, and what a witness has kept of it."""

    records: Records
    signer: Signer
    budi: Pen
    admin: Pen
    document: str
    kept: Head
    key: Path

    def number(self, session: Session, field: str = FIELD) -> Number:
        return session.get_one(Number, (self.document, field))

    def decide(self, boxes: str, pen: Pen | None, *, field: str = FIELD, person: str = "") -> None:
        """Decide a number as the service does."""
        with self.records.database.writing() as session:
            number = self.number(session, field)
            signed = pen.decides(session, number, boxes) if pen else None
            answer = Answer(AnswerKind.CORRECT, number.version, boxes=boxes, signed=signed)
            decide_number(session, self.records, self.document, field, person or self.budi.person, answer)

    def problems(self, *, kept: bool = False) -> list[str]:
        """Return what is wrong with signatures; nothing else is."""
        sequence_all(self.records.database, self.signer)
        found = list(verify(self.records, self.kept, kept=self.kept.size if kept else None))
        assert {reason.code for reason in found} <= {PROBLEM}
        return [str(reason.values["problem"]) for reason in found]

    def alone(self, folder: Path, capsys: pytest.CaptureFixture[str], *, kept: bool = False) -> list[str]:
        """Return what the verifier that needs nothing of ours finds in an export, and what it counts."""
        export(self.records, self.signer, self.key, folder)
        more = ["--kept", str(self.kept)] if kept else []
        standalone_verifier.main([str(folder), "--key", public_half(_loaded(self.key)), *more])
        return capsys.readouterr().out.splitlines()


def _loaded(path: Path) -> Any:
    from api.ledger.keys import load_key  # noqa: PLC0415

    return load_key(path)


@pytest.fixture
def count(records: Records, tmp_path: Path) -> Count:
    with records.database.writing() as session:
        document, page = received(session, records.originals, STATION, b"ink")
        read(session, document, page, NUMBERS)
    people: dict[str, str] = {}
    for name, role in (("admin", Role.ADMIN), ("budi", Role.REVIEWER)):
        with records.database.writing() as session:
            people[name] = create_person(session, people.get("admin", "local"), name, [role], "0").id
    with records.database.writing() as session:
        admin = signing(session, people["admin"])
    budi = Pen(people["budi"])
    with records.database.writing() as session:
        budi.enrol(session)
    with records.database.writing() as session:
        admin.confirms(session, budi)
    signer = open_signer(records.database, tmp_path / "log.pem")
    make_key(tmp_path / "export.pem")
    made = Count(records, signer, budi, admin, document.id, Head(0, ""), tmp_path / "export.pem")
    made.decide("021", budi)
    sequence_all(records.database, signer)
    with records.database.reading() as session:
        head = head_of(session)
    assert head is not None
    return replace(made, kept=head)


def forge(count: Count, person: str, boxes: str, *, field: str = FIELD, signed: Signed | None = None) -> None:
    """Write a decision as whoever owns the database and knows the program can, and let it count."""
    with count.records.database.writing() as session:
        number = count.number(session, field)
        new = {"boxes": boxes, "value": int(boxes), "state": "reviewed"}
        old = {"boxes": number.final_boxes, "value": number.final, "state": number.state}
        made = Decision(document_id=count.document, field=field, person_id=person, kind="correct", old=old, new=new)
        made.order = 9
        if signed is not None:
            made.key_id, made.nonce, made.signature = signed.key, signed.nonce, signed.signature
        session.add(made)
        session.flush()
        number.final, number.final_boxes, number.state, number.decision_id = (
            int(boxes),
            boxes,
            NumberState.REVIEWED,
            made.id,
        )
        record_event(session, "number_decided", person, f"number:{count.document}/{field}", {"decision": made.id})


@pytest.fixture(autouse=True)
def sums_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a forger does about the sums is no matter here, nor what the invented reading says."""
    monkeypatch.setattr("api.verification.verify._sums", lambda *_: iter(()))
    monkeypatch.setattr("api.verification.verify._counted_documents", lambda *_: iter(()))


def test_a_decision_that_its_person_has_signed_is_sound_for_both_verifiers(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert count.problems(kept=True) == []
    tallies: list[Tally] = []
    assert list(verify(count.records, tally=tallies.append)) == []
    assert tallies == [Tally(signed=1)]
    lines = count.alone(tmp_path / "export", capsys, kept=True)
    assert lines[0].startswith("SAH / SOUND")
    assert lines[-1].endswith("1 / 0 / 0")


FORGERIES: dict[str, tuple[Callable[[Count], None], str]] = {
    "without a signature": (lambda count: forge(count, count.budi.person, "099"), "bears no signature"),
    "with another key": (
        lambda count: forge(count, count.budi.person, "099", signed=_with(count, Pen(count.budi.person))),
        "no key of its person",
    ),
    "with the key of somebody else": (
        lambda count: forge(count, count.budi.person, "099", signed=_with(count, count.admin)),
        "no key of its person",
    ),
    "with a signature for another value": (
        lambda count: forge(count, count.budi.person, "098", signed=_with(count, count.budi)),
        "of something else",
    ),
    "with a signature for another number": (
        lambda count: forge(count, count.budi.person, "099", field="paslon_3", signed=_with(count, count.budi)),
        "of something else",
    ),
    "with a signature under another nonce": (
        lambda count: forge(count, count.budi.person, "099", signed=replace(_with(count, count.budi), nonce="0" * 32)),
        "of something else",
    ),
}


def _with(count: Count, pen: Pen) -> Signed:
    with count.records.database.writing() as session:
        return pen.decides(session, count.number(session), "099")


@pytest.mark.parametrize("how", FORGERIES)
def test_a_decision_in_the_name_of_somebody_who_signs_is_found_by_both_verifiers(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str
) -> None:
    forging, problem = FORGERIES[how]
    forging(count)
    assert [problem in one for one in count.problems()] == [True]
    lines = count.alone(tmp_path / "export", capsys)
    assert [problem in line for line in lines[:-1]] == [True]


def test_an_enrolment_that_was_made_up_after_a_kept_checkpoint_is_found(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has database and log key puts a key of his own there, and confirms it as the command line would."""
    with count.records.database.writing() as session:
        false = signing(session, count.budi.person)
    forge(count, count.budi.person, "099", signed=_with(count, false))
    assert count.problems() == []  # who has kept nothing cannot know better
    assert [problem.split(",")[0] for problem in count.problems(kept=True)] == [
        "no administrator's key vouches for it",
        "signed with a key that nobody vouches for",
    ]
    lines = count.alone(tmp_path / "export", capsys, kept=True)
    assert sum("vouches for" in line for line in lines) == 2


def test_a_new_key_after_a_kept_checkpoint_is_good_where_an_administrators_key_vouches_for_it(count: Count) -> None:
    with count.records.database.writing() as session:
        revoke_key(session, count.budi.person, session.get_one(PersonKey, count.budi.id))
    other = Pen(count.budi.person)
    with count.records.database.writing() as session:
        other.enrol(session)
    with count.records.database.writing() as session:
        count.admin.confirms(session, other)
    count.decide("030", other, field="paslon_3")
    assert count.problems(kept=True) == []


def test_a_revoked_key_frees_nobody_to_decide_in_its_persons_name(count: Count) -> None:
    with count.records.database.writing() as session:
        revoke_key(session, "command_line", session.get_one(PersonKey, count.budi.id))
    forge(count, count.budi.person, "099")
    forge(count, count.budi.person, "098", field="paslon_3", signed=_with(count, count.budi))
    assert ["signature" in count.problems()[0], "in force" in count.problems()[1]] == [True, True]


def test_a_signature_decides_once(count: Count) -> None:
    with count.records.database.writing() as session:
        before = session.scalars(select(Decision)).one()
        again = Signed(str(before.key_id), str(before.nonce), str(before.signature))
    with count.records.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX uq_decision_nonce")
    try:
        forge(count, count.budi.person, "021", signed=again)
        assert count.problems() == ["something else was decided by its signature"]
    finally:
        with count.records.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE number SET decision_id = NULL")
            connection.exec_driver_sql('DELETE FROM decision WHERE "order" = 9')
            connection.exec_driver_sql("CREATE UNIQUE INDEX uq_decision_nonce ON decision (nonce)")


def test_where_all_must_sign_nobody_decides_without(count: Count) -> None:
    with count.records.database.writing() as session:
        set_required(session, required=True)
        dewi = create_person(session, count.admin.person, "dewi", [Role.REVIEWER], "0").id
    assert count.problems() == []
    forge(count, dewi, "099")
    assert count.problems() == ["it bears no signature, and its person signs"]
    sequence_all(count.records.database, count.signer)
    with count.records.database.reading() as session:
        later = head_of(session)
        assert session.get_one(PolicyValue, REQUIRED).value == 1
    assert later is not None
    with count.records.database.writing() as session:
        set_required(session, required=False)
    forge(count, dewi, "098", field="paslon_3")
    assert [one.split(",")[0] for one in replace(count, kept=later).problems(kept=True)] == [
        "it bears no signature",
        "signatures are no longer required",
    ]


def test_whoever_never_signed_is_counted_as_vouched_for_by_the_service_alone(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with count.records.database.writing() as session:
        dewi = create_person(session, count.admin.person, "dewi", [Role.REVIEWER], "0").id
    count.decide("030", None, field="paslon_3", person=dewi)
    assert count.problems(kept=True) == []
    assert count.alone(tmp_path / "export", capsys)[-1].endswith("1 / 1 / 0")


def test_every_part_of_what_is_signed_is_signed() -> None:
    pen, ink = Pen("budi"), Ink("a" * 64, 1, "paslon_1")
    told: dict[str, Any] = {"person": "p" * 64, "ink": ink, "kind": "correct", "boxes": "024", "key": pen.id}
    told["nonce"] = "1" * 32
    signed = pen.decision(told["person"], ink, "read", "024", told["nonce"])

    def good(**changed: Any) -> bool:
        statements = decision_statements(**{**told, **changed})
        return any(is_signed(pen.public, signed.signature, statement) for statement in statements)

    assert good()
    assert good(kind="confirm")
    for changed in (
        {"person": "q" * 64},
        {"ink": replace(ink, original="b" * 64)},
        {"ink": replace(ink, page=2)},
        {"ink": replace(ink, field="paslon_2")},
        {"kind": "unreadable"},
        {"kind": "reopen"},
        {"boxes": "025"},
        {"key": "k" * 32},
        {"nonce": "2" * 32},
    ):
        assert not good(**changed), changed
    assert not is_signed(pen.public, "0" * 128, b"")
    assert not is_signed("no key", signed.signature, b"")
    assert not any(is_signed("0" * 64, "0" * 128, f"{index}".encode()) for index in range(16))
    with pytest.raises(ValueError, match="line break"):
        good(boxes="0\n4")


def test_people_are_named_in_statements_as_the_log_names_them(count: Count) -> None:
    with count.records.database.writing() as session:
        name = pseudonyms(session, [count.budi.person])[count.budi.person]
        signed = count.budi.decides(session, count.number(session), "021")
        statement = next(
            decision_statements(name, Ink(*_ink_of(session, count)), "correct", "021", count.budi.id, signed.nonce)
        )
    assert count.budi.person not in statement.decode()
    assert is_signed(count.budi.public, signed.signature, statement)


def _ink_of(session: Session, count: Count) -> tuple[str, int, str]:
    from api.documents.signing import ink_of  # noqa: PLC0415

    ink = ink_of(session, count.number(session))
    return ink.original, ink.page, ink.field
