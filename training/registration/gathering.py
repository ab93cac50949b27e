"""Examples of many pictures, by several processes: each imports this module by its name."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.forms import load_forms
from training.evaluation.truths import RealPage
from training.registration.examples import Example, Finders, examples_of
from training.registration.pictures import photographed, simulated, stranger
from training.runs.journal import journalled
from training.runs.processes import counted, processes


def gathered(
    tasks: Sequence[RealPage | int], jobs: int, seed: int, journal: Path
) -> tuple[list[Example], list[Example]]:
    """Return the examples of pages and of numbers that all pictures give.

    Args:
        tasks: Real pages; simulated ones by their number, from 0; drawn strangers by theirs below 0.
        jobs: Processes.
        seed: Of what is drawn, and of how alignments are disturbed.
        journal: File that keeps what each picture gave; what is there is not looked at again.

    """
    pages: list[Example] = []
    numbers: list[Example] = []
    for of_pages, of_numbers in journalled(journal, tasks, partial(_measured, jobs=jobs, seed=seed)):
        pages += [Example(**one) for one in of_pages]
        numbers += [Example(**one) for one in of_numbers]
    return pages, numbers


def _measured(tasks: Sequence[RealPage | int], jobs: int, seed: int) -> Iterator[list[list[dict[str, Any]]]]:
    """Yield the examples of each picture, as JSON."""
    with processes(jobs) as pool:
        for both in counted(pool.map(partial(_examples, seed), tasks, chunksize=4), len(tasks)):
            yield [[asdict(one) for one in some] for some in both]


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
