"""Events join the chain when their transaction commits: in the order in which they were recorded, and nobody waits."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, text

from api.db import Database
from api.db.tables import Event
from api.ledger.append import FIRST, record_event


def chain(database: Database) -> Sequence[Event]:
    with database.reading() as session:
        return session.scalars(select(Event).order_by(Event.seq)).all()


def test_events_of_a_transaction_are_appended_in_their_order(database: Database) -> None:
    with database.writing() as session:
        for kind in ("first", "second"):
            record_event(session, kind, "ani", "thing:1", {})
        assert session.scalars(select(Event)).all() == []
    with database.writing() as session:
        record_event(session, "third", "ani", "thing:1", {})
    events = chain(database)
    assert [(event.seq, event.kind) for event in events] == [(1, "first"), (2, "second"), (3, "third")]
    assert [event.previous for event in events] == [FIRST, events[0].sha256, events[1].sha256]


def test_an_event_holds_what_was_so_when_it_was_recorded(database: Database) -> None:
    body = {"numbers": {"a": [1]}}
    with database.writing() as session:
        record_event(session, "kind", "ani", "thing:1", body)
        body["numbers"]["a"].append(2)
    assert chain(database)[0].body == {"numbers": {"a": [1]}}


def test_a_transaction_that_fails_leaves_no_event(database: Database) -> None:
    def fails() -> None:
        with database.writing() as session:
            record_event(session, "kind", "ani", "thing:1", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert chain(database) == []


def test_a_session_that_only_reads_takes_no_event(database: Database) -> None:
    with database.reading() as session, pytest.raises(ValueError, match="does not write"):
        record_event(session, "kind", "ani", "thing:1", {})


def test_whoever_has_recorded_an_event_lets_others_append_theirs(database: Database) -> None:
    if database.embedded:
        pytest.skip("SQLite has one writer at a time")
    with database.writing() as slow:
        record_event(slow, "slow", "ani", "thing:1", {})
        with database.writing() as quick:
            quick.execute(text("SET LOCAL lock_timeout = '2s'"))
            record_event(quick, "quick", "budi", "thing:2", {})
    assert [event.kind for event in chain(database)] == ["quick", "slow"]
