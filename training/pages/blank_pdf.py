"""Blank sheets of a form as a PDF, to be printed: sharp at any size, some ten kilobytes a page. ReportLab writes it."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from pipeline.forms import FormTemplate
from training.pages.pdf_press import PdfPress
from training.pages.sheet import print_page

MILLIMETRE = 72 / 25.4
"""Points, the unit of a PDF, in a millimetre."""

PAPERS: dict[str, tuple[float, float]] = {
    "A0": (841.0, 1189.0),
    "A1": (594.0, 841.0),
    "A2": (420.0, 594.0),
    "A3": (297.0, 420.0),
    "A4": (210.0, 297.0),
}
"""Width and height in mm, upright."""

_PRACTICE = "LATIHAN"
_PRACTICE_DENSITY = 0.07  # lighter than every printed line


def blank_pdf(
    form: FormTemplate, pages: Sequence[int], paper: str | None = None, *, practice: bool = False, note: str = ""
) -> bytes:
    """Return blank sheets as a PDF.

    Args:
        form: The template.
        pages: Which of its pages.
        paper: One of `PAPERS` to shrink the sheet to, where it is larger; its true size without.
        practice: Whether LATIHAN stands across the sheet, so that nobody takes it for a real one.
        note: What is said at the foot of a sheet that is printed smaller; `{percent}` is filled in.

    """
    sheet = (form.sheet.width, form.sheet.height)
    size = sheet if paper is None else PAPERS[paper]
    scale = min(1.0, size[0] / sheet[0], size[1] / sheet[1])
    file = BytesIO()
    canvas = Canvas(file, pagesize=(size[0] * MILLIMETRE, size[1] * MILLIMETRE), invariant=True)
    canvas.setTitle(f"{form.title.id} / {form.title.en}")
    for number in pages:
        # The middle of the sheet on the middle of the paper; from now on mm, from the upper left corner down.
        canvas.translate((size[0] - scale * sheet[0]) / 2 * MILLIMETRE, (size[1] + scale * sheet[1]) / 2 * MILLIMETRE)
        canvas.scale(scale * MILLIMETRE, -scale * MILLIMETRE)
        press = PdfPress(canvas)
        if practice:
            press.across(_PRACTICE, sheet, _PRACTICE_DENSITY)
        print_page(press, form.page(number))
        if scale < 1.0 and note:
            text = note.format(percent=f"{100 * scale:.0f}")
            press.text(sheet[0] / 2, sheet[1] - 1.5 / scale, text, 1.6 / scale, align="centre", weight=400)
        canvas.showPage()
    canvas.save()
    return file.getvalue()
