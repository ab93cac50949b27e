"""The sheet in the picture: a homography, and on top of it how the paper bows and where each number really lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from pipeline.forms.template import Rectangle, Sheet
from pipeline.registration.geometry import Grey, Matrix, Points, corners, outlines, pixels_per_mm, project, translation
from pipeline.registration.surface import Surface

_CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
_NO_SHIFT = np.zeros(2)


@dataclass(frozen=True, slots=True)
class SheetMap:
    """The map from sheet mm to picture px.

    Attributes:
        matrix: Homography (3, 3).
        surface: Smooth displacement within the sheet, if it was measured.
        shifts: Further displacement (2,) in mm of single numbers, by name.

    """

    matrix: Matrix
    surface: Surface | None = None
    shifts: Mapping[str, Points] = field(default_factory=dict)

    def to_picture(self, points: Points, number: str | None = None) -> Points:
        """Return picture points (n, 2) of sheet points (n, 2), as printed near `number` if one is named."""
        return np.asarray(self.places(points[None], [number])[0])

    def places(self, points: Points, numbers: Sequence[str | None]) -> Points:
        """Return picture points (n, k, 2) of sheet points (n, k, 2), each group as printed near its own number."""
        moved = points.reshape(-1, 2)
        moved = moved + self.displacement(moved)
        if any(number in self.shifts for number in numbers):
            shifts = np.array([self.shifts.get(number or "", _NO_SHIFT) for number in numbers])
            moved = (moved.reshape(points.shape) + shifts[:, None]).reshape(-1, 2)
        return project(self.matrix, moved).reshape(points.shape)

    def displacement(self, points: Points) -> Points:
        """Return how far sheet points (n, 2) are displaced, mm (n, 2), before the homography sees them."""
        return np.zeros_like(points) if self.surface is None else self.surface.at(points)

    def local(self, centre: Points, half: tuple[float, float], number: str | None = None) -> Matrix:
        """Return the homography that follows the sheet around `centre` (2,), from the corners of +- `half` mm.

        As printed near `number` if one is named.
        """
        return self.locals(np.array([centre]), np.array([half]), [number])[0]

    def locals(self, centres: Points, halves: Points, numbers: Sequence[str | None]) -> list[Matrix]:
        """Return the homographies of `local` around several points (n, 2), with `halves` (n, 2), in one go."""
        around = centres[:, None] + _CORNERS * halves[:, None]
        seen = self.places(around, numbers).astype(np.float32)
        pairs = zip(around.astype(np.float32), seen, strict=True)
        return [np.asarray(cv2.getPerspectiveTransform(sheet, picture)) for sheet, picture in pairs]

    def shown(self, grey: Grey, places: Sequence[Rectangle], numbers: Sequence[str | None]) -> list[bool]:
        """Return which places, mm, lie in a picture (height, width) as a whole, each as printed near its number."""
        found = self.places(outlines(places), numbers)
        height, width = grey.shape
        seen = (found >= -1.0) & (found <= (width, height))
        return [bool(whole.all()) for whole in seen]

    def outline(self, size: Sheet) -> Points:
        """Return where the corners of a sheet of this size are in the picture, px (4, 2), clockwise from upper left."""
        return project(self.matrix, corners((0.0, 0.0, size.width, size.height)))

    def resolution(self, at: Points) -> float:
        """Return px per mm at a sheet point (2,)."""
        return pixels_per_mm(self.matrix, at)

    def moved(self, offset: Points) -> "SheetMap":
        """Return the map into a picture in which this one begins at `offset` px (2,)."""
        return replace(self, matrix=translation(offset) @ self.matrix)

    def scaled(self, factor: float) -> "SheetMap":
        """Return the map into the same picture decoded `factor` times as large."""
        # Pixel centres: x px of one size is (x + 0.5) * factor - 0.5 px of the other.
        shift = (factor - 1) / 2
        scaling = np.array([[factor, 0, shift], [0, factor, shift], [0, 0, 1]])
        return replace(self, matrix=scaling @ self.matrix)
