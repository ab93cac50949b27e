"""Judge the reader on real pages with their truth: pages found, numbers right, accepted, and wrong among those.

    chasil evaluate pages SHARED [--sets SET]... [--part PART] [--package MODEL] [--without WITNESS]... [--wrong]
                                 [--pictures FOLDER] [--ablation]

SHARED holds the sets of real pages (`training.evaluation.truths`). Prints a table per form and page, and one by what
ails the picture, in Markdown with 95 % intervals (Wilson); pages of forms that are not installed last: those must not
be read as any form. By default only of the pages that may be learnt from; `--part test` judges, once a model, and
is written down (`training.evaluation.looks`). With --wrong every wrong number; with --pictures its boxes as they were
cut, one picture a number. With --ablation what every witness buys (`training.proof.ablation`), of installed forms.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.package import ModelPackage, default_package
from pipeline import Reader
from pipeline.decision.contradiction import WITNESSES
from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.errors import UsageError
from pipeline.extraction.cells import straighten
from pipeline.forms import known_forms
from pipeline.reading import DocumentReading, FieldReading, Outcome
from training.evaluation.looks import note_look, shows_the_test_part
from training.evaluation.metrics import share_text
from training.evaluation.one_number import right_and_accepted
from training.evaluation.split import Part, parts_of
from training.evaluation.truths import SETS, RealPage, real_pages
from training.proof.ablation import decided_with, steps, table

Truth = Mapping[str, Any]

AILMENTS = {
    "cut": ("cut", "outside", "only block"),
    "turned or seen from the side": ("perspective", "rotated", "skew", "sideways", "upside", "turned"),
    "folded or bent": ("fold", "wavy", "bent", "curl"),
    "dark or in shadow": ("shadow", "dark", "dim", "low light"),
    "blurred": ("blur", "soft"),
    "of a screen": ("screen", "moire"),
    "tinted or washed out": ("tint", "cast", "washed out", "contrast"),
    "tiny": ("tiny", "low resolution", "px wide"),
    "markers covered or lost": ("covered", "no corner markers", "torn", "corner mark"),
}
"""Kinds of faults, and the words of the truth that speak of them."""


@dataclass
class Score:
    """Counts over the pages of one form page."""

    pages: int = 0
    found: int = 0
    exact: int = 0
    numbers: int = 0
    right: int = 0
    accepted: int = 0
    wrong_accepted: int = 0
    read_as: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A number that was read wrongly."""

    file: str
    name: str
    written: str
    read: FieldReading


def judge(
    pages: Sequence[RealPage], readings: Mapping[str, DocumentReading], kinds: Callable[[RealPage], Iterable[str]]
) -> tuple[dict[str, Score], list[Wrong]]:
    """Return the scores by kind of page, and every number of a page that was found and read wrongly.

    Args:
        pages: With what is written on them.
        readings: By file name, each page as a document of its own.
        kinds: Under what a page is counted; a page may be of several kinds.

    """
    scores: dict[str, Score] = defaultdict(Score)
    wrong: list[Wrong] = []
    for page in pages:
        reading = readings[page.path.name]
        own = Score()
        missed = [one for one in _numbers(page.truth, reading, own) if one is not None]
        found = is_found(page, reading)
        wrong += [one for one in missed if reading.pages[0].form is not None]
        for kind in kinds(page):
            score = scores[kind]
            score.pages += 1
            score.found += found
            score.exact += not missed
            score.numbers += own.numbers
            score.right += own.right
            score.accepted += own.accepted
            score.wrong_accepted += own.wrong_accepted
            if reading.pages[0].form is not None:
                score.read_as.append(f"{reading.pages[0].form} {reading.pages[0].form_page}")
    return scores, wrong


def is_found(page: RealPage, reading: DocumentReading) -> bool:
    """Return whether a page was read as the form, or a variant of the family, and the page that it is."""
    read = reading.pages[0]
    named = read.form or ""
    same = named == page.form or (named.startswith(f"{page.form}-") and not named.endswith("-abroad"))
    return same and read.form_page == page.page


