"""Whether the print is where a map says: near 1 where it is, by chance elsewhere."""

import cv2
import numpy as np
import pytest

from pipeline.registration.geometry import Grey
from pipeline.registration.prints.agreement import FEWEST, NOTHING, Agreement, agreement
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.sheet import SheetMap
from tests.integration.registration.prints.drawn import DENSITY, Seen, print_of, seen


@pytest.fixture(scope="module")
def view() -> Seen:
    return seen(1, 0.8, (120.0, 90.0))


def asked(view: Seen, page: int = 1, off: tuple[float, float] = (0.0, 0.0), grey: Grey | None = None) -> Agreement:
    """Ask where a page lies, or `off` mm beside it."""
    moved = np.array([[1.0, 0.0, off[0]], [0.0, 1.0, off[1]], [0.0, 0.0, 1.0]])
    shown = view.grey if grey is None else grey
    return agreement(shown, print_of(page), SheetMap(view.matrix @ moved), load_basis(), 48)


def test_where_it_lies_right_nothing_is_more_like_each_witness(view: Seen) -> None:
    right = asked(view)
    assert right.count == 48
    assert right.mean > 0.98
    assert right.deviations > 10


@pytest.mark.parametrize("off", [(17.0, 7.0), (-11.0, 23.0), (40.0, -31.0)])
def test_beside_its_place_any_rank_is_as_likely_as_any(view: Seen, off: tuple[float, float]) -> None:
    wrong = asked(view, off=off)
    assert abs(wrong.mean - 0.5) < 0.2
    assert abs(wrong.deviations) < 5


@pytest.mark.parametrize("page", [2, 3, 4])
def test_the_print_of_another_page_is_not_there(view: Seen, page: int) -> None:
    assert abs(asked(view, page).mean - 0.5) < 0.2


def test_blur_and_shadow_leave_the_ranks_as_they_are(view: Seen) -> None:
    shaded = view.grey * np.linspace(0.3, 1.0, view.size[0])[None, :]
    blurred = cv2.GaussianBlur(shaded.astype(np.uint8), (0, 0), 1.2)
    assert asked(view, grey=np.asarray(blurred, dtype=np.uint8)).mean > 0.95


def test_what_is_too_small_to_be_seen_is_not_asked() -> None:
    assert asked(seen(1, 0.1, size=(110, 140))) is NOTHING
    assert (NOTHING.count, NOTHING.mean, NOTHING.deviations) == (0, 0.5, 0.0)
    assert NOTHING.near(np.array([10.0, 10.0]), 8) == 0.5


def test_only_what_is_in_view_is_asked() -> None:
    part, page = seen(1, 1.0, (80.0, -700.0)), print_of(1)
    there = agreement(part.grey, page, SheetMap(part.matrix), load_basis(), page.witnesses)
    assert FEWEST <= there.count < page.witnesses / 2
    assert there.points[:, 1].min() > 700 / DENSITY
    assert there.mean > 0.95


def test_near_a_point_its_nearest_witnesses_count() -> None:
    right, wrong = np.full(10, 1.0), np.full(10, 0.2)
    points = np.vstack([np.full((10, 2), 20.0), np.full((10, 2), 200.0)])
    half = Agreement(points, np.concatenate([right, wrong]))
    assert half.near(np.array([30.0, 30.0]), 8) == pytest.approx(1.0)
    assert half.near(np.array([190.0, 210.0]), 8) == pytest.approx(0.2)
    assert half.mean == pytest.approx(0.6)


def test_a_few_witnesses_say_nothing() -> None:
    few = Agreement(np.zeros((FEWEST - 1, 2)), np.ones(FEWEST - 1))
    assert few.mean == few.near(np.zeros(2), 8) == 0.5
