"""Variants of one form share their tags: which lies there is told by the frames that are printed on it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms import FormTemplate, load_forms
from pipeline.registration import Registration, SheetFinder
from tests.integration.registration.photographs import FORM, photographed
from training.pages.sheet import draw_sheet


def with_pairs(pairs: int) -> FormTemplate:
    """Return the presidential form with its first `pairs` pairs alone."""
    second = FORM.page(2).model_copy(update={"numbers": FORM.page(2).numbers[:pairs]})
    pages = (FORM.page(1), second, FORM.page(3))
    return FORM.model_copy(update={"id": f"{FORM.id}-pairs-{pairs}", "pages": pages, "parameters": {"pairs": pairs}})


VARIANTS = [with_pairs(pairs) for pairs in (1, 2, 3)]
FINDER = SheetFinder({form.id: form for form in VARIANTS})


def found(picture: NDArray[np.uint8]) -> Registration:
    registration = FINDER.find(picture)
    assert isinstance(registration, Registration), registration.text()
    return registration


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: str(variant.id))
def test_the_variant_is_told_by_its_frames(variant: FormTemplate) -> None:
    sheet = np.clip(draw_sheet(variant, 2, 2.0).mean(axis=2) * 255, 0, 255).astype(np.uint8)
    assert found(np.ascontiguousarray(sheet)).target.form.id == variant.id


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_filled_sheet_in_a_photograph_is_its_own_variant(seed: int) -> None:
    assert found(photographed(2, seed).grey).target.form.id == f"{FORM.id}-pairs-3"


def test_of_variants_that_look_the_same_the_first_is_taken() -> None:
    assert found(photographed(3, 1).grey).target.form.id == VARIANTS[0].id


def with_further_tag(pairs: int) -> FormTemplate:
    """Return a Pilkada form whose further pairs stand on a page with a tag, which on real sheets nobody has seen."""
    form = load_forms()[f"c-hasil-kwk-bupati-2024-pairs-{pairs}"]
    last = form.page(4).tag
    assert last is not None
    further = form.page(3).model_copy(update={"tag": last.model_copy(update={"id": 223})})
    return form.model_copy(update={"pages": (form.page(1), form.page(2), further, form.page(4))})


def test_a_frame_that_the_bending_paper_sets_apart_is_still_one_that_is_there() -> None:
    forms = {form.id: form for form in map(with_further_tag, (4, 5, 6))}
    form = forms["c-hasil-kwk-bupati-2024-pairs-6"]
    sheet = np.round(255 * draw_sheet(form, 3, 2.0).mean(axis=2)).astype(np.uint8)
    rows, columns = np.indices(sheet.shape, dtype=np.float32)
    sideways = 20.0 * np.clip((rows - 1000.0) / 40.0, 0.0, 1.0)  # bent sharply below its second pair, by 10 mm
    picture = cv2.remap(sheet, (columns - sideways).astype(np.float32), rows, cv2.INTER_LINEAR, borderValue=(235,))
    registration = SheetFinder(forms).find(np.asarray(picture, dtype=np.uint8))
    assert isinstance(registration, Registration), registration.text()
    assert registration.target.form.id == form.id


@pytest.mark.parametrize(
    ("form", "page"), [("c-hasil-dpd-2024-candidates-13", 2), ("c-hasil-kwk-bupati-2024-pairs-3", 2)]
)
def test_no_row_is_lost_because_its_boxes_cannot_be_made_out(form: str, page: int) -> None:
    # A shorter variant of the form explains the frames as well: one votes' row fewer, and nobody would know.
    whole = load_forms()[form]
    sheet = np.round(255 * draw_sheet(whole, page, 2.5).mean(axis=2)).astype(np.uint8)
    last = whole.page(page).numbers[-1]
    x, y, width, height = (round(2.5 * side) for side in last.boxes.bounds)
    sheet[y - 6 : y + height + 6, x - 6 : x + width + 6] = 120
    registration = SheetFinder(load_forms()).find(sheet)
    assert isinstance(registration, Registration), registration.text()
    assert last.name in registration.places
    assert len(registration.target.page.numbers) == len(whole.page(page).numbers)
