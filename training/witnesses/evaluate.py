"""Read the witnesses of simulated pages and compare them with what was really drawn.

    chasil simulate --form c-hasil-ppwp-2024 --page 2 --count 60 --seed 177 --out pages
    chasil evaluate tallies tallies-v3 pages
    chasil evaluate bubbles bubbles-v2 --windows 30

Windows are single bubbles or cells, on pages as officers fill them.
"""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.package import ModelPackage, default_package, load_package
from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.errors import UsageError
from pipeline.forms import FormTemplate, load_forms
from pipeline.recognition.digits import DigitReader
from pipeline.recognition.network import Network
from pipeline.recognition.witnesses import Witnesses, WitnessReader
from pipeline.registration import SheetFinder
from training.evaluation.metrics import reliability_by_rank, wilson
from training.witnesses.finding import find
from training.witnesses.samples import NumberSample, Run, samples
from training.witnesses.windows import CONTRACTS, windows_of

Truth = Mapping[str, Any]


@dataclass
class Score:
    """What was read rightly, how surely, and what it cost.

    Attributes:
        right: Of every measure, how many were right.
        count: Of every measure, how many there were.
        stated: Of every witness, (probability of its best value, whether it is right).
        milliseconds: Of every page with witnesses.
        wrong: Descriptions of what was wrong.

    """

    right: Counter[str] = field(default_factory=Counter)
    count: Counter[str] = field(default_factory=Counter)
    stated: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, measure: str, right: int, count: int) -> None:
        """Count `right` of `count`."""
        self.right[measure] += right
        self.count[measure] += count

    def state(self, witness: str, probability: float, right: bool) -> None:
        """Note how sure a witness was, and whether rightly."""
        self.stated.setdefault(witness, []).append((probability, right))


def evaluate(
    folder: Path, forms: Mapping[str, FormTemplate], reader: WitnessReader, kinds: Collection[str] = tuple(CONTRACTS)
) -> Score:
    """Read every page named in the folder's truth.jsonl, and judge the witnesses of these kinds of network."""
    score = Score()
    finder = SheetFinder(forms)
    truths = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    for truth, page in _pages(folder, truths):
        found = find(page, finder)
        score.add("pages found", found is not None, 1)
        if found is None:
            continue
        grey, registration = found
        fields = registration.target.page.numbers
        started = time.perf_counter()
        witnesses = reader.read(grey, registration.sheet, fields)
        score.milliseconds.append(1000 * (time.perf_counter() - started))
        for name, said in witnesses.items():
            compare(score, f"{truth['file']} {name}", said, truth, name, kinds)
    return score


def _pages(folder: Path, truths: list[dict[str, Any]]) -> Iterator[tuple[Truth, Page]]:
    for truth in truths:
        for document in open_documents([folder / truth["file"]]):
            for page in document.pages:
                if isinstance(page, Page):
                    yield truth, page


def compare(score: Score, where: str, witnesses: Witnesses, truth: Truth, name: str, kinds: Collection[str]) -> None:
    """Compare the witnesses of one number with the truth; row sums are read where the tally says so."""
    if "bubbles" in kinds and witnesses.bubbles is not None and name in truth.get("bubbles", {}):
        _bubbles(score, where, witnesses, truth["bubbles"][name])
    if "tallies" in kinds and witnesses.tally is not None:
        _tally(score, where, witnesses, truth.get("row_tally", {}).get(name, []))
    if "tallies" in kinds and witnesses.row_sums is not None and name in truth.get("row_totals", {}):
        _row_sums(score, where, witnesses, truth["row_totals"][name])


def _bubbles(score: Score, where: str, witnesses: Witnesses, written: str) -> None:
    assert witnesses.bubbles is not None
    read = witnesses.bubbles.text
    score.add("bubble columns", sum(a == b for a, b in zip(read, written, strict=True)), len(written))
    score.add("bubble numbers", read == written, 1)
    for best, sign, seen in zip(witnesses.bubbles.columns.max(axis=1), written, read, strict=True):
        score.state("bubble column", float(best), sign == seen)
    if read != written:
        score.wrong.append(f"{where}: bubbles {written} read as {read}")


