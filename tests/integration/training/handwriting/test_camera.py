from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from training.handwriting import camera
from training.handwriting.camera import Image


def _picture() -> Image:
    image = np.full((60, 80, 3), 0.8, dtype=np.float32)
    image[20:40, 38:42] = 0.1
    return image


_RNG = np.random.default_rng
EFFECTS: dict[str, Callable[[Image], Image]] = {
    "light_gradient": lambda i: camera.light_gradient(i, 0.3, 0.5),
    "vignette": lambda i: camera.vignette(i, 0.3),
    "shadow": lambda i: camera.shadow(i, _RNG(0), depth=0.5, softness=0.1),
    "tone": lambda i: camera.tone(i, (0.9, 0.8, 0.7), 0.1, 1.2),
    "defocus": lambda i: camera.defocus(i, 1.5),
    "motion_blur": lambda i: camera.motion_blur(i, 5.0, 0.3),
    "sharpen": lambda i: camera.sharpen(i, 0.8, 1.2),
    "resolution": lambda i: camera.resolution(i, 2.0),
    "sensor_noise": lambda i: camera.sensor_noise(i, _RNG(0), grey=0.02, colour=0.01, grain=0.6),
    "moire": lambda i: camera.moire(i, _RNG(0), amplitude=0.05, period=4.0),
}


@pytest.mark.parametrize("name", EFFECTS)
def test_effects_are_pure(name: str) -> None:
    image = _picture()
    before = image.copy()
    first, again = EFFECTS[name](image), EFFECTS[name](image)
    assert first.dtype == np.float32
    assert first.shape == image.shape
    np.testing.assert_array_equal(image, before)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, before)


def test_blur_keeps_brightness_and_lowers_contrast() -> None:
    image = _picture()
    for blurred in (camera.defocus(image, 2.0), camera.motion_blur(image, 8.0, 0.0)):
        assert blurred.mean() == pytest.approx(image.mean(), rel=0.01)
        assert blurred.std() < image.std()


def test_sharpening_makes_halos() -> None:
    image = camera.sharpen(camera.defocus(_picture(), 1.0), 1.0, 1.5)
    assert image.max() > 0.82


def test_jpeg_keeps_shape_and_worsens_with_quality() -> None:
    rng = np.random.default_rng(0)
    picture = camera.to_bytes(camera.sensor_noise(_picture(), rng, grey=0.05))
    errors = [np.abs(camera.jpeg(picture, q).astype(float) - picture).mean() for q in (95, 30)]
    assert camera.jpeg(picture, 80).shape == picture.shape
    assert errors[0] < errors[1]
