"""The words printed on a blank page, read by Tesseract or RapidOCR where one of them is installed."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from pipeline.drafting.cells import Cell
from pipeline.drafting.paper import Grey, Paper
from pipeline.drafting.ruling import Ruled

_SURE, _CERTAIN = 45, 80  # per cent of confidence from which a word, and a sign such as "+", is believed
_SECONDS = 120  # that reading one page may take
_WORD = re.compile(r"[^\W_]")
_BASE = re.compile(r"[gjpqyQ,;(){}\[\]/|@$]")  # letters that reach below the line they stand on
_INSTRUCTION = re.compile(r"ditulis|hitamkan|isian angka|written in", re.I)
_CAPITAL = re.compile(r"[A-Z0-9bdfhklt]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side, in mm.

    Attributes:
        text: The words.
        x, y, width, height: Around all letters.
        base: y of the line they stand on.
        size: Height of a capital letter.

    """

    text: str
    x: float
    y: float
    width: float
    height: float
    base: float
    size: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    x: float
    y: float
    width: float
    height: float
    line: tuple[int, ...]


def reader_name() -> str | None:
    """Return the name of the program that reads labels here: Tesseract, RapidOCR, or None."""
    if shutil.which("tesseract"):
        return "Tesseract"
    return "RapidOCR" if importlib.util.find_spec("rapidocr") else None


def phrases_of(paper: Paper, lines: Sequence[Ruled], boxes: Sequence[Cell]) -> tuple[Phrase, ...]:
    """Read what is printed on a page, but for its lines and what stands in boxes.

    Args:
        paper: The page.
        lines: Its ruled lines; words that one of them parts are two phrases.
        boxes: Cells that people write into.

    Returns:
        The phrases from the top down, left to right; none where no program reads them.

    """
    name = reader_name()
    if name is None:
        return ()
    bare = _bare(paper, lines, boxes)
    words = _tesseract(bare, paper.pixels_per_mm) if name == "Tesseract" else _rapid(bare, paper.pixels_per_mm)
    uprights = [line for line in lines if not line.level]
    phrases = [_phrase(run) for line in _by_line(words) for run in _runs(line, uprights)]
    return tuple(sorted(phrases, key=lambda phrase: (round(phrase.base / paper.unit), phrase.x)))


def _bare(paper: Paper, lines: Sequence[Ruled], boxes: Sequence[Cell]) -> Grey:
    """Return the page without its lines and boxes, which programs take for letters."""
    grey, scale = paper.grey.copy(), paper.pixels_per_mm
    for line in lines:
        half = line.thickness / 2 + 0.1 * paper.unit
        across = slice(max(0, int((line.at - half) * scale)), int((line.at + half) * scale) + 1)
        along = slice(max(0, int(line.low * scale)), int(line.high * scale) + 1)
        grey[(across, along) if line.level else (along, across)] = 255
    for box in boxes:
        left, top = int(box.x * scale), int(box.y * scale)
        grey[top : int((box.y + box.height) * scale), left : int((box.x + box.width) * scale)] = 255
    return grey


def _tesseract(grey: Grey, scale: float) -> list[_Word]:
    """Read words with Tesseract; Indonesian where its data are installed, else as English."""
    program = shutil.which("tesseract") or "tesseract"
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    installed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=_SECONDS)  # noqa: S603
    language = "ind" if "ind" in installed.stdout.split() else "eng"
    png = cv2.imencode(".png", grey)[1].tobytes()
    command = [program, "-", "-", "--psm", "11", "--dpi", str(round(25.4 * scale)), "-l", language, "tsv"]
    run = subprocess.run(command, input=png, capture_output=True, check=False, timeout=_SECONDS, env=environment)  # noqa: S603
    words = []
    for row in run.stdout.decode("utf-8", "replace").splitlines()[1:]:
        columns = row.split("\t")
        if len(columns) == 12 and columns[0] == "5" and _believed(columns[11].strip(), float(columns[10])):
            x, y, width, height = (int(value) / scale for value in columns[6:10])
            words.append(_Word(columns[11].strip(), x, y, width, height, tuple(map(int, columns[2:5]))))
    return words


