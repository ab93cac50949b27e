"""Printing on a page of a PDF: the same sheet as on a canvas. Text is set in fonts that every reader has."""

from collections.abc import Sequence
from typing import Any, Literal

from reportlab.pdfbase.pdfmetrics import stringWidth

_CAP_HEIGHT = 0.718  # of Helvetica, over its nominal size


class PdfPress:
    """The page of a PDF, with the methods of `training.pages.press.Press`.

    Args:
        canvas: Its unit is 1 mm, its origin the upper left corner of the sheet, y down.

    """

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas

    def rectangle(self, x: float, y: float, width: float, height: float, density: float) -> None:
        """Fill a rectangle."""
        self._canvas.setFillGray(1.0 - density)
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def clear(self, x: float, y: float, width: float, height: float) -> None:
        """Take the ink away from a rectangle."""
        self.rectangle(x, y, width, height, 0.0)

    def frame(self, x: float, y: float, width: float, height: float, line: float, density: float) -> None:
        """Draw a frame; the rectangle is that of the centre of its line."""
        self._stroke(line, density)
        self._canvas.rect(x, y, width, height, stroke=1, fill=0)

    def line(self, start: Sequence[float], end: Sequence[float], thickness: float, density: float) -> None:
        """Draw a straight line with square ends."""
        self._stroke(thickness, density)
        self._canvas.line(start[0], start[1], end[0], end[1])

    def polygon(self, corners: Sequence[Sequence[float]], density: float) -> None:
        """Fill an area between corners."""
        self._canvas.setFillGray(1.0 - density)
        path = self._canvas.beginPath()
        path.moveTo(*corners[0])
        for corner in corners[1:]:
            path.lineTo(*corner)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

    def ring(self, x: float, y: float, diameter: float, line: float, density: float) -> None:
        """Draw a circle of the given outer diameter; `line` = half the diameter gives a filled disc."""
        if 2 * line >= diameter:
            self._canvas.setFillGray(1.0 - density)
            self._canvas.circle(x, y, diameter / 2, stroke=0, fill=1)
        else:
            self._stroke(line, density)
            self._canvas.circle(x, y, (diameter - line) / 2, stroke=1, fill=0)

    def dots(self, x0: float, x1: float, y: float, *, size: float, pitch: float, density: float) -> None:
        """Print a dotted line from `x0` to `x1`, its dots centred on `y`."""
        self._stroke(size, density)
        self._canvas.setDash([size, pitch - size])
        self._canvas.line(x0, y, x1, y)
        self._canvas.setDash()

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
        """Print words whose capitals are `size` mm high, their baseline at `y`; see `Press.text`."""
        natural = self.text_width(text, size, weight=weight, italic=italic)
        if not natural:
            return
        width = natural if width is None else width
        left = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[align] * width
        self._set(left, y, text, size, (weight, italic), density, stretched=width / natural)

    def upward_text(self, x: float, y: float, text: str, size: float, *, weight: int = 500) -> None:
        """Print words that read upwards, their baseline at `x` and their middle at `y`."""
        start = y + self.text_width(text, size, weight=weight) / 2
        self._set(x, start, text, size, (weight, False), 0.9, turned=-90.0)

    def text_width(self, text: str, size: float, *, weight: int = 700, italic: bool = False) -> float:
        """Return how wide `text` will be, in mm."""
        return float(stringWidth(text, _font(weight, italic), size / _CAP_HEIGHT))

    def across(self, text: str, sheet: tuple[float, float], density: float) -> None:
        """Print a word three times across a sheet of that width and height, rising to the right."""
        size = 0.13 * sheet[0]
        for share in (0.3, 0.6, 0.9):
            width = self.text_width(text, size)
            self._set((sheet[0] - 0.87 * width) / 2, share * sheet[1], text, size, (700, False), density, turned=-30.0)

    def _set(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        face: tuple[int, bool],
        density: float,
        *,
        turned: float = 0.0,
        stretched: float = 1.0,
    ) -> None:
        """Set words from (x, y) on, turned clockwise by so many degrees; the page itself is upside down."""
        self._canvas.saveState()
        self._canvas.translate(x, y)
        self._canvas.rotate(turned)
        self._canvas.scale(stretched, -1.0)
        self._canvas.setFillGray(1.0 - density)
        self._canvas.setFont(_font(*face), size / _CAP_HEIGHT)
        self._canvas.drawString(0.0, 0.0, text)
        self._canvas.restoreState()

    def _stroke(self, thickness: float, density: float) -> None:
        self._canvas.setLineWidth(thickness)
        self._canvas.setStrokeGray(1.0 - density)


def _font(weight: int, italic: bool) -> str:
    """Return the standard font for a weight from 100 to 900."""
    upright, slanted = (
        ("Helvetica-Bold", "Helvetica-BoldOblique") if weight > 550 else ("Helvetica", "Helvetica-Oblique")
    )
    return slanted if italic else upright
