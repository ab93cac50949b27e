"""The sequencer: everything committed becomes a leaf once, whatever dies, and two never make two trees."""

import json
import multiprocessing
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db import Database, open_database
from api.db.log_tables import Event, LogCheckpoint, LogLeaf, LogPending
from api.ledger import sequencer
from api.ledger.append import record_event
from api.ledger.log import newest_checkpoint
from api.ledger.notes import parse_note, signed_by
from api.ledger.sequencer import Signer, open_signer, replace_key, sequence, sequence_all
from api.verification.verify import verify
from pipeline.errors import UsageError


@pytest.fixture
def signer(database: Database, tmp_path: Path) -> Signer:
    return open_signer(database, tmp_path / "log-key.pem", "example.org/tally")


def write(database: Database, count: int, subject: str = "setting:x") -> None:
    with database.writing() as session:
        for index in range(count):
            record_event(session, "sums_repaired", "program", subject, {"differences": index})


def order(database: Database, subject: str) -> list[int]:
    """Return what the events about a thing say, in the order of the tree."""
    with database.reading() as session:
        asked = select(Event.leaf).join(LogLeaf, LogLeaf.seq == Event.seq).where(Event.subject == subject)
        return [json.loads(leaf)["body"]["differences"] for leaf in session.scalars(asked.order_by(LogLeaf.position))]


def test_what_was_committed_is_a_leaf_and_signed(database: Database, signer: Signer) -> None:
    write(database, 700)
    assert sequence_all(database, signer) == 701  # the key of the log is an event too
    assert sequence(database, signer) == 0
    with database.reading() as session:
        last = newest_checkpoint(session)
        assert last is not None
        assert session.scalar(select(func.count()).select_from(LogPending)) == 0
    note = parse_note(last.note)
    assert (note.checkpoint.origin, note.checkpoint.size) == ("example.org/tally", 701)
    assert signed_by(note, signer.public)
    assert order(database, "setting:x") == list(range(700))


def test_an_event_that_becomes_visible_late_is_not_passed_by(database: Database, signer: Signer) -> None:
    """Its number is smaller than those that are in the tree already."""
    if database.embedded:
        pytest.skip("SQLite has one writer at a time")
    late, go = threading.Event(), threading.Event()

    def write_late() -> None:
        with Session(database.engine) as session, session.begin():
            row = {"at": "2026-01-01T00:00:00Z", "leaf": '{"late":1}', "body": "{}"}
            statement = (
                "INSERT INTO event (at, kind, actor, subject, body, leaf) "
                "VALUES (:at, 'sums_repaired', 'program', 'log:x', :body, :leaf) RETURNING seq"
            )
            seq = session.execute(text(statement), row).scalar_one()
            session.execute(text("INSERT INTO log_pending VALUES (:seq)"), {"seq": seq})
            late.set()
            go.wait(30)

    thread = threading.Thread(target=write_late)
    thread.start()
    assert late.wait(30)
    write(database, 3)
    assert sequence_all(database, signer) == 4
    go.set()
    thread.join()
    assert sequence_all(database, signer) == 1
    with database.reading() as session:
        leaves = session.scalars(select(LogLeaf.seq).order_by(LogLeaf.position)).all()
    assert leaves != sorted(leaves)
    assert len(leaves) == 5


def test_two_sequencers_at_once_make_one_tree(database: Database, signer: Signer) -> None:
    write(database, 300)
    threads = [threading.Thread(target=sequence_all, args=(database, signer)) for _ in range(4)]
    for thread in threads:
        thread.start()
    write(database, 20, "setting:y")
    for thread in threads:
        thread.join()
    sequence_all(database, signer)
    with database.reading() as session:
        assert session.scalars(select(LogLeaf.position).order_by(LogLeaf.position)).all() == list(range(321))
    assert order(database, "setting:x") == list(range(300))


def _sequence_for_ever(url: str, key: str, begun: Any) -> None:
    database = open_database(url)
    sequencer.BATCH = 7  # many small batches: many moments to die at
    signer = open_signer(database, Path(key))
    begun.set()
    while True:
        sequence(database, signer)


def _waits(database: Database) -> bool:
    with database.reading() as session:
        return session.scalar(select(LogPending.seq).limit(1)) is not None


def test_a_sequencer_that_is_killed_loses_and_doubles_nothing(records: Records, tmp_path: Path) -> None:
    """Ten times with SIGKILL, while writers write; whoever comes next goes on where it stopped."""
    database, key, chance = records.database, tmp_path / "log-key.pem", random.Random(5)
    signer = open_signer(database, key)
    url = database.engine.url.render_as_string(hide_password=False)
    context = multiprocessing.get_context("fork")  # quicker by far; it opens a database of its own
    written = 0
    for _ in range(10):
        begun = context.Event()
        process = context.Process(target=_sequence_for_ever, args=(url, str(key), begun), daemon=True)
        process.start()
        assert begun.wait(120)
        until = time.monotonic() + chance.uniform(0.1, 0.6)
        while time.monotonic() < until:
            write(database, 10, f"setting:{written}")
            written += 10
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    # The database may not have heard yet that whoever held the lock is dead; then a try does nothing.
    until = time.monotonic() + 60
    while _waits(database) and time.monotonic() < until:
        sequence_all(database, signer)
    with database.reading() as session:
        leaves = session.scalars(select(LogLeaf.seq)).all()
        events = session.scalars(select(Event.seq)).all()
        checkpoints = session.scalar(select(func.count()).select_from(LogCheckpoint)) or 0
    assert len(leaves) == len(set(leaves)) == len(events)
    assert checkpoints > 10
    assert [reason.text() for reason in verify(records)] == []


def test_a_log_keeps_its_key_until_an_event_names_another(database: Database, signer: Signer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    with pytest.raises(UsageError) as refused:
        open_signer(database, other)
    assert refused.value.code == "log_key_unknown"
    assert not other.exists()
    write(database, 1)
    sequence_all(database, signer)
    new = replace_key(database, signer, other)
    write(database, 1)
    sequence_all(database, new)
    assert open_signer(database, other).public == new.public
    with pytest.raises(UsageError):
        open_signer(database, tmp_path / "log-key.pem")


def test_a_key_is_made_once_and_is_its_owners_alone(database: Database, tmp_path: Path) -> None:
    found: list[Signer] = []
    threads = [
        threading.Thread(target=lambda: found.append(open_signer(database, tmp_path / "key.pem"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({str(one.public) for one in found}) == 1
    assert len(found) == 4
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
