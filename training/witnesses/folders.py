"""Bubbles and tally cells, with their truth, of documents that `chasil simulate` wrote, cut as the reader would."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.documents import open_documents
from pipeline.documents.source import Page
from pipeline.forms import NumberField, load_forms
from pipeline.recognition.bubbles.cut import cut_bubbles
from pipeline.recognition.tallies.cut import cut_cells
from pipeline.recognition.tallies.grid import locate
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Grey
from training.witnesses.finding import find
from training.witnesses.samples import UNKNOWN, NumberSample, marked_bubbles


def folder_samples(folder: Path, first: int = 0) -> Iterator[NumberSample]:
    """Yield a sample for every tally of a simulated folder; its pages count from `first`.

    Cells without strokes are `UNKNOWN`: the folder's truth does not say through which of them a cancelling stroke runs.
    """
    finder = SheetFinder(load_forms())
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [truth for truth in map(json.loads, lines) if "tally_cells" in truth]
    for index, truth in enumerate(truths, start=first):
        page = next(iter(open_documents([folder / truth["file"]]))).pages[0]
        found = find(page, finder) if isinstance(page, Page) else None
        if found is not None:
            for field in found[1].target.page.numbers:
                if field.tally:
                    yield _sample(*found, field, truth, index)


def _sample(grey: Grey, found: Registration, field: NumberField, truth: dict[str, Any], index: int) -> NumberSample:
    """Cut the tally of one number, and its bubbles if it has any."""
    assert field.tally is not None
    sheet = found.sheet
    grid = locate(grey, sheet, field.tally, field.row_sums, field.name)
    middle = np.array([field.tally.x + field.tally.columns * field.tally.cell_width / 2, field.tally.y])
    cells = cut_cells(grey, grid.place, field.tally, sheet.resolution(middle))
    strokes: NDArray[np.int8] = np.full((field.tally.rows, field.tally.columns), UNKNOWN, np.int8)
    if written := truth["tally_cells"].get(field.name):
        counts = np.array(written, np.int8)
        strokes[: len(counts)] = np.where(counts > 0, counts, UNKNOWN)
    bubbles = marked = None
    if field.bubbles:
        resolution = sheet.resolution(np.array([field.bubbles.x, field.bubbles.y]))
        bubbles = cut_bubbles(grey, lambda points: sheet.to_picture(points, field.name), field.bubbles, resolution)
        marked = marked_bubbles(truth["bubbles"][field.name], truth.get("doubled", {}).get(field.name, ()))
    level = str(truth["difficulty"])
    return NumberSample(index, level, field.name, bubbles, marked, cells, strokes, None, (), grid.located)
