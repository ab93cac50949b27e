"""A log gets another key: the old one signs nothing any more, whoever has it, and a rotation that dies is taken up."""

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from api.core.context import Records
from api.core.settings import Settings
from api.ledger import rotation, sequencer
from api.ledger.append import record_event
from api.ledger.keys import load_key, make_key
from api.ledger.log import log_hashes, newest_checkpoint, size_of
from api.ledger.notes import Checkpoint, parse_note, sign, signed_by
from api.ledger.rotation import rotate_key
from api.ledger.sequencer import Signer, log_keys, open_signer, sequence, sequence_all
from api.ledger.tree import root
from api.verification.verify import verify
from api.verification.witness import follow, open_witness
from api.workers import log_keeper
from pipeline.errors import ConflictError, UsageError
from tests.integration.ledger.test_witness import served
from tests.support.databases import Command


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "log-key.pem"


@pytest.fixture
def old(records: Records, key: Path) -> Signer:
    write(records)
    return open_signer(records.database, key, "example.org/tally")


def write(records: Records) -> None:
    with records.database.writing() as session:
        record_event(session, "sums_repaired", "program", "region:0", {"differences": 1})


def newest(records: Records) -> str:
    with records.database.reading() as session:
        last = newest_checkpoint(session)
        assert last is not None
        return last.note


def keys(records: Records) -> list[str]:
    with records.database.reading() as session:
        return [str(one) for one in log_keys(session)]


def faults(records: Records) -> list[str]:
    return [reason.code for reason in verify(records)]


def test_from_its_event_on_only_the_new_key_signs(records: Records, old: Signer, key: Path) -> None:
    new, kept = rotate_key(records.database, key)
    assert keys(records) == [str(old.public), str(new.public)]
    assert signed_by(parse_note(newest(records)), new.public)
    assert not signed_by(parse_note(newest(records)), old.public)
    assert open_signer(records.database, key).public == new.public
    assert load_key(kept).private_bytes_raw() == old.key.private_bytes_raw()
    assert [file.stat().st_mode & 0o777 for file in (key, kept)] == [0o600, 0o600]
    write(records)
    with pytest.raises(UsageError, match="log_key_unknown"):
        sequence(records.database, old)
    sequence_all(records.database, new)
    assert faults(records) == []


def test_what_a_replaced_key_signs_is_found(records: Records, old: Signer, key: Path) -> None:
    """Whoever has stolen it, and the database, cannot go on with it."""
    rotate_key(records.database, key)
    with records.database.writing() as session:
        size = size_of(session)
        forged = Checkpoint(old.origin, size, root(size, log_hashes(session)))
        last = newest_checkpoint(session)
        assert last is not None
        last.note = str(sign(forged, old.key))
    assert faults(records) == ["audit_checkpoint"]


@pytest.mark.parametrize(
    ("place", "step"),
    [(sequencer, "record_event"), (rotation, "_put_in_place"), (Path, "replace"), (os, "fsync")],
    ids=["before the event", "before the files", "between the files", "while the key is made"],
)
def test_a_rotation_that_was_killed_is_taken_up(
    records: Records, old: Signer, key: Path, place: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(place, step, killed)
        with pytest.raises(KeyboardInterrupt):
            rotate_key(records.database, key)
    new, kept = rotate_key(records.database, key)
    assert keys(records) == [str(old.public), str(new.public)]
    assert load_key(kept).private_bytes_raw() == old.key.private_bytes_raw()
    assert sorted(file.name for file in key.parent.glob("log-key*")) == sorted([kept.name, key.name])
    assert faults(records) == []


def test_a_service_that_runs_goes_on_with_the_new_key(
    records: Records, old: Signer, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_keeper, "EVERY_SECONDS", 0.02)
    monkeypatch.setattr(log_keeper, "TROUBLED_SECONDS", 0.02)
    keeper = log_keeper.LogKeeper(records, Settings(home=tmp_path, log_key=key))
    keeper.start()
    try:
        new, _ = rotate_key(records.database, key)
        write(records)
        until = time.monotonic() + 60
        with records.database.reading() as session:
            size = size_of(session)
        while parse_note(newest(records)).checkpoint.size <= size and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        keeper.stop()
    assert old.public != new.public
    assert signed_by(parse_note(newest(records)), new.public)
    assert faults(records) == []


def test_a_witness_takes_a_new_key_when_it_is_told_and_of_a_log_that_goes_on(
    records: Records, old: Signer, key: Path, tmp_path: Path
) -> None:
    fetch, private, folder = served(records.database), make_key(tmp_path / "witness.pem"), tmp_path / "witness"
    sequence_all(records.database, old)
    follow(open_witness("saksi.example.org", private, folder, str(old.public), fetch), fetch)
    new, _ = rotate_key(records.database, key)
    with pytest.raises(ConflictError, match="witness_refused"):
        follow(open_witness("saksi.example.org", private, folder, None, fetch), fetch)
    told = open_witness("saksi.example.org", private, folder, str(new.public), fetch)
    assert follow(told, fetch).checkpoint.size > 1
    assert open_witness("saksi.example.org", private, folder, None, fetch).log == new.public


def test_the_command_gives_a_new_key_and_the_log_stays_sound(run: Command, tmp_path: Path) -> None:
    assert run("audit", "verify").code == 0
    shutil.copy(tmp_path / "log-key.pem", tmp_path / "before.pem")
    done = run("audit", "rotate-key")
    assert done.code == 0
    assert "chasil.log/" in done.out
    assert (tmp_path / "log-key.pem").read_bytes() != (tmp_path / "before.pem").read_bytes()
    verified = run("audit", "verify")
    assert (verified.code, "sah / sound" in verified.out) == (0, True)
