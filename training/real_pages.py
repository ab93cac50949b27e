"""Judge the reader on real pages with their truth: pages found, numbers right, accepted, and wrong among those.

    python -m training.real_pages FOLDER [--only PATTERN] [--package PATH] [--wrong] [--pictures FOLDER]

FOLDER holds `images/` and `truth.jsonl`, one page a line: file, form, page, fields {name: boxes}, values {name: number
or null}, and uncertain {name: why} for what no person can tell. Prints a table per form and page with 95 % intervals
(Wilson), pages of forms that are not installed last: those must not be read as any form. With --only, of the files
whose name matches, such as those that no training has seen; with --wrong every wrong number; with --pictures its boxes
as they were cut, one picture a number.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from models.package import load_package
from pipeline import Reader
from pipeline.cells import straighten
from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.reading import DocumentReading, FieldReading, Outcome
from training.metrics import wilson

Truth = Mapping[str, Any]


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


def judge(truths: Sequence[Truth], readings: Mapping[str, DocumentReading]) -> tuple[dict[str, Score], list[Wrong]]:
    """Return the scores by form and page, and every number of a page that was found and read wrongly.

    Args:
        truths: What is written on every page.
        readings: By file name, each page as a document of its own.

    """
    scores: dict[str, Score] = defaultdict(Score)
    wrong: list[Wrong] = []
    for truth in truths:
        score = scores[f"{truth['form']} {truth['page']}"]
        reading = readings[truth["file"]]
        page = reading.pages[0]
        score.pages += 1
        if page.form is not None:
            score.read_as.append(f"{page.form} {page.form_page}")
        score.found += (page.form, page.form_page) == (truth["form"], truth["page"])
        missed = [one for one in _numbers(truth, reading, score) if one is not None]
        wrong += [one for one in missed if page.form is not None]
        score.exact += not missed
    return scores, wrong


def _numbers(truth: Truth, reading: DocumentReading, score: Score) -> Iterator[Wrong | None]:
    """Count the numbers of a page that a person can tell; yield those that were read wrongly."""
    for name, boxes in truth["fields"].items():
        value = truth["values"].get(name)
        if value is None or name in truth.get("uncertain", {}) or "?" in boxes:
            continue
        read = reading.fields.get(name)
        right = read is not None and read.value == value
        accepted = read is not None and read.outcome is Outcome.ACCEPTED
        score.numbers += 1
        score.right += right
        score.accepted += accepted
        score.wrong_accepted += accepted and not right
        if not right:
            nothing = FieldReading(None, "", 0.0, Outcome.REJECTED)
            yield Wrong(truth["file"], name, boxes, read or nothing)


def table_of(scores: Mapping[str, Score], installed: Mapping[str, object]) -> Table:
    """Return the table; forms that are not installed come last, with what they were taken for."""
    table = Table(title="Real pages, one document each; 95 % intervals by Wilson")
    for column in ("form, page", "found", "numbers right", "accepted", "wrong accepted", "pages exact"):
        table.add_column(column, justify="left" if column == "form, page" else "right")
    for name, score in sorted(scores.items(), key=lambda item: (item[0].split()[0] not in installed, item[0])):
        if name.split()[0] in installed:
            numbers = (_share(score.right, score.numbers), _share(score.accepted, score.numbers))
            exact = f"{score.exact} of {score.pages}"
            table.add_row(name, f"{score.found} of {score.pages}", *numbers, str(score.wrong_accepted), exact)
        else:
            taken = ", ".join(score.read_as) or "none"
            table.add_row(f"{name} (not installed)", f"read as a form: {taken}", "", "", "", "")
    return table


def _share(part: int, count: int) -> str:
    low, high = wilson(part, count)
    return f"{part} of {count} ({100 * part / max(1, count):.1f} %; {100 * low:.1f} to {100 * high:.1f})"


def _read(folder: Path, truths: Sequence[Truth], reader: Reader) -> dict[str, DocumentReading]:
    files = [folder / "images" / truth["file"] for truth in truths]
    with ThreadPoolExecutor(2) as pool:
        documents = pool.map(lambda file: reader.read(file)[0], files)
        return {truth["file"]: document for truth, document in zip(truths, documents, strict=True)}


def _draw(folder: Path, one: Wrong, out: Path) -> None:
    """Write the boxes of a wrong number side by side, under a name that says what was written and read."""
    page = next(iter(open_documents([folder / "images" / one.file]))).pages[0]
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


def main() -> None:
    """Read the folder, print the table."""
    parser = argparse.ArgumentParser(description="Judge the reader on real pages with their truth.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="*", help="files that match this pattern, such as 'A_*'")
    parser.add_argument("--package", type=Path, help="digit package; by default the champion")
    parser.add_argument("--wrong", action="store_true", help="print every wrong number")
    parser.add_argument("--pictures", type=Path, help="write the boxes of every wrong number here")
    arguments = parser.parse_args()
    lines = (arguments.folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    every = [json.loads(line) for line in lines if line.strip()]
    truths = [truth for truth in every if fnmatch(truth["file"], arguments.only)]
    reader = Reader(package=load_package(arguments.package) if arguments.package else None)
    scores, wrong = judge(truths, _read(arguments.folder, truths, reader))
    console = Console(width=160)
    console.print(table_of(scores, reader.forms))
    for one in wrong:
        if arguments.wrong:
            read = f"{one.read.boxes or '-'} {one.read.value} {one.read.outcome.value} {one.read.confidence:.4f}"
            console.print(f"{one.file} {one.name}: wrote {one.written}, read {read}", highlight=False)
        if arguments.pictures:
            _draw(arguments.folder, one, arguments.pictures)


if __name__ == "__main__":
    main()
