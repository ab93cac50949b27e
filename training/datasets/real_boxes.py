"""Boxes cut from real pages, by the split that every part of the project keeps to (`training.evaluation.split`).

They are cut as the reader cuts them. Where somebody has measured a number's place, it is cut there only if the finder
puts it there too; elsewhere if the finder is as sure of the place as acceptance asks. What the truth calls `uncertain`
teaches nothing.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.package import CLASSES
from pipeline.errors import UsageError
from pipeline.evidence import PLACED
from pipeline.forms import NumberField, load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import corners
from training.datasets.page_boxes import looks
from training.datasets.sets import Boxes, Picture, Split
from training.evaluation.split import Part, sheets
from training.evaluation.truths import SETS, RealPage, opened, real_pages, reduced

SHARE_OF_A_BOX = 0.25
"""Of a box's side: a number that is found no further from its measured place is where its label says."""


@dataclass(frozen=True)
class RealBoxes:
    """The boxes of the shared real pages below `root`."""

    root: Path
    name: str = "real"

    def boxes(self, split: Split) -> Boxes:
        """Return the boxes of the pages of a split; pages that are not found, or not of the form named, are left out.

        Pages of the part `calibrate` are for choosing or for calibration, by a hash of their sheet.
        """
        finder = SheetFinder(load_forms())
        pictures: list[Picture] = []
        labels, groups, names = [], [], []
        for page in self._pages():
            sheet = sheets()[page.path.name]
            if split_of(page.part, sheet) != split:
                continue
            for name, picture, mark in _cut(page, finder):
                pictures.append(picture)
                labels.append(CLASSES.index(mark))
                groups.append(sheet)
                names.append(f"{page.path.name}:{name}")
        return Boxes(f"{self.name}/{split}", pictures, np.array(labels, np.int64), groups, names)

    def files(self) -> list[Path]:
        """Return every page."""
        return [page.path for page in self._pages()]

    def _pages(self) -> list[RealPage]:
        known = [name for name in SETS if (self.root / name / "truth.jsonl").is_file()]
        if not known:
            raise UsageError("training_data_missing", name=self.name, path=str(self.root / SETS[0] / "truth.jsonl"))
        return [page for page in real_pages(self.root, known) if page.path.name in sheets()]


def split_of(part: Part, sheet: str) -> Split:
    """Return the split of a sheet of this part."""
    if part is Part.CALIBRATE:
        return "select" if zlib.crc32(sheet.encode()) % 2 else "calibrate"
    return "train" if part is Part.TRAIN else "test"


def _cut(page: RealPage, finder: SheetFinder) -> Iterator[tuple[str, Picture, str]]:
    """Yield name, picture and mark of every box of one page whose place is known, once and in its close-up."""
    grey, scale = opened(page.path)
    found = finder.find(grey)
    if not isinstance(found, Registration) or found.target.page.number != page.page:
        return
    fields = page.truth["fields"]
    for field in found.target.page.numbers:
        marks = fields.get(field.name, "")
        if field.name in page.truth.get("uncertain", {}) or len(marks) != field.boxes.count:
            continue
        if not _in_place(page, found, field, scale):
            continue
        yield from looks(grey, found, field, marks)


def _in_place(page: RealPage, found: Registration, field: NumberField, scale: int) -> bool:
    measured = page.places.get(field.name)
    if measured is None:
        return found.places.get(field.name, 0.0) >= PLACED
    seen = found.sheet.to_picture(corners(field.boxes.bounds), field.name)
    side = float(np.hypot(*(seen[3] - seen[0])))
    away = np.hypot(*(seen - reduced(measured, scale)).T)
    return float(away.mean()) < SHARE_OF_A_BOX * side
