"""A picture of a reading: the photograph with every box drawn, and each number's straightened cut beside it.

Green is accepted, amber waits for people, red cannot be read; the digit that was read stands at its box.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from api.core.atomic_files import writable_folder
from api.core.formatting import format_percent
from api.core.language import Language, word
from pipeline.cells import straighten
from pipeline.documents import Document, Page
from pipeline.documents.names import file_name
from pipeline.errors import DocumentError
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading, Quadrilateral

PHOTOGRAPH_HEIGHT = 1500
"""Height of the photograph in the overlay, px; never enlarged."""

CUT_HEIGHT = 66
PANEL_WIDTH = 560
MARGIN = 14
COLOURS = {Outcome.ACCEPTED: (22, 128, 60), Outcome.REVIEW: (214, 130, 0), Outcome.REJECTED: (200, 30, 30)}
INK, PAPER, FAINT = (30, 30, 35), (250, 250, 248), (120, 120, 125)

Picture = NDArray[np.uint8]


def write_overlays(
    document: Document, reading: DocumentReading, folder: Path, language: Language = Language.INDONESIAN
) -> list[Path]:
    """Write one JPEG a page into `folder`; return where they are. A page that cannot be decoded has none."""
    written = []
    for index, (page, page_reading) in enumerate(zip(document.pages, reading.pages, strict=True), start=1):
        if not isinstance(page, Page):
            continue
        try:
            picture = draw_overlay(page.colour(), page_reading, reading, language)
        except DocumentError:
            continue
        path = writable_folder(folder) / f"{file_name(reading.document)}-{index}.jpg"
        path.write_bytes(encode(picture))
        written.append(path)
    return written


def encode(picture: Picture) -> bytes:
    """Return a BGR picture (h, w, 3) as JPEG."""
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return data.tobytes()


def draw_overlay(
    photograph: Picture,
    page: PageReading,
    document: DocumentReading | None = None,
    language: Language = Language.INDONESIAN,
) -> Picture:
    """Draw what was read over the page, and the numbers beside it.

    Args:
        photograph: The upright page at full size, BGR (h, w, 3).
        page: Its reading.
        document: Where given, its decision over the whole document stands before the page's own.
        language: Of the words beside it.

    Returns:
        BGR (height, width, 3).

    """
    decided = {name: (document.fields.get(name) if document else None) or own for name, own in page.fields.items()}
    scale = min(1.0, PHOTOGRAPH_HEIGHT / photograph.shape[0])
    size = (round(photograph.shape[1] * scale), round(photograph.shape[0] * scale))
    canvas = Image.fromarray(
        cv2.cvtColor(cv2.resize(photograph, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2RGB)
    )
    _draw_on_photograph(ImageDraw.Draw(canvas), page, decided, scale)
    panel = _panel(photograph, page, decided, language)
    height = max(canvas.height, panel.height)
    joined = Image.new("RGB", (canvas.width + panel.width, height), PAPER)
    joined.paste(canvas, (0, 0))
    joined.paste(panel, (canvas.width, 0))
    return np.asarray(cv2.cvtColor(np.asarray(joined), cv2.COLOR_RGB2BGR), dtype=np.uint8)


def _draw_on_photograph(
    draw: ImageDraw.ImageDraw, page: PageReading, fields: dict[str, FieldReading], scale: float
) -> None:
    if page.registration is not None:
        _outline(draw, page.registration.outline, scale, (0, 120, 215), 3)
    for field in fields.values():
        colour = COLOURS[field.outcome]
        for box, mark in zip(field.box_regions, field.boxes, strict=True):
            _outline(draw, box, scale, colour, 2)
            if mark != "_":
                left, top = (min(axis) * scale for axis in zip(*box, strict=True))
                draw.text((left + 2, top - 15), mark, fill=colour, font=_font(15))


def _outline(
    draw: ImageDraw.ImageDraw, corners: Quadrilateral, scale: float, colour: tuple[int, int, int], width: int
) -> None:
    points = [(x * scale, y * scale) for x, y in corners]
    draw.line([*points, points[0]], fill=colour, width=width, joint="curve")


def _panel(photograph: Picture, page: PageReading, fields: dict[str, FieldReading], language: Language) -> Image.Image:
    """Draw the column with every number's cut, its value and its confidence."""
    rows = [(name, field, _cut(photograph, field)) for name, field in fields.items()]
    lines = [reason.text(language.value) for reason in page.reasons]
    wrapped = [part for line in lines for part in _wrap(line, 62)]
    height = 2 * MARGIN + 34 + 20 * len(wrapped) + (CUT_HEIGHT + 10) * len(rows)
    panel = Image.new("RGB", (PANEL_WIDTH, height), PAPER)
    draw = ImageDraw.Draw(panel)
    where = f"{page.form or '?'}  {word('page', language).lower()} {page.form_page or '?'}"
    title = f"{where}  {word(page.outcome.value, language)}"
    draw.text((MARGIN, MARGIN), title, fill=COLOURS[page.outcome], font=_font(19))
    y = MARGIN + 34
    for line in wrapped:
        draw.text((MARGIN, y), line, fill=INK, font=_font(15))
        y += 20
    for name, field, cut in rows:
        _row(panel, draw, y, name, field, cut, language)
        y += CUT_HEIGHT + 10
    return panel


def _row(
    panel: Image.Image,
    draw: ImageDraw.ImageDraw,
    y: int,
    name: str,
    field: FieldReading,
    cut: Picture | None,
    language: Language,
) -> None:
    if cut is not None:
        panel.paste(Image.fromarray(cv2.cvtColor(cut, cv2.COLOR_BGR2RGB)), (MARGIN, y))
    colour = COLOURS[field.outcome]
    value = "-" if field.value is None else str(field.value)
    draw.text((PANEL_WIDTH - 278, y), value, fill=colour, font=_font(32))
    sure = f"{format_percent(field.confidence, language)}  {word(field.outcome.value, language)}"
    draw.text((PANEL_WIDTH - 190, y + 2), sure, fill=colour, font=_font(16))
    draw.text((PANEL_WIDTH - 190, y + 23), name, fill=INK, font=_font(14))
    codes = ", ".join(reason.code for reason in field.reasons)
    draw.text((PANEL_WIDTH - 278, y + 46), codes[:40], fill=FAINT, font=_font(13))


def _cut(photograph: Picture, field: FieldReading) -> Picture | None:
    """Return the boxes of a number, straightened, side by side, `CUT_HEIGHT` px high."""
    if not field.box_regions:
        return None
    outlines = [_grown(np.array(box)) for box in field.box_regions]
    colours = [
        np.dstack([straighten(np.ascontiguousarray(photograph[..., channel]), outline) for channel in range(3)])
        for outline in outlines
    ]
    width = min(CUT_HEIGHT, (PANEL_WIDTH - 300) // len(colours))
    return np.hstack([np.asarray(cv2.resize(cut, (width, CUT_HEIGHT)), dtype=np.uint8) for cut in colours])


def _grown(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a quadrilateral (4, 2) a fifth larger about its middle."""
    middle = box.mean(axis=0)
    return np.asarray(middle + 1.2 * (box - middle))


def _wrap(text: str, width: int) -> Sequence[str]:
    lines = [""]
    for part in text.split():
        if len(lines[-1]) + len(part) + 1 > width:
            lines.append(part)
        else:
            lines[-1] = f"{lines[-1]} {part}".strip()
    return lines


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
