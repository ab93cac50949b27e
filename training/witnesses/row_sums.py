"""Row-sum cells with their labels, as boxes for the training of the digit reader."""

from collections.abc import Iterable

import numpy as np

from models.package import CLASSES
from training.datasets import Boxes
from training.witnesses.samples import NumberSample


def row_sum_boxes(samples: Iterable[NumberSample], name: str = "row-sums", *, unused: float = 0.1) -> Boxes:
    """Return the row-sum cells of samples as the reader cuts them, with what is written in them.

    Args:
        samples: From `training.witnesses.samples`; grids that were not located are left out.
        name: Of the data set.
        unused: Share of the empty cells that is kept; they are four in five. Cells of cancelled rows are left out:
            the reader does not read them, and part of a cancelling stroke may be any mark.

    """
    rng = np.random.default_rng(0)
    pictures, labels, groups, names = [], [], [], []
    for sample in samples:
        if sample.sums is None or not sample.located:
            continue
        for row, text in enumerate(sample.sum_marks):
            for column, mark in enumerate(text):
                if mark == "#" or (mark == "_" and rng.random() >= unused):
                    continue
                pictures.append(sample.sums[row, column])
                labels.append(CLASSES.index(mark))
                groups.append(f"{sample.level}-{sample.page}")
                names.append(f"{sample.level}-{sample.page}:{sample.name}:{row}:{column}")
    return Boxes(name, pictures, np.array(labels, np.int64), groups, names)
