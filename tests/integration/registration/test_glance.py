"""Print is looked for in a small view first, and closely only where that leaves a doubt."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.forms import load_forms
from pipeline.registration import Registration, SheetFinder, picture
from pipeline.registration.geometry import Grey, Points, corners
from pipeline.registration.picture import VIEW_LONG_SIDE
from pipeline.registration.prints.descriptors import LENGTH, Features, find_features
from training.pages.simulate import Simulation, simulate_document

FORMS = load_forms()
FINDER = SheetFinder(FORMS)
NOTHING = Features(np.zeros((0, 2)), np.zeros(0), np.zeros((0, LENGTH), np.float32))


@cache
def numbers() -> tuple[Grey, dict[str, Points]]:
    """Return the part of a photograph around the numbers of page 2, without its tag, and the corners of their boxes."""
    form = FORMS["c-hasil-ppwp-2024"]
    bare = form.model_copy(update={"pages": tuple(one.model_copy(update={"tag": None}) for one in form.pages)})
    (photo,) = simulate_document(Simulation(bare, seed=12, long_side=2400, page=2), 0)
    boxes = {name: np.array(seen).reshape(-1, 2) for name, seen in photo.truth["number_boxes_px"].items()}
    places = np.vstack(list(boxes.values()))
    reach = 0.4 * np.ptp(places, axis=0).max()
    low, high = np.maximum(places.min(axis=0) - reach, 0).astype(int), (places.max(axis=0) + reach).astype(int)
    whole = np.asarray(cv2.imdecode(np.frombuffer(photo.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)
    part = np.ascontiguousarray(whole[low[1] : high[1], low[0] : high[0]])
    return part, {name: seen - low for name, seen in boxes.items()}


@pytest.fixture
def views(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The long sides, px, of the views whose features are worked out."""
    sides: list[int] = []

    def counted(grey: Grey, most: int) -> Features:
        sides.append(max(grey.shape))
        return find_features(grey, most)

    monkeypatch.setattr(picture, "find_features", counted)
    return sides


def test_what_is_plain_to_see_is_found_in_a_small_view(views: list[int]) -> None:
    found = FINDER.find(numbers()[0])
    assert isinstance(found, Registration)
    assert found.method == "print"
    assert views
    assert max(views) < 0.6 * VIEW_LONG_SIDE


def test_what_a_glance_does_not_show_is_looked_at_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    def short_sighted(grey: Grey, most: int) -> Features:
        return NOTHING if max(grey.shape) < 0.6 * VIEW_LONG_SIDE else find_features(grey, most)

    glance = FINDER.find(numbers()[0])
    monkeypatch.setattr(picture, "find_features", short_sighted)
    closely = FINDER.find(numbers()[0])
    assert isinstance(glance, Registration)
    assert isinstance(closely, Registration)
    assert (closely.target, closely.method) == (glance.target, "print")
    for found in (glance, closely):
        for field in found.target.page.numbers:
            around = corners(field.boxes.bounds)
            off = found.sheet.to_picture(around, field.name) - numbers()[1][field.name]
            side = found.sheet.resolution(around[0]) * min(field.boxes.width, field.boxes.height)
            assert np.hypot(*off.T).max() < 0.1 * side


def test_what_only_a_glance_shows_is_read_though_something_of_it_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    def long_sighted(grey: Grey, most: int) -> Features:
        return find_features(grey, most) if max(grey.shape) < 0.6 * VIEW_LONG_SIDE else NOTHING

    grey, places = numbers()
    covered = grey.copy()
    cv2.fillConvexPoly(covered, np.round(places["paslon_2"]).astype(np.int32), 230)
    monkeypatch.setattr(picture, "find_features", long_sighted)
    found = FINDER.find(covered)
    assert isinstance(found, Registration)
    assert (found.target.form.id, found.target.page.number, found.method) == ("c-hasil-ppwp-2024", 2, "print")
    for name in ("paslon_1", "paslon_3"):
        field = next(one for one in found.target.page.numbers if one.name == name)
        off = found.sheet.to_picture(corners(field.boxes.bounds), name) - places[name]
        assert (
            np.hypot(*off.T).max() < 0.1 * found.sheet.resolution(np.array(field.boxes.bounds[:2])) * field.boxes.width
        )


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_plain_sheet_with_a_tag_is_not_searched_for_print(number: int, samples: Path, views: list[int]) -> None:
    """Neither for its own, nor, where it fills the picture, for that of a second sheet."""
    photograph = cv2.imread(str(samples / f"0024010001002-p{number}.jpg"), cv2.IMREAD_GRAYSCALE)
    found = FINDER.find(np.asarray(photograph, np.uint8))
    assert isinstance(found, Registration)
    assert found.method == "tag"
    assert views == []
