"""A backup is one state of the service, whole or not there; what comes back is sound, or it does not come back."""

import json
import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select, text

from api.backup.contents import alone_in, hash_of
from api.backup.make import make_backup
from api.backup.manifest import MANIFEST, read_manifest
from api.backup.restore import restore_backup
from api.core.context import Records, open_records
from api.core.settings import Settings
from api.db.tables import Original
from api.documents.receive import Delivery, receive
from api.verification.verify import verify
from pipeline.documents import Limits
from pipeline.errors import ChasilError
from tests import ROOT
from tests.support.command import chasil
from tests.support.processes import distinct_page
from tests.support.stations import list_stations

PAGES = 4


def upload(records: Records, *indices: int) -> None:
    """Put pages on record; each has bytes of its own."""
    pages = [distinct_page(index) for index in indices]
    list_stations(records.database, *(name[:13] for name, _ in pages))
    receipts = receive(records, pages, Delivery("ani", station_from_name=True), Limits())
    assert {receipt.outcome for receipt in receipts} == {"stored"}


def hashes(records: Records) -> set[str]:
    with records.database.reading() as session:
        return set(session.scalars(select(Original.sha256)))


@pytest.fixture
def settings(records: Records, database_url: str, tmp_path: Path) -> Settings:
    """Return the settings of a service that remembers a few pages."""
    upload(records, *range(PAGES))
    return Settings(home=tmp_path / "home", database=database_url, originals=str(tmp_path / "originals"))


@contextmanager
def elsewhere(settings: Settings, tmp_path: Path, name: str) -> Iterator[Settings]:
    """Yield settings of a place where nothing is, of the same kind."""
    home = tmp_path / name
    if settings.database_url.startswith("sqlite"):
        yield Settings(home=home, form="c-hasil-ppwp-2024")
        return
    url = make_url(settings.database_url)
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    fresh = f"{url.database}_{name}"
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{fresh}"'))
        connection.execute(text(f'CREATE DATABASE "{fresh}"'))
        own = url.set(database=fresh).render_as_string(hide_password=False)
        try:
            yield Settings(home=home, database=own, form="c-hasil-ppwp-2024")
        finally:
            connection.execute(text(f'DROP DATABASE "{fresh}" WITH (FORCE)'))
    server.dispose()


@contextmanager
def restored(settings: Settings, backup: Path, tmp_path: Path, name: str = "restored") -> Iterator[Records]:
    """Bring a backup back somewhere else, and open what is there."""
    with elsewhere(settings, tmp_path, name) as place:
        restore_backup(place, backup)
        records = open_records(place)
        try:
            yield records
        finally:
            records.close()


def assert_sound(records: Records) -> None:
    assert [reason.to_json() for reason in verify(records)] == []
    for sha256 in hashes(records):
        records.originals.fetch(sha256)


def test_what_was_backed_up_comes_back_sound(records: Records, settings: Settings, tmp_path: Path) -> None:
    manifest = make_backup(settings, tmp_path / "backup")
    assert manifest.originals == manifest.rows["original"] == PAGES
    assert read_manifest(tmp_path / "backup") == manifest
    assert manifest.database.sha256 == hash_of(tmp_path / "backup" / manifest.database.name)
    with restored(settings, tmp_path / "backup", tmp_path) as again:
        assert hashes(again) == hashes(records)
        assert_sound(again)


