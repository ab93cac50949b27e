"""Blank sheets as PDF: true to size, and found and measured as any other sheet."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

from pipeline.documents import Limits, poppler
from pipeline.documents.budget import Budget
from pipeline.forms import FormTemplate, load_forms
from pipeline.registration import Registration, SheetFinder
from training.pages.blank_pdf import blank_pdf
from training.pages.sheet import draw_sheet

FORMS = load_forms()
SCALE = 3.0
"""Pixels per mm at which a page is rendered back."""

SHEETS = [
    ("c-hasil-ppwp-2024", 2),
    ("c-hasil-kwk-bupati-2024-pairs-6", 3),
    ("c-hasil-kwk-2020-pairs-3", 2),
    ("c-hasil-dpr-2024-candidates-10", 2),
    ("c-hasil-salinan-ppwp-2024", 1),
]


def millimetres(content: bytes) -> tuple[float, float]:
    box = PdfReader(BytesIO(content)).pages[0].mediabox
    return float(box.width) * 25.4 / 72, float(box.height) * 25.4 / 72


def rendered(content: bytes, pixels_per_mm: float = SCALE) -> NDArray[np.uint8]:
    width = round(millimetres(content)[0] * pixels_per_mm)
    height = round(millimetres(content)[1] * pixels_per_mm)
    return poppler.render(content, "a.pdf", 1, (width, height), Limits(), Budget(60), turned=False, colour=False)


@pytest.mark.parametrize(("name", "page"), SHEETS)
def test_every_box_is_printed_where_the_template_says(name: str, page: int) -> None:
    form = FORMS[name]
    content = blank_pdf(form, [page])
    assert millimetres(content) == pytest.approx((form.sheet.width, form.sheet.height), abs=0.05)
    picture = rendered(content)
    for field in form.page(page).numbers:
        for x, y, width, height in field.boxes.rectangles:
            left, top = round(SCALE * x), round(SCALE * y)
            right, bottom = round(SCALE * (x + width)), round(SCALE * (y + height))
            middle = (round(SCALE * (y + height / 2)), round(SCALE * (x + width / 2)))
            for edge in (left, right):
                assert picture[middle[0], edge - 1 : edge + 2].min() < 140
            for edge in (top, bottom):
                assert picture[edge - 1 : edge + 2, middle[1]].min() < 140


def test_words_are_printed_alike_on_paper_and_in_pictures() -> None:
    form = FORMS["c-hasil-ppwp-2024"]
    drawn = np.asarray(255 * draw_sheet(form, 1, SCALE).mean(axis=2), np.uint8)
    printed = rendered(blank_pdf(form, [1]))
    measured = [one for one in form.page(1).artwork.captions if one.width and not one.dotted_to]
    for caption in measured:
        x, y = caption.at
        band = slice(round(SCALE * (y - 0.8 * caption.size)), round(SCALE * (y - 0.2 * caption.size)))
        left = x - {"left": 0.0, "centre": 0.5, "right": 1.0}[caption.align] * (caption.width or 0.0)
        across = slice(round(SCALE * (left - 1.0)), round(SCALE * (left + (caption.width or 0.0) + 1.0)))
        ends = [np.flatnonzero((sheet[band, across] < 140).any(axis=0))[[0, -1]] for sheet in (drawn, printed)]
        assert np.abs(ends[0] - ends[1]).max() <= 2.0 * SCALE, caption.text


def test_filled_areas_are_printed_alike_on_paper_and_in_pictures() -> None:
    form = FORMS["c-hasil-kwk-bupati-2024-pairs-2"]
    drawn = np.asarray(255 * draw_sheet(form, 2, SCALE).mean(axis=2), np.uint8)
    for picture in (rendered(blank_pdf(form, [2])), drawn):
        for corners in form.page(2).artwork.solids:
            x, y = np.mean(corners, axis=0) * SCALE
            assert picture[round(y), round(x)] < 60
        (left, top), (right, _), (_, tip) = np.array(form.page(2).artwork.solids[0]) * SCALE
        inside, outside = picture[round(top) + 4, round(left) + 12], picture[round(tip) - 4, round(right) - 12]
        assert inside < 60
        assert outside > 200


@pytest.mark.parametrize("practice", [False, True])
def test_a_printed_sheet_is_found_by_its_tag_and_fits_to_a_tenth_of_a_millimetre(practice: bool) -> None:
    form = FORMS["c-hasil-dpd-2024-candidates-13"]
    picture = rendered(blank_pdf(form, [3], practice=practice), 2.0)
    desk = cv2.copyMakeBorder(picture, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=(90,))
    found = SheetFinder(FORMS).find(np.asarray(desk, dtype=np.uint8))
    assert isinstance(found, Registration), found.text()
    assert (found.target.form.id, found.target.page.number, found.method) == (form.id, 3, "tag")
    assert found.error_mm < 0.15


def test_a_sheet_is_shrunk_to_the_paper_and_says_so() -> None:
    form = FORMS["c-hasil-ppwp-2024"]
    content = blank_pdf(form, [1, 3], "A4", note="Shrunk to {percent} %")
    assert millimetres(content) == pytest.approx((210.0, 297.0), abs=0.05)
    pages = PdfReader(BytesIO(content)).pages
    assert len(pages) == 2
    assert all("Shrunk to 33 %" in page.extract_text() for page in pages)


def test_a_sheet_that_fits_is_never_changed() -> None:
    form = FORMS["c-hasil-salinan-ppwp-2024"]
    content = blank_pdf(form, [1], "A3", note="Shrunk to {percent} %")
    assert "Shrunk" not in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_sheets_for_practice_say_so_and_others_do_not(form: FormTemplate) -> None:
    words = [PdfReader(BytesIO(blank_pdf(form, [1], practice=on))).pages[0].extract_text() for on in (True, False)]
    assert ["LATIHAN" in text for text in words] == [True, False]


def test_the_same_sheet_is_the_same_file(form: FormTemplate) -> None:
    assert blank_pdf(form, [1, 2, 3]) == blank_pdf(form, [1, 2, 3])
