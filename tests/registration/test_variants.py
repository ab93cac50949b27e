"""Variants of one form share their tags: which lies there is told by the frames that are printed on it."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.forms import FormTemplate, load_forms
from pipeline.registration import Registration, SheetFinder
from tests.registration.photographs import FORM, photographed
from training.pages.sheet import draw_sheet
from training.pages.simulate import Simulation, simulate_document


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


def test_a_frame_that_the_bending_paper_sets_apart_is_still_one_that_is_there() -> None:
    form = load_forms()["c-hasil-kwk-bupati-2024-pairs-6"]
    settings = Simulation(form, seed=76, page=3, officer_errors=0.2)
    (page,) = simulate_document(settings, 10)  # bent sharply below its second pair
    picture = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_2)
    assert picture is not None
    registration = SheetFinder(load_forms()).find(np.asarray(picture, dtype=np.uint8))
    assert isinstance(registration, Registration), registration.text()
    assert registration.target.form.id == form.id
