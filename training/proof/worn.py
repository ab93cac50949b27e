"""Judge the reader on real photographs that are made harder: how much of it is borne, and is any of it lied about?

    chasil evaluate worn SHARED [--rounds 1] [--seed 0] [--kinds KIND]... [--package MODEL] [--jobs 2]

Every page that may be learnt from is turned, shrunk, darkened, cut and so on (`training.pages.wear`), one kind a page
and a round, and read. Prints a table by kind in Markdown with 95 % intervals, and every number that was accepted and is
wrong. The ink is real, so this asks for wrong acceptances on many more real numbers than there are pages; they are not
independent of each other, and no threshold is chosen on them.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from models.package import ModelPackage
from pipeline import Reader
from pipeline.errors import UsageError
from pipeline.forms import known_forms
from training.evaluation.metrics import share_text, upper_bound
from training.evaluation.one_number import right_and_accepted
from training.evaluation.split import LEARNT_FROM
from training.evaluation.truths import SETS, RealPage, real_pages
from training.pages.wear import WEAR
from training.proof.cases import Case, case_of, of_folder
from training.proof.counting import decided
from training.runs.processes import counted

QUALITY = 85
"""JPEG quality of what is read."""


def plan(pages: Sequence[RealPage], kinds: Sequence[str], rounds: int) -> list[tuple[RealPage, str, int]]:
    """Return which page is worn how in which round: the kinds in turn, so that each meets as many pages as another."""
    return [
        (page, kinds[(index + number) % len(kinds)], number)
        for number in range(rounds)
        for index, page in enumerate(pages)
    ]


def worn_bytes(page: RealPage, kind: str, seed: Sequence[int]) -> bytes:
    """Return a page as JPEG to which this kind of thing happened; the same seed gives the same picture."""
    picture = cv2.imread(str(page.path))
    assert picture is not None, page.path
    worn = WEAR[kind](np.asarray(picture, dtype=np.uint8), np.random.default_rng(seed))
    return cv2.imencode(".jpg", worn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def worn_cases(
    planned: Sequence[tuple[RealPage, str, int]], reader: Reader, seed: int, jobs: int
) -> Iterator[tuple[str, Case]]:
    """Read worn pages; yield the name of each and what came of it, its capture being the kind of wear."""

    def read(number: int) -> tuple[str, Case]:
        page, kind, _ = planned[number]
        reading = reader.read(worn_bytes(page, kind, (seed, number)), page.path.name)[0]
        return page.path.name, replace(case_of(page, reading), capture=kind)

    with ThreadPoolExecutor(jobs) as pool:
        yield from counted(pool.map(read, range(len(planned))), len(planned))


def lines(cases: Sequence[tuple[str, Case]]) -> Iterator[str]:
    """Yield the lines of the table, then every number that was accepted and is wrong."""
    yield "| what happened to it | found | numbers right | accepted | wrong accepted |"
    yield "|---|---|---|---|---|"
    kinds = [*dict.fromkeys(case.capture for _, case in cases), "all"]
    for kind in kinds:
        counts = decided(case for _, case in cases if kind in {case.capture, "all"})
        bound = f"{counts.wrong_accepted}, at most {100 * upper_bound(counts.wrong_accepted, counts.accepted):.2f} %"
        shares = (
            share_text(counts.found, counts.pages),
            share_text(counts.right, counts.numbers),
            share_text(counts.accepted, counts.numbers),
        )
        yield f"| {kind} | {' | '.join(shares)} | {bound} |"
    for name, case in cases:
        for field, value in case.values.items():
            read = case.reading.fields.get(field)
            right, accepted = right_and_accepted(read, value)
            if accepted and not right and read is not None:
                yield f"{name}, {case.capture}: {field} is {value}, read as {read.value} ({read.confidence:.6f})"


def evaluate(
    shared: Path, rounds: int, seed: int, kinds: Sequence[str] | None, package: ModelPackage | None, jobs: int
) -> None:
    """Wear the pages that may be learnt from, read them, print the table.

    Args:
        shared: Folder of the sets of real pages, or one set.
        rounds: How many kinds each page meets, one at a time.
        seed: Of all chance.
        kinds: Which; by default all.
        package: Digit model; by default the champion.
        jobs: Pages that are read side by side.

    Raises:
        UsageError: `evaluation_option` where there is no such kind.

    """
    cv2.setNumThreads(1)
    for one in set(kinds or ()) - set(WEAR):
        raise UsageError("evaluation_option", option="--kinds", value=one, expected=", ".join(WEAR))
    reader = Reader(package=package)
    names = {*reader.forms, *(form.family for form in known_forms(reader.forms))}
    folder, sets = of_folder(shared)
    pages = [page for page in real_pages(folder, sets or SETS) if page.part in LEARNT_FROM and page.form in names]
    planned = plan(pages, tuple(kinds or WEAR), rounds)
    print(*lines([*worn_cases(planned, reader, seed, jobs)]), sep="\n")  # noqa: T201
