"""Ruled lines made true: what is ruled straight, level and upright on the sheet becomes so in the frame."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled.consensus import ANCHOR_WEIGHT
from pipeline.drafting.filled.photograph import Photograph, common_print, in_frame_of
from pipeline.drafting.levelling import common_values
from pipeline.drafting.paper import Ink, Paper, ink_of
from pipeline.drafting.ruling import Ruled, ruled_lines
from pipeline.registration.geometry import Points, project, translation
from pipeline.registration.lines.segments import find_segments
from pipeline.registration.lines.vanishing import find_ruling
from pipeline.registration.surface import fit_robustly

LONG_SIDE = 1800
"""Of the frame while lines are followed, px: 2 px per mm of a wall sheet, whose lines are 0.3 to 0.8 mm thick."""

LONGEST = 8.0
"""Length, units of the sheet, from which a line tells how the paper bends: of shorter ones the ends are too near."""

SAME = 0.2
"""How near, units of the sheet, lines are that run on a common one: columns of tables below each other."""

STIFFNESS, TOLERANCE = 0.3, 1.0 / 900
"""Of the bend: how far a measured point may miss it, as a share of the frame's longer side."""

_STEP, _HALF = 1.0, 0.6
_CLEAR = 0.25
_SHORT = 8
_FEW = 0.03


def along_axes(photographs: Sequence[Photograph], size: tuple[float, float]) -> list[Photograph]:
    """Turn and tilt the frame so that its ruling runs along its axes."""
    density = LONG_SIDE / max(size)
    common = common_print(photographs, size, density)
    ruling = find_ruling(common, find_segments(common))
    if ruling is None:
        return list(photographs)
    # The view's middle, where the picture's middle was, is its origin.
    there = translation(np.array(common.shape[::-1]) / 2) @ ruling.view
    scaling = np.array([[density, 0, -0.5], [0, density, -0.5], [0, 0, 1]])
    back = np.linalg.inv(scaling) @ np.linalg.inv(there) @ scaling
    return in_frame_of(photographs, size, lambda points: project(back, points))


def straightened(
    photographs: Sequence[Photograph], size: tuple[float, float], fixed: Points | None = None
) -> list[Photograph]:
    """Bend the frame so that every long ruled line becomes straight and level; `fixed` points (n, 2) stay."""
    paper, long = _long_lines(photographs, size)
    traces = _traces(paper, long)
    stay = np.zeros((0, 2)) if fixed is None else fixed
    parts = [
        _bend([trace for is_level, trace in traces if is_level is level], size, stay, SAME * paper.unit, level=level)
        for level in (False, True)
    ]

    def back(points: Points) -> Points:
        return points + np.column_stack([part(points) for part in parts])

    return in_frame_of(photographs, size, back)


def long_traces(photographs: Sequence[Photograph], size: tuple[float, float]) -> list[tuple[bool, Points]]:
    """Return the long lines: whether each is level, and where it runs, as (along, across) (n, 2)."""
    return _traces(*_long_lines(photographs, size))


def _traces(paper: Paper, long: Sequence[Ruled]) -> list[tuple[bool, Points]]:
    traces = [(line.level, traced(paper, line)) for line in long]
    return [(level, trace) for level, trace in traces if len(trace) >= _SHORT]


def ruled_area(photographs: Sequence[Photograph], size: tuple[float, float]) -> Points:
    """Return the upper left and the lower right corner of the tables of a page, (2, 2)."""
    _, long = _long_lines(photographs, size)
    x, y = (
        np.array([(line.low, line.high) if line.level is level else (line.at, line.at) for line in long])
        for level in (True, False)
    )
    weights = np.array([line.length for line in long])
    return np.column_stack([_outermost(values, weights) for values in (x, y)])


def _outermost(ends: Points, weights: Points) -> Points:
    """Return between which values (2,) lies all but a little of what begins and ends at `ends` (n, 2)."""
    limits = []
    for values, rank in ((ends[:, 0], _FEW), (ends[:, 1], 1.0 - _FEW)):
        order = np.argsort(values)
        share = np.cumsum(weights[order]) / weights.sum()
        limits.append(values[order][min(int(np.searchsorted(share, rank)), len(order) - 1)])
    return np.array(limits)


def _long_lines(photographs: Sequence[Photograph], size: tuple[float, float]) -> tuple[Paper, list[Ruled]]:
    """Return what photographs have in common, and its long lines."""
    density = LONG_SIDE / max(size)
    common = common_print(photographs, size, density)
    paper = Paper(common, ink_of(common, density), density)
    return paper, [line for line in ruled_lines(paper) if line.length > LONGEST * paper.unit]


def traced(paper: Paper, line: Ruled) -> Points:
    """Return where a line really runs, as (along, across) in mm (n, 2): what crosses or touches it does not count."""
    ink: Ink = paper.ink if line.level else np.ascontiguousarray(paper.ink.T)
    half, step = paper.pixels(_HALF * paper.unit), paper.pixels(_STEP * paper.unit)
    middle = int(line.at * paper.pixels_per_mm)
    top = max(0, middle - half)
    low, high = (int(end * paper.pixels_per_mm) for end in (line.low, line.high))
    found = []
    for start in range(low, high - step + 1, step):
        profile = np.median(ink[top : middle + half + 1, start : start + step], axis=1)
        at = _peak(profile)
        if at is not None:
            found.append((start + step / 2, top + at + 0.5))
    return np.array(found).reshape(-1, 2) / paper.pixels_per_mm


def _peak(profile: NDArray[np.floating]) -> float | None:
    """Return where the one dark line of a profile has its middle; None where there is none, or it is cut off."""
    best = int(np.argmax(profile))
    if profile[best] < _CLEAR or not 2 <= best < len(profile) - 2:
        return None
    near = slice(best - 2, best + 3)
    return float(np.average(np.arange(len(profile))[near], weights=profile[near] + 1e-9))


def _bend(
    traces: Sequence[Points], size: tuple[float, float], fixed: Points, same: float, *, level: bool
) -> Callable[[Points], Points]:
    """Return how far across its lines of one direction the frame is bent, (n, 2) points to (n,).

    Lines that are nearly on one line, by less than `same`, are on one.
    """
    if not traces:
        return lambda points: np.zeros(len(points))
    places = common_values([float(np.median(trace[:, 1])) for trace in traces], same)
    true = np.vstack(
        [np.column_stack([trace[:, 0], np.full(len(trace), at)]) for trace, at in zip(traces, places, strict=True)]
    )
    points = true if level else true[:, ::-1]
    across = np.append(np.vstack(traces)[:, 1] - true[:, 1], np.zeros(len(fixed)))
    weights = np.append(np.ones(len(points)), np.full(len(fixed), ANCHOR_WEIGHT))
    shifts = np.column_stack([across, np.zeros(len(across))])
    points = np.vstack([points, fixed])
    surface, _ = fit_robustly(size, points, shifts, weights, STIFFNESS, TOLERANCE * max(size))
    return lambda at: np.asarray(surface.at(at)[:, 0])
