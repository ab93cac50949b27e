"""The corner markers of a sheet by the word of all photographs: each shows some of them, the others are taped over.

The commission prints one kind of marker at the same places on all its sheets. Where the frame is level and in
proportion, two markers on their places say where the others must be and how long a millimetre is.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled.photograph import Photograph, flat, middles
from pipeline.forms import FormTemplate
from pipeline.forms.template import Corners
from pipeline.registration.geometry import Points, peaks
from pipeline.registration.tags.markers import marker_correlation, marker_pattern

NAMES = ("top_left", "top_right", "bottom_right", "bottom_left")

LONG_SIDE = 1200
"""Of the frame while markers are looked for, px: a marker's square is 9 px wide, more than its blur."""

LEAST_ALIKE = 0.5
"""Correlation above which something may be a marker."""

LEAST_SEEN = 0.3
"""What a place must collect above that, over all photographs: two clear sights, or several dim ones."""

_SCALES = np.geomspace(0.6, 1.3, 6)
_MOST = 16
_NEAR = 0.012
_OFF_SCALE = 0.12
_UNEVEN = 0.03


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the markers of a sheet are.

    Attributes:
        corners: Their kind, size and places, mm.
        sheet: Width and height of the sheet, mm.
        form: A form that is laid out so.

    """

    corners: Corners
    sheet: tuple[float, float]
    form: str

    @property
    def points(self) -> Points:
        """Their places, mm (4, 2), in the order of `NAMES`."""
        return np.array([self.corners.points[name] for name in NAMES], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class CornerMarks:
    """Markers that were found.

    Attributes:
        layout: How the sheet is laid out.
        places: Where those that were seen are in the frame, by their index in `NAMES` (2,).
        weight: How clearly photographs show them, all in all.

    """

    layout: Layout
    places: dict[int, Points]
    weight: float


def layouts(forms: Iterable[FormTemplate]) -> list[Layout]:
    """Return each way in which the sheets of installed forms are marked, that of most pages first."""
    found: dict[tuple[object, ...], list[Layout]] = {}
    for form in forms:
        for page in form.pages:
            if page.corners is not None:
                sheet = (form.sheet.width, form.sheet.height)
                key = (page.corners.kind, page.corners.square, tuple(sorted(page.corners.points.items())), sheet)
                found.setdefault(key, []).append(Layout(page.corners, sheet, form.id))
    return [same[0] for same in sorted(found.values(), key=lambda same: -len(same))]


def find_corner_marks(
    photographs: Sequence[Photograph], size: tuple[float, float], known: Sequence[Layout]
) -> list[CornerMarks]:
    """Return each way in which two markers or more are seen on the places of a layout."""
    density = LONG_SIDE / max(size)
    x, y = (middles(side, density) for side in size)
    pictures = [flat(one, x, y).picture for one in photographs]
    found: list[CornerMarks] = []
    seen: dict[tuple[str, float], list[tuple[Points, float]]] = {}  # layouts share their markers
    for layout in known:
        for scale in _SCALES * min(size) / min(layout.sheet):
            key = (layout.corners.kind, float(layout.corners.square * scale))
            if key not in seen:
                spots = _spots(pictures, layout.corners, float(scale * density))
                seen[key] = [(place / density, weight) for place, weight in spots]
            found += _arrangements(seen[key], layout, float(scale), max(size))
    return found


def _spots(pictures: Sequence[NDArray[np.uint8]], corners: Corners, density: float) -> list[tuple[Points, float]]:
    """Return where photographs together show a marker, px + 0.5 (2,), and how clearly."""
    drawn = marker_pattern(corners, density)
    half = (drawn.shape[0] - 1) // 2
    total = np.zeros(pictures[0].shape, np.float32)
    within = np.ones((7, 7), np.uint8)  # sheets that bend show it a little apart
    for picture in pictures:
        clear = cv2.dilate(np.maximum(marker_correlation(picture, drawn) - LEAST_ALIKE, 0), within)
        total[half : half + clear.shape[0], half : half + clear.shape[1]] += clear
    smooth = np.asarray(cv2.GaussianBlur(total, (5, 5), 0), np.float32)
    found = peaks(smooth, _MOST, radius=2 * half)
    return [(np.array([x + 0.5, y + 0.5]), weight) for x, y, weight in found if weight >= LEAST_SEEN]


def _arrangements(
    spots: Sequence[tuple[Points, float]], layout: Layout, scale: float, long_side: float
) -> Iterator[CornerMarks]:
    """Yield each way in which two spots or more are markers of a layout; `scale` is about a millimetre's length."""
    printed = layout.points
    for (first, second), (one, other) in (
        (pair, corners) for pair in combinations(spots, 2) for corners in combinations(range(4), 2)
    ):
        for start, end in ((first, second), (second, first)):
            across, across_mm = end[0] - start[0], printed[other] - printed[one]
            length = float(np.hypot(*across) / np.hypot(*across_mm))
            level = np.hypot(*(across / length - across_mm)) < _UNEVEN * np.hypot(*across_mm)
            if not level or abs(np.log(length / scale)) > _OFF_SCALE:
                continue
            middle = (start[0] + end[0]) / 2 - length * (printed[one] + printed[other]) / 2
            yield _arranged(spots, layout, length * printed + middle, _NEAR * long_side)


def _arranged(spots: Sequence[tuple[Points, float]], layout: Layout, foretold: Points, reach: float) -> CornerMarks:
    """Return the spots that lie where the markers of a layout are foretold, (4, 2)."""
    places, weight = {}, 0.0
    for index, at in enumerate(foretold):
        near = [spot for spot in spots if np.hypot(*(spot[0] - at)) < reach]
        if near:
            best = max(near, key=lambda spot: spot[1])
            places[index] = best[0]
            weight += best[1]
    return CornerMarks(layout, places, weight)
