"""What practice pages are printed from: the blank beside their template, else the template."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.drafting.kept_blank import blank_path, keep_blank, kept_blank
from pipeline.drafting.paper import paper_of
from pipeline.errors import FormError
from pipeline.forms import FormTemplate
from training.pages.print_source import print_source
from training.pages.sheet import draw_sheet
from training.pages.simulate import Simulation, simulate_document

EMBLEM = (300, 500)
"""Column and row, mm, of what stands on the blank and not in the template."""


def kept(folder: Path, form: FormTemplate, *, recovered: bool = False, at: tuple[int, int] = EMBLEM) -> None:
    """Keep a blank of page 3 at 2 px per mm that shows nothing but an emblem."""
    grey = cv2.circle(np.full((1800, 1200), 250, np.uint8), (2 * at[0], 2 * at[1]), 30, (0,), -1)
    paper = paper_of(np.asarray(grey, np.uint8), form.sheet.width, form.sheet.height)
    keep_blank(folder, form.id, 3, paper, recovered=recovered)


def printed(form: FormTemplate, folder: Path) -> NDArray[np.float32]:
    return draw_sheet(form, 3, 2.0, blank=print_source(form, 3, (folder,)).blank)


def test_pages_are_printed_as_the_blank_that_is_kept(form: FormTemplate, tmp_path: Path) -> None:
    kept(tmp_path, form)
    sheet, bare = printed(form, tmp_path), draw_sheet(form, 3, 2.0)
    x, y = (2 * side for side in EMBLEM)
    assert sheet[y, x].max() < 0.2
    assert bare[y, x].min() > 0.8
    box = form.page(3).numbers[0].boxes.bounds
    frame = (slice(round(2 * box[1]) - 3, round(2 * box[1]) + 4), slice(round(2 * box[0]), round(2 * box[0]) + 20))
    assert sheet[frame].min() > 0.8  # the blank has no boxes here, and nothing of the template is added
    assert bare[frame].min() < 0.6


def test_where_people_write_a_recovered_blank_is_not_taken(form: FormTemplate, tmp_path: Path) -> None:
    x, y, width, height = form.page(3).numbers[0].boxes.rectangles[0]
    middle = (round(x + width / 2), round(y + height / 2))
    kept(tmp_path, form, recovered=True, at=middle)  # ink of all hands, as of an X that everybody writes
    sheet = printed(form, tmp_path)
    inside = np.s_[round(2 * (y + 2)) : round(2 * (y + height - 2)), round(2 * (x + 2)) : round(2 * (x + width - 2))]
    assert np.allclose(sheet[inside], draw_sheet(form, 3, 2.0)[inside])
    assert print_source(form, 3, (tmp_path,)).stated == {"printed_from": "recovered"}


def test_a_line_of_truth_says_what_its_page_was_printed_from(form: FormTemplate, tmp_path: Path) -> None:
    kept(tmp_path, form)
    second, third = (
        simulate_document(Simulation(form, page=page, difficulty="scan", long_side=700, folders=(tmp_path,)), 0)[0]
        for page in (2, 3)
    )
    assert (second.truth["printed_from"], second.truth["no_blank"]) == ("template", "practice_without_blank")
    assert (third.truth["printed_from"], "no_blank" in third.truth) == ("blank", False)


def test_a_blank_of_another_shape_is_not_stretched(form: FormTemplate, tmp_path: Path) -> None:
    kept(tmp_path, form)
    wider = form.model_copy(update={"sheet": form.sheet.model_copy(update={"width": 700.0})})
    source = print_source(wider, 3, (tmp_path,))
    assert source.blank is None
    assert source.stated == {"printed_from": "template", "no_blank": "practice_blank_shape"}


def test_a_damaged_blank_is_said(form: FormTemplate, tmp_path: Path) -> None:
    path = blank_path(tmp_path, form.id, 3)
    path.parent.mkdir()
    path.write_bytes(b"no picture")
    with pytest.raises(FormError, match=path.name):
        kept_blank(path)
    path.write_bytes(b"")
    with pytest.raises(FormError, match=path.name):
        print_source(form, 3, (tmp_path,))


def test_a_new_draft_takes_the_place_of_the_blank_before(form: FormTemplate, tmp_path: Path) -> None:
    kept(tmp_path, form)
    kept(tmp_path, form, recovered=True)
    assert [file.name for file in (tmp_path / "blanks").iterdir()] == [f"{form.id}-p3-recovered.png"]
    kept(tmp_path, form)
    assert [file.name for file in (tmp_path / "blanks").iterdir()] == [f"{form.id}-p3.png"]
