"""A strip shows the sheet where its columns and rows say, whatever the order of its windows and however fine."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.extraction.strips import fineness, sample, windows
from pipeline.registration.geometry import Points, corners, outlines

ACROSS, DOWN = 0.4, 0.3
"""Grey levels a px, from left to right and from top to bottom."""


def slope_of_grey() -> NDArray[np.uint8]:
    """Return a picture (300, 300) that is lighter to the right and below."""
    return np.round(ACROSS * np.arange(300)[None] + DOWN * np.arange(300)[:, None]).astype(np.uint8)


def turned(points: Points) -> Points:
    """Return where points (n, 2), mm, of a sheet lie that is turned and seen at some 2 px per mm, px."""
    return np.asarray(points @ np.array([[2.0, 0.4], [-0.3, 1.9]]) + np.array([40.0, 20.0]))


@pytest.mark.parametrize("fine", [1, 2, 3])
@pytest.mark.parametrize("starts", [(10.0, 28.0, 46.0), (46.0, 10.0, 20.0), (10.0,)])
def test_every_pixel_shows_its_place(starts: tuple[float, ...], fine: int) -> None:
    x, y = windows(np.array(starts), 20.0, 16), windows(np.array([12.0, 40.0]), 25.0, 20)
    strip = sample(slope_of_grey(), turned, x, y, fine)
    mesh = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    expected = (turned(mesh) @ np.array([ACROSS, DOWN])).reshape(len(y), len(x))
    assert np.abs(strip - expected).max() <= 1.0


@pytest.mark.parametrize(("resolution", "samples"), [(0.1, 1), (1.0, 1), (1.8, 2), (3.0, 3), (40.0, 4)])
def test_as_many_samples_are_averaged_as_the_picture_has_up_to_four(resolution: float, samples: int) -> None:
    assert fineness(resolution, 1.0) == samples


def test_the_outlines_of_many_boxes_are_the_corners_of_each() -> None:
    boxes = [(3.0, 4.0, 20.0, 30.0), (-1.5, 0.0, 7.0, 2.5)]
    assert outlines(boxes).tolist() == [corners(box).tolist() for box in boxes]
    assert outlines(boxes)[1].tolist() == [[-1.5, 0.0], [5.5, 0.0], [5.5, 2.5], [-1.5, 2.5]]
    assert outlines([]).shape == (0, 4, 2)
