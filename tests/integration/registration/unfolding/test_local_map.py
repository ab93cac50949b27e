"""The sheet around a point: what lies close by counts, and where nothing does the whole sheet's map."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.registration.geometry import Points, project
from pipeline.registration.proposal import NONE, Landmarks
from pipeline.registration.unfolding.local_map import map_around

MATRIX = np.array([[2.0, 0.1, 30.0], [-0.05, 1.9, 12.0], [1e-5, 2e-5, 1.0]])
HERE = np.array([300.0, 400.0])
AROUND = HERE + 5.0 * np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def landmarks(points: Points, shifts: Points) -> Landmarks:
    return Landmarks(points, shifts, np.ones(len(points)))


def spread(count: int) -> Points:
    return np.random.default_rng(1).uniform(0.0, 900.0, (count, 2))


def test_where_nothing_was_found_the_map_of_the_whole_sheet_holds() -> None:
    lies = map_around(HERE, MATRIX, NONE, 45.0)
    np.testing.assert_allclose(lies.to_picture(AROUND), project(MATRIX, AROUND), atol=0.05)


slopes = st.floats(-0.2, 0.2)


@given(st.tuples(slopes, slopes, slopes, slopes))
@settings(max_examples=25, deadline=None)
def test_what_leans_close_by_is_followed(slope: tuple[float, float, float, float]) -> None:
    points = spread(600)
    leaning = (points - HERE) @ np.array(slope).reshape(2, 2) + np.array([6.0, -3.0])
    lies = map_around(HERE, MATRIX, landmarks(points, leaning), 45.0)
    right = project(MATRIX, AROUND + (AROUND - HERE) @ np.array(slope).reshape(2, 2) + np.array([6.0, -3.0]))
    assert np.abs(lies.to_picture(AROUND) - right).max() < 1.0  # half a millimetre


def test_beyond_a_fold_the_paper_on_this_side_does_not_count() -> None:
    points = spread(600)
    beyond = points[:, 1] > 250.0
    lies = map_around(HERE, MATRIX, landmarks(points, np.where(beyond[:, None], [12.0, -8.0], 0.0)), 45.0)
    right = project(MATRIX, AROUND + np.array([12.0, -8.0]))
    assert np.abs(lies.to_picture(AROUND) - right).max() < 0.5
