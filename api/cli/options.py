"""Options that several commands have."""

import os
from typing import Annotated

import typer

from api.core.language import Language

JOBS = min(os.cpu_count() or 1, 8)
"""Documents or stations that are read side by side, unless somebody says how many."""

LanguageOption = Annotated[Language, typer.Option(envvar="CHASIL_LANGUAGE", help="Bahasa. / Language.")]

JsonOption = Annotated[
    str | None, typer.Option("--json", metavar="FILE|-", help="Tulis baris JSON. / Write JSON lines.")
]

FormOption = Annotated[
    str | None, typer.Option(metavar="ID", help="Hanya formulir ini. / Only this form (chasil forms list).")
]
