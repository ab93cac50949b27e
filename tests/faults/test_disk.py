"""The disk is full, in the middle of a file: nothing is acknowledged, nothing stays by half, and space mends it."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.core.context import open_records
from api.core.originals import Originals, open_originals
from api.db.tables import Original, Page
from api.documents.resumable import Plan, begin, find
from pipeline.reader import Reader
from tests.support.http import settings_in, working
from tests.support.samples import jpeg

ROOM = 600_000
"""Bytes that a file may have while the disk is full; the database's own files are smaller."""

LARGE = jpeg(64, 64) + os.urandom(2 * ROOM)


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Let the system refuse to write beyond so many bytes of a file: the write that would cross it stops there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_upload_that_does_not_fit_is_refused_and_fits_once_there_is_room(
    tmp_path: Path, database_url: str, reader: Reader
) -> None:
    settings = settings_in(tmp_path, database_url)
    with working(settings, reader, read=False) as client:

        def upload() -> tuple[int, str]:
            answer = client.post("/api/v1/documents?wait=0", files=[("files", ("0024010001002-p1.jpg", LARGE))])
            return answer.status_code, answer.json().get("code", "")

        with no_file_beyond(ROOM):
            assert upload() == (503, "storage_unavailable")
        assert files_in(tmp_path / "originals") == []
        records = open_records(settings)
        with records.database.reading() as session:
            counts = [session.scalar(select(func.count()).select_from(table)) for table in (Page, Original)]
        assert counts == [0, 0]
        records.close()
        assert upload() == (202, "")
        assert [path.stat().st_size for path in files_in(tmp_path / "originals")] == [len(LARGE)]


def test_a_part_that_does_not_fit_leaves_an_upload_that_goes_on_where_it_stopped(tmp_path: Path) -> None:
    upload = begin(tmp_path, "ani", Plan(len(LARGE), "a.jpg"))
    with no_file_beyond(ROOM), pytest.raises(OSError, match="too large"), upload.writing() as file:
        file.write(LARGE)
    there = find(tmp_path, "ani", upload.id).offset
    assert there <= ROOM
    with upload.writing() as file:
        assert file.tell() == there
        file.write(LARGE[there:])
    assert upload.part.read_bytes() == LARGE


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 200 kB; skip where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can be mounted by root alone")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_no_half_of_an_original_and_takes_what_fits(small_disk: Path) -> None:
    originals = open_originals(str(small_disk / "originals"))
    with pytest.raises(Exception, match="No space left on device"):
        originals.keep(os.urandom(500_000))
    assert files_in(small_disk) == []
    assert originals.fetch(originals.keep(b"small")) == b"small"


def test_a_file_that_was_there_is_on_disk_too_before_it_is_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wrote it may have died between writing and syncing."""
    originals = open_originals(str(tmp_path / "originals"))
    sha256 = originals.keep(b"ink")
    synced: list[str] = []
    real = os.fsync

    def noting(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    assert originals.keep(b"ink") == sha256
    root = tmp_path / "originals"
    folders = [root / sha256[:2] / sha256[2:4], root / sha256[:2], root]
    assert synced == [str(folders[0] / sha256), *map(str, folders)]


def test_a_disk_that_fails_to_sync_acknowledges_nothing(originals: Originals, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output error"):
        originals.keep(b"ink")
