"""A signed export verifies for someone who has nothing but the public key; any change to it is found."""

import csv
import hashlib
import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.core.context import Records
from api.db.tables import Document, Page
from api.ledger.keys import load_key, make_key, public_half
from api.ledger.leaf import canonical
from api.ledger.sequencer import Signer, open_signer
from api.verification import standalone_verifier as check
from api.verification.export import export
from pipeline.errors import UsageError
from tests.support.history import decide, read, received

NUMBERS = {"paslon_1": ("accepted", 70), "paslon_2": ("review", 20), "suara_sah": ("review", None)}


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """Return the file of a key and its public half."""
    file = tmp_path / "key.pem"
    return file, public_half(make_key(file))


@pytest.fixture
def history(records: Records) -> Records:
    for station in ("1101012001001", "1101012001002"):
        with records.database.writing() as session:
            document, page = received(session, records.originals, station, station.encode())
            read(session, session.get_one(Document, document.id), session.get_one(Page, page.id), NUMBERS)
            decide(session, session.get_one(Document, document.id), "paslon_2", 21)
    return records


@pytest.fixture
def signer(records: Records, tmp_path: Path) -> Signer:
    """Return what signs the log."""
    return open_signer(records.database, tmp_path / "log.pem")


@pytest.fixture
def exported(history: Records, signer: Signer, key: tuple[Path, str], tmp_path: Path) -> Path:
    """Return the folder of an export."""
    export(history, signer, key[0], tmp_path / "export")
    return tmp_path / "export"


def faults(folder: Path, public: str, capsys: pytest.CaptureFixture[str], *more: str) -> list[str]:
    """Return what the verifier finds; it must say so in its exit code too."""
    code = check.main([str(folder), "--key", public, *more])
    lines = capsys.readouterr().out.splitlines()
    assert (code == 0) == (len(lines) == 1)
    return lines[:-1]


def test_an_export_verifies_as_folder_and_as_zip(
    history: Records, signer: Signer, key: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("export", "export.zip"):
        head = export(history, signer, key[0], tmp_path / name)
        noted = f"{head['size']}:{head['root']}"
        assert faults(tmp_path / name, key[1], capsys, "--kept", noted, "--log", str(signer.public)) == []
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        assert set(archive.namelist()) == {"head.json", "head.sig", "checkpoint", "events.jsonl", "numbers.csv"}
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".part")]


def test_the_verifier_needs_nothing_of_ours(exported: Path, key: tuple[Path, str], tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(str(check.__file__), alone / "check.py")
    command = [sys.executable, "-I", str(alone / "check.py"), str(exported), "--key", key[1]]
    ended = subprocess.run(command, cwd=alone, env={}, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout.startswith("SAH / SOUND")) == (0, True), ended.stderr


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def drop_last_event(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "events.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")


def swap_events(folder: Path) -> None:
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    lines[3], lines[4] = lines[4], lines[3]
    (folder / "events.jsonl").write_text("".join(lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (edit("numbers.csv", ",21,", ",22,"), {"numbers.csv", "number"}),
        (edit("numbers.csv", "1101012001001", "1101012001009"), {"numbers.csv", "number"}),
        (edit("events.jsonl", '"actor":"program"', '"actor":"local"'), {"events.jsonl"}),
        (edit("head.json", '"size":', '"size" :'), {"signature"}),
        (edit("checkpoint", "chasil.log", "chasil.lag"), {"checkpoint"}),
        (drop_last_event, {"events.jsonl"}),
        (swap_events, {"events.jsonl"}),
    ],
)
def test_any_change_is_found(
    exported: Path,
    key: tuple[Path, str],
    capsys: pytest.CaptureFixture[str],
    change: Callable[[Path], None],
    expected: set[str],
) -> None:
    change(exported)
    found = {fault.split(":")[0].split(" ")[0] for fault in faults(exported, key[1], capsys)}
    assert expected <= found


def test_what_was_written_into_the_database_alone_is_not_exported(
    history: Records, signer: Signer, key: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with history.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE number SET final = 71 WHERE field = 'paslon_1'")
    export(history, signer, key[0], tmp_path / "export")
    assert faults(tmp_path / "export", key[1], capsys) == []
    assert ",71," not in (tmp_path / "export" / "numbers.csv").read_text(encoding="utf-8")


def test_numbers_that_were_signed_but_do_not_follow_from_the_events_are_found(
    exported: Path, key: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    edit("numbers.csv", ",070,", ",071,")(exported)
    sign_again(exported, key[0])
    assert faults(exported, key[1], capsys)


def sign_again(folder: Path, key: Path) -> None:
    """Sign the files of an export as they are now, as whoever has the key can."""
    head = json.loads((folder / "head.json").read_text(encoding="utf-8"))
    for name in head["files"]:
        content = (folder / name).read_bytes()
        head["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    content = canonical(head)
    (folder / "head.json").write_bytes(content)
    (folder / "head.sig").write_text(load_key(key).sign(content).hex(), encoding="ascii")


def test_files_that_nobody_named_are_refused(exported: Path, key: tuple[Path, str]) -> None:
    (exported / "more.csv").write_text("x", encoding="utf-8")
    with pytest.raises(SystemExit):
        check.main([str(exported), "--key", key[1]])


def test_an_undecided_number_is_exported_without_any_value(exported: Path) -> None:
    rows = list(csv.DictReader((exported / "numbers.csv").read_text(encoding="utf-8").splitlines()))
    undecided = [row for row in rows if row["state"] == "review"]
    assert undecided
    assert {row[name] for row in undecided for name in ("boxes", "value", "final", "final_boxes", "outcome")} == {""}


def test_another_key_or_a_noted_event_that_is_gone_is_found(
    exported: Path, key: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    assert faults(exported, other, capsys)[0].startswith("signature")
    assert faults(exported, key[1], capsys, "--kept", "2:" + "0" * 64)[0].startswith("checkpoint 2:")
    assert faults(exported, key[1], capsys, "--kept", "200:" + "0" * 64)[0].startswith("checkpoint 200:")


def test_what_is_no_export_is_wrong_usage(tmp_path: Path, key: tuple[Path, str]) -> None:
    for path in (tmp_path, tmp_path / "missing.zip"):
        with pytest.raises(SystemExit) as ended:
            check.main([str(path), "--key", key[1]])
        assert ended.value.code == check.EXIT_USAGE


def test_a_key_that_is_none_is_said_to_be_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        check.main([str(tmp_path), "--key", "key.pem"])
    assert ended.value.code == check.EXIT_USAGE
    assert "64 hex digits are needed" in capsys.readouterr().err


def test_only_its_owner_may_read_a_key_and_it_is_never_overwritten(key: tuple[Path, str]) -> None:
    file, public = key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_key(file).public_key().public_bytes_raw().hex() == public
    with pytest.raises(UsageError) as caught:
        make_key(file)
    assert caught.value.code == "audit_key_exists"


def test_what_is_no_key_and_what_is_there_already_is_refused(
    history: Records, signer: Signer, key: tuple[Path, str], exported: Path, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("x", encoding="ascii")
    for file, out, code in (
        (tmp_path / "text", tmp_path / "a", "audit_key_invalid"),
        (tmp_path / "nothing", tmp_path / "a", "file_missing"),
        (key[0], exported, "output_not_writable"),
        (key[0], tmp_path / "no" / "folder", "output_not_writable"),
    ):
        with pytest.raises(UsageError) as caught:
            export(history, signer, file, out)
        assert caught.value.code == code
    assert json.loads((exported / "head.json").read_text(encoding="utf-8"))["shape"] == check.SHAPE
