"""The perspective that is left in a frame, taken out by its long lines and by the markers whose places are known.

Lines that lean towards each other say that the frame is seen aslant, and then print is also too near together on one
side. To set every line upright by itself would leave that: the sheet as a whole is turned back, as one plane (Liebowitz
and Zisserman, "Metric rectification for perspective images of planes", CVPR 1998).
"""

from collections.abc import Sequence

import numpy as np

from pipeline.drafting.filled.anchors import REACH
from pipeline.drafting.filled.photograph import Photograph, in_frame_of
from pipeline.drafting.filled.true_lines import TOLERANCE, long_traces
from pipeline.registration.geometry import Matrix, Points, project
from pipeline.registration.surface import trust_of

_ROUNDS = 10
_LOOSER, _LOOSEST = 0.6, 4.0
_MARKER = 2.0
"""How far off, as a share of `TOLERANCE`, a right marker may lie: corners of sheets curl."""
_PULL = 1e-3


def squared(
    photographs: Sequence[Photograph], size: tuple[float, float], printed: Points, seen: Points
) -> list[Photograph]:
    """Return photographs in a frame of the same size whose long lines are parallel to its sides as nearly as can be.

    Args:
        photographs: In a frame whose lines run nearly along its axes.
        size: Its width and height.
        printed: Points whose places in the new frame are known (n, 2); there need not be any.
        seen: The same in this frame, as several photographs show them (n, 2).

    """
    middle, half = np.array(size) / 2, max(size) / 2
    rows, misses, groups = [], [], []
    for index, (level, trace) in enumerate(long_traces(photographs, size)):
        at = float(np.median(trace[:, 1]))
        true = np.column_stack([trace[:, 0], np.full(len(trace), at)])
        moves = _moves(((true if level else true[:, ::-1]) - middle) / half)
        rows.append(moves[int(level)])
        misses.append((trace[:, 1] - at) / half)
        groups.append(np.full(len(trace), index))
    for axis in (0, 1):
        rows.append(_moves((printed - middle) / half)[axis])
        misses.append((seen - printed)[:, axis] / half)
        groups.append(np.full(len(printed), -1))
    found = _fitted(np.vstack(rows), np.concatenate(misses), np.concatenate(groups), 2 * TOLERANCE)
    to_unit = np.array([[1, 0, -middle[0]], [0, 1, -middle[1]], [0, 0, half]]) / half
    back = np.linalg.inv(to_unit) @ _plane(found) @ to_unit
    return in_frame_of(photographs, size, lambda points: project(back, points))


def _moves(points: Points) -> tuple[Points, Points]:
    """Return how each part (8) of a small change of a plane moves points (n, 2) across and down, (n, 8) each."""
    x, y = points.T
    one, none = np.ones_like(x), np.zeros_like(x)
    across = np.column_stack([x, y, one, none, none, none, x * x, x * y])
    down = np.column_stack([none, none, none, x, y, one, x * y, y * y])
    return across, down


def _plane(parts: Points) -> Matrix:
    """Return the homography (3, 3) that the parts (8) of `_moves` are the beginning of."""
    a, b, c, d, e, f, g, h = parts
    return np.array([[1 + a, b, c], [d, 1 + e, f], [-g, -h, 1]])


def _fitted(rows: Points, misses: Points, groups: Points, tolerance: float) -> Points:
    """Return the parts (8) of a small change of a plane, robustly (Geman and McClure's weights, loosened at first).

    Args:
        rows: What each part moves each measured point, (n, 8).
        misses: How far it was moved (n,): of a line all by the same, which is not known.
        groups: Which line it belongs to (n,); below 0 the move itself is known.
        tolerance: How far off a point of a line may lie, in half sides of the frame.

    """
    trust: Points = np.ones(len(rows))
    lines = [groups == line for line in np.unique(groups[groups >= 0])]
    parts: Points = np.zeros(8)
    for turn in range(_ROUNDS):
        own, miss = rows.copy(), misses.copy()
        for line in lines:
            share = trust[line] / trust[line].sum()
            own[line] -= share @ rows[line]
            miss[line] -= share @ misses[line]
        parts = np.linalg.solve(own.T @ (trust[:, None] * own) + _PULL * np.eye(8), own.T @ (trust * miss))
        loose = np.where(groups < 0, max(_MARKER, REACH * _LOOSER**turn), max(1.0, _LOOSEST * 0.5**turn))
        trust = trust_of((miss - own @ parts) / (tolerance * loose))
    return np.asarray(parts)
