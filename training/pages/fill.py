"""The officer fills in the sheet: digits, bubbles, tallies, row sums, words, heading and signatures."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.forms import NumberField, Rectangle
from pipeline.forms.template import PageTemplate, TallyGrid
from training.handwriting import (
    BubbleStyle,
    Hand,
    Stroke,
    TallyStyle,
    draw_strokes,
    fill_bubble,
    write_bundles,
    write_character,
    write_struck,
    write_word,
)
from training.handwriting.curves import spline, tremble
from training.pages.press import Press
from training.pages.scenario import Scenario, Written
from training.pages.sheet import dotted_span

_STYLES: tuple[BubbleStyle, ...] = ("filled", "half", "tick", "cross", "light", "dot")

Cancelled = NDArray[np.bool_]
"""Cells (rows, columns) of a tally through which a cancelling stroke runs."""


@dataclass(frozen=True, slots=True)
class Pens:
    """Who writes what in one document.

    Attributes:
        digits: The hand in boxes with a printed guide.
        free: The same writer's hand where no guide is printed.
        marks: The hand that fills bubbles and tallies.
        heading: The hand of the heading, and of page 1.
        bubble: How bubbles are marked.
        tally: How bundles are drawn.

    """

    digits: Hand
    free: Hand
    marks: Hand
    heading: Hand
    bubble: BubbleStyle
    tally: TallyStyle

    @staticmethod
    def sample(rng: np.random.Generator) -> "Pens":
        """Draw the writers of one document: one person, or another one for page 1 and the heading."""
        main = Hand.sample(rng)
        free = replace(main, style="free") if rng.random() < 0.8 else main
        other = Hand.sample(rng) if rng.random() < 0.3 else main
        style = _STYLES[rng.choice(len(_STYLES), p=[0.9, 0.03, 0.02, 0.02, 0.02, 0.01])]
        thin = replace(main, pen_mm=min(main.pen_mm, 1.2))
        return Pens(main, free, thin, replace(other, style="free"), style, TallyStyle.sample(rng))


@dataclass(frozen=True, slots=True)
class _Desk:
    """One sheet under the pen: the canvas, its scale and the source of chance."""

    canvas: NDArray[np.float32]
    scale: float
    rng: np.random.Generator

    def ink(self, strokes: list[Stroke], hand: Hand) -> None:
        """Draw strokes given in mm of the sheet."""
        draw_strokes(self.canvas, [stroke * self.scale for stroke in strokes], hand, self.scale, self.rng)

    def into(self, rectangle: Rectangle, strokes: list[Stroke], hand: Hand) -> None:
        """Draw strokes of the unit box into a rectangle in mm."""
        x, y, width, height = rectangle
        self.ink([stroke * (width, height) + (x, y) for stroke in strokes], hand)


def fill_page(
    canvas: NDArray[np.float32],
    scenario: Scenario,
    page: int,
    pens: Pens,
    pixels_per_mm: float,
    rng: np.random.Generator,
) -> dict[str, Cancelled]:
    """Write one page of a scenario onto its printed sheet, in place.

    Args:
        canvas: Reflectance (height, width, 3) of the blank page, as `draw_sheet` returns it.
        scenario: What is written.
        page: Page number, from 1.
        pens: Who writes.
        pixels_per_mm: Scale of the canvas.
        rng: Source of the variation from stroke to stroke.

    Returns:
        The cells under a cancelling stroke of every tally, by the name of its number.

    """
    template = scenario.form.page(page)
    desk = _Desk(canvas, pixels_per_mm, rng)
    _heading(desk, template, scenario, pens.heading)
    if page == 1:
        pens = replace(pens, digits=pens.heading, free=pens.heading)
    cancelled = {}
    for field in template.numbers:
        struck = _number(desk, field, scenario.numbers[field.name], pens, scenario.officer.cancels)
        if struck is not None:
            cancelled[field.name] = struck
    for private in template.private:
        _signatures(desk, private, pens.marks)
    return cancelled


def _number(desk: _Desk, field: NumberField, written: Written, pens: Pens, cancels: str) -> Cancelled | None:
    """Write one number wherever it belongs; return what is cancelled of its tally."""
    hand = pens.digits if field.boxes.guide == "seven_segment" else pens.free
    for rectangle, sign in zip(field.boxes.rectangles, written.boxes, strict=True):
        _character(desk, rectangle, sign, hand)
    if field.bubbles and written.bubbles:
        _bubbles(desk, field, written, pens)
    cancelled = _tally(desk, field.tally, written.cells, pens, cancels) if field.tally else None
    if field.row_sums:
        _row_sums(desk, field, written, pens, cancels)
    if field.words and written.words:
        _words(desk, field.words, written.words, pens.heading)
    return cancelled


def _character(desk: _Desk, rectangle: Rectangle, sign: str, hand: Hand) -> None:
    """Write one character into a box; signs keep their proportions in boxes that are not square."""
    if sign == "_":
        return
    x, y, width, height = rectangle
    side = min(width, height) * (1.0 if width == height else 1.12)
    square = (x + (width - side) / 2, y + (height - side) / 2, side, side)
    strokes = write_struck(hand, desk.rng) if sign == "#" else write_character(sign, hand, desk.rng)
    desk.into(square, strokes, replace(hand, pen_mm=min(hand.pen_mm, side / 9)))


def _bubbles(desk: _Desk, field: NumberField, written: Written, pens: Pens) -> None:
    """Fill the bubbles of every column: one, none, or several where the column is marked ?."""
    bubbles, doubled = field.bubbles, iter(written.doubled)
    assert bubbles is not None
    for column, sign in enumerate(written.bubbles or ""):
        for digit in next(doubled) if sign == "?" else sign.strip("_"):
            side = bubbles.diameter
            x = bubbles.x + column * bubbles.pitch_x - side / 2
            y = bubbles.y + int(digit) * bubbles.pitch_y - side / 2
            strokes = fill_bubble(pens.marks, desk.rng, pens.bubble)
            desk.into((x, y, side, side), strokes, pens.marks)
            if pens.bubble == "filled" and desk.rng.random() < 0.6:  # many go over it twice
                desk.into((x, y, side, side), fill_bubble(pens.marks, desk.rng, "filled"), pens.marks)


def _tally(desk: _Desk, tally: TallyGrid, cells: tuple[tuple[int, ...], ...], pens: Pens, cancels: str) -> Cancelled:
    """Draw the strokes of every cell, and strike out what is left of the grid."""
    hand = replace(pens.marks, pen_mm=min(pens.marks.pen_mm, tally.cell_height / 16))
    for row, counts in enumerate(cells):
        for column, count in enumerate(counts):
            x, y = tally.x + column * tally.cell_width, tally.y + row * tally.cell_height
            strokes = write_bundles(count, pens.tally, hand, desk.rng)
            desk.into((x, y, tally.cell_width, tally.cell_height), strokes, hand)
    used = max((i + 1 for i, count in enumerate(cells[-1]) if count), default=0) if cells else 0
    first = len(cells) if used == tally.columns or not cells else len(cells) - 1
    start = 0 if first == len(cells) else used
    strokes = []
    if first < tally.rows and start < tally.columns - 1:
        left = (tally.rows - first) * tally.cell_height
        area = (tally.x, tally.y + first * tally.cell_height, tally.columns * tally.cell_width, left)
        strokes = _cancel(desk, area, tally.cell_height, start * tally.cell_width, hand, cancels)
    return _touched(tally, strokes)


def _touched(tally: TallyGrid, strokes: list[Stroke]) -> Cancelled:
    """Return the cells (rows, columns) whose inner part the strokes, in mm, pass through."""
    touched = np.zeros((tally.rows, tally.columns), bool)
    for stroke in strokes:
        steps = np.linspace(0.0, len(stroke) - 1.0, 400)
        points = np.column_stack([np.interp(steps, np.arange(len(stroke)), axis) for axis in stroke.T])
        at = (points - (tally.x, tally.y)) / (tally.cell_width, tally.cell_height)
        inner = (np.abs(at % 1.0 - 0.5) < 0.4).all(axis=1) & (at > 0).all(axis=1)
        inner &= (at < (tally.columns, tally.rows)).all(axis=1)
        column, row = at[inner].astype(int).T
        touched[row, column] = True
    return touched


def _cancel(desk: _Desk, area: Rectangle, row: float, start: float, hand: Hand, kind: str) -> list[Stroke]:
    """Strike out an unused area of rows `row` mm high, of whose first row the part before `start` mm is used."""
    if not kind:
        return []
    x, y, width, height = area
    rng = desk.rng
    left, right = x + rng.uniform(0.02, 0.07) * width, x + width * rng.uniform(0.93, 0.98)
    top, bottom = y + row * rng.uniform(0.3, 0.6), y + height - row * rng.uniform(0.3, 0.6)
    head = min(x + start + 0.04 * width + rng.uniform(0.0, 4.0), right)
    if height < 1.5 * row:
        lines = [[(head, top), (right, top + rng.normal(0.0, 0.5))]]
    elif kind == "Z":
        lines = [[(head, top), (right, top)], [(right, top), (left, bottom)], [(left, bottom), (right, bottom)]]
    elif kind == "X":
        low = top + (row if start > 0 else 0.0)
        lines = [[(left, low), (right, bottom)], [(right, low), (left, bottom)]]
    else:
        lines = [[(right, top), (left, bottom)]]
    strokes = [tremble(np.array(line) + rng.normal(0.0, 0.6, (2, 2)), 0.15, rng) for line in lines]
    desk.ink(strokes, hand)
    return strokes


def _row_sums(desk: _Desk, field: NumberField, written: Written, pens: Pens, cancels: str) -> None:
    """Write the sum of each used row, and strike out the cells below."""
    sums = field.row_sums
    assert sums is not None
    hand = replace(pens.free, style="free")
    for row, text in enumerate(written.row_totals):
        for column, sign in enumerate(text):
            width = min(sums.cell_width, sums.count * sums.cell_width / len(text))
            x, y = sums.x + column * width, sums.y + row * sums.cell_height
            _character(desk, (x, y, width, sums.cell_height), sign, hand)
    if sums.total:
        _freely(desk, sums.total, written.grand_total, hand)
    unused = sums.rows - len(written.row_totals)
    if unused > 1 and written.row_totals:
        top = sums.y + len(written.row_totals) * sums.cell_height
        area = (sums.x, top, sums.count * sums.cell_width, unused * sums.cell_height)
        _cancel(desk, area, sums.cell_height, 0.0, replace(hand, pen_mm=min(hand.pen_mm, 1.0)), cancels)


def _freely(desk: _Desk, room: Rectangle, text: str, hand: Hand) -> None:
    """Write a number in the middle of a room without boxes, its digits close together."""
    x, y, width, height = room
    side = desk.rng.uniform(0.55, 0.8) * height
    step = desk.rng.uniform(0.6, 0.75) * side
    left = x + (width - step * len(text)) / 2 + desk.rng.normal(0.0, 0.04) * width
    top = y + desk.rng.uniform(0.1, 0.5) * (height - side)
    for place, sign in enumerate(text):
        _character(desk, (left + place * step - (side - step) / 2, top, side, side), sign, hand)


def _words(desk: _Desk, area: Rectangle, text: str, hand: Hand) -> None:
    """Write a number in words, smaller or in two lines where the room is narrow."""
    x, y, width, height = area
    lines = [text]
    if len(text) * 5.0 > width and " " in text:
        spaces = [i for i, sign in enumerate(text) if sign == " "]
        middle = min(spaces, key=lambda i: abs(i - len(text) / 2))
        lines = [text[:middle], text[middle + 1 :]]
    size = min(desk.rng.uniform(6.0, 10.0), height / (1.7 * len(lines)))
    top = y + desk.rng.uniform(0.1, 0.3) * max(height - 1.7 * size * len(lines), 0.0) + 0.2 * size
    left = x + desk.rng.uniform(2.0, 0.06 * width + 2.0)
    for i, line in enumerate(lines):
        _line(desk, line, left, top + i * 1.7 * size, size, 0.97 * width + x - left, hand)


def _line(desk: _Desk, text: str, x: float, y: float, size: float, width: float, hand: Hand) -> None:
    """Write one line of capitals, `size` mm high from `y` down, squeezed into `width` mm."""
    strokes = write_word(text, hand, desk.rng)
    if not strokes:
        return
    long = max(float(stroke[:, 0].max()) for stroke in strokes) * size
    squeeze = min(1.0, width / max(long, 1.0))
    height = size * max(squeeze, 0.7)
    pen = replace(hand, pen_mm=min(hand.pen_mm, height / 7))
    desk.ink([stroke * (size * squeeze, height) + (x, y + size - height) for stroke in strokes], pen)


def _heading(desk: _Desk, page: PageTemplate, scenario: Scenario, hand: Hand) -> None:
    """Write place and date on the dotted lines."""
    press = Press.blank(1.0, 1.0, desk.scale)  # knows how wide the print is
    for caption in page.artwork.captions:
        key = caption.text.split()[0].lower().strip(":")
        if caption.dotted_to is None or key not in scenario.header:
            continue
        start, end, base = dotted_span(press, page, caption)
        size = desk.rng.uniform(4.0, 5.5)
        x = start + desk.rng.uniform(2.0, 8.0)
        _line(desk, scenario.header[key], x, base + 0.5 - size, size, end - x, hand)


def _signatures(desk: _Desk, area: Rectangle, hand: Hand) -> None:
    """Scribble signatures into a private rectangle: a row of officers above, witnesses below."""
    x, y, width, height = area
    hand = replace(hand, pen_mm=min(hand.pen_mm, 0.8))
    for row, (share, count) in enumerate(((0.3, 7), (0.85, 3))):
        for i in range(count):
            if desk.rng.random() < (0.1 if row == 0 else 0.3):
                continue
            centre = (x + width * (i + 0.6) / count, y + share * height)
            size = (width / count * 0.35, min(0.1 * height, 9.0))
            desk.ink([_signature(desk.rng) * size + centre], hand)


def _signature(rng: np.random.Generator) -> Stroke:
    """Return a scribble of loops, about -1..1 both ways."""
    n = int(rng.integers(6, 12))
    across = np.linspace(-0.8, 0.8, n) + rng.normal(0.0, 0.22, n)
    up = np.where(np.arange(n) % 2, 1.0, -1.0) * rng.uniform(0.1, 1.0, n)
    return spline(np.column_stack([across, up]))
