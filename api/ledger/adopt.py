"""Take rows into the log as they are found: those of an older program, and those whose table has new columns.

Each table is adopted once for each set of columns that events record. `chasil audit verify` refuses an adoption that
changes what was recorded before.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from api.db import Database
from api.db.log_tables import LogShape
from api.db.transactions import take_lock
from api.db.types import now
from api.ledger.actors import PROGRAM
from api.ledger.append import MOST_ROW_BYTES, event_row, insert_events
from api.ledger.kinds import ROWS_ADOPTED
from api.ledger.leaf import fact_of, grouped, key_columns, persons_in
from api.ledger.protected import PROTECTED, Columns
from api.ledger.pseudonyms import pseudonyms

ROWS = 500
"""Rows that are held at a time."""

_LOCK = 0x61_64_6F_70_74


def adopt(database: Database) -> int:
    """Adopt what the log does not record yet, all or nothing; return how many rows."""
    with database.reading() as session:
        if not _lacking(session):
            return 0
    with database.writing() as session:
        take_lock(session, _LOCK)
        return sum(_adopt_table(session, kind, columns) for kind, columns in _lacking(session))


def _lacking(session: Session) -> list[tuple[type[Any], Columns]]:
    known = dict(iter(session.execute(select(LogShape.name, LogShape.columns))))
    return [
        (kind, columns)
        for kind, columns in PROTECTED.items()
        if columns.recorded and known.get(kind.__tablename__) != _shape(columns)
    ]


def _shape(columns: Columns) -> str:
    return json.dumps(sorted(columns.recorded))


def _adopt_table(session: Session, kind: type[Any], columns: Columns) -> int:
    count = 0
    # On a new database nothing is in any table: to ask for a row of each costs a tenth of asking for all columns.
    if session.scalar(select(literal(1)).select_from(kind).limit(1)) is not None:
        for rows in _pieces(session, kind, columns):
            count += len(rows)
            _write_adopted(session, kind, columns, rows)
    session.merge(LogShape(name=kind.__tablename__, columns=_shape(columns)))
    session.flush()
    return count


def _pieces(session: Session, kind: type[Any], columns: Columns) -> Iterator[list[dict[str, Any]]]:
    keys = [getattr(kind, name) for name in key_columns(kind)]
    names = sorted(columns.recorded | set(key_columns(kind)))
    query = select(*(getattr(kind, name).label(name) for name in names)).order_by(*keys)
    for piece in session.execute(query.execution_options(yield_per=ROWS)).mappings().partitions(ROWS):
        yield [dict(row) for row in piece]


def _write_adopted(session: Session, kind: type[Any], columns: Columns, rows: Sequence[dict[str, Any]]) -> None:
    keys = key_columns(kind)
    identities = [tuple(row[name] for name in keys) for row in rows]
    people = {one for row, key in zip(rows, identities, strict=True) for one in persons_in(kind, row, key)}
    named = pseudonyms(session, people).__getitem__
    facts = [fact_of(kind, key, row, named) for row, key in zip(rows, identities, strict=True)]
    body = {"table": kind.__tablename__, "columns": sorted(columns.recorded)}
    subject = f"rows:{kind.__tablename__}"
    events = [
        event_row(now(), ROWS_ADOPTED, PROGRAM, subject, body, groups, named)
        for groups in grouped(facts, MOST_ROW_BYTES)
    ]
    insert_events(session, events)
