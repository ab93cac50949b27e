"""`chasil audit`: prove that nothing was changed behind the program's back, and hand the proof out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from api.cli.console import styled, terminal
from api.cli.opened import opened

if TYPE_CHECKING:
    from pipeline.reasons import Reason

app = typer.Typer(help="Bukti bahwa tidak ada yang diubah. / Proof that nothing was changed.", no_args_is_help=True)

EXIT_WRONG = 4
SHOWN = 100
"""Findings that are printed; the rest are counted."""

KeyOption = Annotated[Path, typer.Option("--key", metavar="FILE", help="Kunci privat. / Private key.")]


@app.command("verify")
def verify_all(
    originals: Annotated[bool, typer.Option(help="Periksa juga berkas asli. / Check the originals too.")] = True,
    head: Annotated[
        list[str] | None, typer.Option(metavar="SEQ:SHA256", help="Pernah dicatat. / Noted earlier.")
    ] = None,
) -> None:
    """Periksa rantai, baris, jumlah, berkas asli; keluar 4 bila ada yang salah. / Verify all; exit 4 if not sound."""
    from api.verification.links import head_of, parse_head  # noqa: PLC0415
    from api.verification.verify import verify, work_of  # noqa: PLC0415

    noted = [parse_head(text) for text in head or []]
    with opened() as records:
        with _progress("verify", work_of(records, originals=originals)) as advance:
            count = _print(verify(records, *noted, originals=originals, progress=advance))
        with records.database.reading() as session:
            last = head_of(session)
    if last is not None:
        typer.echo(f"head {last}")
    typer.echo("sah / sound" if not count else f"{count} temuan / findings")
    raise typer.Exit(EXIT_WRONG if count else 0)


@app.command("recount")
def recount_all(
    repair: Annotated[bool, typer.Option("--repair", help="Betulkan jumlahnya. / Put the sums right.")] = False,
) -> None:
    """Hitung ulang dari angka TPS; keluar 4 bila berbeda. / Recount from the numbers; exit 4 if sums differ."""
    from sqlalchemy import func, select  # noqa: PLC0415

    from api.core.context import PROGRAM  # noqa: PLC0415
    from api.db.tables import StationCount  # noqa: PLC0415
    from api.tabulation.recount import recount  # noqa: PLC0415
    from api.tabulation.recount import repair as repair_sums  # noqa: PLC0415

    count = 0
    with opened() as records, records.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(StationCount)) or 0
        with _progress("recount", total) as advance:
            wrong = repair_sums(records.database, PROGRAM, advance) if repair else recount(session, advance)
            for one in wrong:
                count += 1
                if count <= SHOWN:
                    typer.echo(f"{one.election} {one.region} {one.item}: {one.kept} -> {one.counted}")
    typer.echo(f"{count} selisih / differences" + (", dibetulkan / repaired" if repair and count else ""))
    raise typer.Exit(EXIT_WRONG if count and not repair else 0)


@app.command("key")
def make_key(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Berkas kunci. / File of the key.")],
) -> None:
    """Buat kunci Ed25519; kunci publiknya dicetak. / Make an Ed25519 key and print its public key."""
    from api.verification.signing import make_key  # noqa: PLC0415

    typer.echo(make_key(out))


@app.command("export")
def export_signed(
    key: KeyOption,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Folder atau berkas .zip. / Folder or .zip.")],
) -> None:
    """Ekspor riwayat bertanda tangan. / Export the history, signed, for a third party to verify."""
    from api.verification.export import export  # noqa: PLC0415

    with opened() as records:
        head = export(records, key, out)
    typer.echo(f"{out}: {head['events']} peristiwa / events, head {head['seq']}:{head['sha256']}")
    typer.echo(f"kunci publik / public key {head['public_key']}")


@contextmanager
def _progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; nothing where there is none."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = terminal(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


def _print(found: Iterator["Reason"]) -> int:
    """Print the first findings as they come; return how many there are."""
    console, count = terminal(), 0
    for reason in found:
        count += 1
        if count <= SHOWN:
            place = f" {reason.values.get('seq', '-')} {reason.values.get('subject', '-')}\n  {reason.text('id')}\n"
            console.print(styled((reason.code, "bold red"), place, (f"  {reason.text('en')}", "dim")))
    return count
