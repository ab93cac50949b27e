"""What the service itself puts on record verifies: uploads, readings, decisions, a second photograph, moves, people."""

from pathlib import Path

import pytest
from sqlalchemy import select

from api.core.context import Records
from api.db.tables import Document, Number
from api.documents.answer import Answer
from api.documents.decide_number import decide_number
from api.documents.filing import move_document
from api.documents.receive import Delivery, receive
from api.people.accounts import create_person
from api.people.roles import Role
from api.tabulation.recount import recount
from api.verification.verify import verify
from api.workers.worker import Worker
from pipeline.documents import Limits
from pipeline.reader import Reader

STATION, OTHER, THIRD = "0024010001002", "0024010002021", "1101012001001"


def sound(records: Records) -> None:
    assert [reason.text() for reason in verify(records)] == []
    with records.database.reading() as session:
        assert list(recount(session)) == []


def document_at(records: Records, station: str) -> Document:
    with records.database.reading() as session:
        return session.scalars(select(Document).where(Document.station == station, Document.moved_to.is_(None))).one()


def decide(records: Records, document: str, field: str, verdict: str, boxes: str = "") -> None:
    with records.database.writing() as session:
        number = session.get_one(Number, (document, field))
        kind = Answer(kind=verdict, version=number.version, boxes=boxes, comment="jelas", seconds=1.25)  # type: ignore[arg-type]
        decide_number(session, records, document, field, "budi", kind)


def move(records: Records, station: str, target: str) -> None:
    with records.database.writing() as session:
        moved = session.scalars(select(Document).where(Document.station == station, Document.moved_to.is_(None))).one()
        move_document(session, records, moved, target, None, "budi", "salah TPS")


@pytest.mark.slow
def test_what_the_service_does_verifies(records: Records, reader: Reader, samples: Path) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(samples.glob("*.jpg"))]
    receive(
        records,
        [file for file in files if file[0].startswith(STATION)],
        Delivery("ani", station_from_name=True),
        Limits(),
    )
    sound(records)
    receive(
        records,
        [file for file in files if file[0].startswith(OTHER)],
        Delivery("ani", station_from_name=True),
        Limits(),
    )
    Worker(records, reader, "test").drain()
    sound(records)
    document = document_at(records, STATION).id
    for field, verdict, boxes in (
        ("paslon_1", "correct", "007"),
        ("paslon_1", "correct", "X08"),
        ("paslon_2", "unreadable", ""),
        ("paslon_2", "reopen", ""),
        ("suara_sah", "confirm", "123"),
    ):
        decide(records, document, field, verdict, boxes)
    sound(records)
    move(records, STATION, THIRD)
    sound(records)
    move(records, THIRD, OTHER)
    sound(records)
    with records.database.writing() as session:
        create_person(session, "local", "Citra", [Role.AUDITOR], "0", None)
    sound(records)
