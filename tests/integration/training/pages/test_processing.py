"""What becomes of a photograph on its way, and where a printed point lies afterwards."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.pages.difficulty import difficulty
from training.pages.framing import frame_sheet
from training.pages.geometry import Geometry
from training.pages.processing import Processed, process
from training.pages.relief import Relief

Points = NDArray[np.float64]
SIZE = (600.0, 900.0)
SPOTS = np.array([[x, y] for x in (90.0, 300.0, 510.0) for y in (120.0, 450.0, 780.0)])


def photographed(seed: int) -> tuple[NDArray[np.uint8], Geometry]:
    """Return a photograph of a grey sheet with dark spots, and its geometry."""
    rng, ranges = np.random.default_rng(seed), difficulty("medium")
    geometry = frame_sheet(Relief.sample(SIZE, ranges.bow, ranges.fold, rng), 2400, ranges, rng)
    image = np.full((geometry.size[1], geometry.size[0], 3), 200, np.uint8)
    for x, y in np.round(geometry.to_photo(SPOTS) * 16).astype(int):
        cv2.circle(image, (int(x), int(y)), 16 * 30, (20, 20, 20), -1, cv2.LINE_AA, 4)
    return image, geometry


def darkest(grey: NDArray[np.uint8], near: Points, reach: int) -> Points:
    """Return the middle (2,) of what is dark around a point."""
    left, top = (round(float(value)) - reach for value in near)
    around = 255.0 - grey[top : top + 2 * reach + 1, left : left + 2 * reach + 1]
    around = np.clip(around - (around.min() + np.ptp(around) / 2), 0, None)
    down, across = np.mgrid[0 : around.shape[0], 0 : around.shape[1]]
    return np.array([left + (across * around).sum() / around.sum(), top + (down * around).sum() / around.sum()])


@pytest.mark.parametrize("seed", range(20))
def test_a_printed_point_lies_where_the_geometry_says(seed: int) -> None:
    image, geometry = photographed(seed)
    shown, processed = process(image, geometry, np.random.default_rng(seed))
    grey = np.asarray(cv2.cvtColor(shown, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    assert processed.size == (shown.shape[1], shown.shape[0])
    assert processed.rotation == geometry.rotation
    reach = round(45 * float(processed.matrix[[0, 1], [0, 1]].max()))
    # Bottom and top are left out: an app may have written there.
    low, high = np.array([reach, 0.16 * grey.shape[0]]), np.array(processed.size) * (1.0, 0.84) - [reach + 1, 0]
    places = processed.to_photo(SPOTS)
    whole = [place for place in places if (place > low).all() and (place < high).all()]
    assert whole
    for place in whole:
        np.testing.assert_allclose(darkest(grey, place, reach), place, atol=0.6)


def test_all_that_is_done_to_the_frame_is_done_to_some_and_a_point_stays_in_view() -> None:
    kinds, seen = set(), []
    for seed in range(40):
        image, geometry = photographed(seed % 4)
        _, processed = process(image, geometry, np.random.default_rng(seed))
        across, down = processed.matrix[0, 0], processed.matrix[1, 1]
        kinds.add("stretched" if abs(down / across - 1) > 0.05 else "shrunk" if across < 0.99 else "as it was")
        kept = (np.array(processed.size) / (across, down)).prod() / np.array(geometry.size).prod()
        kinds.add("a part" if kept < 0.45 else "cut" if kept < 0.97 else "whole")
        places = processed.to_photo(SPOTS)
        seen.append(((places > 0) & (places < processed.size)).all(axis=1).mean())
    assert {"stretched", "shrunk", "a part", "cut", "whole"} <= kinds
    assert min(seen) < 1.0
    assert np.mean(seen) > 0.7


def test_the_scale_is_that_of_the_picture() -> None:
    _, geometry = photographed(1)
    matrix = np.array([[0.5, 0.0, -40.0], [0.0, 0.5, 7.0], [0.0, 0.0, 1.0]])
    halved = Processed(geometry, matrix, (800, 800))
    assert halved.pixels_per_mm() == pytest.approx(geometry.pixels_per_mm() / 2)
    np.testing.assert_allclose(halved.to_photo(SPOTS), geometry.to_photo(SPOTS) / 2 + [-40.0, 7.0])
    assert halved.relief is geometry.relief


def test_it_depends_on_its_chance_alone() -> None:
    image, geometry = photographed(2)
    (first, one), (second, two) = (process(image.copy(), geometry, np.random.default_rng(11)) for _ in range(2))
    assert np.array_equal(first, second)
    np.testing.assert_array_equal(one.matrix, two.matrix)
