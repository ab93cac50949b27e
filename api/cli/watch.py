"""`chasil watch`: keep what arrives in a folder."""

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.cli.console import styled, terminal
from api.cli.opened import opened
from api.cli.options import LanguageOption
from api.core.language import Language, both
from api.core.machine_failures import MACHINE_FAILURES
from api.documents.watch_folder import FolderWatcher, Handled, check_folders
from api.files.private import keep_private

EXIT_CONFLICT, EXIT_REFUSED = 3, 4


def watch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder yang diawasi. / Folder to watch.")],
    done: Annotated[Path, typer.Option(metavar="DIR", help="Untuk yang tersimpan. / Where kept files go.")],
    failed: Annotated[Path, typer.Option(metavar="DIR", help="Untuk yang gagal. / Where the others go.")],
    station_from_name: Annotated[
        bool,
        typer.Option(
            "--station-from-name", help="Tanpa kode TPS di nama: gagal. / Fail without a TPS code in the name."
        ),
    ] = False,
    settled: Annotated[
        float, typer.Option(min=0, max=3600, help="Detik tanpa perubahan. / Seconds without a change.")
    ] = 5.0,
    every: Annotated[
        float, typer.Option(min=0.1, max=3600, help="Detik antarpemeriksaan. / Seconds between looks.")
    ] = 2.0,
    once: Annotated[
        bool, typer.Option("--once", help="Berhenti bila folder kosong. / Stop when nothing is left.")
    ] = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Awasi folder: simpan berkas yang sudah selesai disalin. / Watch a folder: keep files that have settled.

    Keluar dengan --once: 0 semua disimpan, 4 ada yang gagal, 3 ada yang juga dikirim untuk TPS lain. / Exit with
    --once: 0 all kept, 4 some were refused, 3 some were brought for another polling station too.
    """
    keep_private()
    check_folders(folder, done, failed)
    with opened() as records:
        watched = FolderWatcher(records, folder, done, failed, settled, station_from_name)
        outcomes = _follow(watched, every, language, once=once)
    raise typer.Exit(EXIT_REFUSED if outcomes["refused"] else EXIT_CONFLICT if outcomes["conflict"] else 0)


def _follow(watched: "FolderWatcher", every: float, language: Language, *, once: bool) -> Counter[str]:
    """Look again and again; on a terminal the last line tells how it stands. Return what became of files, counted."""
    console, kept, failed, outcomes = terminal(), 0, 0, Counter[str]()
    with console.status("") as line:
        while True:
            for handled in _looked(watched, console):
                kept, failed = kept + handled.kept, failed + (not handled.kept)
                outcomes.update({receipt.outcome for receipt in handled.receipts} or {"refused"})
                _print(console, handled, language)
            line.update(both("watch_state", kept=kept, failed=failed, waiting=watched.waiting))
            if once and not watched.waiting:
                return outcomes
            time.sleep(every)


def _looked(watched: "FolderWatcher", console: Console) -> "list[Handled]":
    """Return what one look dealt with; a database or a store that is away for a moment is no reason to stop."""
    handled: list[Handled] = []
    try:
        handled.extend(watched.look())
    except MACHINE_FAILURES as error:
        text = both("watch_tries_again")
        console.print(styled((f"{text} ({type(error).__name__})", "yellow")))
    return handled


def _print(console: Console, handled: "Handled", language: Language) -> None:
    for receipt in handled.receipts:
        marks = {"stored": ("+", "green"), "known": ("=", "dim"), "conflict": ("!", "red"), "refused": ("x", "red")}
        mark = marks[receipt.outcome]
        why = "; ".join(f"{reason.code}: {reason.text(language.value)}" for reason in receipt.reasons)
        console.print(styled(mark, f" {receipt.name} {receipt.station or ''} {why}".rstrip()))
