"""A picture that a sheet is looked for in, with what several ways of looking need, worked out when first asked for."""

from copy import copy
from functools import cached_property

import cv2
import numpy as np

from pipeline.registration.geometry import Grey, Matrix, Points, project
from pipeline.registration.lines.segments import Segments, find_segments
from pipeline.registration.lines.vanishing import Ruling, find_ruling
from pipeline.registration.prints.descriptors import Features, even_light, find_features
from pipeline.trace import OFF, Trace

VIEW_LONG_SIDE = 1200
"""Long side, px, of the view in which print is looked for: capitals 4 mm high on a wall sheet are then 5 px high."""

MOST_FEATURES = 3000
"""Of a view: a sheet with its surroundings rarely has more that are worth asking."""

_BEYOND = 0.06

_BRIGHT_SHARE, _FULL = 99, 255
"""Percentile of the levels at which paper in light lies, and the brightest level that there is."""


class Picture:
    """One picture, uint8 (height, width). Not for several threads at a time.

    Args:
        grey: The picture; one that is nearly black is kept in its full range.
        trace: Keeps what each stage sees in it.

    """

    def __init__(self, grey: Grey, trace: Trace = OFF) -> None:
        self.grey = in_full_range(grey)
        self.trace = trace
        self.squeeze = 1.0
        self.detail = 1.0
        self._edges = _Edges(self.grey)

    def seen(self, *, squeeze: float = 1.0, detail: float = 1.0) -> "Picture":
        """Return the same picture with its print looked for in another view.

        Args:
            squeeze: Width over height with which a square of it is shown there.
            detail: How large that view is, and how many features it has at most, as a share of the usual.

        """
        other = copy(self)
        other.__dict__.pop("straight", None)
        other.squeeze, other.detail = squeeze, detail
        return other

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return self.grey.shape[1], self.grey.shape[0]

    @property
    def segments(self) -> Segments:
        """Its straight edges."""
        return self._edges.segments

    @property
    def ruling(self) -> Ruling | None:
        """The two directions that most of its edges follow, if any do."""
        return self._edges.ruling

    @cached_property
    def straight(self) -> "StraightView":
        """The picture seen so that its ruling runs straight; as it is where it has none."""
        matrix, size = _view(self.grey, self.ruling, self.squeeze, self.detail * VIEW_LONG_SIDE)
        view = cv2.warpPerspective(self.grey, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        features = find_features(even_light(np.asarray(view, dtype=np.uint8)), round(self.detail * MOST_FEATURES))
        return StraightView(matrix, size, features)


def in_full_range(grey: Grey) -> Grey:
    """Return a picture whose paper is darker than half of the range as often brighter as fits into it.

    Edges are told from noise by the levels between them, and a smaller view of so few levels has steps of its own.
    """
    brighter = int(_FULL // max(1.0, float(np.percentile(grey[::8, ::8], _BRIGHT_SHARE))))
    return grey if brighter < 2 else np.asarray(cv2.convertScaleAbs(grey, alpha=brighter), dtype=np.uint8)


class _Edges:
    """The edges of a picture, whatever view of it print is looked for in."""

    def __init__(self, grey: Grey) -> None:
        self._grey = grey

    @cached_property
    def segments(self) -> Segments:
        return find_segments(self._grey)

    @cached_property
    def ruling(self) -> Ruling | None:
        return find_ruling(self._grey, self.segments)


class StraightView:
    """A view of a picture with the features of what is printed there.

    Args:
        matrix: Homography (3, 3) from the picture to the view.
        size: Width and height of the view, px.
        features: In px of the view.

    """

    def __init__(self, matrix: Matrix, size: tuple[int, int], features: Features) -> None:
        self.matrix = matrix
        self.size = size
        self.features = features

    def turned_back(self, quarters: int, *, mirrored: bool = False) -> tuple[Matrix, Points, tuple[int, int]]:
        """Return the view as it is once a sheet that lies turned clockwise by so many quarters is upright.

        Args:
            quarters: None to three.
            mirrored: Whether left and right are exchanged as well, after the turn.

        Returns:
            The homography (3, 3) from the picture, the features' places, px (n, 2), and width and height.

        """
        width, height = self.size
        turn = np.eye(3)
        for _ in range(-quarters % 4):
            turn = np.array([[0.0, -1.0, height - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]) @ turn
            width, height = height, width
        if mirrored:
            turn = np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]) @ turn
        return turn @ self.matrix, project(turn, self.features.points), (width, height)


def _view(grey: Grey, ruling: Ruling | None, squeeze: float, long_side: float) -> tuple[Matrix, tuple[int, int]]:
    """Return the homography (3, 3) from a picture to its view of such a long side, and width and height of that, px."""
    height, width = grey.shape
    around = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], dtype=np.float64)
    matrix = np.diag([squeeze, 1.0, 1.0]) @ (np.eye(3) if ruling is None else ruling.view)
    seen = project(matrix, around)
    low, high = seen.min(axis=0), seen.max(axis=0)
    if ruling is not None:
        # Where the sheet is a small part of the picture, what is far from its lines is not looked at.
        ends = project(
            matrix, np.vstack([*(side.starts for side in ruling.sides), *(side.ends for side in ruling.sides)])
        )
        reach = _BEYOND * np.ptp(ends, axis=0).max()
        low, high = np.maximum(low, ends.min(axis=0) - reach), np.minimum(high, ends.max(axis=0) + reach)
    scale = long_side / float((high - low).max())
    shrink = np.array([[scale, 0.0, -scale * low[0]], [0.0, scale, -scale * low[1]], [0.0, 0.0, 1.0]])
    across, down = (int(np.ceil(scale * side)) + 1 for side in high - low)
    return shrink @ matrix, (across, down)
