"""The samples that a configuration asks for, each page with a number of its own, gathered once a run."""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from training.witnesses.config import MOST_PAGES, DrawnPages, Pages
from training.witnesses.folders import folder_samples
from training.witnesses.samples import NumberSample, Run, load, samples, save

FOLDER = 100_000
"""Practice pages are numbered below, other pages from here on: so many for each source of them."""


def gathered(pages: Pages, jobs: int = 1) -> list[NumberSample]:
    """Return the samples of drawn pages and of folders, pages on which the sheet is not found left out."""
    drawn = [sample for place, one in enumerate(pages.drawn) for sample in _drawn(one, place, jobs)]
    return drawn + in_folders(pages.folders, len(pages.drawn) + 1)


def in_folders(folders: Iterable[Path], first: int = 1) -> list[NumberSample]:
    """Return the samples of folders that `chasil simulate` wrote, counted from `first`."""
    numbered = enumerate(folders, start=first)
    return [sample for place, folder in numbered for sample in folder_samples(folder, place * FOLDER)]


def kept(file: Path, gather: Callable[[], list[NumberSample]]) -> list[NumberSample]:
    """Return the samples of a file, which is made where it is missing. They may be pieces of photographs."""
    if not file.is_file():
        scratch = file.with_suffix(".part.npz")
        save(scratch, gather())
        os.replace(scratch, file)  # noqa: PTH105  the one call that replaces on every system
    return load(file)


def _drawn(pages: DrawnPages, place: int, jobs: int) -> Iterable[NumberSample]:
    first = place * MOST_PAGES if pages.practice else (place + 1) * FOLDER
    run = Run(pages.seed, pages.practice, pages.levels, pages.form)
    return (replace(sample, page=first + sample.page) for sample in samples(run, range(pages.count), jobs))
