"""The print of a page from pictures of it: from one blank, or from filled sheets that lie on each other.

Of a blank everything is print. Of filled sheets, laid on each other by what they share, the median keeps what is
printed on all of them; what only some have, and ink that each writes in another way, goes.
"""

import warnings
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import NumberField, PageTemplate, Rectangle
from pipeline.registration.geometry import Grey, Points
from pipeline.registration.prints.basis import Basis
from pipeline.registration.prints.descriptors import Features, even_light, find_features
from pipeline.registration.prints.page_print import PagePrint

LONG_SIDE = 2000
"""Long side, px, at which a sheet is described: 56 dpi of a wall sheet, 170 dpi of A4."""

FEWEST = 200
"""Features without which a page is not known by its print: an empty table has more."""

MOST = 5000
"""Features of a page. With 1,500 most of the margin by which a page is known is lost."""

WITNESSES = 160
"""Features that are put first, spread over the page and unlike each other."""

_INSIDE_MM = 0.5
_UNLIKE = 0.86
_SPREAD = 0.025
_WITNESS_SIZES = (1.6, 3.5)


def density(width: float, height: float) -> float:
    """Return px per mm at which a sheet of this size, mm, is described."""
    return LONG_SIDE / max(width, height)


def median_print(sheets: Sequence[Grey], seen: Sequence[NDArray[np.bool_]]) -> Grey:
    """Return the print that evenly lit sheets, uint8 (height, width) each, have in common.

    Args:
        sheets: Filled sheets of one page, laid on each other.
        seen: Where each of them is in its photograph; what none shows is white.

    """
    stack = np.where(np.stack(seen), np.stack(sheets), np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of points that no sheet shows
        middle = np.nanmedian(stack, axis=0)
    return np.asarray(np.nan_to_num(middle, nan=255.0), dtype=np.uint8)


def blank_print(
    paper: Grey, sheet: tuple[float, float], page: PageTemplate, basis: Basis, *, filled: bool = False
) -> PagePrint | None:
    """Return the print of a page from its blank.

    Args:
        paper: The whole blank sheet, straight, uint8 (height, width).
        sheet: Its width and height, mm.
        page: What stands where.
        basis: What descriptors are made small by.
        filled: Whether it was recovered from filled sheets: what lies inside of boxes may then be ink.

    Returns:
        The print, or None where too little is printed to know the page by.

    """
    found = blank_features(paper, sheet)
    kept = found.kept(usable(found, page, filled=filled))
    return page_print(kept, page, basis) if len(kept.points) >= FEWEST else None


def blank_features(paper: Grey, sheet: tuple[float, float]) -> Features:
    """Return the features, in mm, of a whole blank sheet of this size, mm: straight, uint8 (height, width)."""
    per_mm = density(*sheet)
    size = (round(sheet[0] * per_mm), round(sheet[1] * per_mm))
    shrunk = cv2.resize(paper, size, interpolation=cv2.INTER_AREA)
    return features_of(even_light(np.asarray(shrunk, dtype=np.uint8)), per_mm)


def features_of(picture: Grey, pixels_per_mm: float) -> Features:
    """Return the features of an evenly lit sheet, uint8 (height, width), in mm."""
    found = find_features(picture, MOST)
    return Features((found.points + 0.5) / pixels_per_mm, found.sizes / pixels_per_mm, found.descriptors)


def usable(features: Features, page: PageTemplate, *, filled: bool) -> NDArray[np.bool_]:
    """Return which features (n,) are print of the page itself, not what changes or what people write.

    Args:
        features: In mm.
        page: What stands where.
        filled: Whether the sheets were filled in: then what lies inside of boxes, tallies and lines for words is ink.

    """
    changing = [*page.variable, *(written_areas(page) if filled else ())]
    return ~_within(features.points, changing)


def written_areas(page: PageTemplate) -> Sequence[Rectangle]:
    """Return where people write on a page: their numbers, without the frames, and what is private."""
    return [*page.private, *(area for field in page.numbers for area in _written(field))]


def page_print(features: Features, page: PageTemplate, basis: Basis) -> PagePrint:
    """Return the print of a page from its usable features, in mm."""
    small = basis.reduced(features.descriptors)
    # Names and signatures are written across what is printed there.
    first = _witnesses(features, small, _within(features.points, page.private))
    rest = np.setdiff1d(np.arange(len(small)), first)
    order = np.concatenate([first, rest])
    words, _ = basis.words_of(small[order])
    return PagePrint(features.points[order], features.sizes[order], small[order], words, len(first))


def _written(field: NumberField) -> Iterable[Rectangle]:
    """Yield where people write a number."""
    for x, y, width, height in field.boxes.rectangles:
        yield (x + _INSIDE_MM, y + _INSIDE_MM, width - 2 * _INSIDE_MM, height - 2 * _INSIDE_MM)
    if field.tally:
        yield field.tally.bounds
    if field.row_sums:
        yield field.row_sums.bounds
    if field.words:
        yield field.words


def _within(points: Points, areas: Sequence[Rectangle]) -> NDArray[np.bool_]:
    inside = np.zeros(len(points), bool)
    for x, y, width, height in areas:
        inside |= (points[:, 0] > x) & (points[:, 0] < x + width) & (points[:, 1] > y) & (points[:, 1] < y + height)
    return inside


def _witnesses(features: Features, small: NDArray[np.float32], covered: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return which features (k,) to look at first: each unlike the ones before, and not close to them.

    Middling and large ones in turn: a coarse picture does not show the smallest, and the largest cover half a table.
    """
    reach = _SPREAD * float(np.ptp(features.points, axis=0).max())
    scale = np.log(features.sizes / float(np.median(features.sizes)))
    turns = [np.argsort(np.abs(scale - np.log(size)), kind="stable") for size in _WITNESS_SIZES]
    taken: list[int] = []
    for index in np.stack(turns, axis=1).ravel():
        if covered[index] or index in taken:
            continue
        if taken:
            near = np.hypot(*(features.points[taken] - features.points[index]).T) < reach
            if near.any() or float((small[taken] @ small[index]).max()) > _UNLIKE:
                continue
        taken.append(int(index))
        if len(taken) == WITNESSES:
            break
    return np.array(taken, dtype=np.intp)
