"""Boxes cut by the program itself from pages: what segmentation really delivers, with its errors.

A folder made by `chasil simulate`, or one of real pages with their truth in the same layout, is registered and cut
exactly as in reading; the truth beside it names every box. The documents are divided among the splits by their codes,
or by the `hand` that the truth names, so that a hand is never in two of them. Numbers that the truth calls `uncertain`
teach nothing.
"""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.package import CLASSES
from pipeline.documents import Page, open_documents
from pipeline.errors import UsageError
from pipeline.extraction.cells import cut_numbers
from pipeline.extraction.close_up import close_ups
from pipeline.forms import NumberField, load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey
from training.datasets.sets import Boxes, Picture, Split

_SHARES: tuple[tuple[Split, int], ...] = (("train", 70), ("select", 80), ("calibrate", 90), ("test", 100))


@dataclass(frozen=True)
class PageBoxes:
    """The boxes of a folder of simulated pages."""

    root: Path
    name: str = "pages"

    def boxes(self, split: Split) -> Boxes:
        """Return the boxes of the documents of a split; pages that are not found are left out."""
        finder = SheetFinder(load_forms())
        pictures: list[Picture] = []
        labels, groups, names = [], [], []
        for line in self._lines():
            document = line.get("hand", line["file"].split("-")[0])
            if split_of_document(document) != split:
                continue
            certain = {name: marks for name, marks in line["fields"].items() if name not in line.get("uncertain", {})}
            for name, picture, mark in _cut(self.root / line["file"], certain, finder):
                pictures.append(picture)
                labels.append(CLASSES.index(mark))
                groups.append(document)
                names.append(f"{line['file']}:{name}")
        return Boxes(f"{self.name}/{split}", pictures, np.array(labels, np.int64), groups, names)

    def files(self) -> list[Path]:
        """Return the truth and every page."""
        return [self.root / "truth.jsonl", *(self.root / line["file"] for line in self._lines())]

    def _lines(self) -> list[dict[str, Any]]:
        file = self.root / "truth.jsonl"
        if not file.is_file():
            raise UsageError("training_data_missing", name=self.name, path=str(file))
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def split_of_document(code: str) -> Split:
    """Return the split of a document: 70 % train, 10 % each of the others, by a hash of its code."""
    place = zlib.crc32(code.encode()) % 100
    return next(split for split, end in _SHARES if place < end)


def _cut(file: Path, fields: dict[str, str], finder: SheetFinder) -> Iterator[tuple[str, Picture, str]]:
    """Yield name, picture and mark of every box of one page, cut as the reader cuts it."""
    page = next(iter(open_documents([file]))).pages[0]
    if not isinstance(page, Page):
        return
    grey = page.grey(2 if max(page.source.width, page.source.height) >= 3000 else 1)
    found = finder.find(grey)
    if not isinstance(found, Registration):
        return
    for field in (field for field in found.target.page.numbers if field.name in fields):
        yield from looks(grey, found, field, fields[field.name])


def looks(grey: Grey, found: Registration, field: NumberField, marks: str) -> Iterator[tuple[str, Picture, str]]:
    """Yield name, picture and mark of the boxes of one number, each as the reader cuts it and in its close-up."""
    cuts = cut_numbers(grey, found.sheet, [field])
    pairs = zip(cuts[0].crops, close_ups(grey, found.sheet, cuts), strict=True)
    for index, (pictures, mark) in enumerate(zip(pairs, marks, strict=True)):
        for look, picture in zip(("", ":closer"), pictures, strict=True):
            if mark in CLASSES and picture is not None:
                yield f"{field.name}:{index}{look}", picture, mark
