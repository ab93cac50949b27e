"""Bring a backup back into a home where nothing is; it is checked as a whole before anything is written."""

import glob
import shutil
from collections.abc import Callable
from pathlib import Path

from obstore.exceptions import BaseError
from sqlalchemy import inspect

from api.backup.contents import ORIGINALS, check_backup, originals_of
from api.backup.manifest import Manifest, read_manifest
from api.backup.postgres import run_tool
from api.core.originals import open_originals
from api.core.settings import Settings
from api.db import open_database
from api.db.engine import embedded_file
from api.files.durable import sync
from pipeline.errors import ConflictError, UsageError

Progress = Callable[[int, int], None]


def restore_backup(settings: Settings, folder: Path, progress: Progress = lambda _done, _all: None) -> Manifest:
    """Bring a backup back to where the settings say; return what it says of itself.

    The database comes last, so that a restore which was killed has nothing that could pass for a service.

    Args:
        settings: Where database and originals are to lie.
        folder: Of the backup.
        progress: Called with how many steps of how many are done; each original is read twice.

    Raises:
        MissingError: `backup_missing`.
        UsageError: `backup_unreadable`, `backup_other_database`, `output_not_writable`.
        ConflictError: `backup_damaged`, `restore_not_empty`.

    """
    manifest = read_manifest(folder)
    embedded = embedded_file(settings.database_url)
    if (embedded is None) != (manifest.kind != "sqlite"):
        raise UsageError("backup_other_database", seen=manifest.kind)
    _nothing_is_there(settings, embedded)
    done, steps = 0, 2 * (manifest.originals - len(manifest.lacking))

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, steps)

    check_backup(folder, manifest, step)
    try:
        _bring_back(settings, folder, manifest, step)
    except (OSError, BaseError) as error:
        raise UsageError("output_not_writable", path=str(settings.home), why=str(error)) from error
    return manifest


def _bring_back(settings: Settings, folder: Path, manifest: Manifest, step: Callable[[], None]) -> None:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    source, target = open_originals(str(folder / ORIGINALS)), open_originals(settings.originals_url)
    for sha256 in originals_of(folder, manifest):
        target.keep(source.fetch(sha256))
        step()
    file = folder / manifest.database.name
    embedded = embedded_file(settings.database_url)
    if embedded is None:
        _put_postgresql(file, settings)
    else:
        _put_sqlite(file, embedded)


def _put_sqlite(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = target.with_name(f".{target.name}.restored")
    shutil.copyfile(file, draft)
    sync(draft)
    draft.replace(target)
    sync(target.parent)


def _put_postgresql(file: Path, settings: Settings) -> None:
    database = open_database(settings.database_url)
    try:
        url = database.engine.url
        into = f"--dbname={url.database}"
        run_tool("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", into, str(file), url=url)
    finally:
        database.close()


def _nothing_is_there(settings: Settings, file: Path | None) -> None:
    """Refuse a place where something is: it could be in use, and a log beside a database would be played into it."""
    places = [settings.home]
    if "://" not in settings.originals_url:
        places.append(Path(settings.originals_url))
    taken = [place for place in places if place.exists() and (not place.is_dir() or any(place.iterdir()))]
    if file is not None:
        taken += file.parent.glob(f"{glob.escape(file.name)}*")
    elif _has_tables(settings):
        taken.append(Path("PostgreSQL"))
    if taken:
        raise ConflictError("restore_not_empty", path=str(taken[0]))


def _has_tables(settings: Settings) -> bool:
    database = open_database(settings.database_url)
    try:
        return bool(inspect(database.engine).get_table_names())
    finally:
        database.close()