def _believed(text: str, confidence: float) -> bool:
    return bool(text) and confidence >= (_SURE if _WORD.search(text) else _CERTAIN)


def _rapid(grey: Grey, scale: float) -> list[_Word]:
    """Read lines with RapidOCR; each line counts as one word."""
    from rapidocr import RapidOCR  # noqa: PLC0415  loads its models

    found: Any = RapidOCR()(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    words = []
    read = zip(found.boxes, found.txts, found.scores, strict=True) if found.boxes is not None else ()
    for index, (outline, text, score) in enumerate(read):
        (left, top), (right, bottom) = (np.asarray(outline).min(axis=0), np.asarray(outline).max(axis=0))
        if _believed(text.strip(), 100 * score):
            x, y, width, height = (float(value) / scale for value in (left, top, right - left, bottom - top))
            words.append(_Word(text.strip(), x, y, width, height, (index,)))
    return words


def _by_line(words: Sequence[_Word]) -> list[list[_Word]]:
    lines: dict[tuple[int, ...], list[_Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    return [sorted(line, key=lambda word: word.x) for line in lines.values()]


def _runs(line: Sequence[_Word], uprights: Sequence[Ruled]) -> list[list[_Word]]:
    """Cut a line where words are far apart, or a ruled line stands between them."""
    runs = [[line[0]]]
    for word in line[1:]:
        before = runs[-1][-1]
        end, middle = before.x + before.width, word.y + word.height / 2
        parted = any(end - 0.5 < rule.at < word.x + 0.5 and rule.passes(middle) for rule in uprights)
        if parted or word.x - end > 2.0 * max(word.height, before.height):
            runs.append([])
        runs[-1].append(word)
    return runs


def _phrase(words: Sequence[_Word]) -> Phrase:
    on_base = [word for word in words if not _BASE.search(word.text)] or list(words)
    tall = [word for word in on_base if _CAPITAL.search(word.text)] or on_base
    x, y = min(word.x for word in words), min(word.y for word in words)
    right, bottom = max(word.x + word.width for word in words), max(word.y + word.height for word in words)
    base = float(np.median([word.y + word.height for word in on_base]))
    size = float(np.median([word.height for word in tall]))
    return Phrase(" ".join(word.text for word in words), x, y, right - x, bottom - y, base, size)


def row_label(boxes_x: float, middle_y: float, half: float, cells: Sequence[Cell], phrases: Sequence[Phrase]) -> str:
    """Return the words that stand left of a number: in the cells of its row, or level with it.

    Args:
        boxes_x: Left side of its first box, or of the first number of its row, mm.
        middle_y: Middle of its boxes, mm.
        half: Half of their height, mm.
        cells: The rectangles of the page.
        phrases: What is printed.

    """
    row = [cell for cell in cells if cell.right.at <= boxes_x + half and cell.top.at < middle_y < cell.bottom.at]
    inside = [phrase for cell in sorted(row, key=lambda cell: cell.x) for phrase in within(cell, phrases)]
    if not inside:
        level = [p for p in phrases if abs(p.middle[1] - middle_y) < half and p.middle[0] < boxes_x]
        inside = sorted(level, key=lambda phrase: phrase.x)
    return " ".join(phrase.text for phrase in inside if not _INSTRUCTION.search(phrase.text))


def column_head(left: float, right: float, top: float, phrases: Sequence[Phrase]) -> str:
    """Return the nearest words above a number; references such as "(2)" are passed over."""
    above = [
        phrase
        for phrase in phrases
        if phrase.base < top and left < phrase.middle[0] < right and re.search(r"[A-Za-z]{3}", phrase.text)
    ]
    return max(above, key=lambda phrase: phrase.base).text if above else ""


def within(cell: Cell, phrases: Sequence[Phrase]) -> list[Phrase]:
    """Return the phrases inside a cell, in reading order."""
    return [phrase for phrase in phrases if cell.holds(*phrase.middle)]
