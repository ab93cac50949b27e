"""How well a tally reader counts the grids of real pages: of the calibrate part, which no network has learnt from."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from models.package import ModelPackage
from pipeline.forms import load_forms
from pipeline.recognition.tallies import TallyReader
from pipeline.registration import Registration, SheetFinder
from training.evaluation.metrics import share_text
from training.evaluation.split import Part
from training.evaluation.truths import RealPage, opened, real_pages
from training.runs.processes import counted
from training.witnesses.real_samples import has_known_tally, placed_numbers, wholly_shown

SURE = (0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Total:
    """What was counted on one grid.

    Attributes:
        group: Its set of pages.
        name: Page and number, for people.
        value: What it should be.
        counted: The likeliest total; None where nothing is stated, as where the grid was not located.
        sure: The probability of that.

    """

    group: str
    name: str
    value: int
    counted: int | None
    sure: float


def totals(pages: Sequence[RealPage], package: ModelPackage) -> Iterator[Total]:
    """Yield what is counted on every grid that is in its place and wholly in view, and whose number is known."""
    finder, reader = SheetFinder(load_forms()), TallyReader(package)
    for page in counted(pages, len(pages)):
        grey, _ = opened(page.path)
        found = finder.find(grey)
        if not isinstance(found, Registration):
            continue
        fields = [
            field
            for field in placed_numbers(page, found)
            if field.tally is not None and has_known_tally(page, field.name) and wholly_shown(grey, found, field.tally)
        ]
        for name, read in reader.read(grey, found.sheet, fields).items():
            best, sure = read.evidence.statement().best
            group = page.path.parent.parent.name
            yield Total(group, f"{page.path.name} {name}", page.truth["values"][name], best, sure)


def judge_real(package: ModelPackage, shared: Path) -> Iterator[str]:
    """Yield how many grids of each set are counted rightly, and of those stated surely wrongly; then every mistake.

    Args:
        package: The tally reader.
        shared: Folder of the sets of real pages (`training.evaluation.truths`).

    """
    cv2.setNumThreads(1)
    pages = [page for page in real_pages(shared) if page.part is Part.CALIBRATE and page.page is not None]
    of_set: dict[str, list[Total]] = defaultdict(list)
    for total in totals(pages, package):
        of_set[total.group].append(total)
    for group, some in of_set.items():
        right = sum(one.counted == one.value for one in some)
        parts = [f"{group}, {package.id}: {share_text(right, len(some))} right"]
        for least in SURE:
            surely = [one for one in some if one.counted is not None and one.sure >= least]
            wrong = sum(one.counted != one.value for one in surely)
            parts.append(f"of those stated at {least} {share_text(wrong, len(surely))} wrong")
        yield "; ".join(parts)
    for one in (one for some in of_set.values() for one in some if one.counted != one.value):
        yield f"{one.name}: {one.value} counted as {one.counted} at {one.sure:.4f}"
