"""How sharp a picture is, where it matters: the width of printed edges, in mm on the sheet."""

import numpy as np

from pipeline.registration.geometry import Grey, Points
from pipeline.registration.sheet import SheetMap

_DENSITY = 4.0
_REACH_MM = 6.0
_LANES = 9


def edge_width_mm(grey: Grey, sheet: SheetMap, outline: Points) -> float:
    """Return the median width of the dark-to-light edges around a printed dark square.

    The width is contrast over steepest slope: 0.5 mm and less looks crisp, above 4 mm digits run together.

    Args:
        grey: The picture.
        sheet: Where the sheet lies in it.
        outline: Corners of the square on the sheet, mm (4, 2), clockwise.

    Returns:
        The width in mm; infinite where no edge can be seen.

    """
    centre = outline.mean(axis=0)
    lanes = [
        _lane(grey, sheet, start + part * (end - start), _outward(start, end, centre))
        for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True)
        for part in np.linspace(0.2, 0.8, _LANES)
    ]
    widths = [_width(lane) for lane in lanes]
    return float(np.median(widths))


def _outward(start: Points, end: Points, centre: Points) -> Points:
    """Return the unit vector (2,) from `centre` through the middle of an edge."""
    direction = (start + end) / 2 - centre
    return np.asarray(direction / np.hypot(*direction))


def _lane(grey: Grey, sheet: SheetMap, at: Points, outward: Points) -> Points:
    """Return grey levels along a line across the edge at the sheet point `at`, from inside to outside."""
    steps = np.arange(-_REACH_MM, _REACH_MM + 0.01, 1 / _DENSITY)
    points = sheet.to_picture(at + steps[:, None] * outward)
    x = np.clip(points[:, 0], 0, grey.shape[1] - 1.001)
    y = np.clip(points[:, 1], 0, grey.shape[0] - 1.001)
    left, top = x.astype(int), y.astype(int)
    u, v = x - left, y - top
    upper = grey[top, left] * (1 - u) + grey[top, left + 1] * u
    lower = grey[top + 1, left] * (1 - u) + grey[top + 1, left + 1] * u
    return np.asarray(upper * (1 - v) + lower * v)


def _width(levels: Points) -> float:
    """Return contrast over steepest slope, in mm."""
    contrast = float(np.percentile(levels, 90) - np.percentile(levels, 10))
    slope = float(np.max(np.diff(levels))) * _DENSITY
    return contrast / slope if slope > 0 and contrast > 10 else float("inf")
