from typing import Literal

import cv2
import numpy as np
import pytest

from pipeline.forms import FormTemplate, load_forms
from pipeline.forms.template import Corners
from pipeline.registration.prints.agreement import agreement
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.sheet import SheetMap
from training.pages.press import Press
from training.pages.sheet import PrintStyle, draw_sheet


@pytest.mark.parametrize("page", [1, 2, 3])
def test_the_sheet_has_its_tag_and_its_boxes(form: FormTemplate, page: int) -> None:
    sheet = draw_sheet(form, page, 3.0)
    assert sheet.shape == (2700, 1800, 3)
    assert sheet.dtype == np.float32
    template = form.page(page)
    assert template.tag is not None
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    found, ids, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers((sheet * 255).astype(np.uint8))
    assert ids is not None
    assert ids.ravel().tolist() == [template.tag.id]
    # Printed turned by 180 degrees: the tag's own top left is the lower right corner.
    x, y, width, height = template.tag.square
    assert np.allclose(found[0][0][0], [3.0 * (x + width), 3.0 * (y + height)], atol=3.0)
    for field in template.numbers:
        for x, y, width, height in field.boxes.rectangles:
            row, column = round(3 * (y + height / 2)), round(3 * (x + width / 2))
            left, top = round(3 * x), round(3 * y)
            assert sheet[row, left - 1 : left + 2].min() < 0.65
            assert sheet[top - 1 : top + 2, column].min() < 0.65


def test_block_corners_are_centred(form: FormTemplate) -> None:
    page = form.page(3)
    assert page.corners is not None
    block = Corners(**{**page.corners.model_dump(), "kind": "block"})
    changed = form.model_copy(update={"pages": (page.model_copy(update={"corners": block}),)})
    sheet = draw_sheet(changed, 3, 2.0)
    x, y = block.top_left
    around = sheet[round(2 * (y - 2)) : round(2 * (y + 2)), round(2 * (x - 2)) : round(2 * (x + 2))]
    assert around.max() < 0.2


def test_styles_change_paper_and_ink(form: FormTemplate) -> None:
    pale = draw_sheet(form, 3, 2.0, PrintStyle(darkness=0.5, gain=0.2, paper=(0.8, 0.85, 0.9)))
    assert pale[5, 5].tolist() == pytest.approx([0.8, 0.85, 0.9], abs=0.01)
    assert pale.min() > 0.3


def test_printing_keeps_within_the_canvas() -> None:
    press = Press.blank(20.0, 10.0, 4.0)
    press.text(-5.0, 2.0, "JUMLAH SUARA", 4.0)
    press.ring(0.0, 0.0, 8.0, 0.4, 0.9)
    press.rectangle(18.0, 8.0, 10.0, 10.0, 0.9)
    press.line((0.0, 0.0), (20.0, 10.0), 0.5, 0.9)
    assert press.ink.shape == (40, 80)
    assert press.ink[-1, -1] > 200


@pytest.mark.parametrize("width", [None, 60.0, 20.0])
@pytest.mark.parametrize(("align", "share"), [("left", 0.0), ("centre", 0.5), ("right", 1.0)])
def test_words_are_as_wide_as_they_were_measured(width: float | None, align: Literal["left"], share: float) -> None:
    press = Press.blank(120.0, 10.0, 8.0)
    press.text(60.0, 8.0, "JUMLAH SUARA", 4.0, align=align, width=width)
    inked = np.flatnonzero(press.ink.max(axis=0) > 100) / 8.0
    expected = press.text_width("JUMLAH SUARA", 4.0) if width is None else width
    assert np.ptp(inked) == pytest.approx(expected, rel=0.04)
    assert (inked.min() + inked.max()) / 2 == pytest.approx(60.0 + (0.5 - share) * expected, abs=0.6)


def test_nothing_is_printed_of_no_words() -> None:
    press = Press.blank(20.0, 10.0, 4.0)
    press.text(5.0, 5.0, "", 4.0)
    assert not press.ink.any()


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_drawn_sheet_shows_the_print_of_the_official_blank_in_its_place(page: int) -> None:
    forms, density = load_forms(), 3.0
    form = forms["c-hasil-ppwp-2024"]
    drawn = cv2.cvtColor(draw_sheet(form, page, density), cv2.COLOR_BGR2GRAY)
    grey = np.asarray(cv2.GaussianBlur((drawn * 255).astype(np.uint8), (0, 0), 1), np.uint8)
    print_ = PrintLibrary(forms).of(form, page)
    assert print_ is not None
    found = agreement(grey, print_, SheetMap(np.diag([density, density, 1.0])), load_basis(), 200)
    # With words as wide as a font makes them, 88.6 % on the first page.
    assert found.mean > 0.93
