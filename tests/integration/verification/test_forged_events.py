"""Forged events of the right kind: what the program, the command line and others record, and what they never do.

Whoever owns the database and the log's key adds an event of a kind that exists, with the rows that it says, and the
sequencer signs it like any other. Both verifiers hold it against who records such a kind, and against what came before.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.db.claim_tables import StationConflict
from api.db.review_tables import PolicyValue
from api.db.states import AnswerKind, ConflictState, NumberState
from api.db.tables import Base, Decision, Document, Number, Page, Person
from api.db.types import now
from api.documents.answer import Answer
from api.documents.decide import ACCEPTANCE_THRESHOLD
from api.documents.decide_number import decide_number
from api.ledger.actors import COMMAND_LINE, PROGRAM
from api.ledger.append import event_row, insert_events, record_event
from api.ledger.kinds import ROWS_ADOPTED, ROWS_CONTINUED
from api.ledger.leaf import Fact, fact_of, grouped, key_columns
from api.ledger.protected import PROTECTED
from api.ledger.pseudonyms import pseudonyms
from api.people.accounts import create_person
from api.people.personal_keys import REQUIRED, set_required
from api.people.roles import Role
from api.regions.codes import ensure
from api.sampling.threshold import raise_threshold
from tests.integration.verification.test_forged_decisions import found
from tests.integration.verification.test_signatures import FIELD, Count, count, sums_are_not_looked_at

__all__ = ["count", "sums_are_not_looked_at"]  # fixtures

ELSEWHERE = "1101012001002"
SURE = "paslon_1"
"""What the machine has accepted."""

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def told(given: Count, kind: str, actor: str, subject: str) -> Iterator[Session]:
    """Change rows, and tell of them as an event of this kind."""
    with given.records.database.writing() as session:
        yield session
        record_event(session, kind, actor, subject, {"from": 0, "to": 0})


def told_as_rows(given: Count, kind: str, subject: str, row: Base) -> None:
    """Write an event that tells of a row, past the program's own ways."""
    table = type(row)
    with given.records.database.writing() as session:
        session.add(row)
        session.flush()
        values = {name: getattr(row, name) for name in PROTECTED[table].recorded}
        identity = tuple(getattr(row, name) for name in key_columns(table))
        named = pseudonyms(session, [given.budi.person, given.admin.person, *_people(row)]).__getitem__
        facts: list[Fact] = [fact_of(table, identity, values, named)]
        body = {"table": table.__tablename__, "columns": sorted(PROTECTED[table].recorded)}
        (groups,) = grouped(facts, 40_000)
        session.info.clear()
        insert_events(session, [event_row(now(), kind, PROGRAM, subject, body, groups, named)])


def _people(row: Base) -> list[str]:
    return [row.id] if isinstance(row, Person) else []


def goes_back_behind_a_decision(given: Count) -> None:
    """What budi has signed counts no more: the machine's own word does, as if the document was decided anew."""
    given.decide("021", given.budi, field=SURE)
    with told(given, "document_decided", PROGRAM, f"document:{given.document}") as session:
        number = given.number(session, SURE)
        number.final, number.final_boxes, number.state = number.value, number.boxes, NumberState.ACCEPTED
        number.decision_id = None


def goes_back_to_an_earlier_decision(given: Count) -> None:
    given.decide("022", given.budi)
    with told(given, "document_decided", PROGRAM, f"document:{given.document}") as session:
        number = given.number(session)
        first = session.scalars(select(Decision).where(Decision.field == FIELD).order_by(Decision.order)).first()
        assert first is not None
        number.final, number.final_boxes, number.decision_id = 21, "021", first.id


def what_was_decided_goes(given: Count) -> None:
    """A number that people decided is taken away, and made anew as the machine would have it."""
    with told(given, "document_decided", PROGRAM, f"document:{given.document}") as session:
        session.delete(given.number(session))


def a_decision_in_a_reviewers_name_is_adopted(given: Count) -> None:
    """An adoption says of a decision without a signature that an older program had it."""
    new = {"boxes": "099", "value": 99, "state": "reviewed"}
    row = Decision(
        id="d" * 32, document_id=given.document, field=FIELD, person_id=given.budi.person, kind="correct", old={},
        new=new, reason="", seconds=None, order=9, at=now(), key_id=None, nonce=None, signature=None,
    )  # fmt: skip
    told_as_rows(given, ROWS_ADOPTED, "rows:decision", row)
    with told(given, "number_decided", given.budi.person, f"number:{given.document}/{FIELD}") as session:
        number = given.number(session)
        number.final, number.final_boxes, number.decision_id = 99, "099", row.id


