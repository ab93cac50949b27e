"""The print of a page from filled sheets in photographs: each is found, laid flat, lit evenly; the median remains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.print_features import density, median_print
from pipeline.extraction.strips import sample
from pipeline.forms.template import Sheet
from pipeline.registration.geometry import Grey, inside
from pipeline.registration.prints.descriptors import even_light
from pipeline.registration.sheet import SheetMap


@dataclass(frozen=True, slots=True)
class Flat:
    """A sheet laid flat.

    Attributes:
        picture: Evenly lit, uint8 (height, width), at `density` px per mm.
        seen: Where the sheet is in its photograph (height, width).

    """

    picture: Grey
    seen: NDArray[np.bool_]


def flattened(grey: Grey, where: SheetMap, sheet: Sheet) -> Flat:
    """Lay the sheet that lies in a picture, uint8 (height, width), flat."""
    per_mm = density(sheet.width, sheet.height)
    x, y = (_middles(side, per_mm) for side in (sheet.width, sheet.height))
    fine = max(1, round(where.resolution(np.array([sheet.width, sheet.height]) / 2) / per_mm))
    picture = sample(even_light(grey), where.to_picture, x, y, fine)
    return Flat(picture, _seen(grey, where, x, y))


def common_print(sheets: Iterable[Flat]) -> Grey:
    """Return what is printed on all of the sheets, uint8 (height, width)."""
    flat: Sequence[Flat] = tuple(sheets)
    return median_print([one.picture for one in flat], [one.seen for one in flat])


def _middles(side: float, per_mm: float) -> NDArray[np.float64]:
    """Return the middles of the samples along a side, mm (n,)."""
    return np.asarray((np.arange(round(side * per_mm)) + 0.5) / per_mm, dtype=np.float64)


def _seen(grey: Grey, where: SheetMap, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points of the flat sheet lie in the picture (height, width), to some ten samples."""
    step = 8
    points = where.to_picture(np.stack(np.meshgrid(x[::step], y[::step]), axis=-1).reshape(-1, 2))
    coarse = inside(points, (grey.shape[1], grey.shape[0])).reshape(len(y[::step]), len(x[::step]))
    return np.asarray(np.repeat(np.repeat(coarse, step, axis=0), step, axis=1)[: len(y), : len(x)])
