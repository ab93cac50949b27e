"""`chasil regions`: which regions and polling stations there are."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import styled, terminal
from api.cli.opened import opened
from api.core.context import PROGRAM
from api.core.language import both
from api.regions.import_list import import_regions
from api.regions.list_file import RegionListError

app = typer.Typer(help="Wilayah dan TPS. / Regions and polling stations.", no_args_is_help=True)


@app.command("import")
def import_list(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Kolom: kode, nama, tps. / Columns: code, name, tps.")
    ],
) -> None:
    """Masukkan daftar wilayah, semua atau tidak sama sekali. / Bring in a list of regions, all or nothing."""
    try:
        with opened() as records:
            imported = import_regions(records.database, file, PROGRAM)
    except RegionListError as error:
        console = terminal(stderr=True)
        for fault in error.faults:
            console.print(styled(f"{fault.text('id')}\n", (fault.text("en"), "dim")))
        raise
    counts = ", ".join(f"{level} {count:,}" for level, count in imported.counts.items())
    typer.echo(counts)
    typer.echo(both("regions_imported", changed=imported.changed, dropped=imported.dropped))
