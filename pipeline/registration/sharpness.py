"""How sharp a picture is, where it matters: the width of printed edges, in mm on the sheet."""

import itertools

import cv2
import numpy as np

from pipeline.forms.template import PageTemplate, Rectangle
from pipeline.registration.geometry import Grey, Points, corners
from pipeline.registration.sheet import SheetMap

_DENSITY = 4.0
_REACH_MM = 6.0
_LANES = 9
_BESIDE = 0.15


def sharpness_mm(grey: Grey, page: PageTemplate, sheet: SheetMap) -> float:
    """Return the width of printed edges, mm, at the tag, or where none is seen, at the numbers' frames."""
    tags = (edge_width_mm(grey, sheet, corners(tag.square)) for tag in (page.tag,) if tag)
    boxes = (field.boxes for field in page.numbers[:3])
    # Across the printed line, not far beyond it: other lines and what is written lie near.
    frames = (
        edge_width_mm(grey, sheet, corners(_outer(one.bounds, one.line)), _BESIDE * one.height, (0, 100))
        for one in boxes
    )
    return next((width for width in itertools.chain(tags, frames) if np.isfinite(width)), float("inf"))


def edge_width_mm(
    grey: Grey, sheet: SheetMap, outline: Points, reach: float = _REACH_MM, ranks: tuple[int, int] = (10, 90)
) -> float:
    """Return the median width of the dark-to-light edges around a printed dark square.

    The width is contrast over steepest slope: 0.5 mm and less looks crisp, above 4 mm digits run together.

    Args:
        grey: The picture.
        sheet: Where the sheet lies in it.
        outline: Corners of the square on the sheet, mm (4, 2), clockwise.
        reach: How far on both sides of the edge to look, mm.
        ranks: Percentiles of the grey levels there that count as ink and as paper.

    Returns:
        The width in mm; infinite where no edge can be seen.

    """
    centre = outline.mean(axis=0)
    edges = list(zip(outline, np.roll(outline, -1, axis=0), strict=True))
    parts = np.linspace(0.2, 0.8, _LANES)[:, None]
    starts = np.vstack([start + parts * (end - start) for start, end in edges])
    outward = np.vstack([np.tile(_outward(start, end, centre), (_LANES, 1)) for start, end in edges])
    steps = np.linspace(-reach, reach, 2 * round(_REACH_MM * _DENSITY) + 1)
    return float(np.median(_widths(_lanes(grey, sheet, starts, outward, steps), steps[1] - steps[0], ranks)))


def _outer(bounds: Rectangle, line: float) -> Rectangle:
    x, y, width, height = bounds
    return (x - line / 2, y - line / 2, width + line, height + line)


def _outward(start: Points, end: Points, centre: Points) -> Points:
    """Return the unit vector (2,) from `centre` through the middle of an edge."""
    direction = (start + end) / 2 - centre
    return np.asarray(direction / np.hypot(*direction))


def _lanes(grey: Grey, sheet: SheetMap, starts: Points, outward: Points, steps: Points) -> Points:
    """Return grey levels (n, steps) along lines across the edge at sheet points (n, 2), from inside to outside."""
    ends = sheet.to_picture(np.vstack([starts + steps[0] * outward, starts + steps[-1] * outward]))
    inside, outside = ends.reshape(2, len(starts), 1, 2)
    parts = ((steps - steps[0]) / (steps[-1] - steps[0]))[:, None]
    points = (inside + parts * (outside - inside)).astype(np.float32)
    levels = cv2.remap(grey, points[..., 0], points[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(levels, dtype=np.float64)


def _widths(levels: Points, step: float, ranks: tuple[int, int]) -> Points:
    """Return contrast over steepest slope of every lane (n, steps), in mm; infinite where there is no edge."""
    low, high = np.percentile(levels, ranks, axis=1)
    slope = np.max(np.diff(levels, axis=1), axis=1) / step
    seen = (slope > 0) & (high - low > 10)
    return np.where(seen, (high - low) / np.where(seen, slope, 1), np.inf)
