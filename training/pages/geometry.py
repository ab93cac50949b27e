"""Where a point of the sheet lies in the photograph, and back: a pinhole camera above a sheet with relief."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.pages.relief import Points, Relief


@dataclass(frozen=True, slots=True)
class Geometry:
    """The map between mm of the sheet and pixels of the photograph.

    Pixels are counted as OpenCV does: the centre of the first pixel is (0, 0).

    Attributes:
        homography: (3, 3), from mm of the flat plane under the sheet to pixels of a lens without distortion.
        camera: Place of the camera (x, y, height) in mm of the sheet.
        relief: Height of the sheet above the plane.
        size: Width and height of the photograph in pixels.
        distortion: Radial distortion: a pixel at distance r (1 = half the diagonal) from the middle shows what an ideal
            lens would show at r * (1 + distortion * r**2).
        rotation: Degrees clockwise by which the sheet is turned in the photograph, in steps of 90.

    """

    homography: NDArray[np.float64]
    camera: tuple[float, float, float]
    relief: Relief
    size: tuple[int, int]
    distortion: float = 0.0
    rotation: int = 0

    def to_photo(self, points_mm: Points) -> Points:
        """Return the pixels (n, 2) at which points (n, 2) of the sheet appear."""
        plane = points_mm + self._parallax(points_mm)
        ideal = _transformed(self.homography, plane)
        pixels = ideal.copy()
        for _ in range(6 if self.distortion else 0):
            pixels = ideal - self._bend(pixels)
        return pixels

    def to_sheet(self, pixels: Points) -> Points:
        """Return the points (n, 2) of the sheet in mm that appear at pixels (n, 2)."""
        plane = self.to_plane(pixels)
        points = plane.copy()
        for _ in range(5):
            points = plane - self._parallax(points)
        return points

    def to_plane(self, pixels: Points) -> Points:
        """Return the points (n, 2) of the wall or table behind the sheet that would appear at pixels (n, 2)."""
        inverse = np.asarray(np.linalg.inv(self.homography), dtype=np.float64)
        return _transformed(inverse, np.asarray(pixels + self._bend(pixels)))

    def outline(self, steps: int = 60) -> Points:
        """Return the edge of the sheet in the photograph, (4 * steps, 2) pixels, clockwise from its top left."""
        t = np.arange(steps)[:, None] / steps
        corners = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]) * self.relief.size
        edges = [a + t * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
        return self.to_photo(np.concatenate(edges))

    def pixels_per_mm(self) -> float:
        """Return the scale in the middle of the sheet."""
        middle = np.array(self.relief.size) / 2
        ends = self.to_photo(np.stack([middle - 10.0, middle + 10.0]))
        return float(np.hypot(*(ends[1] - ends[0])) / np.hypot(20.0, 20.0))

    def _parallax(self, points: Points) -> Points:
        """Return how far points seem to lie from their foot on the plane, as the camera sees them."""
        z = self.relief.height(points)[..., None]
        return np.asarray((points - np.array(self.camera[:2])) * z / (self.camera[2] - z))

    def _bend(self, pixels: Points) -> Points:
        """Return ideal minus real pixels: what the lens distorts."""
        middle = (np.array(self.size) - 1.0) / 2
        away = pixels - middle
        r2 = (away**2).sum(axis=-1, keepdims=True) / (np.hypot(*self.size) / 2) ** 2
        return np.asarray(away * self.distortion * r2)


def _transformed(matrix: NDArray[np.float64], points: Points) -> Points:
    """Return points (n, 2) under a homography."""
    h = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(h[..., :2] / h[..., 2:])
