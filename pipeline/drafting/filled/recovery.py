"""Filled photographs to the clean print of their page: the flow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.drafting.filled.anchors import Anchors, anchors_of
from pipeline.drafting.filled.cleaning import Cleaned, cleaned
from pipeline.drafting.filled.consensus import anchored, in_frame, in_one_frame, settled
from pipeline.drafting.filled.corner_marks import Layout, find_corner_marks
from pipeline.drafting.filled.laying import Laid, laid_on_each_other
from pipeline.drafting.filled.millimetres import in_millimetres, likeliest, scale_of
from pipeline.drafting.filled.perspective import squared
from pipeline.drafting.filled.photograph import Photograph
from pipeline.drafting.filled.proportions import in_proportion
from pipeline.drafting.filled.true_lines import along_axes, ruled_area, straightened
from pipeline.drafting.filled.unrolled import unrolled
from pipeline.drafting.filled.upright import upright
from pipeline.errors import UsageError
from pipeline.reasons import Reason
from pipeline.registration.geometry import Grey, Points, project, translation
from pipeline.registration.picture import Picture
from pipeline.registration.prints.descriptors import even_light
from pipeline.registration.sheet import SheetMap

FEWEST = 5
"""Photographs without which what one hand writes cannot be told from print."""

_SQUARED = 2
_OUTERMOST = 2
_BEYOND = 0.3


@dataclass(frozen=True, slots=True)
class Recovered:
    """The print of a page.

    Attributes:
        cleaned: Its picture, and how many photographs show each part of it.
        layout: How the sheet is laid out: its size and its corner markers.
        used: The photographs that it comes from, by name.
        notes: What was left out or assumed.

    """

    cleaned: Cleaned
    layout: Layout
    used: tuple[str, ...]
    notes: tuple[Reason, ...]


def recover(photographs: Sequence[tuple[str, Grey]], known: Sequence[Layout]) -> Recovered:
    """Recover the print of a page from photographs of filled sheets.

    Args:
        photographs: Names and pictures, uint8 (height, width), of the same page filled by different hands.
        known: How sheets may be marked at their corners.

    Raises:
        UsageError: `filled_too_few`, `filled_do_not_fit` or `filled_scale_unknown`.

    """
    if len(photographs) < FEWEST:
        raise UsageError("filled_too_few", given=len(photographs), limit=FEWEST)
    framed, size, strangers = _framed(photographs)
    if len(framed) < FEWEST:
        raise UsageError("filled_do_not_fit", names=", ".join(strangers), fitting=len(framed), limit=FEWEST)
    notes = [Reason("filled_left_out", {"names": ", ".join(strangers)})] if strangers else []
    framed, size = upright(framed, size)
    level = along_axes(framed, size)
    for _ in range(_SQUARED):
        level = squared(level, size, np.zeros((0, 2)), np.zeros((0, 2)))
    even, size, _ = in_proportion(level, size)
    marks, rival = likeliest(find_corner_marks(even, size, known))
    if marks is None:
        raise UsageError("filled_scale_unknown", photographs=len(even))
    notes += _on_scale(marks.layout, len(marks.places), rival)
    flat = _on_sheet(in_millimetres(even, scale_of(marks)), marks.layout)
    names = tuple(one.name for one in flat)
    return Recovered(cleaned(flat, marks.layout.sheet), marks.layout, names, tuple(notes))


def _framed(
    photographs: Sequence[tuple[str, Grey]],
) -> tuple[list[Photograph], tuple[float, float], list[str]]:
    """Lay photographs into one frame; return them, its size, and the names of those that do not fit."""
    pictures = [Picture(grey) for _, grey in photographs]
    laid = laid_on_each_other(pictures)
    strange = [photographs[index][0] for index in laid.strangers]
    if len(laid.matrices) < FEWEST:
        return [], (0.0, 0.0), strange
    low, high = _extent(pictures, laid)
    first = [
        Photograph(photographs[index][0], even_light(pictures[index].grey), SheetMap(matrix @ translation(low)))
        for index, matrix in laid.matrices.items()
    ]
    size = (float(high[0] - low[0]), float(high[1] - low[1]))
    framed, lost = in_one_frame(first, [pictures[index].straight for index in laid.matrices], size)
    return framed, size, [*strange, *(one.name for one in lost)]


def _extent(pictures: Sequence[Picture], laid: Laid) -> tuple[Points, Points]:
    """Return the upper left and the lower right corner (2,) of what several photographs see, in the hub's view."""
    lows, highs = [], []
    for index, matrix in laid.matrices.items():
        view = pictures[index].straight
        width, height = view.size
        around = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
        seen = project(np.linalg.inv(view.matrix @ matrix), around)
        lows.append(seen.min(axis=0))
        highs.append(seen.max(axis=0))
    hub = np.array(pictures[laid.hub].straight.size)
    which = min(_OUTERMOST, len(lows) - 1)
    low, high = np.sort(lows, axis=0)[which], np.sort(highs, axis=0)[-1 - which]
    return np.maximum(low, -_BEYOND * hub), np.minimum(high, (1 + _BEYOND) * hub)


def _on_sheet(photographs: Sequence[Photograph], layout: Layout) -> list[Photograph]:
    """Lay photographs in millimetres onto the markers, and take back the bends that all of them share."""
    size = layout.sheet
    photographs = squared(photographs, size, *_sights(photographs, layout))
    anchors = {one.name: anchors_of(one, layout) for one in photographs}
    held = _held(anchors.values())
    flat = anchored(photographs, size, anchors)
    if len(held) > 1:
        ends = np.array([held.min(axis=0), held.max(axis=0)])
        flat = unrolled(flat, size, ruled_area(flat, size), ends)
    return settled(straightened(flat, size, held), size, anchors)


def _sights(photographs: Sequence[Photograph], layout: Layout) -> tuple[Points, Points]:
    """Return where markers are printed, and where photographs show them in the frame of the sheet, mm (n, 2) each."""
    found = [(one.place, anchors_of(one, layout)) for one in photographs]
    seen = [in_frame(place, each.picture) for place, each in found]
    return np.vstack([each.printed for _, each in found]), np.vstack(seen)


def _held(anchors: Iterable[Anchors]) -> Points:
    """Return the places that markers hold, mm (n, 2)."""
    return np.unique(np.vstack([each.printed for each in anchors]), axis=0)


def _on_scale(layout: Layout, seen: int, rival: Layout | None) -> list[Reason]:
    width, height = np.ptp(layout.points, axis=0)
    values = {"seen": seen, "width": round(float(width), 1), "height": round(float(height), 1), "form": layout.form}
    notes = [Reason("filled_scale", values)]
    if rival is not None:
        other = float(np.ptp(rival.points, axis=0)[1])
        notes.append(Reason("filled_scale_unsure", {"height": round(float(height), 1), "other": round(other, 1)}))
    return notes
