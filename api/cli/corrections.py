"""`chasil export corrections`: what people decided, as a data set that `chasil train` reads."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import terminal
from api.cli.opened import opened
from api.core.language import both
from api.desk.corrections import export_corrections


def corrections(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder tujuan. / Folder to write to.")],
) -> None:
    """Kotak yang diputuskan orang, untuk melatih model. / Boxes that people decided, to train the model on."""
    with opened() as records:
        count = export_corrections(records, out)
    terminal(stderr=True).print(both("boxes_exported", count=count, out=out), highlight=False)
