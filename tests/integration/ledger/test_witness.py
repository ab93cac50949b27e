"""A witness cosigns a log that only grows, and refuses one that shows two views, whoever has database and key."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from api.core.context import Records
from api.db import Database
from api.db.tables import Document, Page
from api.ledger.append import record_event
from api.ledger.keys import load_key, make_key
from api.ledger.log import cosigned_note, hashes_of, newest_checkpoint
from api.ledger.notes import cosigned_at, key_of, parse_note
from api.ledger.sequencer import open_signer, sequence_all
from api.ledger.tiles import WIDTH, parse_index
from api.ledger.witnesses import take_cosignature, witness_keys
from api.verification import standalone_verifier
from api.verification.entries import parse_head
from api.verification.export import export
from api.verification.verify import verify
from api.verification.witness import LATEST, Fetch, Witness, follow, open_witness
from pipeline.errors import ConflictError, UsageError
from tests.support.history import decide, read, received

NAME = "witness.example.org"
NUMBERS = {"paslon_1": ("accepted", 70), "paslon_2": ("review", 20)}


def served(database: Database) -> Fetch:
    """Return what fetches from a log as its routes serve it."""

    def fetch(path: str) -> bytes:
        with database.reading() as session:
            if path == "/log/checkpoint":
                last = newest_checkpoint(session)
                assert last is not None
                return str(cosigned_note(session, last)).encode()
            level, _, rest = path.removeprefix("/log/tile/").partition("/")
            place = parse_index(rest)
            assert place is not None
            return b"".join(hashes_of(session, int(level), place[0] * WIDTH, place[1]))

    return fetch


@pytest.fixture
def history(records: Records) -> Records:
    with records.database.writing() as session:
        document, page = received(session, records.originals, "1101012001001", b"one")
    with records.database.writing() as session:
        read(session, session.get_one(Document, document.id), session.get_one(Page, page.id), NUMBERS)
    return records


@pytest.fixture
def witness(history: Records, tmp_path: Path) -> Witness:
    grow(history, tmp_path, 1)
    signer = open_signer(history.database, tmp_path / "log.pem")
    key = make_key(tmp_path / "witness.pem")
    return open_witness(NAME, key, tmp_path / "witness", str(signer.public), served(history.database))


def grow(records: Records, folder: Path, count: int) -> None:
    with records.database.writing() as session:
        for index in range(count):
            record_event(session, "sums_repaired", "program", "region:0", {"differences": index})
    sequence_all(records.database, open_signer(records.database, folder / "log.pem"))


def test_a_witness_cosigns_a_log_that_grows_and_keeps_every_checkpoint(
    history: Records, witness: Witness, tmp_path: Path
) -> None:
    fetch = served(history.database)
    sizes = []
    for count in (0, 3, 250, 1, 700):
        grow(history, tmp_path, count)
        note = follow(witness, fetch)
        assert cosigned_at(note, witness.key)
        sizes.append(note.checkpoint.size)
    kept = {int(file.stem) for file in (tmp_path / "witness").glob("*.checkpoint")}
    assert kept == set(sizes)
    assert len(kept) == 5


def test_a_cosignature_is_kept_by_the_log_and_another_size_needs_another(
    history: Records, witness: Witness, tmp_path: Path
) -> None:
    note = follow(witness, served(history.database))
    known = witness_keys([str(witness.key)])
    with history.database.writing() as session:
        take_cosignature(session, note.checkpoint.size, str(note.signatures[-1]), known)
    shown = parse_note(served(history.database)("/log/checkpoint").decode())
    assert cosigned_at(shown, witness.key)
    grow(history, tmp_path, 1)
    with history.database.writing() as session, pytest.raises(UsageError):
        take_cosignature(session, note.checkpoint.size + 1, str(note.signatures[-1]), known)


def forge_row(records: Records, folder: Path) -> None:
    """Write another history of the same length over the old one, and sign it, as owner of database and key."""
    forge(
        records,
        folder,
        "UPDATE event SET leaf = replace(leaf, 'program', 'local') WHERE seq < (SELECT min(seq) + 3 FROM event)",
    )


def forge_and_grow(records: Records, folder: Path) -> None:
    forge_row(records, folder)
    grow(records, folder, 40)


def cut(records: Records, folder: Path) -> None:
    last = "(SELECT max(seq) FROM event)"
    with records.database.engine.begin() as connection:
        connection.execute(text(f"DELETE FROM log_leaf WHERE seq = {last}"))
        connection.execute(text(f"DELETE FROM event WHERE seq = {last}"))
    forge(records, folder, "SELECT 1")


def cut_and_grow(records: Records, folder: Path) -> None:
    cut(records, folder)
    grow(records, folder, 7)


def forge(records: Records, folder: Path, statement: str) -> None:
    """Change events, and make the whole tree and its checkpoint anew."""
    with records.database.engine.begin() as connection:
        connection.execute(text(statement))
        connection.execute(text("DELETE FROM log_checkpoint"))
        connection.execute(text("DELETE FROM log_node"))
        connection.execute(text("DELETE FROM log_leaf"))
        connection.execute(text("DELETE FROM log_pending"))
        connection.execute(text("INSERT INTO log_pending SELECT seq FROM event"))
    sequence_all(records.database, open_signer(records.database, folder / "log.pem"))


ATTACKS = (forge_row, forge_and_grow, cut, cut_and_grow)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_witness_refuses_a_second_view_and_keeps_the_proof(
    history: Records, witness: Witness, tmp_path: Path, attack: Callable[[Records, Path], None]
) -> None:
    follow(witness, served(history.database))
    latest = (tmp_path / "witness" / LATEST).read_text(encoding="utf-8")
    attack(history, tmp_path)
    with pytest.raises(ConflictError):
        follow(witness, served(history.database))
    assert (tmp_path / "witness" / LATEST).read_text(encoding="utf-8") == latest
    (refused,) = (tmp_path / "witness").glob("*.refused")
    assert parse_note(refused.read_text(encoding="utf-8")).checkpoint.origin == witness.log.name


@pytest.mark.parametrize("attack", ATTACKS)
def test_whoever_holds_a_cosigned_checkpoint_finds_any_rewriting_before_it(
    history: Records,
    witness: Witness,
    tmp_path: Path,
    attack: Callable[[Records, Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The attacker owns the database and the service's key; the tree verifies in itself."""
    kept = follow(witness, served(history.database))
    (tmp_path / "kept").write_text(str(kept), encoding="utf-8")
    attack(history, tmp_path)
    assert "audit_head" in {reason.code for reason in verify(history, parse_head(str(kept)))}
    key = make_key(tmp_path / "export.pem")
    signer = open_signer(history.database, tmp_path / "log.pem")
    export(history, signer, tmp_path / "export.pem", tmp_path / "export")
    public = key.public_key().public_bytes_raw().hex()
    told = [str(tmp_path / "export"), "--key", public, "--log", str(signer.public)]
    assert standalone_verifier.main([*told, "--kept", str(tmp_path / "kept")]) == 4
    assert standalone_verifier.main([*told, "--witness", str(witness.key)]) == 4
    capsys.readouterr()


def test_what_came_after_the_checkpoint_is_no_contradiction(history: Records, witness: Witness, tmp_path: Path) -> None:
    kept = follow(witness, served(history.database))
    with history.database.writing() as session:
        decide(session, session.scalars(select(Document)).one(), "paslon_2", 21)
    grow(history, tmp_path, 5)
    assert list(verify(history, parse_head(str(kept)))) == []


def test_another_log_under_the_same_address_is_refused(history: Records, witness: Witness, tmp_path: Path) -> None:
    follow(witness, served(history.database))
    other = key_of(make_key(tmp_path / "other.pem"), "other.example.org")
    with pytest.raises(UsageError):
        open_witness(
            NAME, load_key(tmp_path / "witness.pem"), tmp_path / "witness", str(other), served(history.database)
        )
    assert witness.log.name != other.name
