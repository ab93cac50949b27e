"""`chasil forms print`: blank sheets as a PDF, to practise with and to try a template on paper."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import terminal
from api.cli.options import LanguageOption
from api.core.forms import installed_forms
from api.core.language import Language, word
from api.files.atomic import whole_bytes
from pipeline.errors import FormError, UsageError
from training.pages.blank_pdf import PAPERS, blank_pdf

TRUE_SIZE = "sheet"


def print_form(
    form: Annotated[str, typer.Argument(metavar="ID", help="ID formulir. / Form ID (chasil forms list).")],
    page: Annotated[int | None, typer.Option("--page", help="Hanya halaman ini. / Only this page.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Berkas PDF. / PDF file.", show_default="ID.pdf")] = None,
    paper: Annotated[
        str,
        typer.Option("--paper", help="sheet: ukuran asli; A0..A4: diperkecil. / sheet: true size; A0 to A4: shrunk."),
    ] = TRUE_SIZE,
    practice: Annotated[bool, typer.Option("--practice", help="Cap LATIHAN. / Watermark: for practice.")] = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Cetak formulir kosong ke PDF, ukuran asli. / Print a blank form to a PDF, true to size."""
    variants = installed_forms(only=form)
    if len(variants) > 1:
        raise FormError("form_variant_needed", form=form, variants=", ".join(variants))
    template = next(iter(variants.values()))
    numbers = [one.number for one in template.pages]
    _check("--page", page, [None, *numbers])
    _check("--paper", paper, [TRUE_SIZE, *PAPERS])
    content = blank_pdf(
        template,
        numbers if page is None else [page],
        None if paper == TRUE_SIZE else paper,
        practice=practice,
        note=word("printed_smaller", language),
    )
    path = out or Path(f"{template.id}.pdf")
    with whole_bytes(str(path)) as file:
        file.write(content)
    terminal(stderr=True).print(word("printed", language).format(path=path), highlight=False, markup=False)


def _check(option: str, value: object, allowed: list[object]) -> None:
    if value not in allowed:
        expected = ", ".join(str(one) for one in allowed if one is not None)
        raise UsageError("print_option", option=option, value=value, expected=expected)
