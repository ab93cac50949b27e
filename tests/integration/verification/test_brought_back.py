"""What the program itself decides: it takes out of the count what is contested, brings that back, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.claim_tables import StationConflict
from api.db.states import NumberState
from api.db.tables import Decision, Number
from api.documents.conflicts import settle_conflict
from api.documents.receive import Delivery, receive
from api.ledger.actors import PROGRAM
from api.ledger.append import record_event
from api.people.actor import Actor
from api.regions.import_list import import_regions
from api.verification.verify import verify
from pipeline.documents import Limits
from tests.integration.verification.everything import (
    REGIONS,
    STATIONS,
    SURE,
    answer_one,
    people_of,
    read_all,
)
from tests.support.samples import jpeg

UPLOAD = jpeg(width=200)


@pytest.fixture
def people() -> dict[str, Actor]:
    return {}


@pytest.fixture
def contested(database_url: str, tmp_path: Path, people: dict[str, Actor]) -> Iterator[Records]:
    """Return a service in which a number that a reviewer has decided is claimed for another station."""
    settings = Settings(
        home=tmp_path, database=database_url, originals=str(tmp_path / "originals"), form="c-hasil-ppwp-2024"
    )
    with closing(open_records(settings)) as records:
        people.update(people_of(records))
        (tmp_path / "regions.csv").write_text(REGIONS, encoding="utf-8")
        import_regions(records.database, tmp_path / "regions.csv", people["admin"].id)
        receive(records, [("a.jpg", UPLOAD)], Delivery(people["ani"].id, station=STATIONS[0]), Limits())
        read_all(records)
        answer_one(records, people["budi"], SURE, "045")
        receive(records, [("b.jpg", UPLOAD)], Delivery(people["ani"].id, station=STATIONS[1]), Limits())
        yield records


def _states(records: Records) -> list[NumberState]:
    with records.database.reading() as session:
        return sorted(session.scalars(select(Number.state)))


def test_what_a_senior_leaves_where_it_is_counts_again_and_verifies(
    contested: Records, people: dict[str, Actor]
) -> None:
    assert _states(contested) == [NumberState.REVIEW] * 3
    assert list(verify(contested)) == []
    with contested.database.writing() as session:
        conflict = session.scalars(select(StationConflict.id)).one()
        settle_conflict(session, contested, conflict, people["citra"].id, "keep", None, "benar")
    assert _states(contested) == [NumberState.ACCEPTED, NumberState.REVIEW, NumberState.REVIEWED]
    assert [reason.text("en") for reason in verify(contested)] == []


@pytest.mark.parametrize("kind", ["restore", "correct", "reopen"])
def test_the_program_brings_nothing_else_into_the_count(contested: Records, kind: str) -> None:
    with contested.database.writing() as session:
        flagged = session.scalars(select(Decision).where(Decision.person_id == PROGRAM)).one()
        number = session.get_one(Number, (flagged.document_id, flagged.field))
        new = {"boxes": "099", "value": 99, "state": "reviewed"}
        about = {"document_id": flagged.document_id, "field": flagged.field, "person_id": PROGRAM}
        made = Decision(id="f" * 32, kind=kind, old=flagged.new, new=new, order=3, **about)
        session.add(made)
        session.flush()
        number.final, number.final_boxes, number.state = 99, "099", NumberState.REVIEWED
        number.decision_id = made.id
        record_event(session, "number_decided", PROGRAM, f"number:{number.document_id}/{number.field}", {})
    codes = {reason.code for reason in verify(contested) if reason.values["subject"] == f"decision:{'f' * 32}"}
    assert codes & {"audit_decision", "audit_not_allowed"}
