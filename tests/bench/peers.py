"""Other readers on the same pages, in one run: `make bench-peers`.

    python -m tests.bench.peers [FOLDER...] [--most N]

The pages are the samples of this repository and the real pages of each FOLDER (`images/` and `truth.jsonl`, as for
`chasil evaluate pages`) of forms that are installed. Tesseract is a program (`apt-get install tesseract-ocr`),
RapidOCR a package (`pip install rapidocr`); one that is not installed is left out, and the table says so.

Each peer is used in two ways:

whole page   as a newcomer would: the picture, turned upright, and digits asked for. It cannot know which number is
             which, so a number is right if its digits stand anywhere in the output, each output serving one number.
strips       the stronger use: the boxes of every number, found and straightened by chasil, cut free of their frames,
             set side by side. Only the peer's own time counts; finding the sheet and cutting are a gift.

A number is right if its value is: leading zeros, crosses and dashes do not matter, for nobody.
"""

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from pipeline import Reader
from pipeline.documents import Page, open_documents
from pipeline.extraction.cells import straighten
from pipeline.forms import FormTemplate
from tests import SAMPLES
from training.digits.peers import inner
from training.evaluation.metrics import wilson

Picture = NDArray[np.uint8]
Lines = Callable[[Sequence[Picture]], list[str]]
"""Reads pictures of one number each: what stands in each."""
Texts = Callable[[Picture], list[str]]
"""Reads a whole page: every text that it finds there."""

