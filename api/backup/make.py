"""Make a backup while the service runs: the database first, then the originals that it knows, the manifest last.

Originals are only ever added, so that all a state of the database knows are there whenever it was taken. Until the new
manifest is in its place, with everything it names on disk, the one before stands with all that it names.
"""

from collections.abc import Callable
from pathlib import Path

from obstore.exceptions import BaseError

from api.backup.contents import ORIGINALS, alone_in, commit, fresh_unfinished, put
from api.backup.manifest import Manifest
from api.backup.snapshot import SUFFIXES, Snapshot, snapshot
from api.core.originals import OriginalError, Originals, open_originals, place_of
from api.core.settings import Settings
from api.core.version import program_version
from api.db import Database, open_database
from api.db.engine import embedded_file
from api.db.types import now
from pipeline.errors import UnavailableError, UsageError

Progress = Callable[[int, int], None]


def make_backup(settings: Settings, folder: Path, progress: Progress = lambda _done, _all: None) -> Manifest:
    """Back up what the settings name into a folder; return what the backup says of itself.

    Args:
        settings: Where database and originals lie.
        folder: Made where it is missing. Originals that an earlier backup left there are kept if they are sound.
        progress: Called with how many originals of how many are there.

    Raises:
        UsageError: `nothing_kept_here`, `backup_in_home`, `output_not_writable`, or what `snapshot` raises.
        ConflictError: `database_damaged`.
        LockedError: `backup_busy`.
        UnavailableError: `backup_failed`: the disk is full, say; the backup before stands.

    """
    _there_is_something(settings)
    _make_folder(settings, folder)
    database = open_database(settings.database_url)  # as it is: a backup brings no database to a newer shape
    try:
        with alone_in(folder):
            return _make(settings, database, folder, progress)
    except (OSError, BaseError) as error:
        raise UnavailableError("backup_failed", path=str(folder), why=str(error)) from error
    finally:
        database.close()


def _make(settings: Settings, database: Database, folder: Path, progress: Progress) -> Manifest:
    unfinished, at = fresh_unfinished(folder), now()
    with snapshot(database, unfinished) as state:
        revision, rows = state.revision, state.rows()
        listed = unfinished / "originals.txt"
        size, lacking = _copy_originals(state, settings, folder, listed, rows["original"], progress)
        kind, file = state.kind, state.file
    manifest = Manifest(
        at=at,
        program=program_version(),
        kind=kind,
        revision=revision,
        rows=rows,
        originals=rows["original"],
        original_bytes=size,
        lacking=tuple(lacking),
        database=put(folder, file, "database", SUFFIXES[kind]),
        list=put(folder, listed, "originals", ".txt"),
    )
    commit(folder, unfinished, manifest)
    return manifest


def _copy_originals(
    state: Snapshot, settings: Settings, folder: Path, listed: Path, count: int, progress: Progress
) -> tuple[int, list[str]]:
    """Copy what a state knows, and list what is there; return how many bytes, and the hashes of what is lacking."""
    source, target = open_originals(settings.originals_url), open_originals(str(folder / ORIGINALS))
    size, lacking = 0, list[str]()
    with listed.open("w", encoding="ascii") as lines:
        for done, sha256 in enumerate(state.originals(), 1):
            try:
                size += _copy(source, target, sha256)
                lines.write(f"{sha256}  {ORIGINALS}/{place_of(sha256)}\n")
            except OriginalError:
                lacking.append(sha256)
            progress(done, count)
    return size, lacking


def _copy(source: Originals, target: Originals, sha256: str) -> int:
    """Have an original in the backup with the right hash; return its size. What is damaged there is put right.

    Raises:
        OriginalError: It is in neither place as it was.

    """
    try:
        data = target.fetch(sha256)
    except OriginalError:
        data = source.fetch(sha256)
        target.keep(data)
    return len(data)


def _there_is_something(settings: Settings) -> None:
    """Make sure that there is a database: opening one would make it."""
    path = embedded_file(settings.database_url)
    if path is not None and not path.is_file():
        raise UsageError("nothing_kept_here", path=str(path))


def _make_folder(settings: Settings, folder: Path) -> None:
    """Make the folder of the backup, nowhere in what it is a copy of."""
    places = [settings.home.resolve()]
    if "://" not in settings.originals_url:
        places.append(Path(settings.originals_url).resolve())
    if any(folder.resolve().is_relative_to(place) for place in places):
        raise UsageError("backup_in_home", path=str(folder), home=str(settings.home))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError("output_not_writable", path=str(folder), why=error.strerror) from error
