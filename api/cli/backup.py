"""`chasil backup` and `chasil restore`: a copy of what the service remembers, and its way back."""

from pathlib import Path
from typing import Annotated

import typer

from api.backup.contents import check_backup
from api.backup.make import make_backup
from api.backup.manifest import Manifest, read_manifest
from api.backup.restore import restore_backup
from api.cli.console import styled, terminal
from api.cli.progress import progress_bar
from api.core.language import both
from api.core.settings import load_settings
from api.files.private import keep_private

EXIT_LACKING = 4

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder cadangan. / Folder of the backup.")]


def backup(
    folder: FolderArgument,
    check: Annotated[
        bool, typer.Option("--check", help="Hanya periksa cadangan yang ada. / Only check the backup there.")
    ] = False,
) -> None:
    """Cadangkan basis data dan berkas asli selagi layanan berjalan. / Back up a running service.

    Keluar 4 bila ada berkas asli yang hilang atau rusak. / Exit 4 if an original is missing or damaged.
    """
    keep_private()
    if check:
        manifest = read_manifest(folder)
        with progress_bar("backup", manifest.originals) as bar:
            check_backup(folder, manifest, bar.advance)
    else:
        with progress_bar("backup") as bar:
            manifest = make_backup(load_settings(), folder, bar.reach)
    _print(manifest, folder)


def restore(folder: FolderArgument) -> None:
    """Pulihkan cadangan ke CHASIL_HOME yang kosong. / Restore a backup into an empty CHASIL_HOME."""
    keep_private()
    with progress_bar("restore") as bar:
        manifest = restore_backup(load_settings(), folder, bar.reach)
    _print(manifest, folder)


def _print(manifest: "Manifest", folder: Path) -> None:
    """Print what a backup holds, and what it lacks; that ends with 4."""
    console = terminal()
    there = manifest.originals - len(manifest.lacking)
    at = manifest.at.isoformat(timespec="seconds")
    text = both("backup_holds", folder=folder, at=at, count=there, database=manifest.database.name)
    console.print(styled((text, "")), soft_wrap=True)
    for sha256 in manifest.lacking:
        console.print(styled((both("backup_lacks", sha256=sha256), "bold red")), soft_wrap=True)
    if manifest.lacking:
        raise typer.Exit(EXIT_LACKING)
