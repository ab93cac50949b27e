"""Whatever is changed, deleted, slipped in or swapped behind the program's back, in any column of any table, is found.

The tables and columns come from the database itself: a new one is tried without anybody naming it here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Connection, String, Table, delete, insert, inspect, literal, select, text, update
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db import Database
from api.db.tables import Base
from api.db.types import Word
from api.ledger.protected import PROTECTED, THE_LOG
from api.verification import verify as verifying
from api.verification.replay import NAMES, Replay
from api.verification.signatures import Signatures
from pipeline.reasons import Reason
from tests.integration.verification.everything import happen
from tests.support.databases import url_in

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

TABLES = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda kind: kind.__tablename__)
SUMS = ("station_count", "tally")
"""What findings call a sum."""

FROM = re.compile(r'\b(?:FROM|JOIN) "?(\w+)')
"""Finds what a statement asks for."""

EMPTY = frozenset({"chain_event", "log_pending", "log_node", "log_cosignature", "log_shape"})
"""Tables of the log that hold nothing in a short history of a new service; each has tests of its own."""

UNSEEN: Mapping[str, str] = {
    "log_checkpoint.at": "when the row was written; the signed note has no time, witnesses sign theirs",
    "log_shape.columns": "a wrong one has rows adopted once more, as an event, which may change nothing",
    "log_shape.name": "as above",
}


DELETABLE: Mapping[str, str] = {
    "log_checkpoint": "the next one signs the same leaves; whoever kept this one still holds it against the tree",
    "log_shape": "rows are adopted once more then, as an event, which may change nothing",
}
"""Tables of the log of which a row may go without harm."""


@dataclass(frozen=True, slots=True)
class _Held(Database):
    """A database that is looked at through one connection, in a transaction that nobody ever commits."""

    connection: Connection | None = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with Session(bind=self.connection, join_transaction_mode="create_savepoint") as session:
            yield session


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk through the log gives. Nothing that is changed in other tables changes it: it looks at none of them.

    Attributes:
        tables: What it asked the database for.
        faults: What it found.
        rows: What the rows must be by the log.

    """

    tables: frozenset[str]
    faults: tuple[Reason, ...]
    rows: tuple[tuple[Any, ...], ...]

    def again(self, _session: Session, replay: Replay, *_more: object) -> Iterator[Reason]:
        """Stand in for the walk of a verification: all else is held against what it gave."""
        replay._rows.executemany("INSERT INTO fact VALUES (?, ?, ?, ?)", self.rows)
        yield from self.faults


def walk(records: Records) -> _Walk:
    """Walk through the log as a verification does."""
    asked: list[str] = []

    def noted(*told: Any) -> None:
        asked.append(told[2])

    listen(records.database.engine, "before_cursor_execute", noted)
    try:
        with records.database.reading() as session, Replay() as replay:
            faults = tuple(verifying._log(session, replay, Signatures(replay), (), lambda _steps: None))
            rows = tuple(replay._rows.execute("SELECT * FROM fact"))
    finally:
        remove(records.database.engine, "before_cursor_execute", noted)
    return _Walk(frozenset(FROM.findall(" ".join(asked))), faults, rows)


