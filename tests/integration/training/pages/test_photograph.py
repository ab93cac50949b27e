import cv2
import numpy as np
import pytest

from pipeline.forms import FormTemplate
from training.pages.difficulty import difficulty
from training.pages.framing import frame_sheet
from training.pages.geometry import Geometry
from training.pages.photograph import Photo, encode_jpeg, photograph
from training.pages.relief import Relief
from training.pages.sheet import draw_sheet
from training.pages.tape import tape_corners

_SCALE = 3.0


def _photo(form: FormTemplate, level: str, seed: int = 5, page: int = 2) -> Photo:
    sheet = draw_sheet(form, page, _SCALE)
    return photograph(sheet, np.random.default_rng(seed), level, pixels_per_mm=_SCALE, long_side=2000)


@pytest.mark.parametrize("level", ["easy", "scan"])
def test_the_tag_lies_where_the_geometry_says(form: FormTemplate, level: str) -> None:
    photo = _photo(form, level)
    tag = form.page(2).tag
    assert tag is not None
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h10)
    found, ids, _ = cv2.aruco.ArucoDetector(dictionary).detectMarkers(photo.image)
    assert ids is not None
    x, y, width, height = tag.square
    corners = np.array([(x + width, y + height), (x, y + height), (x, y), (x + width, y)])
    error = np.abs(photo.to_photo(corners) - found[0][0]).max() / photo.geometry.pixels_per_mm()
    assert error < 1.0


@pytest.mark.parametrize(("level", "limit"), [("easy", 0.15), ("medium", 0.3)])
def test_corner_markers_lie_where_the_geometry_says(form: FormTemplate, level: str, limit: float) -> None:
    photo = _photo(form, level)
    corners = form.page(2).corners
    assert corners is not None
    points = np.array(list(corners.points.values()))
    start = photo.to_photo(points).astype(np.float32).reshape(-1, 1, 2)
    grey = cv2.cvtColor(photo.image, cv2.COLOR_BGR2GRAY)
    found = cv2.cornerSubPix(grey, start, (5, 5), (-1, -1), (3, 50, 0.005)).reshape(-1, 2)
    assert isinstance(photo.geometry, Geometry)  # nothing was done to the photograph afterwards
    assert np.abs(photo.geometry.to_sheet(found.astype(np.float64)) - points).max() < limit


def test_box_frames_are_dark_where_the_geometry_says(form: FormTemplate) -> None:
    photo = _photo(form, "medium", page=1)
    grey = cv2.cvtColor(photo.image, cv2.COLOR_BGR2GRAY)
    for field in form.page(1).numbers:
        for x, y, width, height in field.boxes.rectangles:
            line = photo.to_photo(np.array([(x + t * width, y) for t in (0.3, 0.5, 0.7)])).round().astype(int)
            inside = (
                photo.to_photo(np.array([(x + t * width, y + height / 3) for t in (0.3, 0.5, 0.7)])).round().astype(int)
            )
            assert np.median(grey[line[:, 1], line[:, 0]]) < 0.75 * np.median(grey[inside[:, 1], inside[:, 0]])


def _geometry(level: str, seed: int) -> Geometry:
    ranges, rng = difficulty(level), np.random.default_rng(seed)
    return frame_sheet(Relief.sample((600.0, 900.0), ranges.bow, ranges.fold, rng), 2000, ranges, rng)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("level", ["easy", "medium", "hard"])
def test_the_sheet_lies_wholly_in_the_picture(level: str, seed: int) -> None:
    geometry = _geometry(level, seed)
    outline = geometry.outline()
    assert outline.min() > -1.0
    assert (outline < geometry.size).all()
    points = np.random.default_rng(0).uniform(0, 1, (50, 2)) * (600, 900)
    assert np.abs(geometry.to_sheet(geometry.to_photo(points)) - points).max() < 0.05


def test_rotation_is_the_clockwise_turn() -> None:
    turns = set()
    for seed in range(40):
        geometry = _geometry("medium", seed)
        start, end = geometry.to_photo(np.array([(0.0, 450.0), (600.0, 450.0)]))
        angle = np.rad2deg(np.arctan2(end[1] - start[1], end[0] - start[0]))
        assert abs((angle - geometry.rotation + 180.0) % 360.0 - 180.0) < 20.0
        turns.add(geometry.rotation)
    assert turns == {0, 90, 180, 270}


def test_a_photo_depends_on_its_seed_alone(form: FormTemplate) -> None:
    first, second, other = (_photo(form, "medium", seed) for seed in (8, 8, 9))
    assert encode_jpeg(first) == encode_jpeg(second)
    assert first.image.shape != other.image.shape or not np.array_equal(first.image, other.image)


def test_tape_leaves_the_corner_markers_free(form: FormTemplate) -> None:
    corners = form.page(3).corners
    assert corners is not None
    sheet = draw_sheet(form, 3, 2.0)
    for seed in range(20):
        taped = sheet.copy()
        tape_corners(taped, np.random.default_rng(seed))
        assert not np.array_equal(taped, sheet)
        for x, y in corners.points.values():
            around = slice(round(2 * y - 18), round(2 * y + 18)), slice(round(2 * x - 18), round(2 * x + 18))
            assert np.array_equal(taped[around], sheet[around])
