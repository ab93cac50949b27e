"""Real lines: the places of numbers in words on real pages, cut as the reader cuts them, with what is written there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from pipeline.forms import load_forms
from pipeline.recognition.words.reader import shown_places, strip_of
from pipeline.registration import Registration, SheetFinder
from training.evaluation.split import Part, sheets
from training.evaluation.truths import RealPage, opened, real_pages
from training.runs.processes import counted, processes
from training.words.pool import Pool
from training.words.simulate import Line

Key = tuple[str, str]
"""File and number."""


@dataclass(frozen=True, slots=True)
class RealLine:
    """One place on a real page.

    Attributes:
        file: The page's file.
        sheet: The photographed sheet that it shows.
        part: What the page may be used for.
        form: As the truth names it.
        field: The number.
        digits: Boxes of the number.
        value: The number written, as its boxes are meant; None where nobody can tell.
        sure: Whether nobody doubts that value.
        words: As written, upper-case, with spaces; "" where nothing is.
        line: The strip and its letters.

    """

    file: str
    sheet: str
    part: Part
    form: str
    field: str
    digits: int
    value: int | None
    sure: bool
    words: str
    line: Line


def lines_of(page: RealPage) -> list[RealLine]:
    """Return the places of a page whose words are known; none where it is not found as what it is."""
    cv2.setNumThreads(1)
    grey, _ = opened(page.path)
    found = _finder().find(grey)
    written = page.truth.get("words", {})
    if not isinstance(found, Registration) or found.target.page.number != page.page:
        return []
    lines = []
    for field in shown_places(grey, found.sheet, found.target.page.numbers):
        if field.name not in written:
            continue
        words = str(written[field.name]).upper()
        lines.append(
            RealLine(
                file=page.path.name,
                sheet=sheets().get(page.path.name, page.path.name),
                part=page.part,
                form=page.form,
                field=field.name,
                digits=field.boxes.count,
                value=page.truth["values"].get(field.name),
                sure=field.name not in {**page.truth.get("uncertain", {}), **page.truth.get("corrected", {})},
                words=words,
                line=Line(strip_of(grey, found.sheet, field), "".join(words.split())),
            )
        )
    return lines


def real_lines(shared: Path, jobs: int = 1) -> list[RealLine]:
    """Return the real lines of all parts; who uses them keeps to the parts that are his."""
    pages = [page for page in real_pages(shared) if page.page is not None and "words" in page.truth]
    with processes(jobs) as pool:
        return [line for some in counted(pool.map(lines_of, pages, chunksize=4), len(pages)) for line in some]


def of_parts(lines: Iterable[RealLine], parts: Collection[Part]) -> list[RealLine]:
    """Return the lines of pages of these parts."""
    return [line for line in lines if line.part in parts]


def save(file: Path, lines: Sequence[RealLine]) -> None:
    """Keep real lines in a file; it holds pieces of photographs, so it belongs outside the repository."""
    pool = Pool.of([line.line for line in lines])
    facts = [
        (one.file, one.sheet, one.part.value, one.form, one.field, one.digits, one.value, one.sure, one.words)
        for one in lines
    ]
    np.savez(file, strips=pool.strips, ends=pool.ends, texts=np.array(pool.texts), facts=np.array(repr(facts)))


def load(file: Path) -> list[RealLine]:
    """Read what `save` wrote."""
    import ast  # noqa: PLC0415

    pool = Pool.load(file)
    with np.load(file) as kept:
        facts = ast.literal_eval(str(kept["facts"]))
    return [
        RealLine(name, sheet, Part(part), form, field, digits, value, sure, words, pool[index])
        for index, (name, sheet, part, form, field, digits, value, sure, words) in enumerate(facts)
    ]


def digest(lines: Iterable[RealLine]) -> str:
    """Return the hash over what is seen and written on these lines."""
    return Pool.of([one.line for one in lines]).sha256


@cache
def _finder() -> SheetFinder:
    return SheetFinder(load_forms())
