"""`chasil published`: published figures as an election's second source."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.compare_options import MappingOption, PairsOption, TakenAtOption
from api.cli.console import terminal
from api.cli.opened import opened
from api.cli.progress import progress_bar
from api.comparison.mapping import load_mapping
from api.core.context import PROGRAM
from api.core.language import Language, both, word
from api.core.settings import load_settings
from api.files.private import private
from api.publication.figures import snapshots_of
from api.publication.importing import Given, import_published
from api.publication.refreshing import refresh_all

app = typer.Typer(
    help="Angka terbitan di samping hitungan ini. / Published figures beside this count.", no_args_is_help=True
)

ElectionOption = Annotated[str | None, typer.Option(metavar="ID", help="Pemilihan. / Election.")]


@app.command("import")
def import_file(
    published: Annotated[
        Path,
        typer.Argument(
            metavar="PUBLISHED",
            help="JSON, folder JSON, CSV, Parquet; seperti chasil compare. / As chasil compare takes it.",
        ),
    ],
    election: ElectionOption = None,
    mapping: MappingOption = None,
    pairs: PairsOption = None,
    taken_at: TakenAtOption = None,
) -> None:
    """Masukkan angka terbitan, semua atau tidak sama sekali. / Bring published figures in, all or nothing."""
    given = Given(published.name, PROGRAM, election, load_mapping(mapping, pairs), taken_at)
    with opened() as records:
        with private(), progress_bar(word("compare_published", Language.INDONESIAN), None) as bar:
            snapshot, changed = import_published(records, published, given, load_settings().home, bar.advance)
        judged = refresh_all(records)
    typer.echo(f"sha256 {snapshot.sha256}")
    typer.echo(both("published_holds", stations=snapshot.stations, numbers=snapshot.numbers))
    for code, count in sorted(snapshot.faults.items()):
        typer.echo(both("not_taken", code=code, count=count))
    typer.echo(both("compared", count=judged) if changed else both("was_there"))


@app.command("list")
def list_snapshots(election: ElectionOption = None) -> None:
    """Semua berkas yang pernah dimasukkan. / Every file that was ever brought in."""
    with opened() as records, records.database.reading() as session:
        table = Table(box=None, pad_edge=False)
        heads = (
            both("head_election"),
            both("head_imported"),
            both("head_taken"),
            "TPS",
            both("head_numbers"),
            "sha256",
            "",
        )
        for head in heads:
            table.add_column(head, overflow="fold")
        for one in snapshots_of(session, election):
            state = both("replaced") if one.replaced_at else both("current")
            when = f"{one.imported_at:%Y-%m-%d %H:%M} UTC"
            cells = (one.election_id, when, one.taken_at or "–", f"{one.stations:,}", f"{one.numbers:,}", one.sha256)
            table.add_row(*cells, state)
    terminal().print(table)
