"""`chasil simulate`: filled and photographed pages with their truth, drawn by the program itself."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import styled, terminal
from api.cli.progress import progress_bar
from api.core.forms import installed_forms
from api.core.language import both
from pipeline.forms import FORMS_FOLDER
from training.pages.print_source import print_source
from training.pages.simulate import Simulation, simulate_documents


def simulate(
    form: Annotated[str, typer.Option("--form", help="ID formulir. / Form ID, such as c-hasil-ppwp-2024.")],
    count: Annotated[
        int,
        typer.Option("--count", help="Jumlah dokumen, masing-masing lengkap. / Documents, each with all its pages."),
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder tujuan. / Folder for pictures and truth.jsonl.")],
    seed: Annotated[int, typer.Option("--seed", help="Benih acak. / Same seed, same files.")] = 0,
    difficulty: Annotated[
        str, typer.Option("--difficulty", help="Tingkat kesulitan. / easy, medium, hard or scan.")
    ] = "medium",
    page: Annotated[
        int | None, typer.Option("--page", help="Hanya halaman ini. / Only this page of each document.")
    ] = None,
    long_side: Annotated[
        int | None, typer.Option("--long-side", help="Sisi panjang gambar, piksel. / Long side in pixels.")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", help="Jumlah proses. / Processes.", show_default="cores")
    ] = os.cpu_count() or 1,
    officer_errors: Annotated[
        float,
        typer.Option("--officer-errors", help="Peluang salah hitung, 0..1. / Share with an officer's error."),
    ] = 0.05,
    corrections: Annotated[
        float, typer.Option("--corrections", help="Peluang kotak dicoret, 0..1. / Share of numbers with a struck box.")
    ] = 0.0,
) -> None:
    """Buat halaman tiruan beserta kebenarannya. / Make simulated pages with their truth.

    Semua angka dan tempat adalah rekaan (kode provinsi 00). / All numbers and places are invented (province 00).
    """
    forms = installed_forms(only=form)
    template = next(iter(forms.values()))  # of a family the first variant
    settings = Simulation(
        form=template,
        seed=seed,
        difficulty=difficulty,
        page=page,
        long_side=long_side,
        officer_errors=officer_errors,
        corrections=corrections,
        folders=forms.folders,
    )
    _state_print(settings)
    with progress_bar(both("simulating"), count) as bar:
        pages = simulate_documents(settings, count, out, jobs=jobs, advance=bar.advance)
    terminal(stderr=True).print(both("simulated", pages=pages, out=out))


def _state_print(settings: Simulation) -> None:
    """State what the pages are printed from, before the work, and why where that is not their blank.

    Forms that come with the program have no blank beside them: that is no news.
    """
    form, console = settings.form, terminal(stderr=True)
    if (FORMS_FOLDER / f"{form.family}.yaml").is_file():
        return
    numbers = [page.number for page in form.pages if settings.page in (None, page.number)]
    sources = {number: print_source(form, number, settings.folders) for number in numbers}
    console.print(
        both("simulated_print", sources=", ".join(f"p{number} {one.name}" for number, one in sources.items()))
    )
    for reason in filter(None, (one.why_not for one in sources.values())):
        console.print(styled((reason.code, "yellow"), f": {reason.text('id')} / {reason.text('en')}"))
