"""One blank page of a form, printed: everything that stands on the sheet before anybody writes on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms import FormTemplate, NumberField, PageTemplate, Rectangle
from pipeline.forms.template import Boxes, Bubbles, Caption, Corners, RowSums, Tag, TallyGrid
from training.pages.press import Press

if TYPE_CHECKING:
    from training.pages.pdf_press import PdfPress

Printing: TypeAlias = "Press | PdfPress"
"""What a sheet is printed on: a canvas of pixels, or the page of a PDF."""

_BLACK = 0.9
_RULING = 0.21  # density of the light lines of tally grids
_GUIDE = 0.21  # and of the dotted seven-segment guide, 0.79 grey on the official form
_GUIDE_X, _GUIDE_Y = 0.205, 0.333  # half the guide's width and height, in parts of the box
# Captions that start so are instructions, printed light and slanted.
_ITALIC = ("(", "hitamkan", "isian", "dengan isian", "total terbilang")


@dataclass(frozen=True, slots=True)
class PrintStyle:
    """How the printer left the page.

    Attributes:
        darkness: Factor on every density.
        gain: How much all lines and letters spread (blur of the ink), in mm.
        paper: Reflectance of the bare paper (blue, green, red), 0..1.

    """

    darkness: float = 1.0
    gain: float = 0.0
    paper: tuple[float, float, float] = (0.96, 0.96, 0.96)

    @staticmethod
    def sample(rng: np.random.Generator) -> "PrintStyle":
        """Draw a print as they differ from press to press."""
        white = rng.uniform(0.88, 0.98)
        return PrintStyle(
            darkness=rng.uniform(0.82, 1.05),
            gain=rng.choice([0.0, 0.08, 0.15]),
            paper=(white * rng.uniform(0.94, 1.0), white * rng.uniform(0.98, 1.0), white),
        )


@dataclass(frozen=True, slots=True)
class BlankSheet:
    """A whole blank sheet that pages are printed as, instead of as their template draws them.

    Attributes:
        ink: float32 (height, width), 0 bare paper to 1 black, at any scale.
        around: Areas, mm, that are drawn from the template all the same.

    """

    ink: NDArray[np.float32]
    around: Sequence[Rectangle] = ()


def draw_sheet(
    form: FormTemplate,
    page: int,
    pixels_per_mm: float = 4.0,
    style: PrintStyle | None = None,
    blank: BlankSheet | None = None,
) -> NDArray[np.float32]:
    """Print one blank page.

    Args:
        form: The template.
        page: Page number, from 1.
        pixels_per_mm: Scale; a point at x mm lies x * pixels_per_mm from the left edge of the first pixel.
        style: How it is printed; crisp black on white without it.
        blank: The blank that it is printed as; by default all is drawn that the template says.

    Returns:
        Reflectance (height, width, 3), float32, BGR, 0 black to 1 white.

    """
    style = style or PrintStyle()
    press = Press.blank(form.sheet.width, form.sheet.height, pixels_per_mm)
    print_page(press, form.page(page))
    if blank is not None:
        press.copy(blank.ink, blank.around)
    ink = press.ink
    if style.gain * pixels_per_mm > 0.2:
        ink = np.asarray(cv2.GaussianBlur(ink, (0, 0), style.gain * pixels_per_mm), dtype=np.uint8)
    levels = 1.0 - np.minimum(np.arange(256) * (style.darkness / 255.0), 0.93)
    colours = (levels[:, None] * style.paper).astype(np.float32)
    return np.asarray(cv2.LUT(cv2.merge([ink] * 3), colours[:, None]), dtype=np.float32)


def print_page(press: Printing, page: PageTemplate) -> None:
    """Print everything that the template says stands on the page."""
    # Light lines of grids first: on a PDF what comes later covers them.
    for field in page.numbers:
        _field(press, page, field)
    _artwork(press, page)
    if page.corners:
        _corners(press, page.corners)
    if page.tag:
        _tag(press, page.tag)


def dotted_span(press: Printing, page: PageTemplate, caption: Caption) -> tuple[float, float, float]:
    """Return where the dots of a caption with `dotted_to` run: (start, end, baseline) in mm."""
    end = caption.at[0] if caption.dotted_to is None else caption.dotted_to
    start = _colon(press, page, caption) + 2.5 if caption.text.endswith(":") else _after(press, caption)
    return start + 1.5, end, caption.at[1]


def _artwork(press: Printing, page: PageTemplate) -> None:
    """Print lines, frames, filled areas and captions."""
    for line in page.artwork.lines:
        press.line(line.start, line.end, line.thickness, 1.0 - line.grey)
    for rectangle, thickness in page.artwork.frames:
        press.frame(*rectangle, thickness, _BLACK)
    for corners in page.artwork.solids:
        press.polygon(corners, _BLACK)
    for caption in page.artwork.captions:
        _caption(press, page, caption)


def _caption(press: Printing, page: PageTemplate, caption: Caption) -> None:
    """Print one caption, and the dots behind it."""
    x, y = caption.at
    italic, weight = _lettering(caption.text)
    text, size = caption.text, caption.size
    if text.endswith(":") and caption.dotted_to is not None:
        text = text[:-1].rstrip()
        press.text(_colon(press, page, caption), y, ":", size, weight=weight)
    press.text(x, y, text, size, align=caption.align, weight=weight, italic=italic, width=caption.width)
    if caption.dotted_to is not None:
        start, end, base = dotted_span(press, page, caption)
        press.dots(start, end, base + 1.2, size=0.7, pitch=3.2, density=_BLACK)
    if text.lower().endswith("isian angka pada kotak"):
        _sample_bubbles(press, x, y + 7.0)


def _lettering(text: str) -> tuple[bool, int]:
    """Return whether a caption is slanted, and how bold it is."""
    italic = text.lower().startswith(_ITALIC)
    light = italic or ("Jumlah" in text and "Jumlah Pengguna" not in text)
    return italic, 400 if light else 700


def _colon(press: Printing, page: PageTemplate, caption: Caption) -> float:
    """Return where the colon of a caption stands: captions of one column have theirs below each other."""
    column = [
        _after(press, other)
        for other in page.artwork.captions
        if other.at[0] == caption.at[0] and other.text.endswith(":") and other.dotted_to is not None
    ]
    return max(column)


def _after(press: Printing, caption: Caption) -> float:
    """Return the end of a caption's words, in mm."""
    text = caption.text.rstrip(": ")
    width = caption.width or press.text_width(text, caption.size, weight=_lettering(text)[1])
    return caption.at[0] + width + 1.5


