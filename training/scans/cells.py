"""A cell of a table as it lies on the paper, before any scanner: shared lines, thin pens, free handwriting.

Three cells make a number. Neighbours share a line, digits are as large as their writer likes, cross the line and reach
into the next cell; cells are often taller than wide. Empty ones hold X, a dash, nothing, or hatching.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from training.handwriting.curves import spline, tremble
from training.handwriting.hand import Hand, Stroke
from training.handwriting.ink import draw_strokes
from training.handwriting.marks import DIGITS, write_character, write_struck
from training.scans.loose import LOOSE, loose_digit

Crop = NDArray[np.uint8]
Canvas = NDArray[np.float32]

MARGIN = 0.10
"""Share of a cell that is cut beyond its lines on every side, as the reader does."""

HURRIED = 0.45
"""Share of the digits that are written in a hurry, where there is such a shape."""

_NEIGHBOURS = {(-1, 0): 0.85, (1, 0): 0.85, (0, -1): 0.35, (0, 1): 0.35}
"""Where the cells around lie, in cells, and how often they are written in: the next boxes of the number more often."""

_FILLED = (*DIGITS, "X", "X", "X", "-")
"""What stands in the cells around."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a cell lies in the drawing, px.

    Attributes:
        origin: (2,) upper left corner, where the middles of its lines meet.
        size: (2,) width and height between the middles of its lines.
        pixels_per_mm: Scale of the drawing.

    """

    origin: NDArray[np.float64]
    size: NDArray[np.float64]
    pixels_per_mm: float


def draw_cell(label: str, rng: np.random.Generator) -> Crop:
    """Draw one cell with what is around it, cut as the reader cuts it.

    Args:
        label: A mark of `models.package.CLASSES`.
        rng: Source of chance: the same state gives the same picture.

    Returns:
        Grey (height, width), uint8: white paper, dark print and ink.

    """
    cell, shape = _place(rng)
    canvas = np.ones((*shape, 3), np.float32)
    hand = thin_hand(rng)
    _print_lines(canvas, cell, rng)
    if rng.random() < 0.12:
        _print_heading(canvas, cell, rng)
    for (right, down), odds in _NEIGHBOURS.items():
        if rng.random() < odds:
            beside = replace(cell, origin=cell.origin + cell.size * (right, down))
            _write(canvas, str(rng.choice(_FILLED)), beside, hand, rng)
    if label != "_":
        _write(canvas, label, cell, hand, rng)
    # A scanner's lamp is white and its sensors add up to grey; colours of pens only make the ink lighter or darker.
    grey: Crop = np.clip(255.0 * canvas @ np.array((0.114, 0.587, 0.299), np.float32), 0, 255).astype(np.uint8)
    return grey


def thin_hand(rng: np.random.Generator) -> Hand:
    """Draw a writer with a ball pen who writes freely, now and then along no guide but in its manner."""
    return replace(
        Hand.sample(rng),
        style="free" if rng.random() < 0.93 else "segment",
        slant=float(np.clip(rng.normal(0.08, 0.14), -0.3, 0.5)),
        pen_mm=float(np.clip(rng.lognormal(np.log(0.5), 0.3), 0.25, 1.1)),
        fade=float(rng.beta(1.2, 4.0)),
        serif_one=rng.random() < 0.2,
        crossed_seven=rng.random() < 0.2,
        cross_size=rng.uniform(0.3, 0.7),
        spread=rng.uniform(0.6, 1.6),
    )


def _place(rng: np.random.Generator) -> tuple[Cell, tuple[int, int]]:
    """Draw the shape of the cell and the cut around it; also return height and width of the drawing, px."""
    width = rng.uniform(6.0, 11.0)
    tall = float(rng.choice((0.85, 1.05, 1.75), p=(0.12, 0.43, 0.45)) * np.exp(rng.normal(0, 0.12)))
    size_mm = np.array((width, width * tall))
    scale = rng.uniform(52.0, 110.0) / size_mm.min()
    margins = MARGIN + rng.normal(0, 0.035, (2, 2))  # what registration is off by, per side
    if rng.random() < 0.15:
        margins += rng.uniform(-0.12, 0.08)
    cut = size_mm * (1.0 + margins.sum(axis=0)) * scale
    cell = Cell(size_mm * margins[0] * scale, size_mm * scale, scale)
    return cell, (round(cut[1]), round(cut[0]))


def _print_lines(canvas: Canvas, cell: Cell, rng: np.random.Generator) -> None:
    """Print the lines around the cell, in place: thin ones between cells, thick ones around the table, some broken."""
    height, width = canvas.shape[:2]
    fine, thick = rng.uniform(0.12, 0.32), rng.uniform(0.35, 0.75)
    for axis in (0, 1):
        for side in (0, 1):
            if rng.random() < 0.04:
                continue
            wide = max(1, round((thick if rng.random() < 0.25 else fine) * cell.pixels_per_mm))
            at = cell.origin[axis] + side * cell.size[axis] + rng.normal(0, 0.01, 2) * cell.size[axis]
            length = (height, width)[axis]
            level = 1.0 - rng.uniform(0.45, 0.97)
            for start, end in _pieces(length, rng):
                points = np.array(((at[0], start), (at[1], end)))
                first, last = (tuple(np.rint(point if axis == 0 else point[::-1]).astype(int)) for point in points)
                cv2.line(canvas, first, last, (level, level, level), wide, cv2.LINE_AA)


def _print_heading(canvas: Canvas, cell: Cell, rng: np.random.Generator) -> None:
    """Print what stands above the first row of a table, in place: a black band, or the number of the column."""
    end = max(2, int(cell.origin[1] * rng.uniform(0.5, 0.95)))
    if rng.random() < 0.6:
        canvas[:end] = rng.uniform(0.02, 0.3)
        return
    start = (int(rng.uniform(0.2, 0.6) * canvas.shape[1]), end)
    mask = np.zeros(canvas.shape[:2], np.uint8)
    cv2.putText(mask, "(2)", start, cv2.FONT_HERSHEY_SIMPLEX, end / 26, (230,), 1, cv2.LINE_AA)
    canvas *= 1.0 - mask[..., None] / np.float32(255.0)


def _pieces(length: int, rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return the stretches of a line that are printed: all of it, or what a weak print leaves."""
    if rng.random() < 0.75:
        return [(-2.0, length + 2.0)]
    ends = np.sort(rng.uniform(0, length, 2 * int(rng.integers(1, 5))))
    inside = np.concatenate(((-2.0,), ends, (length + 2.0,)))
    return [(float(inside[i]), float(inside[i + 1])) for i in range(0, len(inside), 2)]


