"""Features: where they are, what they look like, and how that changes when a sheet is turned."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.registration.prints.descriptors import (
    LENGTH,
    PATCH_PX,
    describe_patches,
    even_light,
    find_features,
    patch_reach,
    turned,
)
from tests.integration.registration.prints.drawn import drawn

Grey = NDArray[np.uint8]


def blob(x: float, y: float, spread: float) -> Grey:
    """Return a dark spot at a place between the pixels."""
    down, across = np.mgrid[0:120, 0:110]
    dark = np.exp(-((across - x) ** 2 + (down - y) ** 2) / (2 * spread**2))
    return np.asarray(np.round(230 - 180 * dark), dtype=np.uint8)


def patches(count: int) -> Grey:
    """Return smooth patches, each unlike the others, uint8 (count, 48, 48)."""
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (count, PATCH_PX, PATCH_PX)).astype(np.uint8)
    return np.stack([np.asarray(cv2.GaussianBlur(one, (0, 0), 2.5), dtype=np.uint8) for one in noise])


def test_a_shadow_and_a_cast_of_light_go() -> None:
    page = drawn(1)
    light = np.linspace(0.35, 1.0, page.shape[1])[None, :] * np.linspace(1.0, 0.7, page.shape[0])[:, None]
    shaded = np.asarray(page * light, dtype=np.uint8)
    even, of_shaded = even_light(page).astype(float), even_light(shaded).astype(float)
    assert np.median(even) > 235
    assert np.percentile(even, 1) < 20
    assert np.abs(even - of_shaded).mean() < 0.1 * np.abs(page.astype(float) - shaded).mean()


@pytest.mark.parametrize("place", [(50.0, 60.0), (50.25, 60.6), (33.5, 41.9)])
@pytest.mark.parametrize("spread", [2.0, 4.0, 7.0])
def test_a_point_is_found_where_it_is_to_a_quarter_of_a_pixel(place: tuple[float, float], spread: float) -> None:
    found = find_features(blob(*place, spread), 1)
    np.testing.assert_allclose(found.points, [place], atol=0.25)


def test_a_feature_is_as_large_as_what_it_shows() -> None:
    small, large = (find_features(blob(50, 60, spread), 1).sizes[0] for spread in (3.0, 6.0))
    assert large / small == pytest.approx(2.0, rel=0.05)


def test_the_clearest_features_come_first_and_bare_paper_has_none() -> None:
    page = even_light(drawn(1))
    some, more = find_features(page, 50), find_features(page, 200)
    assert (len(some.points), len(more.points)) == (50, 200)
    np.testing.assert_array_equal(some.points, more.points[:50])
    np.testing.assert_allclose(np.linalg.norm(more.descriptors, axis=1), 1.0, atol=1e-5)
    bare = find_features(np.full((200, 200), 240, np.uint8), 50)
    assert (bare.points.shape, bare.sizes.shape, bare.descriptors.shape) == ((0, 2), (0,), (0, LENGTH))


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_turned_picture_shows_the_same_descriptors_in_another_order(quarters: int, mirrored: bool) -> None:
    upright = patches(6)
    shown = np.rot90(upright[:, :, ::-1] if mirrored else upright, -quarters, axes=(1, 2))
    seen, known = describe_patches(np.ascontiguousarray(shown)), describe_patches(upright)
    orders = {(turn, side): turned(turn, mirrored=side) for turn in range(4) for side in (False, True)}
    alike = {way: np.einsum("nk,nk->n", seen, known[:, order]) for way, order in orders.items()}
    right = alike.pop((quarters, mirrored))
    assert right.min() > 0.97
    assert all((right > other).all() for other in alike.values())


def test_a_patch_is_described_as_the_feature_that_is_found_there() -> None:
    page = even_light(drawn(1))
    found = find_features(page, 200)
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    cut = []
    for point, half in zip(found.points, patch_reach(found.sizes), strict=True):
        around = (point + half * (2 * square - 1)).astype(np.float32)
        matrix = cv2.getPerspectiveTransform(PATCH_PX * square - 0.5, around)
        cut.append(cv2.warpPerspective(page, matrix, (PATCH_PX, PATCH_PX), flags=cv2.WARP_INVERSE_MAP, borderMode=1))
    described = describe_patches(np.stack([np.asarray(one, dtype=np.uint8) for one in cut]))
    assert np.einsum("nk,nk->n", described, found.descriptors).min() > 0.97
    assert np.einsum("nk,nk->n", described, np.roll(found.descriptors, 1, axis=0)).mean() < 0.9


def test_an_order_loses_nothing_and_four_quarters_are_none() -> None:
    quarter, mirror = turned(1), turned(0, mirrored=True)
    everything = np.arange(LENGTH)
    np.testing.assert_array_equal(everything[quarter][quarter][quarter][quarter], everything)
    np.testing.assert_array_equal(everything[quarter][quarter], turned(2))
    np.testing.assert_array_equal(everything[mirror][mirror], everything)


def test_no_patches_have_no_descriptors() -> None:
    assert describe_patches(np.zeros((0, PATCH_PX, PATCH_PX), np.uint8)).shape == (0, LENGTH)
