"""Printing on a canvas of ink densities: filled rectangles, rings, dots and text, placed to parts of a pixel."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

_FINE = 3  # text is drawn this much finer and averaged, for even spacing and true sizes
CAP_HEIGHT = 0.75  # height of an H over the nominal size, of the fonts that come with OpenCV


@dataclass(frozen=True, slots=True)
class Press:
    """A canvas that is printed on, in millimetres; the upper left corner of the first pixel is (0, 0).

    Attributes:
        ink: Density per pixel, uint8 (height, width), 0 bare paper to 255 full ink. Later print covers earlier print.
        pixels_per_mm: Scale.

    """

    ink: NDArray[np.uint8]
    pixels_per_mm: float

    @staticmethod
    def blank(width: float, height: float, pixels_per_mm: float) -> "Press":
        """Return an empty canvas for a sheet of `width` x `height` mm."""
        size = (round(height * pixels_per_mm), round(width * pixels_per_mm))
        return Press(np.zeros(size, dtype=np.uint8), pixels_per_mm)

    def rectangle(self, x: float, y: float, width: float, height: float, density: float) -> None:
        """Fill a rectangle; pixels that it covers in part get their part of the density."""
        scale = self.pixels_per_mm
        top, bottom, down = _coverage(y * scale, (y + height) * scale, self.ink.shape[0])
        left, right, across = _coverage(x * scale, (x + width) * scale, self.ink.shape[1])
        patch = self.ink[top:bottom, left:right]
        np.maximum(patch, (255.0 * density * np.outer(down, across)).astype(np.uint8), out=patch)

    def clear(self, x: float, y: float, width: float, height: float) -> None:
        """Take the ink away from a rectangle, as if nothing had been printed there."""
        scale = self.pixels_per_mm
        top, bottom, down = _coverage(y * scale, (y + height) * scale, self.ink.shape[0])
        left, right, across = _coverage(x * scale, (x + width) * scale, self.ink.shape[1])
        patch = self.ink[top:bottom, left:right]
        np.multiply(patch, 1.0 - np.outer(down, across), out=patch, casting="unsafe")

    def frame(self, x: float, y: float, width: float, height: float, line: float, density: float) -> None:
        """Draw a frame; the rectangle is that of the centre of its line."""
        self.rectangle(x - line / 2, y - line / 2, width + line, line, density)
        self.rectangle(x - line / 2, y + height - line / 2, width + line, line, density)
        self.rectangle(x - line / 2, y - line / 2, line, height + line, density)
        self.rectangle(x + width - line / 2, y - line / 2, line, height + line, density)

    def line(self, start: Sequence[float], end: Sequence[float], thickness: float, density: float) -> None:
        """Draw a straight line with square ends; upright and level lines to parts of a pixel."""
        if start[0] == end[0]:
            low, high = sorted((start[1], end[1]))
            self.rectangle(start[0] - thickness / 2, low, thickness, high - low, density)
        elif start[1] == end[1]:
            low, high = sorted((start[0], end[0]))
            self.rectangle(low, start[1] - thickness / 2, high - low, thickness, density)
        else:
            points = [
                (round(p[0] * self.pixels_per_mm * 16 - 8), round(p[1] * self.pixels_per_mm * 16 - 8))
                for p in (start, end)
            ]
            width = max(1, round(thickness * self.pixels_per_mm))
            cv2.line(self.ink, points[0], points[1], (round(255 * density),), width, cv2.LINE_AA, 4)

    def polygon(self, corners: Sequence[Sequence[float]], density: float) -> None:
        """Fill an area between corners; its edges are smoothed."""
        points = np.round(np.asarray(corners, np.float64) * self.pixels_per_mm * 16 - 8).astype(np.int32)
        cv2.fillPoly(self.ink, [points], (round(255 * density),), cv2.LINE_AA, 4)

    def ring(self, x: float, y: float, diameter: float, line: float, density: float) -> None:
        """Draw a circle of the given outer diameter; `line` = half the diameter gives a filled disc."""
        scale = self.pixels_per_mm
        reach = int(diameter * scale / 2) + 2
        left, top = int(x * scale) - reach, int(y * scale) - reach
        patch = self.ink[max(top, 0) : top + 2 * reach + 1, max(left, 0) : left + 2 * reach + 1]
        rows = np.arange(max(top, 0), max(top, 0) + patch.shape[0])[:, None] + 0.5 - y * scale
        columns = np.arange(max(left, 0), max(left, 0) + patch.shape[1])[None, :] + 0.5 - x * scale
        radius = np.hypot(rows, columns)
        middle, half = (diameter - line) * scale / 2, line * scale / 2
        covered = np.clip(half + 0.5 - np.abs(radius - middle), 0.0, min(1.0, 2 * half))
        if 2 * line >= diameter:
            covered = np.clip(diameter * scale / 2 + 0.5 - radius, 0.0, 1.0)
        np.maximum(patch, (255.0 * density * covered).astype(np.uint8), out=patch)

    def dots(self, x0: float, x1: float, y: float, *, size: float, pitch: float, density: float) -> None:
        """Print a dotted line from `x0` to `x1`, its dots centred on `y`."""
        for x in np.arange(x0 + size / 2, x1, pitch):
            self.rectangle(float(x) - size / 2, y - size / 2, size, size, density)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        align: Literal["left", "centre", "right"] = "left",
        weight: int = 700,
        italic: bool = False,
        density: float = 0.9,
        width: float | None = None,
    ) -> None:
        """Print words whose capitals are `size` mm high, their baseline at `y`.

        Args:
            x: Start, centre or end of the words, by `align`.
            y: The baseline.
            text: One line.
            size: Height of the capitals.
            align: What `x` is.
            weight: 100 (thin) to 900 (black).
            italic: Whether to slant the letters.
            density: Of the ink, 0..1.
            width: To which the words are stretched or squeezed, mm; by default as wide as the font makes them.

        """
        natural = self.text_width(text, size, weight=weight, italic=italic)
        if not natural:
            return
        width = natural if width is None else width
        left = (x - {"left": 0.0, "centre": 0.5, "right": 1.0}[align] * width) * self.pixels_per_mm
        top = y * self.pixels_per_mm - 1.25 * size * self.pixels_per_mm
        column, row = int(left) - 2, int(top)
        shape = (int(1.7 * size * self.pixels_per_mm) + 3, int(width * self.pixels_per_mm) + 6)
        stretch = natural / width
        fine = np.zeros((shape[0] * _FINE, round(shape[1] * _FINE * stretch)), dtype=np.uint8)
        at = (round((left - column) * _FINE * stretch), round((y * self.pixels_per_mm - row) * _FINE))
        # The stubs of OpenCV lag behind its TrueType text; its 0 has a slash that forms do not have.
        cast("Any", cv2.putText)(
            fine, text.replace("0", "O"), at, (round(255 * density),), _font(italic), self._pixels(size), weight
        )
        self.stamp(cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_AREA), column, row)

    def upward_text(self, x: float, y: float, text: str, size: float, *, weight: int = 500) -> None:
        """Print words that read upwards, their baseline at `x` and their middle at `y`."""
        width = self.text_width(text, size, weight=weight) + 4.0
        label = Press.blank(width, 1.7 * size, self.pixels_per_mm)
        label.text(width / 2, 1.3 * size, text, size, align="centre", weight=weight)
        left, top = x - 1.3 * size, y - width / 2
        self.stamp(np.rot90(label.ink), round(left * self.pixels_per_mm), round(top * self.pixels_per_mm))

    def copy(self, ink: NDArray[np.float32], around: Sequence[Sequence[float]] = ()) -> None:
        """Print a whole sheet as another one in the place of all that is there.

        Args:
            ink: Of the other sheet (height, width), 0..1, at any scale.
            around: Areas [x, y, width, height], mm, that stay as they are.

        """
        shape = self.ink.shape
        how = cv2.INTER_AREA if ink.shape[0] > shape[0] else cv2.INTER_LINEAR
        copied = np.round(255.0 * cv2.resize(ink, shape[::-1], interpolation=how)).astype(np.uint8)
        for x, y, width, height in around:
            left, top = (max(0, round(at * self.pixels_per_mm)) for at in (x, y))
            right, bottom = (max(0, round(at * self.pixels_per_mm)) for at in (x + width, y + height))
            copied[top:bottom, left:right] = self.ink[top:bottom, left:right]
        self.ink[:] = copied

    def text_width(self, text: str, size: float, *, weight: int = 700, italic: bool = False) -> float:
        """Return how wide `text` will be, in mm."""
        measure = cast("Any", cv2.getTextSize)
        box = measure((0, 0), text, (0, 0), _font(italic), self._pixels(size), weight)
        return float(box[2]) / (_FINE * self.pixels_per_mm)

    def _pixels(self, size: float) -> int:
        """Return the nominal size of the font in whole pixels of the finer grid."""
        return max(3, round(size * self.pixels_per_mm * _FINE / CAP_HEIGHT))

    def stamp(self, patch: NDArray[Any], column: int, row: int) -> None:
        """Lay densities onto the canvas, their first pixel at (column, row); what reaches outside is left out."""
        part = patch[max(-row, 0) :, max(-column, 0) :]
        target = self.ink[max(row, 0) :, max(column, 0) :][: part.shape[0], : part.shape[1]]
        np.maximum(target, part[: target.shape[0], : target.shape[1]], out=target)


@cache
def _font(italic: bool) -> Any:
    """Return one of the fonts that come with OpenCV."""
    return cast("Any", cv2).FontFace("italic" if italic else "sans")


def _coverage(low: float, high: float, n: int) -> tuple[int, int, NDArray[np.float64]]:
    """Return the pixels `first..last` that the interval touches among `n`, and how much of each it covers."""
    first, last = max(int(np.floor(low)), 0), min(int(np.ceil(high)), n)
    edges = np.arange(first, max(last, first))
    return first, max(last, first), np.clip(np.minimum(high, edges + 1) - np.maximum(low, edges), 0.0, 1.0)
