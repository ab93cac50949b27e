"""A picture and its straight view, turned back in every direction."""

import cv2
import numpy as np
import pytest

from pipeline.evidence import PLACED
from pipeline.forms import load_forms
from pipeline.registration import Registration, SheetFinder
from pipeline.registration.geometry import Points, project
from pipeline.registration.picture import VIEW_LONG_SIDE, Picture, StraightView, in_full_range
from pipeline.registration.prints.descriptors import Features
from tests import SAMPLES
from training.evaluation.truths import opened
from training.pages.sheet import draw_sheet

FORM = load_forms()["c1-ppwp-2019"]


def view(points: Points, size: tuple[int, int]) -> StraightView:
    """Return a view of a picture that is straight already, with features at these points."""
    halved = np.diag([0.5, 0.5, 1.0])
    return StraightView(halved, size, Features(points, np.ones(len(points)), np.zeros((len(points), 128), np.float32)))


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_view_is_turned_back_as_its_picture_would_be(quarters: int, mirrored: bool) -> None:
    pixels = np.arange(5 * 8).reshape(5, 8)
    places = np.array([[0, 0], [7, 0], [7, 4], [0, 4], [2, 3]])
    matrix, points, size = view(places.astype(float), (8, 5)).turned_back(quarters, mirrored=mirrored)
    # A quarter counter-clockwise undoes a quarter clockwise.
    upright = np.rot90(pixels, quarters)
    upright = upright[:, ::-1] if mirrored else upright
    assert size == upright.shape[::-1]
    x, y = np.round(points).astype(int).T
    assert upright[y, x].tolist() == pixels[places[:, 1], places[:, 0]].tolist()
    # The map leads there from the picture, which is twice as large.
    np.testing.assert_allclose(project(matrix, 2.0 * places), points, atol=1e-9)


def test_a_slanted_sheet_lies_straight_in_its_view() -> None:
    sheet = np.round(255 * draw_sheet(FORM, 2, 4.0).mean(axis=2)).astype(np.uint8)
    height, width = sheet.shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    seen = np.array([[180, 60], [980, 130], [1080, 1500], [60, 1420]], dtype=np.float32)
    slant = cv2.getPerspectiveTransform(corners, seen)
    picture = Picture(np.asarray(cv2.warpPerspective(sheet, slant, (1150, 1560), borderValue=(110,)), dtype=np.uint8))
    straight = picture.straight
    top_left, top_right, bottom_right, bottom_left = project(straight.matrix, seen.astype(float))
    across, down = top_right - top_left, bottom_left - top_left
    for side, other, along in ((across, bottom_right - bottom_left, 0), (down, bottom_right - top_right, 1)):
        assert abs(side[1 - along]) < 0.01 * abs(side[along])
        np.testing.assert_allclose(side, other, atol=0.01 * abs(side[along]))
    assert max(straight.size) == pytest.approx(VIEW_LONG_SIDE, abs=3)
    assert (straight.features.points < straight.size).all()


def test_a_picture_without_ruling_is_its_own_view() -> None:
    picture = Picture(np.full((900, 700), 200, np.uint8))
    assert picture.ruling is None
    straight = picture.straight
    assert straight.matrix[0, 0] == straight.matrix[1, 1] == pytest.approx(VIEW_LONG_SIDE / 899, rel=1e-3)
    assert not straight.matrix[[0, 1], [1, 0]].any()
    assert picture.straight is straight  # worked out once


@pytest.mark.parametrize(("paper", "brighter"), [(250, 1), (128, 1), (127, 2), (60, 4), (16, 15)])
def test_dark_paper_is_as_bright_as_it_can_be_and_never_white(paper: int, brighter: int) -> None:
    grey = np.full((400, 300), paper, np.uint8)
    grey[100:300, 100:110] = paper // 2
    seen = in_full_range(grey)
    assert set(np.unique(seen)) == {brighter * paper, brighter * (paper // 2)}
    assert (seen is grey) == (brighter == 1)


def test_a_picture_without_any_light_stays_black() -> None:
    assert not in_full_range(np.zeros((60, 60), np.uint8)).any()


def test_a_nearly_black_photograph_shows_its_tag_and_all_its_numbers() -> None:
    dark = opened(SAMPLES / "0024010002021-p1.jpg")[0] // 16  # sixteen levels are left of it
    found = SheetFinder(load_forms()).find(dark)
    assert isinstance(found, Registration)
    assert found.method == "tag"
    assert min(found.places.values()) >= PLACED


def test_a_nearly_black_photograph_in_the_mirror_is_turned_over() -> None:
    dark = np.fliplr(opened(SAMPLES / "0024010002021-p1.jpg")[0] // 16)
    found = SheetFinder(load_forms()).find(np.ascontiguousarray(dark))
    assert isinstance(found, Registration)
    assert [reason.code for reason in found.withheld] == ["mirrored"]