def _write(canvas: Canvas, label: str, cell: Cell, hand: Hand, rng: np.random.Generator) -> None:
    """Write a mark into a cell, in place."""
    if label == "#":
        strokes = _hatching(rng) if rng.random() < 0.3 else write_struck(hand, rng)
    elif label == "-" and rng.random() < 0.2:
        strokes = [np.array(((-0.2, 0.5), (1.2, 0.5))) + rng.normal(0, 0.04, (2, 2))]  # one line through all cells
    else:
        strokes = _sized(_character(label, hand, rng), label, cell, rng)
        draw_strokes(canvas, strokes, hand, cell.pixels_per_mm, rng)
        return
    middle = cell.origin + cell.size / 2
    side = cell.size if label == "-" or rng.random() < 0.5 else np.full(2, cell.size.min())
    strokes = [(stroke - 0.5) * side + middle for stroke in strokes]
    draw_strokes(canvas, strokes, hand, cell.pixels_per_mm, rng)


def _character(label: str, hand: Hand, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a digit, X or dash: as usual, or in a hurry."""
    if label == "X" and rng.random() < 0.6:
        return _hasty_cross(rng)
    if label in LOOSE and rng.random() < HURRIED:
        return [tremble(stroke, hand.wobble, rng) for stroke in loose_digit(label, rng)]
    return write_character(label, hand, rng)


def _sized(strokes: list[Stroke], label: str, cell: Cell, rng: np.random.Generator) -> list[Stroke]:
    """Return the strokes of a character, px, as large as people write into cells, and not always in their middle."""
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), np.ptp(points, axis=0)
    least = cell.size.min()
    tall = rng.uniform(0.3, 0.8) * least if rng.random() < 0.8 else rng.uniform(0.55, 0.85) * cell.size[1]
    if label == "-":
        factor = np.full(2, rng.uniform(0.25, 0.7) * cell.size[0] / max(span[0], 1e-3))
    else:
        slim = rng.uniform(0.75, 1.05) if label != "X" else rng.uniform(0.8, 1.3)
        factor = np.array((slim, 1.0)) * tall / max(span[1], 1e-3)
    factor = factor * min(1.0, 1.05 * cell.size[0] / max(span[0] * factor[0], 1e-3))
    centre = cell.origin + cell.size * np.clip(rng.normal(0.5, (0.11, 0.12)), 0.24, 0.76)
    return [(stroke - low - span / 2) * factor + centre for stroke in strokes]


def _hasty_cross(rng: np.random.Generator) -> list[Stroke]:
    """Return an X as it is written a hundred times on a form: bent, uneven, some without lifting the pen."""
    corners = np.array(((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))) + rng.normal(0, 0.09, (4, 2))
    middles = 0.5 + rng.normal(0, 0.09, 2) + rng.normal(0, 0.05, (2, 2))
    if rng.random() < 0.4:  # upright like a plus, one arm short
        turn, short = rng.uniform(-0.9, 0.9), np.array((1.0, rng.uniform(0.55, 1.0)))
        corners, middles = (_turned(points, turn, short) for points in (corners, middles))
    down, up = (np.stack((corners[2 * i], middles[i], corners[2 * i + 1])) for i in (0, 1))
    if rng.random() < 0.25:
        turn = corners[1:3].mean(axis=0, keepdims=True) + np.array((rng.uniform(0.0, 0.25), 0.0))
        return [spline(np.concatenate((down, turn, up)))]
    return [spline(down), spline(up)]


def _turned(points: Stroke, angle: float, scale: NDArray[np.float64]) -> Stroke:
    """Return points (n, 2) scaled and turned about the middle of the unit cell, angle in radians."""
    turn = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
    turned: Stroke = ((points - 0.5) * scale) @ turn + 0.5
    return turned


def _hatching(rng: np.random.Generator) -> list[Stroke]:
    """Return parallel lines across a whole cell that nobody was to write in, in parts of the cell."""
    count = int(rng.integers(3, 7))
    slope = rng.choice((-1.0, 1.0)) * rng.uniform(0.4, 1.2)
    middles = np.linspace(-0.15, 1.15, count) + rng.normal(0, 0.03, count)
    half = 0.5
    return [
        np.array(((0.5 - half, middle + slope * half), (0.5 + half, middle - slope * half)))
        + rng.normal(0, 0.03, (2, 2))
        for middle in middles
    ]
