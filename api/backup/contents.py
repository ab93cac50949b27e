"""The files of a backup in its folder: which are its own, put there whole, held against its manifest.

manifest.json            names the two files below; put in its place last, it makes a backup the last good one
database-HASH.db         SQLite; .dump of PostgreSQL
originals-HASH.txt       hash and place of every original
originals/ab/cd/HASH     shared by all backups that were made into this folder
.chasil-unfinished/      of a backup that goes on, or was killed; emptied by the next
"""

import fcntl
import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from api.backup.manifest import MANIFEST, File, Manifest
from api.core.originals import OriginalError, open_originals, place_of
from api.files.durable import sync
from pipeline.errors import ConflictError, LockedError

ORIGINALS = "originals"
UNFINISHED, LOCK = ".chasil-unfinished", ".chasil-lock"
_OWN = re.compile(r"database-[0-9a-f]{16}\.(db|dump)|originals-[0-9a-f]{16}\.txt")


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only one that writes a backup into a folder; a process that is killed lets it go.

    Raises:
        LockedError: `backup_busy`: another process does.

    """
    with (folder / LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError("backup_busy", path=str(folder)) from error
        yield


def fresh_unfinished(folder: Path) -> Path:
    """Return the folder of what is not finished, emptied of what a killed backup has left."""
    unfinished = folder / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    return unfinished


def put(folder: Path, file: Path, stem: str, suffix: str) -> File:
    """Move a finished file into its place, under a name made of its hash; what is there keeps its name and content."""
    sha256 = hash_of(file)
    entry = File(name=f"{stem}-{sha256[:16]}{suffix}", size=file.stat().st_size, sha256=sha256)
    sync(file)
    file.replace(folder / entry.name)
    sync(folder)
    return entry


def commit(folder: Path, unfinished: Path, manifest: Manifest) -> None:
    """Make a backup the last good one, in one step; only then remove what belonged to the one before."""
    draft = unfinished / MANIFEST
    draft.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    sync(draft)
    draft.replace(folder / MANIFEST)
    sync(folder)
    own = {manifest.database.name, manifest.list.name}
    for old in folder.iterdir():
        if _OWN.fullmatch(old.name) and old.name not in own:
            old.unlink()
    shutil.rmtree(unfinished, ignore_errors=True)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Make sure that the database and the list are what the manifest says.

    Raises:
        ConflictError: `backup_damaged`.

    """
    for file in (manifest.database, manifest.list):
        path = folder / file.name
        seen = hash_of(path) if path.is_file() else "-"
        if seen != file.sha256:
            raise ConflictError("backup_damaged", path=str(path), seen=seen)


def originals_of(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the hash of every original in a backup, in order."""
    with (folder / manifest.list.name).open(encoding="ascii") as lines:
        for line in lines:
            yield line.partition(" ")[0]


def check_backup(folder: Path, manifest: Manifest, step: Callable[[], None]) -> None:
    """Make sure that everything in a backup is what it was; every file is read.

    Args:
        folder: Of the backup.
        manifest: What it says of itself.
        step: Called after every original.

    Raises:
        ConflictError: `backup_damaged`: the first file that is not what it was.

    """
    check_files(folder, manifest)
    store = open_originals(str(folder / ORIGINALS))
    for sha256 in originals_of(folder, manifest):
        try:
            store.fetch(sha256)
        except OriginalError as error:
            values = {"path": str(folder / ORIGINALS / place_of(sha256)), "seen": error.reason.values.get("seen", "-")}
            raise ConflictError("backup_damaged", **values) from error
        step()


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