def _sample_bubbles(press: Printing, x: float, y: float) -> None:
    """Print the example below the instruction: an empty bubble, an arrow, a filled one."""
    press.ring(x - 11.5, y, 8.0, 0.35, _BLACK)
    press.text(x - 11.5, y + 1.35, "0", 2.8, align="centre", weight=500)
    press.rectangle(x - 5.0, y - 0.4, 4.0, 0.8, _BLACK)
    for i in range(5):
        press.rectangle(x - 1.6 + 0.4 * i, y - 1.6 + 0.32 * i, 0.5, 3.2 - 0.64 * i, _BLACK)
    press.ring(x + 6.5, y, 8.2, 4.1, 0.8)


def _field(press: Printing, page: PageTemplate, field: NumberField) -> None:
    """Print every place in which one number is stated."""
    _boxes(press, field.boxes)
    if field.bubbles:
        _bubbles(press, field.bubbles)
    if field.tally:
        _tally(press, page, field.tally)
    if field.row_sums:
        _row_sums(press, field.row_sums)


def _boxes(press: Printing, boxes: Boxes) -> None:
    """Print the boxes of one number."""
    for x, y, width, height in boxes.rectangles:
        press.frame(x, y, width, height, boxes.line, _BLACK)
        if boxes.guide == "seven_segment":
            _guide(press, x + width / 2, y + height / 2, width, height)


