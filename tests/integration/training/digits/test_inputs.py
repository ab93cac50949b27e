"""Inputs that networks are compared on."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.recognition.digits.preprocess import PREPROCESSING, prepare
from training.digits.inputs import Input, ink_maps, input_name, prepare_as


def box(*, stroke: bool, paper: int = 220) -> NDArray[np.uint8]:
    """Return a box of 48 px with its frame and a dotted guide, and an upright stroke in its middle."""
    picture = np.full((48, 48), paper, np.uint8)
    cv2.rectangle(picture, (4, 4), (43, 43), (40,), 2)
    picture[10:38:3, (14, 33)] = paper - 50
    if stroke:
        picture[11:37, 22:26] = 60
    return picture


def test_grey_is_the_input_that_is_read_with() -> None:
    crops = [box(stroke=True), box(stroke=False)]
    np.testing.assert_array_equal(prepare_as("grey", crops, 32), prepare(crops, 32))
    assert input_name("grey") == PREPROCESSING


def test_an_ink_map_keeps_the_stroke_and_drops_the_print() -> None:
    written, empty = ink_maps([box(stroke=True), box(stroke=False)], 32)[:, 0]
    assert written[10:22, 15:17].mean() > 0.7
    assert np.delete(written, range(13, 19), axis=1).mean() < 0.03
    assert empty.mean() < 0.05


@pytest.mark.parametrize("kind", ["grey", "ink-map"])
def test_every_input_is_of_the_size_asked_for_and_the_same_in_any_company(kind: Input) -> None:
    crops = [box(stroke=True), np.full((30, 90, 3), 128, np.uint8), np.zeros((17, 17), np.uint8)]
    together = prepare_as(kind, crops, 40)
    assert together.shape == (3, 1, 40, 40)
    assert together.dtype == np.float32
    assert np.isfinite(together).all()
    np.testing.assert_array_equal(together[1:2], prepare_as(kind, crops[1:2], 40))


def test_a_package_with_another_input_is_named_otherwise() -> None:
    assert input_name("ink-map") != PREPROCESSING
