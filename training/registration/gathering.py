"""Examples of many pictures, by several processes: each imports this module by its name."""

import zlib
from collections.abc import Sequence
from functools import cache, partial

import numpy as np

from pipeline.forms import load_forms
from training.evaluation.truths import RealPage
from training.processes import counted, processes
from training.registration.examples import Example, Finders, examples_of
from training.registration.pictures import photographed, simulated, stranger


def gathered(tasks: Sequence[RealPage | int], jobs: int, seed: int) -> tuple[list[Example], list[Example]]:
    """Return the examples of pages and of numbers that all pictures give.

    Args:
        tasks: Real pages; simulated ones by their number, from 0; drawn strangers by theirs below 0.
        jobs: Processes.
        seed: Of what is drawn, and of how alignments are disturbed.

    """
    pages: list[Example] = []
    numbers: list[Example] = []
    with processes(jobs) as pool:
        for some_pages, some_numbers in counted(pool.map(partial(_examples, seed), tasks, chunksize=4), len(tasks)):
            pages += some_pages
            numbers += some_numbers
    return pages, numbers


def _examples(seed: int, task: RealPage | int) -> tuple[list[Example], list[Example]]:
    """Return the examples of one picture."""
    finders = _finders()
    if isinstance(task, RealPage):
        picture = photographed(task)
    else:
        picture = simulated(finders.forms, task, seed) if task >= 0 else stranger(-1 - task)
    return examples_of(picture, finders, np.random.default_rng([seed, zlib.crc32(picture.name.encode())]))


@cache
def _finders() -> Finders:
    return Finders(load_forms())
