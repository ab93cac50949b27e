"""Options that several commands have."""

import os
from typing import Annotated, Any

import typer

from api.core.language import Language

JOBS = min(os.cpu_count() or 1, 8)
"""Documents or stations that are read side by side, unless somebody says how many."""

LanguageOption = Annotated[Language, typer.Option(envvar="CHASIL_LANGUAGE", help="Bahasa. / Language.")]

JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Tulis baris JSON. / Write JSON lines.")
]


def jobs_option(help_text: str) -> Any:
    """Return the option of how many things are read side by side."""
    return typer.Option(min=1, max=64, metavar="N", help=help_text, show_default="cores")


def threshold_option(help_text: str) -> Any:
    """Return the option of the probability from which the ink is believed; by default the model's own."""
    return typer.Option(min=0.5, max=1.0, metavar="P", help=help_text)


FormOption = Annotated[
    str | None, typer.Option(metavar="ID", help="Hanya formulir ini. / Only this form (chasil forms list).")
]