def form_and_page(page: RealPage) -> Iterable[str]:
    """Yield the form and the page, as one kind."""
    yield f"{page.form} {page.page or ''}".strip()


def ailments(page: RealPage) -> Iterable[str]:
    """Yield what ails a picture, in the words of its truth; "nothing" where nothing is said."""
    kept = " ".join(page.truth.get("quality") or ()).lower()
    found = [name for name, words in AILMENTS.items() if any(word in kept for word in words)]
    yield from found or ["nothing"]


def _numbers(truth: Truth, reading: DocumentReading, score: Score) -> Iterator[Wrong | None]:
    """Count the numbers of a page that a person can tell; yield those that were read wrongly."""
    for name, value in legible(truth).items():
        boxes = truth["fields"][name]
        read = reading.fields.get(name)
        right, accepted = right_and_accepted(read, value)
        score.numbers += 1
        score.right += right
        score.accepted += accepted
        score.wrong_accepted += accepted and not right
        if not right:
            nothing = FieldReading(None, "", 0.0, Outcome.REJECTED)
            yield Wrong(truth["file"], name, boxes, read or nothing)


def legible(truth: Truth) -> dict[str, int]:
    """Return the numbers of a page that a person can tell, by field."""
    return {
        name: truth["values"][name]
        for name, boxes in truth["fields"].items()
        if truth["values"].get(name) is not None and name not in truth.get("uncertain", {}) and "?" not in boxes
    }


