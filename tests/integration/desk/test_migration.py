"""The steps to the newest shape, from a populated database of the first one."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, delete, make_url, select, text
from sqlalchemy.orm import Session

from api.db import Database, open_database, upgrade
from api.db.log_tables import ChainEvent
from api.db.migrate import is_current
from api.db.review_tables import ReviewItem
from api.db.tables import Document, Number, StationCount, Tally
from api.ledger.adopt import adopt
from api.ledger.append import settle
from api.ledger.log import entries_of
from api.ledger.protected import watched
from api.ledger.sequencer import open_signer, sequence_all
from api.tabulation.recount import recount
from api.verification.chain import link_hash
from api.verification.replay import Replay
from api.verification.rows import check_rows
from api.verification.signatures import Signatures
from api.verification.verify import _log
from pipeline.reasons import Reason
from tests.support.history import ELECTION, FORM, Given, counted_document, elect, number
from tests.support.postgresql import postgresql

STATION = "3171010001001"
SCHEMA = "first_shape"
NUMBERS = {"paslon_1": ("accepted", 12), "paslon_2": ("review", 34), "paslon_3": ("review", None)}


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a database of the first shape; in PostgreSQL one in a schema of its own."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgresql":
        if not postgresql():
            pytest.skip("TEST_POSTGRESQL_URL names no PostgreSQL")
        _schema(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
        own = make_url(postgresql()).update_query_dict({"options": f"-csearch_path={SCHEMA}"})
        url = own.render_as_string(hide_password=False)
    database = open_database(url)
    upgrade(database, "0001")
    yield database
    database.close()
    if request.param == "postgresql":
        _schema(f"DROP SCHEMA {SCHEMA} CASCADE")


def _schema(statement: str) -> None:
    engine = create_engine(postgresql())
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _fill(database: Database) -> str:
    """Put a document on record as the program of the first shape did; return its id."""
    document, page = "d" * 32, "e" * 32
    at = datetime(2025, 1, 1, tzinfo=UTC)
    chosen: dict[str, Any] = {"boxes": "056", "value": 56, "state": "reviewed"}
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.engine.begin() as connection:

        def add(table: str, **row: Any) -> None:
            kept = {name: _stored(value, database) for name, value in row.items()}
            connection.execute(metadata.tables[table].insert().values(**kept))

        add("election", id=ELECTION, form_id=FORM, title_id="a", title_en="b", created_at=at)
        add("region", code=STATION, parent=STATION[:10], level="station", name=STATION, stations=0, listed=False)
        add("original", sha256="a" * 64, size=5, media_type="image/jpeg", stored_at=at)
        add(
            "document", id=document, election_id=ELECTION, station=STATION, name="tps", state="review", form_id=FORM,
            pages_found=[], missing_pages=[], rules=[], reasons=[], created_at=at, created_by="ani", version=1,
        )  # fmt: skip
        add(
            "page", id=page, document_id=document, original="a" * 64, number=1, file_name="tps.jpg", width=0, height=0,
            state="read", reasons=[], attempts=0, ready_at=at, uploaded_at=at, uploaded_by="ani",
        )  # fmt: skip
        add(
            "decision", id="f" * 32, document_id=document, field="paslon_3", at=at, person_id="budi", kind="correct",
            old={}, new=chosen, reason="", order=1,
        )  # fmt: skip
        for field, (state, value) in NUMBERS.items():
            row = number(document, field, state, value)
            columns = (
                "document_id",
                "field",
                "value",
                "boxes",
                "confidence",
                "outcome",
                "state",
                "final",
                "final_boxes",
            )
            given = {name: getattr(row, name) for name in columns}
            if field == "paslon_3":
                given |= {"state": "reviewed", "final": 56, "final_boxes": "056", "decision_id": "f" * 32}
            add("number", **given, page_id=page, reasons=[], evidence={}, version=0)
        previous = "0" * 64
        for seq, kind in enumerate(("pages_received", "page_read", "document_decided", "number_decided"), 1):
            link = ChainEvent(seq=seq, at=at, kind=kind, actor="ani", subject=f"document:{document}", body={"n": seq})
            link.previous, link.sha256 = previous, link_hash(link, previous)
            previous = link.sha256
            names = ("seq", "at", "kind", "actor", "subject", "body", "previous", "sha256")
            add("event", **{name: getattr(link, name) for name in names})
    return document


def _stored(value: Any, database: Database) -> Any:
    """Return a value as a table that was only looked at takes it."""
    if database.embedded and isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return value


def test_every_number_that_waits_gets_its_item_and_nothing_is_lost(old: Database) -> None:
    document = _fill(old)
    assert not is_current(old)
    upgrade(old)
    assert is_current(old)
    with old.reading() as session:
        (item,) = session.scalars(select(ReviewItem))
        assert (item.document_id, item.field, item.kind, item.state) == (document, "paslon_2", "review", "open")
        assert (item.station, len(item.id)) == (STATION, 32)
        assert item.harm == pytest.approx(1 - 0.99)
        assert item.made_at.tzinfo is not None
        states = dict(iter(session.execute(select(Number.field, Number.state))))
        assert states == {"paslon_1": "accepted", "paslon_2": "review", "paslon_3": "reviewed"}
        assert len(session.scalars(select(ChainEvent.seq)).all()) == 4


def test_the_head_of_the_old_chain_is_the_first_leaf_and_every_row_is_adopted(old: Database, tmp_path: Path) -> None:
    _fill(old)
    upgrade(old)
    database = replace(old, watched=watched(), at_commit=settle)
    assert adopt(database) > 5
    assert adopt(database) == 0
    signer = open_signer(database, tmp_path / "key.pem")
    sequence_all(database, signer)
    with database.reading() as session:
        (first,) = entries_of(session, 0, 1)
        head = session.scalars(select(ChainEvent.sha256).order_by(ChainEvent.seq.desc())).first()
    assert json.loads(first)["kind"] == "chain_closed"
    assert json.loads(first)["body"] == {"seq": 4, "sha256": head}
    assert found(database) == set()
    for statement, code in (
        ("UPDATE chain_event SET actor = 'eve' WHERE seq = 2", "audit_hash"),
        ("DELETE FROM chain_event WHERE seq = 4", "audit_head"),
        ("UPDATE decision SET person_id = 'eve'", "audit_row_changed"),
    ):
        with database.engine.connect() as connection, connection.begin() as transaction:
            connection.execute(text(statement))
            assert code in {reason.code for reason in _verified(Session(bind=connection))}
            transaction.rollback()


def test_rows_that_were_changed_are_not_adopted_once_more_unseen(old: Database) -> None:
    _fill(old)
    upgrade(old)
    database = replace(old, watched=watched(), at_commit=settle)
    adopt(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE number SET final = 1, value = 1 WHERE field = 'paslon_1'"))
        connection.execute(text("DELETE FROM log_shape"))
    adopt(database)
    assert "audit_row_rewritten" in found(database)


def found(database: Database) -> set[str]:
    with database.reading() as session:
        return {reason.code for reason in _verified(session)}


def _verified(session: Session) -> list[Reason]:
    """Return what is wrong with log and rows, of a history that has no originals and no sums."""
    with session, Replay() as replay:
        return [
            *_log(session, replay, Signatures(replay), (), lambda _steps: None),
            *check_rows(session, replay, lambda: None),
        ]


@pytest.mark.parametrize(
    ("numbers", "missing", "marks"),
    [
        ({"paslon_1": ("accepted", 12), "paslon_2": ("reviewed", 0)}, [], {"_pairs:2": 1, "_pairs:paslon_1": 12}),
        ({"paslon_1": ("accepted", 12)}, [3], {"_pairs?:1": 1, "_pairs?:paslon_1": 12}),
        ({"paslon_1": ("accepted", 12), "paslon_2": ("unreadable", None)}, [], {}),
        ({"paslon_1": ("review", 12)}, [], {}),
    ],
)
def test_stations_on_record_get_the_sums_of_their_pairs(
    database: Database, numbers: Given, missing: list[int], marks: dict[str, int]
) -> None:
    """The step that brings them changes no shape, so it is taken by itself on rows as today's program writes them."""
    settled = all(state in ("accepted", "reviewed") for state, _ in numbers.values())
    with database.writing() as session:
        elect(session)
        document = counted_document(session, "3171010001001", numbers, missing=missing, broken=True)
        row = session.scalars(select(StationCount)).one()
        row.amounts = {item: amount for item, amount in row.amounts.items() if "pairs" not in item}
        session.execute(delete(Tally).where(Tally.item.contains("pairs")))
        if not settled:
            assert row.amounts["_broken"] == 1  # as it was told before
    with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        import_module("api.db.migrations.versions.v0005_pairs_together").upgrade()
    with database.reading() as session:
        amounts = session.scalars(select(StationCount.amounts)).one()
        assert {item: amount for item, amount in amounts.items() if "pairs" in item} == marks
        assert amounts.get("_broken", 0) == settled
        [rule] = session.get_one(Document, document.id).rules
        assert rule.get("counts", True) == settled
        assert list(recount(session)) == []
