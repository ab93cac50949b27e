"""The printed box: frame, dotted seven-segment guide, neighbours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.handwriting.glyphs_segment import BOTTOM, LEFT, RIGHT, TOP

_DOT_MM = 0.62  # side of one dot of the guide on a 20 mm box


@dataclass(frozen=True, slots=True)
class BoxStyle:
    """How a digit box is printed. Lengths in millimetres.

    Attributes:
        size_mm: side of the box, measured between the centres of the frame's lines.
        line_mm: thickness of the frame's lines.
        pitch_mm: distance from one box to the next in the same number; equal to the side for table cells.
        guide: whether the dotted seven-segment guide is printed.
        darkness: density of the frame, 0..1.
        guide_darkness: density of the guide's dots, 0..1.
    """

    size_mm: float = 20.0
    line_mm: float = 1.0
    pitch_mm: float = 23.5
    guide: bool = True
    darkness: float = 0.88
    guide_darkness: float = 0.25

    @property
    def touching(self) -> bool:
        """Whether neighbouring boxes share their lines, as cells of a table do."""
        return self.pitch_mm <= self.size_mm

    @staticmethod
    def candidate() -> BoxStyle:
        """The box of pages 2 and 3 of the 2024 forms: 20 mm, with the guide."""
        return BoxStyle()

    @staticmethod
    def plain() -> BoxStyle:
        """The box of page 1 of the 2024 forms: 18 mm, without a guide."""
        return BoxStyle(size_mm=18.0, pitch_mm=23.0, guide=False)

    @staticmethod
    def table() -> BoxStyle:
        """A cell of a table on an A4 copy: 8 mm, thin shared lines."""
        return BoxStyle(size_mm=8.0, line_mm=0.3, pitch_mm=8.0, guide=False)

    @staticmethod
    def sample(rng: np.random.Generator) -> BoxStyle:
        """Draws a box as prints differ: mostly those of pages 2 and 3, darker or paler."""
        kinds = (BoxStyle.candidate, BoxStyle.plain, BoxStyle.table)
        style = kinds[rng.choice(3, p=[0.72, 0.25, 0.03])]()
        return replace(
            style,
            line_mm=style.line_mm * rng.uniform(0.72, 1.0),
            darkness=rng.uniform(0.68, 0.93),
            guide_darkness=rng.uniform(0.12, 0.42),
        )


def draw_box(
    canvas: NDArray[np.float32],
    origin_px: tuple[float, float],
    style: BoxStyle,
    pixels_per_mm: float,
    rng: np.random.Generator,
) -> None:
    """Prints a box's frame and guide into the canvas, in place. Drawing a shared line twice does no harm.

    Args:
        canvas: reflectance (height, width, 3), 0 black to 1 white.
        origin_px: where the centres of the top and left lines meet, (x, y) in pixels.
        style: the box.
        pixels_per_mm: scale of the canvas.
        rng: source of the unevenness of the print.
    """
    height, width = canvas.shape[:2]
    side, half = style.size_mm * pixels_per_mm, style.line_mm * pixels_per_mm / 2
    margin = int(half + 2)
    x0, y0 = max(int(origin_px[0]) - margin, 0), max(int(origin_px[1]) - margin, 0)
    x1 = min(int(origin_px[0] + side) + margin, width)
    y1 = min(int(origin_px[1] + side) + margin, height)
    if x1 <= x0 or y1 <= y0:
        return
    x, y = origin_px[0] - x0, origin_px[1] - y0
    mask = _frame(x, y, side, half, (y1 - y0, x1 - x0)) * style.darkness
    if style.guide:
        dots = _guide(x, y, side, _DOT_MM * style.size_mm / 20.0 * pixels_per_mm, (y1 - y0, x1 - x0))
        mask = np.maximum(mask, dots * style.guide_darkness)
    paper = 1.0 - mask * np.float32(rng.uniform(0.94, 1.0))
    np.minimum(canvas[y0:y1, x0:x1], paper[..., None].astype(np.float32), out=canvas[y0:y1, x0:x1])


def _frame(x: float, y: float, side: float, half: float, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Returns the covered part of each pixel under a square frame, (height, width)."""
    outer = np.outer(_span(y - half, y + side + half, shape[0]), _span(x - half, x + side + half, shape[1]))
    inner = np.outer(_span(y + half, y + side - half, shape[0]), _span(x + half, x + side - half, shape[1]))
    return np.asarray(outer - inner)


def _guide(x: float, y: float, side: float, dot: float, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Returns the covered part of each pixel under the guide: 3 columns of 9 dots, 3 rows of 5."""
    columns = np.linspace(x + LEFT * side, x + RIGHT * side, 5)
    rows = np.linspace(y + TOP * side, y + BOTTOM * side, 9)
    upright = np.outer(_dots(rows, dot, shape[0]), _dots(columns[::2], dot, shape[1]))
    level = np.outer(_dots(rows[::4], dot, shape[0]), _dots(columns, dot, shape[1]))
    return np.maximum(upright, level)


def _dots(centres: NDArray[np.float64], dot: float, n: int) -> NDArray[np.float64]:
    """Returns the covered part of each of n pixels under dots of the given width."""
    edges = np.arange(n)[:, None]
    low, high = (centres - dot / 2)[None, :], (centres + dot / 2)[None, :]
    return np.asarray(np.clip(np.minimum(high, edges + 1) - np.maximum(low, edges), 0.0, 1.0).sum(axis=1))


def _span(low: float, high: float, n: int) -> NDArray[np.float64]:
    """Returns the covered part of each of n pixels under the interval low..high."""
    edges = np.arange(n)
    return np.asarray(np.clip(np.minimum(high, edges + 1) - np.maximum(low, edges), 0.0, 1.0))
