"""Which feature of the picture is which printed one, where a map foretells it."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.registration.geometry import project
from pipeline.registration.prints.matching import UNLIKE_SIZE, Matches, match_near
from tests.integration.registration.prints.drawn import Seen, print_of, seen

PAGE, VIEW = print_of(1), seen(1, 0.8, (120.0, 90.0))


def misses(view: Seen, matches: Matches) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    """Return how far each match lies from where its printed feature is, px."""
    at = project(view.matrix, PAGE.points[matches.printed])
    return np.asarray(np.hypot(*(view.features.points[matches.seen] - at).T))


@pytest.mark.parametrize("off", [(0.0, 0.0), (9.0, -6.0), (-12.0, 3.0)])
def test_features_are_matched_although_the_map_is_off(off: tuple[float, float]) -> None:
    moved = np.array([[1.0, 0.0, off[0]], [0.0, 1.0, off[1]], [0.0, 0.0, 1.0]])
    matches = match_near(PAGE, moved @ VIEW.matrix, PAGE.points, VIEW.features, VIEW.small, 20.0)
    assert len(matches.printed) > 0.3 * len(VIEW.features.points)
    assert np.mean(misses(VIEW, matches) < 1.5) > 0.9
    assert matches.alike.min() >= 0.6


def test_each_is_the_best_of_the_other() -> None:
    matches = match_near(PAGE, VIEW.matrix, PAGE.points, VIEW.features, VIEW.small, 15.0)
    for one, other, alike in zip(matches.printed[:40], matches.seen, matches.alike, strict=False):
        near = np.hypot(*(VIEW.features.points - project(VIEW.matrix, PAGE.points[one][None])).T) <= 15.0
        size = np.log(VIEW.features.sizes / (PAGE.sizes[one] * VIEW.matrix[0, 0]))
        rivals = np.flatnonzero(near & (np.abs(size) < 0.5))
        assert other in rivals
        assert alike == pytest.approx(float((VIEW.small[rivals] @ PAGE.descriptors[one]).max()), abs=1e-5)
    # Two features of one size and place and the same look may both be the best.
    assert len(np.unique(matches.printed)) > 0.98 * len(matches.printed)


def test_what_lies_further_off_than_the_reach_is_not_matched() -> None:
    near = match_near(PAGE, VIEW.matrix, PAGE.points + 1.0, VIEW.features, VIEW.small, 5.0)
    foretold = project(VIEW.matrix, PAGE.points[near.printed] + 1.0)
    assert np.hypot(*(VIEW.features.points[near.seen] - foretold).T).max() <= 5.0
    far = match_near(PAGE, VIEW.matrix, PAGE.points + 4.0, VIEW.features, VIEW.small, 10.0)
    assert len(far.printed) < 0.1 * len(near.printed)


def test_features_of_another_size_are_not_matched() -> None:
    twice = replace(PAGE, sizes=2.0 * PAGE.sizes)
    matches = match_near(twice, VIEW.matrix, PAGE.points, VIEW.features, VIEW.small, 15.0)
    ratio = VIEW.features.sizes[matches.seen] / (VIEW.matrix[0, 0] * twice.sizes[matches.printed])
    assert np.abs(np.log(ratio)).max() < UNLIKE_SIZE
    assert np.mean(misses(VIEW, matches) < 1.5) < 0.5


def test_a_bent_sheet_is_followed() -> None:
    bend = np.column_stack([np.zeros(len(PAGE.points)), 6 * np.sin(PAGE.points[:, 0] / 40)])
    flat = match_near(PAGE, VIEW.matrix, PAGE.points + bend, VIEW.features, VIEW.small, 6.0)
    followed = match_near(PAGE, VIEW.matrix, PAGE.points, VIEW.features, VIEW.small, 6.0)
    assert np.sum(misses(VIEW, followed) < 1.5) > 2 * np.sum(misses(VIEW, flat) < 1.5)


def test_a_page_out_of_view_has_no_matches() -> None:
    far = np.array([[1.0, 0.0, 9000.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert len(match_near(PAGE, far @ VIEW.matrix, PAGE.points, VIEW.features, VIEW.small, 20.0).printed) == 0
