"""Choose the posterior from which a number is accepted: by an error budget, on whole documents and real pages.

    chasil evaluate threshold FOLDER... [--real SHARED] [--budget 0.0001] [--form FORM] [--package MODEL] [--store]

Folders are made by `chasil simulate`, on seeds that nothing was trained or tuned on; of the real pages only those are
read that may be learnt from. Everything is decided with no threshold at all; a number that is accepted then is held
back by nothing else, and is a candidate. The threshold is the least posterior from which on the share of wrong
candidates is within the budget at 95 % confidence (Clopper and Pearson), all candidates counted together, and which
lies above every wrong candidate of a real page: the simulated ones, being many more, would outvote it. Where the
candidates are too few to show the budget, it says how few. --store writes the threshold into the digit package, from
where every reader takes it.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.package import ModelPackage, default_package, load_package, store_thresholds
from pipeline import Reader
from training.evaluation.metrics import threshold_for, upper_bound
from training.evaluation.one_number import right_and_accepted
from training.proof.cases import learnt_cases
from training.proof.documents import read_cases


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that nothing but the threshold can hold back.

    Attributes:
        source: What it was read from: a folder of documents, or the part of the real pages.
        real: Whether it stands on a real page.
        where: Document or file, and field.
        right: Whether it was read as it is written.
        confidence: Its posterior under everything.

    """

    source: str
    real: bool
    where: str
    right: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Choice:
    """A threshold, and what lies above it."""

    threshold: float
    budget: float
    counts: tuple[tuple[str, int, int], ...]
    """By source, and "all" last: candidates at or above the threshold, and how many of these are wrong."""

    @property
    def bound(self) -> float:
        """Share of wrong ones among all that is accepted, at most, with 95 % confidence."""
        _, above, wrong = self.counts[-1]
        return upper_bound(wrong, above)

    @property
    def shown(self) -> bool:
        """Whether the candidates show that the budget is kept."""
        return self.bound <= self.budget

    def lines(self) -> Iterator[str]:
        """Yield a line for each source, and what the threshold is worth."""
        for source, above, wrong in self.counts:
            yield f"{source}: {wrong} wrong of {above} accepted, at most {upper_bound(wrong, above):.6f}"
        yield f"threshold {self.threshold:.8f}: {self.chosen}"
        if not self.shown:
            needed = math.ceil(math.log(0.05) / math.log1p(-self.budget))
            yield f"not shown to keep to {self.budget}: {needed} accepted numbers without a wrong one are needed"

    @property
    def chosen(self) -> str:
        """Where the threshold comes from, as the package keeps it."""
        _, above, wrong = self.counts[-1]
        sources = ", ".join(f"{source} {of}" for source, of, _ in self.counts[:-1])
        return (
            f"on whole documents and real pages: {wrong} wrong of {above} numbers above it ({sources}), so at most "
            f"{self.bound:.6f} with 95 % confidence; the budget is {self.budget}"
        )


def choose(candidates: Sequence[Candidate], budget: float) -> Choice:
    """Return the least threshold that keeps to the budget and lies above every wrong candidate of a real page.

    Args:
        candidates: At least one.
        budget: Share of accepted numbers that may be wrong.

    """
    confidence = np.array([one.confidence for one in candidates])
    right = np.array([one.right for one in candidates])
    fooled = max((one.confidence for one in candidates if one.real and not one.right), default=0.0)
    return judge(
        candidates, max(threshold_for(confidence, right, budget), min(1.0, float(np.nextafter(fooled, 1.0)))), budget
    )


def judge(candidates: Sequence[Candidate], threshold: float, budget: float) -> Choice:
    """Return what lies above a threshold, whoever chose it."""
    above = [one for one in candidates if one.confidence >= threshold]
    sources = dict.fromkeys(one.source for one in candidates)
    counts = [(source, [one for one in above if one.source == source]) for source in sources]
    return Choice(
        threshold,
        budget,
        tuple((source, len(of), sum(not one.right for one in of)) for source, of in (*counts, ("all", above))),
    )


def candidates_of_documents(folder: Path, reader: Reader, jobs: int) -> Iterator[Candidate]:
    """Yield the candidates of the documents of a folder of `chasil simulate`; `reader` has no threshold."""
    for case in read_cases(folder, reader, jobs):
        for name, value in case.values.items():
            read = case.reading.fields.get(name)
            if read is None or value is None:
                continue
            right, accepted = right_and_accepted(read, value)
            if accepted:
                yield Candidate("simulated", False, f"{case.reading.document} {name}", right, read.confidence)


def candidates_of_pages(shared: Path, reader: Reader, jobs: int) -> Iterator[Candidate]:
    """Yield the candidates of the real pages that may be learnt from; `reader` has no threshold."""
    for page, case in learnt_cases(shared, reader, jobs):
        for name, value in case.values.items():
            read = case.reading.fields.get(name)
            right, accepted = right_and_accepted(read, value)
            if read is not None and accepted:
                yield Candidate(f"real, {page.part}", True, f"{page.path.name} {name}", right, read.confidence)


def evaluate(
    folders: Sequence[Path],
    real: Path | None,
    budget: float,
    package: ModelPackage | None,
    *,
    store: bool,
    jobs: int,
) -> None:
    """Read everything, print what the threshold for a budget is and what shows it, and keep it if that is asked for.

    Args:
        folders: Made by `chasil simulate`.
        real: Folder of the sets of real pages, or one set.
        budget: Share of accepted numbers that may be wrong.
        package: Digit model; by default the champion.
        store: Whether the threshold is written into the package.
        jobs: Threads.

    """
    cv2.setNumThreads(1)
    reader = Reader(package=package, threshold=0.0)
    candidates = [one for folder in folders for one in candidates_of_documents(folder, reader, jobs)]
    candidates += candidates_of_pages(real, reader, jobs) if real else ()
    choice = choose(candidates, budget)
    chosen = package or load_package(default_package("digits"))
    stored = judge(candidates, chosen.description.thresholds.number, budget)
    print(*_wrong(candidates), "", "stored with the model:", *stored.lines(), sep="\n")  # noqa: T201
    print("", "the least that keeps to the budget:", *choice.lines(), sep="\n")  # noqa: T201
    if store:
        update = {"number": choice.threshold, "error_budget": budget, "number_chosen": choice.chosen}
        store_thresholds(chosen, chosen.description.thresholds.model_copy(update=update))


def _wrong(candidates: Iterable[Candidate]) -> Iterator[str]:
    """Yield the wrong candidates, the surest first."""
    for one in sorted(candidates, key=lambda one: -one.confidence):
        if not one.right:
            yield f"wrong, {one.confidence:.6f} sure: {one.source} {one.where}"
