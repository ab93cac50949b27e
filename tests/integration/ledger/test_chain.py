"""Events are written when their transaction commits: in the order in which they were recorded, and nobody waits."""

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import select, text

from api.db import Database
from api.db.log_tables import Event, LogPending
from api.ledger.append import record_event


def events_of(database: Database) -> Sequence[Event]:
    with database.reading() as session:
        return session.scalars(select(Event).order_by(Event.seq)).all()


def test_events_of_a_transaction_are_written_in_their_order(database: Database) -> None:
    with database.writing() as session:
        for kind in ("first", "second"):
            record_event(session, kind, "program", "thing:1", {})
        assert session.scalars(select(Event)).all() == []
    with database.writing() as session:
        record_event(session, "third", "program", "thing:1", {})
    events = events_of(database)
    assert [event.kind for event in events] == ["first", "second", "third"]
    assert [json.loads(event.leaf)["kind"] for event in events] == ["first", "second", "third"]
    with database.reading() as session:
        assert session.scalars(select(LogPending.seq).order_by(LogPending.seq)).all() == [one.seq for one in events]


def test_an_event_holds_what_was_so_when_it_was_recorded(database: Database) -> None:
    body = {"numbers": {"a": [1]}}
    with database.writing() as session:
        record_event(session, "kind", "ani", "thing:1", body)
        body["numbers"]["a"].append(2)
    assert events_of(database)[0].body == {"numbers": {"a": [1]}}


def test_a_transaction_that_fails_leaves_no_event(database: Database) -> None:
    def fails() -> None:
        with database.writing() as session:
            record_event(session, "kind", "ani", "thing:1", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert events_of(database) == []


def test_a_session_that_only_reads_takes_no_event(database: Database) -> None:
    with database.reading() as session, pytest.raises(ValueError, match="does not write"):
        record_event(session, "kind", "ani", "thing:1", {})


def test_nobody_waits_for_whoever_has_written_events_and_not_ended_yet(database: Database) -> None:
    if database.embedded:
        pytest.skip("SQLite has one writer at a time")
    with database.engine.connect() as slow, slow.begin():
        slow.execute(
            text("INSERT INTO event (at, kind, actor, subject, body, leaf) VALUES (now(), 'slow', 'a', 's', '{}', '')")
        )
        with database.writing() as quick:
            quick.execute(text("SET LOCAL lock_timeout = '1s'"))
            record_event(quick, "quick", "program", "thing:2", {})
    assert [event.kind for event in events_of(database)] == ["slow", "quick"]
