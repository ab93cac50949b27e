"""Paper bends but does not stretch: the frame made true along the bends that all photographs share.

Sheets that hang from a wall curl alike, so that where they lean away from the camera print is foreshortened on all
photographs, and their consensus too. But each photograph tells it: across a bend the sheet is as wide everywhere, so
how wide it looks says how far away it is, and where it is in space. The length of the way along it is that of the paper
(as in the dewarping of book pages by known widths: Cao et al., "A cylindrical surface model to rectify the bound
document image", ICCV 2003). Bends about a level and about an upright axis are taken one after the other.
"""

from collections.abc import Callable, Sequence

import numpy as np

from pipeline.drafting.filled.photograph import Photograph, in_frame_of, rays_of, shows
from pipeline.registration.geometry import Points

STEPS = 48
"""Places along a bend at which the paper's way is measured: 19 mm of a wall sheet."""

_ROUNDS = 10


def unrolled(
    photographs: Sequence[Photograph], size: tuple[float, float], printed: Points, ends: Points
) -> list[Photograph]:
    """Return photographs in a frame of the same size along which millimetres are as long everywhere.

    Args:
        photographs: In a level frame.
        size: Its width and height.
        printed: Upper left and lower right corner of what is printed, (2, 2).
        ends: Upper left and lower right corner of what stays in its place, (2, 2).

    """
    backs = [_back(photographs, printed, ends, axis) for axis in (0, 1)]

    def back(points: Points) -> Points:
        return np.column_stack([backs[axis](points[:, axis]) for axis in (0, 1)])

    return in_frame_of(photographs, size, back)


def _back(photographs: Sequence[Photograph], printed: Points, ends: Points, axis: int) -> Callable[[Points], Points]:
    """Return what brings true places along an axis (n,) to those of the frame."""
    low, high = np.vstack([printed, ends])[:, axis].min(), np.vstack([printed, ends])[:, axis].max()
    along = np.linspace(low, high, STEPS + 1)
    shares = _shares(np.array([way_along(one, along, printed[:, 1 - axis], axis) for one in photographs]))
    way = np.append(0.0, np.cumsum(shares)) * (along[1] - along[0])
    begin, end = np.interp(ends[:, axis], along, way)
    true = ends[0, axis] + (way - begin) * np.ptp(ends[:, axis]) / (end - begin)
    return lambda at: _interpolated(at, true, along)


def _shares(lengths: Points) -> Points:
    """Return how long the parts of a way are against each other (n,), by what photographs show of it (m, n)."""
    seen = ~np.isnan(lengths)
    known = seen.any(axis=0)
    if not known.any():
        return np.ones(lengths.shape[1])
    lengths, seen = lengths[seen.any(axis=1)], seen[seen.any(axis=1)]
    shares = np.ones(lengths.shape[1])
    for _ in range(_ROUNDS):
        # Of a photograph that shows a part of the way, that part is as long as all say.
        units = np.nansum(lengths, axis=1) / (seen * shares).sum(axis=1)
        told = np.nanmedian(lengths[:, known] / units[:, None], axis=0)
        where = np.arange(len(shares))
        shares = np.interp(where, where[known], told)
    return shares


def _interpolated(at: Points, known: Points, values: Points) -> Points:
    """Return values between known ones, and beyond them at the slope of 1."""
    inside = np.interp(at, known, values)
    return np.asarray(inside + np.minimum(at - known[0], 0.0) + np.maximum(at - known[-1], 0.0))


def way_along(photograph: Photograph, along: Points, edges: Points, axis: int) -> Points:
    """Return the way along the paper between neighbouring places of an axis, as one photograph shows it.

    Args:
        photograph: In a level frame.
        along: Places along the axis, (n + 1,).
        edges: The two places of the other axis between which the sheet's width is measured, (2,).
        axis: 0 across the sheet, 1 down it.

    Returns:
        Lengths (n,), in a unit of their own; NaN where the photograph does not show both edges.

    """
    lines = [_line(along, edge, axis) for edge in edges]
    rays = [_rays(photograph, photograph.place.to_picture(line)) for line in lines]
    # On the plane nearest to the sheet lines of the other axis all have this direction.
    width = (rays_of(photograph) @ photograph.place.matrix)[:, 1 - axis]
    width = width / np.linalg.norm(width) * np.ptp(edges)
    middle = np.array([_middle(first, second, width) for first, second in zip(*rays, strict=True)])
    middle[~np.all([shows(photograph, line) for line in lines], axis=0)] = np.nan
    return np.asarray(np.linalg.norm(np.diff(middle, axis=0), axis=1))


def _line(along: Points, across: float, axis: int) -> Points:
    points = np.full((len(along), 2), across)
    points[:, axis] = along
    return points


def _rays(photograph: Photograph, points: Points) -> Points:
    return np.column_stack([points, np.ones(len(points))]) @ rays_of(photograph).T


def _middle(first: Points, second: Points, width: Points) -> Points:
    """Return the middle (3,) of a line that is `width` (3,) long and ends on two rays (3,) from the camera."""
    (near, far), *_ = np.linalg.lstsq(np.column_stack([-first, second]), width, rcond=None)
    return np.asarray((near * first + far * second) / 2)
