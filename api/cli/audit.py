"""`chasil audit`: prove that nothing was changed behind the program's back, and hand the proof out."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select

from api.cli.console import styled, terminal
from api.cli.opened import opened
from api.cli.progress import progress_bar
from api.core.context import PROGRAM, Records
from api.core.language import both
from api.core.settings import load_settings
from api.db.tables import StationCount
from api.ledger import keys
from api.ledger.keys import load_key
from api.ledger.rotation import rotate_key
from api.ledger.sequencer import Signer, open_signer, sequence_all
from api.tabulation.recount import recount
from api.tabulation.recount import repair as repair_sums
from api.verification.entries import head_of, parse_head
from api.verification.export import export
from api.verification.receipts import proofs_of
from api.verification.signatures import Tally
from api.verification.verify import verify, work_of
from api.verification.witness import follow, http, open_witness
from api.workers.log_keeper import noted_file
from pipeline.errors import ChasilError, UsageError
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
        list[str] | None,
        typer.Option(metavar="SIZE:ROOT|FILE", help="Checkpoint yang pernah dicatat. / A checkpoint noted earlier."),
    ] = None,
) -> None:
    """Periksa log, baris, jumlah, berkas asli; keluar 4 bila ada yang salah. / Verify all; exit 4 if not sound."""
    beside = noted_file(load_settings())
    kept = [parse_head(_noted(text)) for text in head or ()]
    noted = [*kept, *([parse_head(_noted(str(beside)))] if beside.is_file() else [])]
    tallies: list[Tally] = []
    with opened() as records:
        signer = _signer(records)
        if signer is not None:
            sequence_all(records.database, signer)
        with progress_bar("verify", work_of(records, originals=originals)) as bar:
            size = max((one.size for one in kept), default=None)
            found = verify(records, *noted, originals=originals, progress=bar.advance, kept=size, tally=tallies.append)
            count = _print(found)
        with records.database.reading() as session:
            last = head_of(session)
    if last is not None:
        typer.echo(f"head {last}")
    for one in tallies:
        unknown = both("decisions_sealed", count=one.sealed) if one.sealed else ""
        typer.echo(both("decisions_signed", signed=one.signed, unsigned=one.unsigned, sealed=unknown))
    typer.echo(both("findings", count=count) if count else both("sound"))
    raise typer.Exit(EXIT_WRONG if count else 0)


@app.command("recount")
def recount_all(
    repair: Annotated[bool, typer.Option("--repair", help="Betulkan jumlahnya. / Put the sums right.")] = False,
) -> None:
    """Hitung ulang dari angka TPS; keluar 4 bila berbeda. / Recount from the numbers; exit 4 if sums differ."""
    count = 0
    with opened() as records, records.database.reading() as session:
        total = session.scalar(select(func.count()).select_from(StationCount)) or 0
        with progress_bar("recount", total) as bar:
            wrong = repair_sums(records.database, PROGRAM, bar.advance) if repair else recount(session, bar.advance)
            for one in wrong:
                count += 1
                if count <= SHOWN:
                    typer.echo(f"{one.election} {one.region} {one.item}: {one.kept} -> {one.counted}")
    typer.echo(both("differences", count=count) + (both("repaired") if repair and count else ""))
    raise typer.Exit(EXIT_WRONG if count and not repair else 0)


@app.command("key")
def make_key(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Berkas kunci. / File of the key.")],
) -> None:
    """Buat kunci Ed25519; kunci publiknya dicetak. / Make an Ed25519 key and print its public key."""
    typer.echo(keys.public_half(keys.make_key(out)))


@app.command("rotate-key")
def rotate_log_key() -> None:
    """Beri log kunci baru; yang lama tetap disimpan di sampingnya. / Give the log a new key; the old one is kept."""
    settings = load_settings()
    with opened() as records:
        signer, kept = rotate_key(records.database, settings.log_key_file, settings.log_name)
    typer.echo(both("log_key", key=signer.public))
    typer.echo(both("old_key", file=kept))


@app.command("export")
def export_signed(
    key: KeyOption,
    out: Annotated[Path, typer.Option("--out", metavar="PATH", help="Folder atau berkas .zip. / Folder or .zip.")],
) -> None:
    """Ekspor riwayat bertanda tangan. / Export the history, signed, for a third party to verify."""
    settings = load_settings()
    with opened() as records:
        head = export(records, open_signer(records.database, settings.log_key_file, settings.log_name), key, out)
    typer.echo(both("exported", out=out, size=head["size"], root=head["root"]))
    typer.echo(both("public_key", key=head["public_key"]))
    typer.echo(both("log_key", key=head["log_key"]))


@app.command("proof")
def prove(
    what: Annotated[str, typer.Argument(metavar="DOCUMENT|SEQ", help="Dokumen atau nomor. / Document or number.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="PATH", help="Berkas atau folder. / File, folder.")
    ] = None,
) -> None:
    """Bukti bahwa peristiwa ada pada log, untuk disimpan. / Proofs that events are in the log, to be kept."""
    with opened() as records:
        signer = _signer(records)
        if signer is not None:
            sequence_all(records.database, signer)
        with records.database.reading() as session:
            proofs = proofs_of(session, what)
    if out is None:
        for proof in proofs:
            typer.echo(str(proof))
        return
    out.mkdir(parents=True, exist_ok=True)
    for proof in proofs:
        (out / f"{proof.index}.tlog-proof").write_text(str(proof), encoding="utf-8")
    typer.echo(both("proofs", out=out, count=len(proofs)))


@app.command("witness")
def witness_log(
    url: Annotated[str, typer.Argument(metavar="URL", help="Alamat layanan. / Address of the service.")],
    key: KeyOption,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Nama saksi. / Name of the witness.")],
    folder: Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Tempat arsipnya. / Where to keep.")],
    log: Annotated[
        str | None, typer.Option("--log", metavar="KEY", help="Kunci log. / The log's key: NAME+ID+KEY.")
    ] = None,
    every: Annotated[
        float | None, typer.Option("--every", min=1, metavar="SECONDS", help="Ulangi. / Again and again.")
    ] = None,
) -> None:
    """Ikuti log dan ikut menandatanganinya; keluar 4 bila bertentangan. / Follow, cosign; exit 4 if it lies."""
    fetch, send = http(url)
    witness = open_witness(name, load_key(key), folder, log, fetch)
    typer.echo(both("witness_key", key=witness.key))
    while True:
        try:
            note = follow(witness, fetch, send)
            typer.echo(f"{note.checkpoint.size}:{note.checkpoint.root.hex()}")
        except ChasilError as error:
            if error.code == "witness_refused":
                typer.echo(f"{error}", err=True)
                raise typer.Exit(EXIT_WRONG) from error
            if every is None:
                raise
            typer.echo(f"{error}", err=True)
        if every is None:
            return
        time.sleep(every)


def _noted(text: str) -> str:
    """Return a noted head, or the checkpoint in the file that is named."""
    path = Path(text)
    return path.read_text(encoding="utf-8") if path.is_file() else text


def _signer(records: "Records") -> "Signer | None":
    """Return what signs the log; None, with a word, where this machine does not have its key."""
    settings = load_settings()
    try:
        return open_signer(records.database, settings.log_key_file, settings.log_name)
    except UsageError as error:
        if error.code != "log_key_unknown":
            raise
        typer.echo(str(error), err=True)
        return None


def _print(found: Iterator["Reason"]) -> int:
    """Print the first findings as they come; return how many there are."""
    console, count = terminal(), 0
    for reason in found:
        count += 1
        if count <= SHOWN:
            place = f" {reason.values.get('seq', '-')} {reason.values.get('subject', '-')}\n  {reason.text('id')}\n"
            console.print(styled((reason.code, "bold red"), place, (f"  {reason.text('en')}", "dim")))
    return count