def _guide(press: Printing, x: float, y: float, width: float, height: float) -> None:
    """Print the dotted figure eight of seven segments: three columns of nine dots, three rows of five."""
    columns = x + np.linspace(-_GUIDE_X * width, _GUIDE_X * width, 5)
    rows = y + np.linspace(-_GUIDE_Y * height, _GUIDE_Y * height, 9)
    for i, row in enumerate(rows):
        for column in columns if i % 4 == 0 else columns[::2]:
            press.rectangle(column - 0.28, row - 0.28, 0.56, 0.56, _GUIDE)


def _bubbles(press: Printing, bubbles: Bubbles) -> None:
    """Print columns of rings with the digits inside."""
    for column in range(bubbles.count):
        for digit in range(10):
            x, y = bubbles.x + column * bubbles.pitch_x, bubbles.y + digit * bubbles.pitch_y
            press.ring(x, y, bubbles.diameter, 0.045 * bubbles.diameter, _BLACK)
            size = 0.42 * bubbles.diameter
            press.text(x, y + size / 2, str(digit), size, align="centre", weight=400)


def _tally(press: Printing, page: PageTemplate, tally: TallyGrid) -> None:
    """Print the grid in light lines, and the numbers of its columns where the artwork left a row for them."""
    width, height = tally.columns * tally.cell_width, tally.rows * tally.cell_height
    for column in range(1, tally.columns):
        x = tally.x + column * tally.cell_width
        press.line((x, tally.y), (x, tally.y + height), 0.5, _RULING)
    for row in range(1, tally.rows):
        y = tally.y + row * tally.cell_height
        press.line((tally.x, y), (tally.x + width, y), 0.5, _RULING)
    if any(_above(tally, line.start, line.end) for line in page.artwork.lines):
        _column_numbers(press, tally)


def _above(tally: TallyGrid, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Whether a line runs level 5 to 9 mm above the grid and is about as long: then numbers stand in between."""
    level = start[1] == end[1] and 5.0 <= tally.y - start[1] <= 9.0
    return level and abs((end[0] - start[0]) - tally.columns * tally.cell_width) < 5.0


def _column_numbers(press: Printing, tally: TallyGrid) -> None:
    """Print 1, 2, 3, ... above the columns of a grid, ticks between them."""
    for column in range(tally.columns):
        x = tally.x + column * tally.cell_width
        press.text(x + tally.cell_width / 2, tally.y - 2.3, str(column + 1), 2.6, align="centre", weight=400)
        if column:
            press.line((x, tally.y - 7.0), (x, tally.y), 0.3, _BLACK)


def _row_sums(press: Printing, sums: RowSums) -> None:
    """Print the cells for the sum of each row."""
    width, height = sums.count * sums.cell_width, sums.rows * sums.cell_height
    for column in range(sums.count + 1):
        x = sums.x + column * sums.cell_width
        press.line((x, sums.y), (x, sums.y + height), 0.5, _RULING)
    for row in range(1, sums.rows):
        y = sums.y + row * sums.cell_height
        press.line((sums.x, y), (sums.x + width, y), 0.5, _RULING)


def _corners(press: Printing, corners: Corners) -> None:
    """Print the four corner markers."""
    side = corners.square
    for x, y in corners.points.values():
        if corners.kind == "checkerboard":
            press.rectangle(x - side, y - side, side, side, _BLACK)
            press.rectangle(x, y, side, side, _BLACK)
        else:
            press.rectangle(x - side / 2, y - side / 2, side, side, _BLACK)


def _tag(press: Printing, tag: Tag) -> None:
    """Print the AprilTag, cell by cell, and its number beside it."""
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, f"DICT_{tag.family}"))
    modules = dictionary.markerSize + 2
    upright = cv2.aruco.generateImageMarker(dictionary, tag.id, modules)
    cells = np.rot90(upright, -(tag.rotation // 90))  # np.rot90 turns anticlockwise
    x, y, width, height = tag.square
    press.rectangle(x, y, width, height, _BLACK)
    for row, column in np.argwhere(cells > 0):
        press.clear(x + column * width / modules, y + row * height / modules, width / modules, height / modules)
    _tag_number(press, tag)


def _tag_number(press: Printing, tag: Tag) -> None:
    """Print the tag's number to its left, reading upwards."""
    x, y, _, height = tag.square
    press.upward_text(x - 3.3, y + height / 2, str(tag.id), 3.2)
