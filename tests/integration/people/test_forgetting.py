"""A person who is forgotten is nowhere any more, in no row, file, tile or opening; the log and its count stay sound."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, inspect, select

from api.core.context import Records
from api.db.log_tables import LogShape
from api.db.tables import Base, Decision, Login, Person, Token
from api.db.types import now
from api.ledger.adopt import adopt
from api.ledger.sequencer import open_signer, sequence_all
from api.people.accounts import Change, change_person, create_person, set_password
from api.people.forgetting import forget_person, scrub
from api.people.personal_keys import keys_in_force
from api.people.roles import Role
from api.people.sessions import begin_session
from api.people.throttle import record_attempt
from api.people.tokens import create_token
from api.verification.verify import verify
from pipeline.errors import ConflictError
from tests.support.desk import answer, one_waiting, take_one
from tests.support.desk import person as actor_called
from tests.support.signing import signing

MAIL, SUBJECT, LABEL = "siti.aminah@example.id", "nik-3171010101900001", "laptop siti aminah"
SECRETS = (MAIL, SUBJECT, LABEL)


@pytest.fixture
def siti(records: Records) -> str:
    """Return the id of somebody who has done all that leaves a trace, besides somebody who has to stay."""
    with records.database.writing() as session:
        create_person(session, "local", "agus", [Role.ADMIN])
    with records.database.writing() as session:
        person = create_person(session, "local", MAIL, [Role.REVIEWER], "0", "empat kata yang panjang", SUBJECT)
    with records.database.writing() as session:
        person = session.get_one(Person, person.id)
        change_person(session, "local", person, Change(scope="31"))
        set_password(session, "local", person, "lima kata yang lebih panjang")
        create_token(session, person.id, person, LABEL, 30, [], now())
        begin_session(session, person, now())
        record_attempt(session, MAIL, "192.0.2.7", now())
        signing(session, person.id)
    with records.database.writing() as session:  # as an update does that adds a column
        session.execute(delete(LogShape).where(LogShape.name == "person"))
    adopt(records.database)
    return person.id


def traces(records: Records) -> list[str]:
    """Return where a secret stands, in any column of any row."""
    found = []
    with records.database.reading() as session:
        for mapper in Base.registry.mappers:
            columns = [column.name for column in inspect(mapper.class_).columns]
            for row in session.execute(select(*(getattr(mapper.class_, name) for name in columns))):
                told: Any = dict(zip(columns, row, strict=True))
                found += [
                    f"{mapper.class_.__tablename__}.{name}"
                    for name in columns
                    for one in SECRETS
                    if one in str(told[name])
                ]
    return found


def in_files(folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(one.encode() in path.read_bytes() for one in SECRETS)
    ]


def problems(records: Records, folder: Path) -> list[str]:
    sequence_all(records.database, open_signer(records.database, folder / "log.pem"))
    return [reason.text() for reason in verify(records)]


def test_nothing_is_left_of_a_person_who_was_forgotten_and_the_log_is_sound(
    records: Records, siti: str, tmp_path: Path
) -> None:
    assert problems(records, tmp_path) == []
    assert traces(records)
    with records.database.writing() as session:
        assert forget_person(session, "command_line", session.get_one(Person, siti)) >= 4
    scrub(records.database)
    assert traces(records) == []
    assert in_files(tmp_path) == []
    assert problems(records, tmp_path) == []
    with records.database.reading() as session:
        person = session.get_one(Person, siti)
        assert (person.active, person.password, person.subject) == (False, None, None)
        assert session.scalars(select(Login).where(Login.person_id == siti)).all() == []
        assert all(token.revoked_at for token in session.scalars(select(Token)))
        assert keys_in_force(session, siti) == []
        other = session.scalars(select(Person).where(Person.name == "agus")).one()
        assert other.active


def test_what_they_decided_stays(records: Records) -> None:
    with records.database.writing() as session:
        created = create_person(session, "local", MAIL, [Role.REVIEWER], "0", None, SUBJECT)
    one_waiting(records)
    reader = actor_called(created.id)
    assert answer(records, reader, take_one(records, reader), "024").settled
    with records.database.writing() as session:
        forget_person(session, "command_line", session.get_one(Person, created.id))
    with records.database.reading() as session:
        assert session.scalars(select(Decision)).one().person_id == created.id
    assert traces(records) == []


@pytest.mark.usefixtures("siti")
def test_a_salt_that_is_destroyed_without_an_event_is_found(records: Records, tmp_path: Path) -> None:
    with records.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE pseudonym SET salt = ''")
    assert any("pseudonym" in problem.lower() for problem in problems(records, tmp_path))


def test_the_last_administrator_is_not_forgotten(records: Records) -> None:
    with records.database.writing() as session:
        boss = create_person(session, "local", "agus", [Role.ADMIN]).id
    with pytest.raises(ConflictError) as refused, records.database.writing() as session:
        forget_person(session, "command_line", session.get_one(Person, boss))
    assert refused.value.code == "last_admin"
