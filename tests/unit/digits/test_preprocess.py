import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.recognition.digits.preprocess import VALUE_RANGE, prepare, to_grey


def box(height: int = 48, width: int = 42, paper: int = 200, ink: int = 60) -> np.ndarray:
    crop = np.full((height, width), paper, np.uint8)
    crop[height // 5 : -height // 5, width * 2 // 5 : width * 3 // 5] = ink
    return crop


@given(st.integers(5, 90), st.integers(5, 90), st.sampled_from([0, 1, 3, 4]), st.sampled_from([28, 32, 48]))
@settings(max_examples=60, deadline=None)
def test_every_size_and_depth_comes_out_in_range(height: int, width: int, channels: int, size: int) -> None:
    shape = (height, width, channels) if channels else (height, width)
    crop = np.random.default_rng(height * 100 + width).integers(0, 256, shape, dtype=np.uint8)
    found = prepare([crop], size)
    assert found.shape == (1, 1, size, size)
    assert found.dtype == np.float32
    assert found.min() >= VALUE_RANGE[0]
    assert found.max() <= VALUE_RANGE[1]


def test_nothing_gives_nothing() -> None:
    assert prepare([]).shape == (0, 1, 32, 32)


def test_two_thousand_px_and_5_px_show_the_same_box() -> None:
    large, small = prepare([box(2000, 2000), box(50, 50)])
    assert np.abs(large - small).mean() < 0.05


@pytest.mark.parametrize(("paper", "ink"), [(250, 20), (120, 60), (90, 50), (220, 160)])
def test_light_and_contrast_make_no_difference(paper: int, ink: int) -> None:
    usual = prepare([box()])
    assert np.abs(prepare([box(paper=paper, ink=ink)]) - usual).mean() < 0.05


def test_a_colour_cast_makes_no_difference() -> None:
    grey = box()
    cast = np.stack([np.clip(grey * part, 0, 255).astype(np.uint8) for part in (1.2, 1.0, 0.7)], axis=2)
    assert np.abs(prepare([cast]) - prepare([grey])).mean() < 0.05


def test_the_noise_of_an_empty_box_stays_small() -> None:
    noise = np.random.default_rng(0).normal(200, 3, (48, 42))
    found = prepare([np.clip(noise, 0, 255).astype(np.uint8)])
    assert np.abs(found).max() < 0.6


@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_flat_picture_is_paper(value: int) -> None:
    assert np.abs(prepare([np.full((40, 40), value, np.uint8)])).max() == 0


def test_transparent_parts_are_paper() -> None:
    crop = np.zeros((20, 20, 4), np.uint8)
    crop[5:15, 5:15, 3] = 255
    grey = to_grey(crop)
    assert grey[0, 0] == 255
    assert grey[10, 10] == 0


@pytest.mark.parametrize(
    "crop", [np.zeros((0, 5), np.uint8), np.zeros((9, 9), np.float32), np.zeros((9, 9, 2), np.uint8)]
)
def test_what_is_no_crop_is_refused(crop: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a crop"):
        prepare([crop])


def test_the_order_of_the_crops_is_kept_and_they_do_not_mix() -> None:
    crops = [box(ink=ink, height=height) for ink, height in ((10, 40), (100, 60), (190, 33))]
    together = prepare(crops)
    assert all(np.array_equal(together[i : i + 1], prepare([crop])) for i, crop in enumerate(crops))
