"""Tags that are hard to read: found all the same, and named rightly."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.forms import load_forms, tagged_pages
from pipeline.registration.tags.detection import TagFinder
from training.pages.simulate import Simulation, simulate_document


@pytest.fixture(scope="module")
def finder() -> TagFinder:
    return TagFinder(tagged_pages(load_forms()))


def test_a_tag_on_a_bowed_and_sharpened_sheet_is_read(finder: TagFinder, shared: Path) -> None:
    photograph = shared / "wild" / "dpd-2024" / "images" / "dpd2024_0001.jpg"
    picture = cv2.imread(str(photograph), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    grey = np.asarray(picture, np.uint8)
    found = finder.glance(grey) or finder.look_closer(grey)
    assert [tag.page.page.tag.id for tag in found if tag.page.page.tag] == [302]


def test_a_tag_that_a_strict_look_misses_is_read_in_a_wild_photograph(finder: TagFinder) -> None:
    (page,) = simulate_document(Simulation(load_forms()["c-hasil-ppwp-2024"], seed=9125, difficulty="wild", page=1), 0)
    decoded = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    grey = np.asarray(decoded, np.uint8)
    assert not finder.glance(grey)
    assert [tag.page.page.number for tag in finder.look_closer(grey)] == [1]
