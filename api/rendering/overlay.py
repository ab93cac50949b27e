"""A picture of a reading: the photograph with every box drawn, and each number's straightened cut beside it.

Green is accepted, amber waits for people, red cannot be read; the digit that was read stands at its box.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from api.core.formatting import format_percent
from api.core.language import Language, word
from api.files.atomic import writable_folder
from pipeline.documents import Document, Page
from pipeline.documents.names import file_name
from pipeline.errors import DocumentError
from pipeline.forms import FormTemplate
from pipeline.reading import DocumentReading, FieldReading, Outcome, PageReading, Quadrilateral, worst
from pipeline.reasons import ADVICE

PHOTOGRAPH_HEIGHT = 1500
"""Height of the photograph in the overlay, px; never enlarged."""

CUT_HEIGHT = 66
PANEL_WIDTH = 800
TEXT_LEFT = 300
ROW_HEIGHT = 104
MARGIN = 14
MOST_REASON_LINES = 2
COLOURS = {Outcome.ACCEPTED: (22, 128, 60), Outcome.REVIEW: (214, 130, 0), Outcome.REJECTED: (200, 30, 30)}
INK, PAPER, FAINT = (30, 30, 35), (250, 250, 248), (120, 120, 125)

NOTHING = "-"
"""What is written where no number is read: the font of the pictures has no longer dash."""

WITNESSES = {"digits": "boxes"}
"""What a witness is called where its own name is no word."""

Picture = NDArray[np.uint8]


def write_overlays(
    document: Document,
    reading: DocumentReading,
    folder: Path,
    language: Language = Language.INDONESIAN,
    form: FormTemplate | None = None,
) -> list[Path]:
    """Write one JPEG a page into `folder`; return where they are. A page that cannot be decoded has none."""
    written = []
    for index, (page, page_reading) in enumerate(zip(document.pages, reading.pages, strict=True), start=1):
        if not isinstance(page, Page):
            continue
        try:
            picture = draw_overlay(page.colour(), page_reading, reading, language, form)
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
    form: FormTemplate | None = None,
) -> Picture:
    """Draw what was read over the page, and the numbers beside it.

    Args:
        photograph: The upright page at full size, BGR (h, w, 3).
        page: Its reading.
        document: Where given, its decision over the whole document stands before the page's own.
        language: Of the words beside it.
        form: Where given, numbers are called what they are called on paper.

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
    panel = _panel(photograph, page, decided, language, form)
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


def _panel(
    photograph: Picture,
    page: PageReading,
    fields: dict[str, FieldReading],
    language: Language,
    form: FormTemplate | None,
) -> Image.Image:
    """Draw the column with every number's cut, its value, what each witness says and why it is in doubt."""
    lines = [reason.text(language.value) for reason in page.reasons]
    wrapped = [part for line in lines for part in _wrap(line, 92)]
    height = 2 * MARGIN + 34 + 20 * len(wrapped) + ROW_HEIGHT * len(fields)
    panel = Image.new("RGB", (PANEL_WIDTH, height), PAPER)
    draw = ImageDraw.Draw(panel)
    outcome = _decided(page, fields, form)
    if page.form is None:
        title = word("not_read", language)
    else:
        name = page.form if form is None else _in(language, form.title.id, form.title.en)
        title = f"{name}, {word('page', language).lower()} {page.form_page}: {word(outcome.value, language)}"
    draw.text((MARGIN, MARGIN), title, fill=COLOURS[outcome], font=_font(19))
    y = MARGIN + 34
    for line in wrapped:
        draw.text((MARGIN, y), line, fill=INK, font=_font(15))
        y += 20
    labels = {} if form is None else {one.name: one.label for one in (n for p in form.pages for n in p.numbers)}
    for name, field in fields.items():
        label = _in(language, labels[name].id, labels[name].en) if name in labels else name
        _row(panel, draw, y, label, field, _cut(photograph, field), language)
        y += ROW_HEIGHT
    return panel


def _decided(page: PageReading, fields: dict[str, FieldReading], form: FormTemplate | None) -> Outcome:
    """Return what becomes of a page by the numbers as they are shown, which the whole document has decided."""
    if page.outcome is Outcome.REJECTED:
        return page.outcome
    optional = frozenset[str]() if form is None else form.optional
    of_page = [Outcome.REVIEW for reason in page.reasons if reason.code not in ADVICE]
    return worst([*of_page, *(field.outcome for name, field in fields.items() if name not in optional)])


def _row(
    panel: Image.Image,
    draw: ImageDraw.ImageDraw,
    y: int,
    label: str,
    field: FieldReading,
    cut: Picture | None,
    language: Language,
) -> None:
    if cut is not None:
        panel.paste(Image.fromarray(cv2.cvtColor(cut, cv2.COLOR_BGR2RGB)), (MARGIN, y))
    colour = COLOURS[field.outcome]
    value = NOTHING if field.value is None else str(field.value)
    draw.text((TEXT_LEFT, y - 4), value, fill=colour, font=_font(30))
    sure = f"{format_percent(field.confidence, language)}  {word(field.outcome.value, language)}"
    draw.text((TEXT_LEFT + 100, y + 8), sure, fill=colour, font=_font(16))
    draw.text((TEXT_LEFT, y + 31), label, fill=INK, font=_font(15))
    parts = [
        f"{word(WITNESSES.get(name, name), language).lower()} {NOTHING if one.value is None else one.value}"
        for name, one in field.evidence.items()
    ]
    draw.text((TEXT_LEFT, y + 50), " · ".join(parts), fill=FAINT, font=_font(13))
    reasons = [line for reason in field.reasons for line in _wrap(reason.text(language.value), 72)]
    shown = reasons[:MOST_REASON_LINES]
    if len(reasons) > len(shown):
        shown[-1] += " …"
    for line in shown:
        draw.text((TEXT_LEFT, y + 67), line, fill=colour, font=_font(13))
        y += 16


def _in(language: Language, indonesian: str, english: str) -> str:
    return indonesian if language is Language.INDONESIAN else english


def _cut(photograph: Picture, field: FieldReading) -> Picture | None:
    """Return a number with a little around it, straightened, in one piece: ink that touches is shown once."""
    if field.region is None:
        return None
    corners = _grown(np.array(field.region)).astype(np.float32)
    across = float(np.hypot(*(corners[1] - corners[0])) + np.hypot(*(corners[2] - corners[3])))
    down = float(np.hypot(*(corners[3] - corners[0])) + np.hypot(*(corners[2] - corners[1])))
    width, height = CUT_HEIGHT * across / max(down, 1.0), float(CUT_HEIGHT)
    scale = min(1.0, (TEXT_LEFT - 2 * MARGIN) / max(width, 1.0))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(cv2.warpPerspective(photograph, matrix, size, flags=cv2.INTER_AREA), dtype=np.uint8)


def _grown(region: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a quadrilateral (4, 2), grown on each side by a part of its height."""
    right, down = region[1] - region[0], region[3] - region[0]
    room = 0.12 * float(np.hypot(*down))
    across, along = room * right / max(float(np.hypot(*right)), 1.0), room * down / max(float(np.hypot(*down)), 1.0)
    return np.asarray(region + np.array([-across - along, across - along, across + along, along - across]))


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