def an_administrator_is_adopted(given: Count) -> None:
    row = Person(
        id="e" * 32, name="eve", roles=["admin"], scope="0", active=True, created_at=now(), password=None, subject=None
    )
    told_as_rows(given, ROWS_ADOPTED, "rows:person", row)


def an_account_continues_an_adoption(given: Count) -> None:
    """An event goes on where an older program's rows were adopted, and so may tell of anything."""
    eve = Person(
        id="e" * 32, name="eve", roles=["admin"], scope="0", active=True, created_at=now(), password=None, subject=None
    )
    with given.records.database.writing() as session:
        known = session.get_one(Person, given.admin.person)
        session.expunge(known)
    told_again = {"table": "person", "columns": sorted(PROTECTED[Person].recorded)}
    with given.records.database.writing() as session:
        named = pseudonyms(session, [given.admin.person]).__getitem__
        values = {name: getattr(known, name) for name in PROTECTED[Person].recorded}
        (groups,) = grouped([fact_of(Person, (known.id,), values, named)], 40_000)
        insert_events(session, [event_row(now(), ROWS_ADOPTED, PROGRAM, "rows:person", told_again, groups, named)])
    told_as_rows(given, ROWS_CONTINUED, "rows:person", eve)


def the_command_line_rules_as_a_senior(given: Count) -> None:
    """A conflict is raised as the program does, and settled in a senior's name by nobody who logged in."""
    with given.records.database.writing() as session:
        citra = create_person(session, given.admin.person, "citra", [Role.SENIOR], "0").id
        original = session.scalars(select(Page.original)).one()
    with told(given, "conflict_raised", PROGRAM, f"original:{original}") as session:
        session.add(StationConflict(id="c" * 32, original=original, document_id=given.document, suspends=False))
    with told(given, "conflict_settled", COMMAND_LINE, f"original:{original}") as session:
        conflict = session.get_one(StationConflict, "c" * 32)
        conflict.state, conflict.verdict, conflict.settled_by = ConflictState.SETTLED, "keep", citra
        conflict.settled_at = now()


def the_command_line_moves_a_document(given: Count) -> None:
    with told(given, "pages_moved", COMMAND_LINE, f"document:{given.document}") as session:
        ensure(session, ELSEWHERE)
        session.get_one(Document, given.document).station = ELSEWHERE


def the_command_line_takes_a_number_out_of_the_count(given: Count) -> None:
    with given.records.database.writing() as session:
        number = given.number(session)
        answer = Answer(AnswerKind.FLAG, number.version, comment="?")
        decide_number(session, given.records, given.document, FIELD, COMMAND_LINE, answer)


def a_person_decides_documents(given: Count) -> None:
    """A reading counts as a reviewer would have it, told as what only the program does."""
    with told(given, "document_decided", given.budi.person, f"document:{given.document}") as session:
        number = given.number(session, "paslon_3")
        number.outcome, number.state, number.final = "accepted", NumberState.ACCEPTED, number.value


def the_threshold_is_lowered(given: Count) -> None:
    with given.records.database.writing() as session:
        raise_threshold(session, 0.9, 0.99, given.admin.person)
    with given.records.database.writing() as session:
        session.get_one(PolicyValue, ACCEPTANCE_THRESHOLD).value = 0.5
        body = {"from": 0.99, "to": 0.5}
        session.get_one(PolicyValue, ACCEPTANCE_THRESHOLD).person_id = COMMAND_LINE
        record_event(session, "threshold_raised", COMMAND_LINE, f"setting:{ACCEPTANCE_THRESHOLD}", body)


def signing_ends_as_if_the_threshold_rose(given: Count) -> None:
    with given.records.database.writing() as session:
        set_required(session, required=True)
    with told(given, "threshold_raised", COMMAND_LINE, f"setting:{REQUIRED}") as session:
        policy = session.get_one(PolicyValue, REQUIRED)
        policy.value, policy.person_id, policy.at = 0.0, COMMAND_LINE, now()


def a_threshold_in_another_name(given: Count) -> None:
    """The command line sets it, and the row says that an administrator did."""
    with given.records.database.writing() as session:
        raised = PolicyValue(name=ACCEPTANCE_THRESHOLD, value=0.99, at=now(), person_id=given.admin.person)
        session.add(raised)
        body = {"from": 0.9, "to": 0.99}
        record_event(session, "threshold_raised", COMMAND_LINE, f"setting:{ACCEPTANCE_THRESHOLD}", body)


