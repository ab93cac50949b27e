"""A picture of a blank page with everything that was found drawn on it."""

import colorsys
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.drafting.paper import Grey
from pipeline.forms.template import Bubbles, NumberField, PageTemplate, RowSums, TallyGrid

Colour = tuple[int, int, int]
Picture = NDArray[np.uint8]

_LONG_SIDE = 1800  # px of the picture
_LINE: Colour = (200, 120, 0)
_FIDUCIAL: Colour = (0, 0, 230)
_PRIVATE: Colour = (160, 0, 160)


def draw_page(grey: Grey, sheet: tuple[float, float], page: PageTemplate) -> Picture:
    """Draw a page's template on the picture of its blank.

    Args:
        grey: The whole sheet, uint8.
        sheet: Its width and height, mm.
        page: The template.

    Returns:
        BGR, its long side 1,800 px.

    """
    scale = _LONG_SIDE / max(sheet)
    size = (round(sheet[0] * scale), round(sheet[1] * scale))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    pen = _Pen(np.asarray(cv2.cvtColor(small // 2 + 127, cv2.COLOR_GRAY2BGR), np.uint8), scale)
    for line in page.artwork.lines:
        pen.line(line.start, line.end, _LINE)
    if page.tag:
        pen.rectangle(page.tag.square, _FIDUCIAL)
    for x, y in page.corners.points.values() if page.corners else ():
        pen.ring(x, y, 2 * page.corners.square if page.corners else 0, _FIDUCIAL)
    for area in page.private:
        pen.rectangle(area, _PRIVATE)
    for index, field in enumerate(page.numbers):
        _number(pen, field, _shade(index))
    return pen.picture


class _Pen:
    def __init__(self, picture: Picture, scale: float) -> None:
        self.picture = picture
        self._scale = scale

    def _at(self, x: float, y: float) -> tuple[int, int]:
        return round(x * self._scale), round(y * self._scale)

    def line(self, start: Sequence[float], end: Sequence[float], colour: Colour) -> None:
        cv2.line(self.picture, self._at(*start), self._at(*end), colour, 1)

    def rectangle(self, place: Sequence[float], colour: Colour, thickness: int = 2) -> None:
        x, y, width, height = place
        cv2.rectangle(self.picture, self._at(x, y), self._at(x + width, y + height), colour, thickness)

    def ring(self, x: float, y: float, diameter: float, colour: Colour) -> None:
        cv2.circle(self.picture, self._at(x, y), round(diameter / 2 * self._scale), colour, 1, cv2.LINE_AA)

    def text(self, x: float, y: float, text: str, colour: Colour) -> None:
        at = self._at(x, y)
        cv2.putText(
            self.picture, text, (at[0], max(10, at[1] - 4)), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1, cv2.LINE_AA
        )


def _number(pen: _Pen, field: NumberField, colour: Colour) -> None:
    for place in field.boxes.rectangles:
        pen.rectangle(place, colour)
    if field.bubbles:
        _bubbles(pen, field.bubbles, colour)
    for grid in (field.tally, field.row_sums):
        if grid:
            _grid(pen, grid, colour)
    if field.words:
        pen.rectangle(field.words, colour, 1)
    pen.text(field.boxes.x, field.boxes.y, field.name, colour)


def _bubbles(pen: _Pen, bubbles: Bubbles, colour: Colour) -> None:
    for column in range(bubbles.count):
        for digit in range(10):
            x, y = bubbles.x + column * bubbles.pitch_x, bubbles.y + digit * bubbles.pitch_y
            pen.ring(x, y, bubbles.diameter, colour)


def _grid(pen: _Pen, grid: TallyGrid | RowSums, colour: Colour) -> None:
    columns = grid.columns if isinstance(grid, TallyGrid) else grid.count
    for row in range(grid.rows):
        for column in range(columns):
            x, y = grid.x + column * grid.cell_width, grid.y + row * grid.cell_height
            pen.rectangle((x, y, grid.cell_width, grid.cell_height), colour, 1)


def _shade(index: int) -> Colour:
    """Return a strong colour; neighbours differ."""
    red, green, blue = colorsys.hsv_to_rgb((index * 0.31) % 1.0, 0.9, 0.65)
    return round(255 * blue), round(255 * green), round(255 * red)


def png(picture: Picture) -> bytes:
    """Return a picture as a PNG file."""
    return cv2.imencode(".png", picture)[1].tobytes()
