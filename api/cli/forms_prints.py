"""`chasil forms prints`: the print of each installed form, by which its sheets are known without a tag."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.forms import FORMS_FOLDER
from training.registration.prints import make


def make_prints(
    shared: Annotated[
        Path, typer.Argument(metavar="SHARED", help="Formulir kosong, halaman asli. / Blanks and sets of real pages.")
    ],
    only: Annotated[str, typer.Option("--only", metavar="PATTERN", help="Hanya yang cocok. / Forms that match.")] = "*",
    basis: Annotated[
        bool, typer.Option("--basis", help="Pelajari dasarnya lagi; semua dibuat baru. / Learn the basis anew, too.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder templat. / Folder of the templates.")
    ] = None,
) -> None:
    """Buat ciri cetakan formulir yang terpasang. / Make the prints of the installed forms."""
    make(shared, out or FORMS_FOLDER, only, basis=basis, log=typer.echo)
