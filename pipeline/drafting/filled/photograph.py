"""A photograph of a filled page and its place in the frame that several of them share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.filled.ranks import at_rank, count_of, in_order
from pipeline.extraction.strips import fineness, sample
from pipeline.registration.geometry import Grey, Matrix, Points, fit_homography, inside, project
from pipeline.registration.sheet import SheetMap
from pipeline.registration.surface import fit_surface
from pipeline.registration.tags.markers import FOCAL_LENGTH

_NET = (24, 32)
_STIFF = 1e-4
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph of a filled page.

    Attributes:
        name: Of its file.
        even: Its picture, evenly lit, uint8 (height, width).
        place: Where the frame's points are in it, px.

    """

    name: str
    even: Grey
    place: SheetMap

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.even.shape[1], self.even.shape[0]


def rays_of(photograph: Photograph) -> Matrix:
    """Return the matrix (3, 3) from a photograph's px to directions in space, for the camera of a phone."""
    width, height = photograph.size
    focal = FOCAL_LENGTH * max(width, height)
    return np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, focal]]) / focal


def shows(photograph: Photograph, points: Points) -> NDArray[np.bool_]:
    """Return which points of the frame (n, 2) lie in a photograph (n,): elsewhere its place is a guess."""
    return inside(photograph.place.to_picture(points), photograph.size)


@dataclass(frozen=True, slots=True)
class Flat:
    """A photograph as seen in the frame: its picture, uint8, and what of it lies in the photograph (height, width)."""

    picture: Grey
    seen: NDArray[np.bool_]


def middles(length: float, density: float) -> NDArray[np.float64]:
    """Return the middles of the samples along a side of this length, at so many samples a unit (n,)."""
    return np.asarray((np.arange(round(length * density)) + 0.5) / density)


def flat(photograph: Photograph, x: NDArray[np.float64], y: NDArray[np.float64]) -> Flat:
    """Return a photograph at columns `x` (w,) and rows `y` (h,) of the frame."""
    middle = np.array([x.mean(), y.mean()])
    fine = fineness(photograph.place.resolution(middle), 1.0 / float(x[1] - x[0]))
    picture = sample(photograph.even, photograph.place.to_picture, x, y, fine)
    return Flat(picture, _seen(photograph, x, y))


def common_print(photographs: Sequence[Photograph], size: tuple[float, float], density: float) -> Grey:
    """Return what photographs have in common, uint8 (height, width), at so many px a unit of the frame."""
    x, y = (middles(side, density) for side in size)
    flats = [flat(one, x, y) for one in photographs]
    seen = [one.seen for one in flats]
    return at_rank(in_order([one.picture for one in flats], seen), count_of(seen), 0.5)


def in_frame_of(
    photographs: Sequence[Photograph], size: tuple[float, float], back: Callable[[Points], Points]
) -> list[Photograph]:
    """Return photographs in a new frame.

    Args:
        photographs: In the old one.
        size: Width and height of the new frame.
        back: Brings its points (n, 2) to the old frame, smoothly.

    """
    points = net(size)
    return [replace(one, place=_placed(points, one.place.to_picture(back(points)), size)) for one in photographs]


def net(size: tuple[float, float]) -> Points:
    """Return points (n, 2) spread evenly over a frame."""
    axes = (np.linspace(0, side, count) for side, count in zip(size, _NET, strict=True))
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def _placed(points: Points, picture: Points, size: tuple[float, float]) -> SheetMap:
    """Return the map that brings points (n, 2) of a frame to points (n, 2) of a picture, px."""
    matrix = fit_homography(points, picture)
    assert matrix is not None, "points of a net lie on no line"
    shifts = project(np.linalg.inv(matrix), picture) - points
    return SheetMap(matrix, fit_surface(size, points, shifts, np.ones(len(points)), _STIFF))


def _seen(photograph: Photograph, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points of the frame lie in the photograph (h, w), to some samples."""
    points = np.stack(np.meshgrid(x[::_BLOCK], y[::_BLOCK]), axis=-1).reshape(-1, 2)
    coarse = shows(photograph, points).reshape(len(y[::_BLOCK]), len(x[::_BLOCK]))
    whole = np.repeat(np.repeat(coarse, _BLOCK, axis=0), _BLOCK, axis=1)
    return np.asarray(whole[: len(y), : len(x)])