def table_of(title: str, scores: Mapping[str, Score], installed: Callable[[str], bool]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; what is not installed comes last, with what it was taken for."""
    yield f"| {title} | found | numbers right | accepted | wrong accepted | pages exact |"
    yield "|---|---|---|---|---|---|"
    for name, score in sorted(scores.items(), key=lambda item: (not installed(item[0]), item[0])):
        if installed(name):
            found = share_text(score.found, score.pages)
            numbers = (share_text(score.right, score.numbers), share_text(score.accepted, score.numbers))
            exact = f"{score.exact} of {score.pages}"
            yield f"| {name} | {found} | {' | '.join(numbers)} | {score.wrong_accepted} | {exact} |"
        else:
            taken = ", ".join(score.read_as) or "none"
            yield f"| {name}, not installed | {score.pages} pages read as: {taken} | | | | |"


def _read(pages: Sequence[RealPage], reader: Reader) -> dict[str, DocumentReading]:
    with ThreadPoolExecutor(2) as pool:
        documents = pool.map(lambda page: reader.read(page.path)[0], pages)
        return {page.path.name: document for page, document in zip(pages, documents, strict=True)}


def _draw(path: Path, one: Wrong, out: Path) -> None:
    """Write the boxes of a wrong number side by side, under a name that says what was written and read."""
    page = next(iter(open_documents([path]))).pages[0]
    if not isinstance(page, Page) or not one.read.box_regions:
        return
    grey = page.grey(1)
    cuts = [straighten(grey, np.array(box, dtype=np.float64)) for box in one.read.box_regions]
    height = max(cut.shape[0] for cut in cuts)
    strip = np.hstack(
        [cv2.copyMakeBorder(cut, 0, height - cut.shape[0], 0, 4, cv2.BORDER_CONSTANT, value=(255,)) for cut in cuts]
    )
    out.mkdir(parents=True, exist_ok=True)
    name = f"{Path(one.file).stem} {one.name} {one.written} read {one.read.boxes or 'nothing'}.png".replace("#", "~")
    (out / name).write_bytes(cv2.imencode(".png", strip)[1].tobytes())


def evaluate(
    shared: Path,
    sets: Sequence[str] | None,
    part: str,
    package: ModelPackage | None,
    left_out: Sequence[str],
    *,
    wrong: bool,
    pictures: Path | None,
    ablation: bool = False,
) -> None:
    """Read the pages and print the tables; a look at the test part is written down.

    Args:
        shared: Folder of the sets of real pages.
        sets: Which of them; by default all.
        part: See `training.evaluation.split.parts_of`.
        package: Digit model; by default the champion.
        left_out: Witnesses that are left out.
        wrong: Whether every wrong number is printed.
        pictures: Folder for the boxes of wrong numbers.
        ablation: Whether what every witness buys is printed too.

    Raises:
        UsageError: `evaluation_option` where there is no such part or witness.

    """
    cv2.setNumThreads(1)
    witnesses = sorted(set(WITNESSES) - {"digits"})
    for one in set(left_out) - set(witnesses):
        raise UsageError("evaluation_option", option="--without", value=one, expected=", ".join(witnesses))
    parts = parts_of(part)
    pages = [page for page in real_pages(shared, sets or SETS) if page.part in parts]
    reader = Reader(package=package)
    readings = _read(pages, reader)
    if left_out:
        kept = [one for one in witnesses if one not in left_out]
        readings = {name: decided_with(one, kept, reader.forms, reader.threshold) for name, one in readings.items()}
    _print_tables(pages, readings, reader, wrong=wrong, pictures=pictures)
    if ablation:
        _print_ablation(pages, readings, reader)
    if shows_the_test_part(page.path.name for page in pages):
        options = "".join(f" --without {one}" for one in left_out) + "".join(f" --sets {one}" for one in sets or ())
        print(note_look(_judged(package), f"chasil evaluate pages --part {part}{options}", _seen(pages, readings)))  # noqa: T201


def _print_tables(
    pages: Sequence[RealPage],
    readings: Mapping[str, DocumentReading],
    reader: Reader,
    *,
    wrong: bool,
    pictures: Path | None,
) -> None:
    names = {*reader.forms, *(form.family for form in known_forms(reader.forms))}
    scores, missed = judge(pages, readings, form_and_page)
    print(*table_of("form, page", scores, lambda name: name.split()[0] in names), sep="\n")  # noqa: T201
    of_ours = [page for page in pages if page.form in names]
    print("", *table_of("what ails it", judge(of_ours, readings, ailments)[0], lambda _: True), sep="\n")  # noqa: T201
    paths = {page.path.name: page.path for page in pages}
    for one in missed:
        if wrong:
            read = f"{one.read.boxes or '-'} {one.read.value} {one.read.outcome.value} {one.read.confidence:.4f}"
            print(f"{one.file} {one.name}: wrote {one.written}, read {read}")  # noqa: T201
        if pictures:
            _draw(paths[one.file], one, pictures)


def _print_ablation(pages: Sequence[RealPage], readings: Mapping[str, DocumentReading], reader: Reader) -> None:
    """Print what every witness buys on the pages that were found."""
    found = [page for page in pages if is_found(page, readings[page.path.name])]
    truths = [legible(page.truth) for page in found]
    taken = steps([readings[page.path.name] for page in found], truths, reader.forms, reader.threshold)
    print("", *table(taken, sum(map(len, truths))), sep="\n")  # noqa: T201


def _judged(package: ModelPackage | None) -> str:
    """Return the names of the models that read."""
    digits = package.id if package else default_package("digits").name
    return ", ".join([digits, *(default_package(kind).name for kind in ("bubbles", "tallies", "words"))])


def _seen(pages: Sequence[RealPage], readings: Mapping[str, DocumentReading]) -> str:
    """Return what was seen of all pages together."""
    score = judge(pages, readings, lambda _: ("all",))[0]["all"]
    return (
        f"{score.pages} pages, of them of the test part {sum(page.part is Part.TEST for page in pages)}; "
        f"{score.right} of {score.numbers} numbers right, {score.accepted} accepted, "
        f"{score.wrong_accepted} of these wrong"
    )
