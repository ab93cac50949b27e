"""A database whose people decided before there was a log: what they did is sound, and nobody goes back behind it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.log_tables import Event, LogPending, LogShape
from api.db.states import AnswerKind, NumberState
from api.db.tables import Number
from api.documents.answer import Answer
from api.documents.decide_number import decide_number
from api.ledger.actors import PROGRAM
from api.ledger.adopt import adopt
from api.ledger.append import record_event
from api.ledger.keys import load_key, make_key, public_half
from api.ledger.sequencer import Signer, open_signer, sequence_all
from api.people.accounts import create_person
from api.people.roles import Role
from api.verification import standalone_verifier
from api.verification.export import export
from api.verification.verify import verify
from tests.integration.verification.test_signatures import NUMBERS, STATION, sums_are_not_looked_at
from tests.support.history import read, received

__all__ = ["sums_are_not_looked_at"]  # a fixture

TWICE, ANEW = "paslon_2", "paslon_1"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Upgraded:
    """One number was decided twice, another left its document and was shown again, all before there was a log."""

    def __init__(self, records: Records, folder: Path) -> None:
        self.records, self.folder = records, folder
        with records.database.writing() as session:
            document, page = received(session, records.originals, STATION, b"ink")
            read(session, document, page, NUMBERS)
            self.document = document.id
        with records.database.writing() as session:
            self.budi = create_person(session, "local", "budi", [Role.ADMIN, Role.REVIEWER], "0").id
        self.decide(TWICE, "021")
        self.decide(TWICE, "022")
        self.decide(ANEW, "023")
        with records.database.writing() as session:
            self.as_the_machine_says(session, ANEW)
        with records.database.engine.begin() as connection:
            connection.execute(delete(LogPending))
            connection.execute(delete(Event))
            connection.execute(delete(LogShape))
        assert adopt(records.database) > 0
        make_key(folder / "export.pem")
        self.signer: Signer = open_signer(records.database, folder / "log.pem")

    def decide(self, field: str, boxes: str) -> None:
        with self.records.database.writing() as session:
            number = session.get_one(Number, (self.document, field))
            answer = Answer(AnswerKind.CORRECT, number.version, boxes=boxes)
            decide_number(session, self.records, self.document, field, self.budi, answer)

    def as_the_machine_says(self, session: Session, field: str) -> None:
        number = session.get_one(Number, (self.document, field))
        number.final, number.final_boxes, number.state = number.value, number.boxes, NumberState.ACCEPTED
        number.decision_id = None

    def found(self) -> list[str]:
        sequence_all(self.records.database, self.signer)
        return [reason.text("en") for reason in verify(self.records)]

    def outside(self, name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
        """Return what the verifier that needs nothing of ours says of an export."""
        key = self.folder / "export.pem"
        export(self.records, self.signer, key, self.folder / name)
        capsys.readouterr()
        standalone_verifier.main([str(self.folder / name), "--key", public_half(load_key(key))])
        return capsys.readouterr().out.splitlines()


@pytest.fixture
def upgraded(records: Records, tmp_path: Path) -> Upgraded:
    return Upgraded(records, tmp_path)


def test_what_people_did_before_there_was_a_log_is_sound(
    upgraded: Upgraded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upgraded.found() == []
    assert upgraded.outside("adopted", capsys)[-1].startswith("SAH / SOUND")
    upgraded.decide(ANEW, "024")
    upgraded.decide(TWICE, "025")
    assert upgraded.found() == []
    assert upgraded.outside("decided", capsys)[-1].startswith("SAH / SOUND")


def behind_what_was_adopted(given: Upgraded) -> None:
    """The very first event of the new program puts away what was decided before it."""
    with given.records.database.writing() as session:
        given.as_the_machine_says(session, TWICE)
        record_event(session, "document_decided", PROGRAM, f"document:{given.document}", {})


def behind_what_was_decided_anew(given: Upgraded) -> None:
    given.decide(ANEW, "024")
    with given.records.database.writing() as session:
        given.as_the_machine_says(session, ANEW)
        record_event(session, "document_decided", PROGRAM, f"document:{given.document}", {})


@pytest.mark.parametrize("forged", [behind_what_was_adopted, behind_what_was_decided_anew])
def test_nobody_goes_back_behind_it_afterwards(
    upgraded: Upgraded, capsys: pytest.CaptureFixture[str], forged: Callable[[Upgraded], None]
) -> None:
    forged(upgraded)
    assert any("goes back behind" in one for one in upgraded.found())
    assert upgraded.outside("forged", capsys)[-1].startswith("TIDAK SAH / NOT SOUND")


def test_a_decision_of_a_shape_that_no_program_writes_is_a_finding_and_no_crash(upgraded: Upgraded) -> None:
    damaged = """UPDATE event SET leaf = replace(leaf, '"field"', '"fjeld"') WHERE kind = 'rows_adopted'"""
    with upgraded.records.database.engine.begin() as connection:
        connection.exec_driver_sql(damaged)
    assert upgraded.found()
