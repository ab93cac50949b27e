"""Whoever changes a row and adds an event that tells of it is found all the same: an event does what its kind may do.

The sequencer puts into the tree and signs whatever waits for it. So what is written behind the program's back may well
come with an event of its own, without any key. Tables and columns come from the database itself.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Table, delete, insert, update
from sqlalchemy.orm import Session

from api.db.review_tables import ReviewItem
from api.db.transactions import changes_of, track
from api.ledger.actors import PROGRAM
from api.ledger.append import record_event, settle
from api.ledger.protected import PROTECTED
from api.verification import verify as verifying
from api.verification.replay import NAMES
from tests.integration.verification.test_every_column import (
    Service,
    behind,
    key_of,
    other,
    rows_of,
    written,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

TOLD = sorted((kind for kind, columns in PROTECTED.items() if columns.recorded), key=lambda kind: kind.__tablename__)

WITHOUT_EVENT: Mapping[str, str] = {
    "review_item.kind": "an item is of the kind that its number asks for, also where the queue is put in order",
    "review_item.state": "an item ends with its number's waiting, also where the queue is put in order",
    "review_item.ended_at": "as above",
    "review_item.station": "an item goes where its document is filed",
    "review_item.form_id": "as above",
    "review_item.comment": "what a colleague said to the next reader",
}
"""Columns that change without an event of their own, and why nothing that is published follows from them."""

SLIPPED_IN = frozenset({"review_item", "service_secret"})
"""Tables whose rows are made without an event of their own: hidden tests at a desk, secrets at the first start."""


@contextmanager
def telling(connection: Connection, service: Service) -> Iterator[Session]:
    """Hold a session whose changes are told by an event that says nothing of why."""
    with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        track(session, service.records.database.watched)
        yield session
        session.flush()
        settle(session)
        session.commit()


def name(session: Session, kind: type[Any], row: Mapping[str, Any]) -> None:
    """Name a row that a statement changes past the objects."""
    changes = changes_of(session)
    assert changes is not None
    changes.name(kind, [tuple(row[column.name] for column in kind.__table__.primary_key.columns)])


def about(service: Service, table: Table) -> list[tuple[str, str, str]]:
    """Return code, subject and column of what is found about a table."""
    what = NAMES.get(table.name, table.name)
    return [
        (reason.code, str(reason.values["subject"]), str(reason.values.get("column", "")))
        for reason in verifying.verify(service.records, originals=False)
        if str(reason.values["subject"]).startswith(f"{what}:")
    ]


def _change(table: Table, row: Mapping[str, Any], column: str, value: Any) -> Any:
    return update(table).where(key_of(table, row)).values({column: written(table.columns[column], value)})


def test_every_column_that_is_changed_with_an_event_that_says_so_is_found(service: Service) -> None:
    tried, silent = 0, []
    for kind in TOLD:
        table: Table = kind.__table__
        keys = {column.name for column in table.primary_key.columns}
        for column in sorted(PROTECTED[kind].recorded - keys):
            if f"{table.name}.{column}" in WITHOUT_EVENT:
                continue
            with behind(service) as (connection, held):
                rows = rows_of(connection, table)
                chosen = next((row for row in rows if row[column] is not None), rows[0])
                value = other(table.columns[column], chosen[column])
                with telling(connection, held) as session:
                    name(session, kind, chosen)
                    session.execute(_change(table, chosen, column, value))
                tried += 1
                if not about(held, table):
                    silent.append(f"{table.name}.{column}")
    assert tried > 150
    assert silent == []


def test_every_row_that_is_taken_away_with_an_event_that_says_so_is_found(service: Service) -> None:
    silent = []
    for kind in TOLD:
        table: Table = kind.__table__
        with behind(service) as (connection, held):
            row = rows_of(connection, table)[0]
            with telling(connection, held) as session:
                name(session, kind, row)
                session.execute(delete(table).where(key_of(table, row)))
            if not about(held, table):
                silent.append(table.name)
    assert silent == []


def test_every_row_that_is_slipped_in_with_an_event_that_says_so_is_found(service: Service) -> None:
    silent = []
    for kind in TOLD:
        table: Table = kind.__table__
        with behind(service) as (connection, held):
            row = rows_of(connection, table)[0]
            unique = {column.name for column in (*table.primary_key.columns, *table.columns) if column.unique}
            unique |= {column.name for column in table.primary_key.columns} | ({"nonce"} & set(table.columns.keys()))
            unique |= {"document": {"station"}, "page": {"original"}, "gold_number": {"field"}}.get(table.name, set())
            made = {**row, **{one: other(table.columns[one], row[one]) for one in unique}}
            if kind is ReviewItem or "conflict" in table.name:
                made["state"] = "closed" if kind is ReviewItem else "settled"
            with telling(connection, held) as session:
                name(session, kind, made)
                session.execute(insert(table).values(made))
            if not about(held, table):
                silent.append(table.name)
    assert set(silent) <= SLIPPED_IN


FAKES: Mapping[str, tuple[str, str, str]] = {
    "a role, as the result of a change of sums": ("sums_repaired", "person", "roles"),
    "an answer to an audit, as one that was taken back": ("answer_undone", "review_answer", "matches"),
    "the seed of an audit, as if it was drawn anew": ("audit_drawn", "review_audit", "seed"),
    "who brought a page, as if pages were moved": ("pages_moved", "page", "uploaded_by"),
    "which photograph a page is of, as if pages were moved": ("pages_moved", "page", "width"),
    "whether a claim takes a file out of the count, as settled": ("conflict_settled", "station_conflict", "suspends"),
    "a token's roles, as revoked": ("token_revoked", "token", "roles"),
    "a key's public half, as confirmed": ("key_confirmed", "person_key", "public"),
    "published figures, as imported": ("published_imported", "published_snapshot", "figures"),
    "the names of pairs, as regions that were imported": ("regions_imported", "election_setting", "pairs"),
    "a threshold, as an election that was set": ("election_set", "policy_value", "value"),
    "a number's ink, as decided": ("number_decided", "number", "region"),
    "a document's missing pages, as decided": ("document_decided", "document", "missing_pages"),
    "a page's state, as read": ("page_read", "page", "state"),
}
"""Changes that come with an event of another kind than `rows_changed`, by what they are."""


@pytest.mark.parametrize("fake", FAKES)
def test_a_change_that_is_told_as_something_else_is_found(service: Service, fake: str) -> None:
    event, of, column = FAKES[fake]
    [kind] = [kind for kind in TOLD if kind.__tablename__ == of]
    table: Table = kind.__table__
    with behind(service) as (connection, held):
        rows = rows_of(connection, table)
        chosen = next((row for row in rows if row[column] not in (None, "rejected")), rows[0])
        value = "rejected" if (of, column) == ("page", "state") else other(table.columns[column], chosen[column])
        with telling(connection, held) as session:
            name(session, kind, chosen)
            session.execute(_change(table, chosen, column, value))
            record_told(session, event)
        assert about(held, table), f"{fake} is not found"


def record_told(session: Session, kind: str) -> None:
    """Write an event of a kind that tells of what has changed."""
    actions: list[Callable[[Session], None]] = session.info.setdefault("chasil_before_commit", [])
    record_event(session, kind, PROGRAM, "rows:", {})
    for action in actions:
        action(session)