def test_what_only_the_log_holds_is_in_the_backup(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", form="c-hasil-ppwp-2024")
    records = open_records(settings)
    file = settings.home / "chasil.db"
    with sqlite3.connect(file) as keeper:  # as long as somebody is connected, the log is not taken into the file
        keeper.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        upload(records, *range(PAGES))
        shutil.copy(file, tmp_path / "copy.db")
        make_backup(settings, tmp_path / "backup")
        known = hashes(records)
    keeper.close()
    records.close()
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT count(*) FROM original").fetchone() == (0,)  # what a copy of the file alone loses
    copy.close()
    with restored(settings, tmp_path / "backup", tmp_path) as again:
        assert hashes(again) == known
        assert_sound(again)


def test_uploads_go_on_while_it_is_made(records: Records, settings: Settings, tmp_path: Path) -> None:
    first, stop, sent = threading.Event(), threading.Event(), list[int]()

    def upload_on() -> None:
        for index in range(PAGES, 200):
            if stop.is_set():
                return
            upload(records, index)
            sent.append(index)
            first.set()

    uploader = threading.Thread(target=upload_on)
    uploader.start()
    assert first.wait(60)
    try:
        backups = [tmp_path / f"backup{index}" for index in range(3)]
        manifests = [make_backup(settings, backup) for backup in backups]
        uploads_then = len(sent)
    finally:
        stop.set()
        uploader.join()
    assert len(sent) >= uploads_then >= 1
    assert PAGES < manifests[0].originals <= manifests[2].originals <= PAGES + len(sent)
    for index, (backup, manifest) in enumerate(zip(backups, manifests, strict=True)):
        with restored(settings, backup, tmp_path, f"restored{index}") as again:
            assert len(hashes(again)) == manifest.originals
            assert_sound(again)


DIES = """
import os, signal, sys
from pathlib import Path
from api.backup.make import make_backup
from api.core.settings import load_settings

def die_before(left):
    def count(*_):
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    seen = ("sqlite3.connect", "subprocess.Popen", "os.rename", "os.remove", "shutil.rmtree")
    sys.addaudithook(lambda event, _: count() if event in seen else None)
    make_backup(load_settings(), Path(sys.argv[1]), count)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        die_before(int(line))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""For each number that it reads, a process of its own makes a backup, and dies before that thing that it does on disk.

It says how each ended. All start as copies of one, which has loaded the program.
"""


@contextmanager
def dying(folder: Path, environment: dict[str, str]) -> Iterator[Callable[[int], int]]:
    """Yield what makes a backup in a process that dies at a step, and returns how it ended."""
    command = [sys.executable, "-c", DIES, str(folder)]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, text=True, bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        numbers, ends = process.stdin, process.stdout

        def run(step: int) -> int:
            print(step, file=numbers)
            return int(ends.readline())

        yield run
        numbers.close()
    assert process.returncode == 0


def test_killed_at_any_moment_it_leaves_the_last_good_one(records: Records, settings: Settings, tmp_path: Path) -> None:
    before = make_backup(settings, tmp_path / "backup")
    upload(records, *range(PAGES, PAGES + 2))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHASIL_HOME": str(settings.home)}
    environment |= {"CHASIL_DATABASE": settings.database_url, "CHASIL_ORIGINALS": settings.originals_url}
    shutil.copytree(tmp_path / "backup", tmp_path / "kept")
    ended, step, stood = -signal.SIGKILL, 0, set[int]()
    with dying(tmp_path / "backup", environment) as run_until:
        while ended == -signal.SIGKILL:
            shutil.rmtree(tmp_path / "backup")
            shutil.copytree(tmp_path / "kept", tmp_path / "backup")
            ended = run_until(step)
            manifest = read_manifest(tmp_path / "backup")
            with restored(settings, tmp_path / "backup", tmp_path, f"restored{step}") as again:
                assert len(hashes(again)) == manifest.originals
                assert_sound(again)
            stood.add(manifest.originals)
            step += 1
    assert ended == 0
    assert step > 10  # it was killed at each of them
    assert stood == {before.originals, before.originals + 2}
    make_backup(settings, tmp_path / "backup")  # the one after a killed one finds nothing in its way
    left = {file.name for file in (tmp_path / "backup").iterdir()}
    last = read_manifest(tmp_path / "backup")
    assert left == {MANIFEST, last.database.name, last.list.name, "originals", ".chasil-lock"}


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


@pytest.mark.parametrize("harm", [_flip, _cut, _empty, Path.unlink])
@pytest.mark.parametrize("which", ["originals/*/*/*", "database-*", "originals-*.txt"])
def test_what_was_changed_in_a_backup_does_not_come_back(
    settings: Settings, tmp_path: Path, which: str, harm: Callable[[Path], None]
) -> None:
    backup = tmp_path / "backup"
    make_backup(settings, backup)
    harm(sorted(backup.glob(which))[0])
    with elsewhere(settings, tmp_path, "restored") as place:
        with pytest.raises(ChasilError) as refused:
            restore_backup(place, backup)
        assert refused.value.code == "backup_damaged"
        assert not place.home.exists()  # nothing was written
        make_backup(settings, backup)  # the next one puts it right
        restore_backup(place, backup)


def test_what_is_there_and_sound_is_not_written_again(records: Records, settings: Settings, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    make_backup(settings, backup)
    first = {file: file.stat().st_mtime_ns for file in backup.glob("originals/*/*/*")}
    upload(records, PAGES)
    make_backup(settings, backup)
    later = {file: file.stat().st_mtime_ns for file in backup.glob("originals/*/*/*")}
    assert first.items() < later.items()
    assert len(later) == PAGES + 1


@pytest.mark.parametrize("harm", [_flip, Path.unlink])
def test_an_original_that_the_service_lost_is_named(
    settings: Settings,
    tmp_path: Path,
    harm: Callable[[Path], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = sorted((tmp_path / "originals").glob("*/*/*"))[0]
    harm(file)
    for name in ("home", "database", "originals"):
        monkeypatch.setenv(f"CHASIL_{name.upper()}", str(getattr(settings, name)))
    run = chasil(capsys, "backup", tmp_path / "backup")
    for name in ("home", "database", "originals"):
        monkeypatch.delenv(f"CHASIL_{name.upper()}")
    assert run.code == 4
    assert file.name in run.out
    assert read_manifest(tmp_path / "backup").lacking == (file.name,)
    with restored(settings, tmp_path / "backup", tmp_path) as again:
        assert [reason.code for reason in verify(again)] == ["audit_original_missing"]  # all else is sound


def test_a_backup_holds_one_list_that_others_can_check(settings: Settings, tmp_path: Path) -> None:
    manifest = make_backup(settings, tmp_path / "backup")
    checked = ["sha256sum", "--check", "--strict", manifest.list.name]
    run = subprocess.run(checked, cwd=tmp_path / "backup", capture_output=True, text=True, check=True)
    assert run.stdout.count(": OK") == PAGES


def test_only_one_at_a_time_writes_a_backup(settings: Settings, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    make_backup(settings, backup)
    with alone_in(backup), pytest.raises(ChasilError, match="backup_busy"):
        make_backup(settings, backup)


@pytest.mark.parametrize("inside", [".", "backup", "a/b"])
def test_a_backup_never_lies_in_what_it_is_of(settings: Settings, tmp_path: Path, inside: str) -> None:
    for place in (settings.home, tmp_path / "originals"):
        with pytest.raises(ChasilError, match="backup_in_home"):
            make_backup(settings, place / inside)


@pytest.mark.parametrize("name", ["chasil.db", "chasil.db-wal", "token", "notes.txt", "originals/ab/cd/x"])
def test_nothing_is_restored_over_something(settings: Settings, tmp_path: Path, name: str) -> None:
    make_backup(settings, tmp_path / "backup")
    with elsewhere(settings, tmp_path, "restored") as place:
        (place.home / name).parent.mkdir(parents=True)
        (place.home / name).write_text("here")
        with pytest.raises(ChasilError, match="restore_not_empty"):
            restore_backup(place, tmp_path / "backup")
        assert [file for file in place.home.rglob("*") if file.is_file()] == [place.home / name]


def test_a_service_in_use_is_not_restored_over(settings: Settings, tmp_path: Path) -> None:
    make_backup(settings, tmp_path / "backup")
    empty = settings.model_copy(update={"home": tmp_path / "new", "originals": str(tmp_path / "new" / "originals")})
    with pytest.raises(ChasilError, match="restore_not_empty"):  # its database lies elsewhere, and is that of a service
        restore_backup(empty, tmp_path / "backup")


@pytest.mark.parametrize("said", ["", "{", "[]", '{"format": 1}'])
def test_a_manifest_that_says_nothing_is_refused(settings: Settings, tmp_path: Path, said: str) -> None:
    make_backup(settings, tmp_path / "backup")
    (tmp_path / "backup" / MANIFEST).write_text(said)
    with elsewhere(settings, tmp_path, "restored") as place, pytest.raises(ChasilError, match="backup_unreadable"):
        restore_backup(place, tmp_path / "backup")


def test_a_newer_form_of_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    make_backup(settings, tmp_path / "backup")
    file = tmp_path / "backup" / MANIFEST
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 2}))
    with elsewhere(settings, tmp_path, "restored") as place, pytest.raises(ChasilError, match="backup_unreadable"):
        restore_backup(place, tmp_path / "backup")


def test_where_nothing_is_kept_nothing_is_backed_up(tmp_path: Path) -> None:
    with pytest.raises(ChasilError, match="nothing_kept_here"):
        make_backup(Settings(home=tmp_path / "home"), tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ChasilError, match="backup_missing"):
        restore_backup(Settings(home=tmp_path / "home"), tmp_path / "backup")


def test_a_damaged_database_does_not_become_the_last_good_backup(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", form="c-hasil-ppwp-2024")
    records = open_records(settings)
    upload(records, *range(PAGES))
    records.close()
    before = make_backup(settings, tmp_path / "backup")
    file = settings.home / "chasil.db"
    data = bytearray(file.read_bytes())
    data[8192 : 8192 * 4] = bytes(8192 * 3)
    file.write_bytes(data)
    with pytest.raises(ChasilError, match="database_damaged"):
        make_backup(settings, tmp_path / "backup")
    assert read_manifest(tmp_path / "backup") == before


def test_without_the_programs_of_postgresql_it_says_so(
    empty_postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ChasilError, match="backup_tool_missing"):
        make_backup(Settings(home=tmp_path / "home", database=empty_postgresql), tmp_path / "backup")


def test_a_backup_and_what_comes_back_are_for_their_owner_alone(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("home", "database", "originals"):
        monkeypatch.setenv(f"CHASIL_{name.upper()}", str(getattr(settings, name)))
    assert chasil(capsys, "backup", tmp_path / "backup").code == 0
    for name in ("home", "database", "originals"):
        monkeypatch.delenv(f"CHASIL_{name.upper()}")
    with elsewhere(settings, tmp_path, "restored") as place:
        monkeypatch.setenv("CHASIL_HOME", str(place.home))
        monkeypatch.setenv("CHASIL_DATABASE", place.database_url)
        assert chasil(capsys, "restore", tmp_path / "backup").code == 0
        for top in (tmp_path / "backup", place.home):
            for path in (top, *top.rglob("*")):
                assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
