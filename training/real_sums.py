"""Cells of row sums cut from real pages: digits that officers write small, without a frame that is made for them.

The truth names the sum of each row, not in which cell a lone digit stands, and some officers begin a row too low. So
only sums that fill their cells teach, and only where the reader as it is does not surely read another one.
"""

from collections.abc import Iterator

import numpy as np

from models.package import CLASSES
from pipeline.digits import DigitReader
from pipeline.forms import NumberField
from pipeline.registration import Registration
from pipeline.registration.geometry import Grey
from pipeline.tallies.cut import cut_sums
from pipeline.tallies.grid import locate
from training.datasets import Picture
from training.evaluation.truths import RealPage

SURELY = 0.9
"""Probability of another mark from which the truth is taken to be of another row."""


def row_sums(
    grey: Grey, found: Registration, field: NumberField, page: RealPage, reader: DigitReader
) -> Iterator[tuple[str, Picture, str]]:
    """Yield name, picture and mark of the row-sum cells of one number of which the mark is known."""
    stated = page.truth.get("row_totals", {}).get(field.name, ())
    if field.row_sums is None or field.tally is None or not stated:
        return
    grid = locate(grey, found.sheet, field.tally, field.row_sums, field.name)
    if not grid.located:
        return
    resolution = found.sheet.resolution(np.array([field.row_sums.x, field.row_sums.y]))
    rows = cut_sums(grey, grid.place, field.row_sums, resolution)
    for index, (text, cells) in enumerate(zip(stated, rows, strict=False)):
        if len(text) != field.row_sums.count or not set(text) <= set(CLASSES[:10]):
            continue
        labels = [CLASSES.index(mark) for mark in text]
        said = reader.read(list(cells))
        if any(p.argmax() != label and p.max() >= SURELY for p, label in zip(said, labels, strict=True)):
            continue
        for column, (cell, mark) in enumerate(zip(cells, text, strict=True)):
            yield f"{field.name}:row {index}:{column}", cell, mark
