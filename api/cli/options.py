"""Options that several commands have."""

from typing import Annotated

import typer

from api.core.language import Language

LanguageOption = Annotated[Language, typer.Option(envvar="CHASIL_LANGUAGE", help="Bahasa. / Language.")]