LOOKALIKES = str.maketrans("OQDº°⁰₀IL|!ZSGB×", "0000000" + "1111" + "2568X")
QUARTERS = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page and what is written on it.

    Attributes:
        file: The picture.
        rotation: Degrees clockwise that the sheet lies turned in it.
        numbers: Value of every number that a person can tell.

    """

    file: Path
    rotation: int
    numbers: Mapping[str, int]


@dataclass
class Score:
    """How many numbers one reader got right, and in how many seconds."""

    right: int = 0
    seconds: float = 0.0


@dataclass
class Outcome:
    """What a run gave: the pages, and each reader's score by its name."""

    pages: int = 0
    numbers: int = 0
    scores: dict[str, Score] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another reader, used both ways."""

    name: str
    lines: Lines
    texts: Texts


def sheets_of(folder: Path, pictures: Path, installed: Mapping[str, FormTemplate]) -> list[Sheet]:
    """Return the pages of a folder that are of installed forms, with what a person can tell of their numbers."""
    sheets, known = [], {*installed, *(form.family for form in installed.values())}
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page: dict[str, Any] = json.loads(line)
        unsure = page.get("uncertain", {})
        told = {
            name: int(value)
            for name, value in page["values"].items()
            if value is not None and name not in unsure and "?" not in page["fields"].get(name, "?")
        }
        if page["form"] in known and told:
            sheets.append(Sheet(pictures / page["file"], int(page.get("rotation_deg", 0)), told))
    return sheets


def run(sheets: Sequence[Sheet], reader: Reader, peers: Sequence[Peer]) -> Outcome:
    """Give every page to chasil and to each peer, both ways, in turn."""
    outcome = Outcome()
    for sheet in sheets:
        outcome.pages += 1
        outcome.numbers += len(sheet.numbers)
        strips = _by_chasil(sheet, reader, outcome.scores.setdefault("chasil", Score()))
        upright = _upright(sheet)
        for peer in peers:
            _by_strips(sheet, strips, peer.lines, outcome.scores.setdefault(f"{peer.name}, strips", Score()))
            _by_page(sheet, upright, peer.texts, outcome.scores.setdefault(f"{peer.name}, whole page", Score()))
    return outcome


def amount(text: str) -> int | None:
    """Return the value of what was read in the boxes of a number: crosses and dashes may lead, and alone are 0.

    Boxes hold digits, so a letter that looks like one is taken for it, as any user would arrange.
    """
    plain = re.sub(r"[\s·.,']", "", text).upper().translate(LOOKALIKES)
    told = re.fullmatch(r"[X–—_-]*(\d*)", plain)
    return None if told is None or not plain else int(told[1] or 0)


def found_among(wanted: Mapping[str, int], texts: Sequence[str]) -> int:
    """Return how many of the wanted numbers stand in the texts, each run of digits serving one number."""
    seen = Counter(int(digits) for text in texts for digits in re.findall(r"\d+", text))
    return (Counter(wanted.values()) & seen).total()


def _by_chasil(sheet: Sheet, reader: Reader, score: Score) -> dict[str, Picture]:
    """Read a page from its file; return the strips of the numbers, which the peers may have."""
    started = time.perf_counter()
    reading = reader.read(sheet.file)[0]
    score.seconds += time.perf_counter() - started
    fields = {name: reading.fields[name] for name in sheet.numbers if name in reading.fields}
    score.right += sum(fields[name].value == value for name, value in sheet.numbers.items() if name in fields)
    page = next(iter(open_documents([sheet.file]))).pages[0]
    if not isinstance(page, Page):
        return {}
    grey = page.grey(1)
    places = {name: [np.array(box) for box in read.box_regions] for name, read in fields.items()}
    return {name: strip([straighten(grey, box) for box in boxes]) for name, boxes in places.items() if boxes}


def strip(boxes: Sequence[Picture], height: int = 64, border: int = 16) -> Picture:
    """Return boxes free of their frames, side by side on paper, `height` px high."""
    free = [inner(box) for box in boxes]
    sized = [
        cv2.resize(box, (max(8, round(box.shape[1] * height / box.shape[0])), height), interpolation=cv2.INTER_CUBIC)
        for box in free
    ]
    paper = float(np.percentile(np.hstack(sized), 85))
    line = cv2.copyMakeBorder(np.hstack(sized), border, border, border, border, cv2.BORDER_CONSTANT, value=(paper,))
    return np.asarray(line, np.uint8)


def _by_strips(sheet: Sheet, strips: Mapping[str, Picture], lines: Lines, score: Score) -> None:
    started = time.perf_counter()
    read = dict(zip(strips, lines(list(strips.values())), strict=True)) if strips else {}
    score.seconds += time.perf_counter() - started
    score.right += sum(name in read and amount(read[name]) == value for name, value in sheet.numbers.items())


def _by_page(sheet: Sheet, upright: Picture, texts: Texts, score: Score) -> None:
    started = time.perf_counter()
    read = texts(upright)
    score.seconds += time.perf_counter() - started
    score.right += found_among(sheet.numbers, read)


def _upright(sheet: Sheet) -> Picture:
    """Return the picture (height, width, 3) as the sheet stands upright in it."""
    picture = cv2.imread(str(sheet.file), cv2.IMREAD_COLOR)
    assert picture is not None, sheet.file
    turned = cv2.rotate(picture, QUARTERS[sheet.rotation]) if sheet.rotation in QUARTERS else picture
    return np.asarray(turned, np.uint8)


def tesseract() -> Peer | None:
    """Return Tesseract with its own model for digits and Latin letters, limited to what stands in boxes."""
    program = shutil.which("tesseract")
    if program is None:
        return None

    def call(file: Path, mode: str, characters: str) -> str:
        limits = ["--psm", mode, "-c", f"tessedit_char_whitelist={characters}"]
        return subprocess.run(
            [str(program), str(file), "-", *limits], capture_output=True, text=True, check=True
        ).stdout

    def lines(strips: Sequence[Picture]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / f"{index:03d}.png" for index in range(len(strips))]
            for file, one in zip(files, strips, strict=True):
                cv2.imwrite(str(file), levelled(one))
            every = Path(folder) / "list.txt"
            every.write_text("\n".join(map(str, files)), encoding="utf-8")
            return call(every, "7", "0123456789X-").split("\f")[: len(strips)]

    def texts(picture: Picture) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "page.png"
            cv2.imwrite(str(file), picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
            return call(file, "11", "0123456789").splitlines()

    return Peer("Tesseract", lines, texts)


def levelled(picture: Picture, height: int = 60) -> Picture:
    """Return a strip in black on white, `height` px high, the dots of its guide drowned by a blur.

    Of 28 ways (blurs, sizes, grey or not, page modes 6, 7, 8, 13) Tesseract did best so on the sample pages: 37 numbers
    of 59, between 26 and 36 otherwise.
    """
    black = cv2.threshold(cv2.GaussianBlur(picture, (0, 0), 1.8), 0, 255, cv2.THRESH_OTSU)[1]
    size = (round(picture.shape[1] * height / picture.shape[0]), height)
    return np.asarray(cv2.resize(black, size, interpolation=cv2.INTER_AREA), np.uint8)


def rapidocr() -> Peer | None:
    """Return RapidOCR as it comes; on strips its recognition alone."""
    if importlib.util.find_spec("rapidocr") is None:
        return None
    from rapidocr import RapidOCR  # noqa: PLC0415

    engine: Any = RapidOCR()
    recogniser: Any = RapidOCR()  # one of its own: an engine remembers what it was told to leave out

    def lines(strips: Sequence[Picture]) -> list[str]:
        return [" ".join(_told(recogniser(_colour(one), use_det=False, use_cls=False, use_rec=True))) for one in strips]

    def texts(picture: Picture) -> list[str]:
        return _told(engine(picture))

    return Peer("RapidOCR", lines, texts)


def _told(answer: Any) -> list[str]:
    return list(answer.txts or ())


def _colour(strip: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(strip, cv2.COLOR_GRAY2BGR), np.uint8)


def table_of(title: str, outcome: Outcome, missing: Sequence[str] = ()) -> Table:
    """Return one line a reader: numbers right with their 95 % interval (Wilson), pages a second."""
    table = Table(title=f"{title}: {outcome.pages} pages, {outcome.numbers} numbers, one run")
    for column in ("reader", "numbers right", "95 %", "s a page", "pages a second"):
        table.add_column(column, justify="left" if column == "reader" else "right")
    for name, score in outcome.scores.items():
        low, high = wilson(score.right, outcome.numbers)
        share = f"{score.right} ({100 * score.right / max(1, outcome.numbers):.1f} %)"
        each = score.seconds / max(1, outcome.pages)
        interval = f"{100 * low:.1f} to {100 * high:.1f} %"
        table.add_row(name, share, interval, f"{each:.3f}", f"{1 / max(each, 1e-9):.2f}")
    for name in missing:
        table.add_row(name, "not installed", "", "", "")
    return table


def evenly(sheets: Sequence[Sheet], most: int) -> list[Sheet]:
    """Return so many pages, evenly from their list; all of them where `most` is 0 or there are no more."""
    count = min(most or len(sheets), len(sheets))
    return [sheets[index * len(sheets) // count] for index in range(count)]


def _runs(folders: Sequence[Path], reader: Reader, most: int) -> Iterator[tuple[str, list[Sheet]]]:
    yield "Sample pages (simulated photographs)", sheets_of(SAMPLES, SAMPLES, reader.forms)
    for folder in folders:
        yield f"Real pages, {folder.name}", evenly(sheets_of(folder, folder / "images", reader.forms), most)


def main() -> None:
    """Run on the samples and on every folder that is given; print a table for each."""
    parser = argparse.ArgumentParser(prog="tests.bench.peers", description="Other readers on the same pages.")
    parser.add_argument("folders", nargs="*", type=Path, help="real pages: images/ and truth.jsonl")
    parser.add_argument("--most", type=int, default=0, help="of each folder's only so many, evenly from their list")
    told, console, reader = parser.parse_args(), Console(width=120), Reader()
    makers = {"Tesseract": tesseract, "RapidOCR": rapidocr}
    made = {name: make() for name, make in makers.items()}
    peers = [peer for peer in made.values() if peer is not None]
    missing = [name for name, peer in made.items() if peer is None]
    for title, sheets in _runs(told.folders, reader, told.most):
        run(sheets[:1], reader, peers)  # whatever is loaded at first use is loaded now
        console.print(table_of(title, run(sheets, reader, peers), missing))


if __name__ == "__main__":
    main()