def _tally(score: Score, where: str, witnesses: Witnesses, written: list[int]) -> None:
    assert witnesses.tally is not None
    total = int(witnesses.tally.total.argmax())
    score.add("grids located", witnesses.tally.located, 1)
    rows = list(witnesses.tally.row_counts)
    padded = [*rows, *[0] * (len(written) - len(rows))]
    score.add("tally rows", sum(a == b for a, b in zip(padded, written, strict=False)), len(written))
    score.add("tally totals", total == sum(written), 1)
    score.state("tally total", float(witnesses.tally.total.max()), total == sum(written))
    if total != sum(written):
        sure = f"{witnesses.tally.total.max():.4f}"
        score.wrong.append(f"{where}: tally {written} read as {rows}, total {total} at {sure}")


def _row_sums(score: Score, where: str, witnesses: Witnesses, written: list[str]) -> None:
    assert witnesses.row_sums is not None
    values = [int("0" + "".join(sign for sign in text if sign.isdigit())) for text in written]
    read = [*witnesses.row_sums.totals, *[None] * (len(values) - len(witnesses.row_sums.totals))]
    score.add("row sums", sum(a == b for a, b in zip(read, values, strict=False)), len(values))
    value, probability = witnesses.row_sums.statement().best
    score.add("row sums stated", value is not None, 1)
    if value is not None:
        score.add("row sum totals, of those stated", value == sum(values), 1)
        score.state("row sum total", probability, value == sum(values))
    if value != sum(values):
        score.wrong.append(f"{where}: row sums {written} read as {list(witnesses.row_sums.texts)} at {probability:.4f}")


def report(score: Score) -> str:
    """Return counts, 95 % intervals, reliability and cost as text."""
    lines = []
    for measure, count in score.count.items():
        low, high = wilson(score.right[measure], count)
        lines.append(f"{measure}: {score.right[measure]} of {count} ({low:.2%} to {high:.2%})")
    for witness, pairs in score.stated.items():
        stated, right = np.array([p for p, _ in pairs]), np.array([r for _, r in pairs])
        lines.append(f"{witness}: stated {stated.mean():.4f}, right {right.mean():.4f}, {_bins(stated, right)}")
    spent = score.milliseconds
    lines.append(f"milliseconds a page: median {np.median(spent):.1f}, 90 % within {np.quantile(spent, 0.9):.1f}")
    return "\n".join([*lines, *score.wrong])


def _bins(stated: NDArray[np.float64], right: NDArray[np.bool_]) -> str:
    found = reliability_by_rank(stated, right, bins=5)
    rows = zip(found.confidence, found.accuracy, found.count, strict=True)
    return "; ".join(f"{confidence:.4f}: {accuracy:.4f} of {count}" for confidence, accuracy, count in rows)


def window_report(kind: str, found: list[NumberSample], package: ModelPackage) -> str:
    """Return how many single windows, "bubbles" or "tallies", the network alone reads rightly, class by class."""
    windows = windows_of(kind, found)
    read = Network(package, CONTRACTS[kind]).read(windows.ink).argmax(axis=1)
    # A cancelled cell holds no stroke: to read it as empty is no error, nor the other way round.
    zero = [windows.classes.index(sign) for sign in "0z"] if kind == "tallies" else [0]
    right = (read == windows.labels) | (np.isin(read, zero) & np.isin(windows.labels, zero))
    low, high = wilson(int(right.sum()), len(right))
    parts = [f"{kind} windows: {right.sum()} of {len(right)} ({low:.2%} to {high:.2%})"]
    for label, sign in enumerate(windows.classes):
        own = right[windows.labels == label]
        if len(own):
            parts.append(f"{sign}: {own.sum()}/{len(own)}")
    return "; ".join(parts)


def judge(kind: str, package: ModelPackage, folders: Sequence[Path], windows: int, seed: int) -> Iterator[str]:
    """Yield what a package of a kind, "bubbles" or "tallies", reads; the other networks are the champions.

    Args:
        kind: Of the package. With tallies the sums of their rows are judged.
        package: The model.
        folders: Made by `chasil simulate`.
        windows: Pages that are drawn to judge single windows by, as officers fill them, of medium difficulty.
        seed: Of these.

    Raises:
        UsageError: `evaluation_nothing` where there is nothing to judge by.

    """
    if not (folders or windows):
        raise UsageError("evaluation_nothing", kind=kind)
    cv2.setNumThreads(1)
    reader = WitnessReader(DigitReader(load_package(default_package("digits"))), **{kind: package})
    if windows:
        run = Run(seed, practice=False, levels=("medium",))
        yield window_report(kind, list(samples(run, range(windows))), package)
    for folder in folders:
        yield f"{folder}, {package.id}:"
        yield report(evaluate(folder, load_forms(), reader, (kind,)))
