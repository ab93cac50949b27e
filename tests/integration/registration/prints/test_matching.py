"""Which feature of the picture is which printed one, where a map foretells it."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.registration.geometry import project
from pipeline.registration.prints.matching import UNLIKE_SIZE, Matches, match_near
from pipeline.registration.prints.page_print import PagePrint
from tests.integration.registration.prints.drawn import Seen, print_of, seen


@pytest.fixture(scope="module")
def page() -> PagePrint:
    return print_of(1)


@pytest.fixture(scope="module")
def view() -> Seen:
    return seen(1, 0.8, (120.0, 90.0))


def misses(page: PagePrint, view: Seen, matches: Matches) -> np.ndarray[tuple[int], np.dtype[np.floating]]:
    """Return how far each match lies from where its printed feature is, px."""
    at = project(view.matrix, page.points[matches.printed])
    return np.asarray(np.hypot(*(view.features.points[matches.seen] - at).T))


@pytest.mark.parametrize("off", [(0.0, 0.0), (9.0, -6.0), (-12.0, 3.0)])
def test_features_are_matched_although_the_map_is_off(page: PagePrint, view: Seen, off: tuple[float, float]) -> None:
    moved = np.array([[1.0, 0.0, off[0]], [0.0, 1.0, off[1]], [0.0, 0.0, 1.0]])
    matches = match_near(page, moved @ view.matrix, page.points, view.features, view.small, 20.0)
    assert len(matches.printed) > 0.3 * len(view.features.points)
    assert np.mean(misses(page, view, matches) < 1.5) > 0.9
    assert matches.alike.min() >= 0.6


def test_each_is_the_best_of_the_other(page: PagePrint, view: Seen) -> None:
    matches = match_near(page, view.matrix, page.points, view.features, view.small, 15.0)
    for one, other, alike in zip(matches.printed[:40], matches.seen, matches.alike, strict=False):
        near = np.hypot(*(view.features.points - project(view.matrix, page.points[one][None])).T) <= 15.0
        size = np.log(view.features.sizes / (page.sizes[one] * view.matrix[0, 0]))
        rivals = np.flatnonzero(near & (np.abs(size) < 0.5))
        assert other in rivals
        assert alike == pytest.approx(float((view.small[rivals] @ page.descriptors[one]).max()), abs=1e-5)
    # Two features of one size and place and the same look may both be the best.
    assert len(np.unique(matches.printed)) > 0.98 * len(matches.printed)


def test_what_lies_further_off_than_the_reach_is_not_matched(page: PagePrint, view: Seen) -> None:
    near = match_near(page, view.matrix, page.points + 1.0, view.features, view.small, 5.0)
    foretold = project(view.matrix, page.points[near.printed] + 1.0)
    assert np.hypot(*(view.features.points[near.seen] - foretold).T).max() <= 5.0
    far = match_near(page, view.matrix, page.points + 4.0, view.features, view.small, 10.0)
    assert len(far.printed) < 0.1 * len(near.printed)


def test_features_of_another_size_are_not_matched(page: PagePrint, view: Seen) -> None:
    twice = replace(page, sizes=2.0 * page.sizes)
    matches = match_near(twice, view.matrix, page.points, view.features, view.small, 15.0)
    ratio = view.features.sizes[matches.seen] / (view.matrix[0, 0] * twice.sizes[matches.printed])
    assert np.abs(np.log(ratio)).max() < UNLIKE_SIZE
    assert np.mean(misses(page, view, matches) < 1.5) < 0.5


def test_a_bent_sheet_is_followed(page: PagePrint, view: Seen) -> None:
    bend = np.column_stack([np.zeros(len(page.points)), 6 * np.sin(page.points[:, 0] / 40)])
    flat = match_near(page, view.matrix, page.points + bend, view.features, view.small, 6.0)
    followed = match_near(page, view.matrix, page.points, view.features, view.small, 6.0)
    assert np.sum(misses(page, view, followed) < 1.5) > 2 * np.sum(misses(page, view, flat) < 1.5)


def test_a_page_out_of_view_has_no_matches(page: PagePrint, view: Seen) -> None:
    far = np.array([[1.0, 0.0, 9000.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert len(match_near(page, far @ view.matrix, page.points, view.features, view.small, 20.0).printed) == 0