@dataclass(frozen=True, slots=True)
class Service:
    """A service on which everything has happened, and what its log says."""

    records: Records
    log: _Walk


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return a service on which everything has happened; nothing that a test does to it stays."""
    folder = tmp_path_factory.mktemp("everything")
    settings = Settings(
        home=folder, database=url_in(request, folder), originals=str(folder / "originals"), form="c-hasil-ppwp-2024"
    )
    with closing(open_records(settings)) as records:
        happen(records, folder)
        yield Service(records, walk(records))
        assert [reason.text() for reason in verifying.verify(records)] == []


@contextmanager
def behind(service: Service) -> Iterator[tuple[Connection, Service]]:
    """Hold a connection that may do what no program does; nothing of it stays."""
    records = service.records
    with records.database.engine.connect() as connection:
        if records.database.embedded:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execute(text("SET session_replication_role = replica"))
        held = _Held(records.database.engine, connection=connection)
        yield connection, replace(service, records=replace(records, database=held))
        connection.rollback()


def found(service: Service, table: Table) -> list[tuple[str, str, str]]:
    """Return code, subject and column of everything that is wrong; originals are looked at elsewhere.

    The log is gone through anew where this table is among what that looks at.
    """
    with pytest.MonkeyPatch.context() as patch:
        if table.name not in service.log.tables:
            patch.setattr(verifying, "_log", service.log.again)
        return [
            (reason.code, str(reason.values["subject"]), str(reason.values.get("column", "")))
            for reason in verifying.verify(service.records, originals=False)
        ]


def other(column: Any, value: Any) -> Any:
    """Return another value of the same kind."""
    for kind, change in CHANGES:
        if isinstance(value, kind):
            return change(value)
    if isinstance(column.type, JSON):
        return {"more": 1}
    return MADE.get(column.type.python_type, datetime.now().astimezone())


CHANGES: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
    (bool, lambda value: not value),
    (int | float, lambda value: value + 1000),
    (datetime, lambda value: value + timedelta(days=1)),
    (bytes, lambda value: value + b"x"),
    (dict, lambda value: {**value, "more": 1}),
    (list, lambda value: [*value, 1]),
    (str, lambda value: ("x" if value[:1] != "x" else "y") + value[1:]),
)
MADE = {int: 1, float: 1.0, str: "x", bool: True}
"""What stands where there was nothing."""


HASHED = "content"
"""What findings call the columns of a reading that are hashed together."""


def rows_of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    order = list(table.primary_key.columns)
    return [dict(row) for row in connection.execute(select(table).order_by(*order)).mappings()]


def key_of(table: Table, row: Mapping[str, Any]) -> Any:
    conditions = [column == row[column.name] for column in table.primary_key.columns]
    result = conditions[0]
    for condition in conditions[1:]:
        result &= condition
    return result


def names(table: Table) -> tuple[str, ...]:
    """Return what the subjects of findings about a table begin with."""
    if table.name in SUMS:
        return ("sum:",)
    if table.name in {kind.__tablename__ for kind in THE_LOG}:
        return ("",)  # what it says of others is wrong then, too
    return (f"{NAMES.get(table.name, table.name)}:",)


def written(column: Any, value: Any) -> Any:
    """Return a value as other means than the program write it: whatever word it is."""
    return literal(str(value), String()) if isinstance(column.type, Word) and value is not None else value


def check(service: Service, table: Table, what: str, column: str = "") -> None:
    """Expect a finding that names the table, and the column where one was changed."""
    told = found(service, table)
    about = [one for one in told if one[1].startswith(names(table))]
    assert about, f"{table.name}: {what} is not found; found is {told[:5]}"
    if column and table.name not in SUMS and table.primary_key.columns.get(column) is None and names(table) != ("",):
        assert [one for one in about if one[2] in (column, HASHED)], (
            f"{table.name}: {what} is not named; found is {about[:5]}"
        )


def protected(kind: type[Any]) -> list[str]:
    """Return the columns of a table that must not change unseen."""
    free = set(PROTECTED[kind].free) if kind in PROTECTED else set()
    return [
        column.name
        for column in inspect(kind).columns
        if column.name not in free and f"{kind.__tablename__}.{column.name}" not in UNSEEN
    ]


def test_a_service_on_which_everything_has_happened_is_sound_and_leaves_no_table_empty(service: Service) -> None:
    assert [reason.text() for reason in verifying.verify(service.records)] == []
    with behind(service) as (connection, _):
        empty = {kind.__tablename__ for kind in TABLES if not rows_of(connection, kind.__table__)}
    assert empty <= EMPTY
    assert service.log.faults == ()
    assert {kind.__tablename__ for kind in THE_LOG} - {"log_shape", "log_cosignature"} <= service.log.tables


def test_every_change_of_every_column_is_found_and_named(service: Service) -> None:
    tried = 0
    for kind in TABLES:
        table: Table = kind.__table__
        for name in protected(kind):
            with behind(service) as (connection, held):
                rows = rows_of(connection, table)
                if not rows:
                    continue
                chosen = next((row for row in rows if row[name] is not None), rows[0])
                changed = other(table.columns[name], chosen[name])
                put = {name: written(table.columns[name], changed)}
                connection.execute(update(table).where(key_of(table, chosen)).values(put))
                check(held, table, f"{name} {chosen[name]!r} -> {changed!r}", name)
                tried += 1
    assert tried > 150


def test_every_deleted_row_is_found(service: Service) -> None:
    for kind in TABLES:
        table: Table = kind.__table__
        if not protected(kind) or table.name in DELETABLE:
            continue
        with behind(service) as (connection, _):
            rows = rows_of(connection, table)
        for row in (rows[0], rows[-1]) if rows else ():
            with behind(service) as (connection, held):
                connection.execute(delete(table).where(key_of(table, row)))
                check(held, table, "a deleted row")


def test_every_row_that_was_slipped_in_is_found(service: Service) -> None:
    for kind in TABLES:
        table: Table = kind.__table__
        if not protected(kind) or kind in THE_LOG:
            continue
        with behind(service) as (connection, held):
            rows = rows_of(connection, table)
            if not rows:
                continue
            unique = {column.name for column in table.primary_key.columns}
            unique |= {column.name for column in table.columns if column.unique}
            unique |= {"nonce"} & set(table.columns.keys())
            if table.name == "document":
                unique.add("station")
            if table.name in ("gold_number", "page"):
                unique |= {"field", "original"} & set(table.columns.keys())
            if table.name == "review_item":
                rows = [{**rows[0], "state": "closed"}]
            if table.name == "station_conflict":  # one original has one open conflict at most
                rows = [{**rows[0], "state": "settled"}]
            made = {**rows[0], **{name: other(table.columns[name], rows[0][name]) for name in unique}}
            connection.execute(insert(table).values(made))
            check(held, table, "a row that was slipped in")


def test_every_swap_of_two_rows_is_found(service: Service) -> None:
    for kind in TABLES:
        table: Table = kind.__table__
        names_ = [name for name in protected(kind) if name not in table.primary_key.columns]
        for name in names_:
            with behind(service) as (connection, held):
                rows = rows_of(connection, table)
                if table.columns[name].unique or not swapped(connection, table, rows, name):
                    continue
                check(held, table, f"{name} of two rows", name)


def swapped(connection: Connection, table: Table, rows: list[dict[str, Any]], name: str) -> bool:
    """Swap a column of two rows that differ in it; tell whether there are any whose swap the database itself takes."""
    pairs = [(one, two) for one in rows for two in rows if one[name] != two[name]]
    if any(isinstance(row[name], float) for row in rows):
        pairs.sort(key=lambda pair: -abs((pair[0][name] or 0.0) - (pair[1][name] or 0.0)))
    for one, two in pairs[:10]:
        column = table.columns[name]
        aside = written(column, other(column, one[name]))  # a place for one only may be for one at a time
        try:
            with connection.begin_nested():
                connection.execute(update(table).where(key_of(table, two)).values({name: aside}))
                connection.execute(update(table).where(key_of(table, one)).values({name: written(column, two[name])}))
                connection.execute(update(table).where(key_of(table, two)).values({name: written(column, one[name])}))
        except IntegrityError:
            continue
        return True
    return False


def test_what_need_not_be_seen_has_a_reason() -> None:
    known = {f"{kind.__tablename__}.{column.name}" for kind in TABLES for column in inspect(kind).columns}
    assert set(UNSEEN) <= known