PUBLIC: tuple[Callable[[Count], None], ...] = (
    goes_back_behind_a_decision,
    goes_back_to_an_earlier_decision,
    what_was_decided_goes,
    a_decision_in_a_reviewers_name_is_adopted,
    an_administrator_is_adopted,
    an_account_continues_an_adoption,
    the_command_line_rules_as_a_senior,
    the_command_line_takes_a_number_out_of_the_count,
    a_person_decides_documents,
    the_threshold_is_lowered,
    signing_ends_as_if_the_threshold_rose,
    a_threshold_in_another_name,
)
"""What outsiders see too."""


@pytest.mark.parametrize("forged", PUBLIC, ids=lambda forged: forged.__name__)
def test_an_event_of_a_right_kind_that_says_what_it_cannot_is_found_by_both_verifiers(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str], forged: Callable[[Count], None]
) -> None:
    assert found(count) == []
    forged(count)
    assert found(count)
    capsys.readouterr()
    lines = count.alone(tmp_path / "export", capsys)
    assert lines[-1].startswith("TIDAK SAH / NOT SOUND"), lines


def a_document_is_moved_by_an_uploader(given: Count) -> None:
    with given.records.database.writing() as session:
        ani = create_person(session, given.admin.person, "ani", [Role.UPLOADER], "0").id
    with told(given, "pages_moved", ani, f"document:{given.document}") as session:
        ensure(session, ELSEWHERE)
        session.get_one(Document, given.document).station = ELSEWHERE


def people_give_themselves_another_region(given: Count) -> None:
    with told(given, "person_changed", given.admin.person, f"person:{given.admin.person}") as session:
        session.get_one(Person, given.admin.person).scope = "11"


def a_threshold_is_backdated(given: Count) -> None:
    """It rises now, and says that it had risen a day ago."""
    with given.records.database.writing() as session:
        raise_threshold(session, 0.9, 0.99, given.admin.person)
    with given.records.database.writing() as session:
        raise_threshold(session, 0.9, 0.995, given.admin.person)
        session.get_one(PolicyValue, ACCEPTANCE_THRESHOLD).at = now() - timedelta(days=1)


def an_opening_goes_with_somebody_else(given: Count) -> None:
    """What an event sealed is destroyed, as if it was said of a person who was forgotten."""
    with given.records.database.writing() as session:
        person = create_person(session, given.admin.person, "lama", [Role.UPLOADER], "0").id
    with given.records.database.engine.begin() as connection:
        asked = "SELECT seq FROM event WHERE kind = 'page_read' OR kind = 'number_decided'"
        numbers = list(connection.exec_driver_sql(asked).scalars())
        connection.exec_driver_sql("UPDATE event SET private = NULL, salt = NULL WHERE kind = 'number_decided'")
    with given.records.database.writing() as session:
        record_event(session, "person_forgotten", COMMAND_LINE, f"person:{person}", {"events": numbers})


INSIDE: tuple[Callable[[Count], None], ...] = (
    the_command_line_moves_a_document,
    a_document_is_moved_by_an_uploader,
    people_give_themselves_another_region,
    a_threshold_is_backdated,
    an_opening_goes_with_somebody_else,
)


@pytest.mark.parametrize("forged", INSIDE, ids=lambda forged: forged.__name__)
def test_an_event_of_a_right_kind_that_says_what_it_cannot_is_found_from_inside(
    count: Count, forged: Callable[[Count], None]
) -> None:
    assert found(count) == []
    forged(count)
    assert found(count)


def what_the_command_line_does(given: Count) -> None:
    with given.records.database.writing() as session:
        raise_threshold(session, 0.9, 0.99, COMMAND_LINE)
    with given.records.database.writing() as session:
        create_person(session, COMMAND_LINE, "dewi", [Role.REVIEWER], "0")


def what_the_desk_does(given: Count) -> None:
    """A number is decided, reopened, and decided again; the machine's word counts in between."""
    given.decide("021", given.budi, field=SURE)
    with given.records.database.writing() as session:
        number = session.get_one(Number, (given.document, SURE))
        signed = given.budi.decides(session, number, kind="undo")
        answer = Answer(AnswerKind.REOPEN, number.version, signed=signed)
        decide_number(session, given.records, given.document, SURE, given.budi.person, answer)
    given.decide("022", given.budi)


@pytest.mark.parametrize("done", [what_the_command_line_does, what_the_desk_does], ids=lambda done: done.__name__)
def test_what_is_done_rightly_is_sound_for_both_verifiers(
    count: Count, tmp_path: Path, capsys: pytest.CaptureFixture[str], done: Callable[[Count], None]
) -> None:
    done(count)
    assert found(count) == []
    capsys.readouterr()
    assert count.alone(tmp_path / "export", capsys)[-1].startswith("SAH / SOUND")
