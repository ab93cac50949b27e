"""`chasil simulate`: filled and photographed pages with their truth, drawn by the program itself."""

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import terminal
from api.cli.progress import progress_bar
from api.core.forms import installed_forms
from api.core.language import both
from pipeline.forms import FormTemplate
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
    settings = Simulation(
        form=_form(form),
        seed=seed,
        difficulty=difficulty,
        page=page,
        long_side=long_side,
        officer_errors=officer_errors,
        corrections=corrections,
    )
    with progress_bar(both("simulating"), count) as bar:
        pages = simulate_documents(settings, count, out, jobs=jobs, advance=bar.advance)
    terminal(stderr=True).print(both("simulated", pages=pages, out=out))


def _form(wanted: str) -> FormTemplate:
    """Return the template of this name, of a family the first variant; or say which there are."""
    return next(iter(installed_forms(only=wanted).values()))
