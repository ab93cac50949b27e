"""Real pages with their truth, also of a folder of one's own."""

import json
from pathlib import Path

import numpy as np

from pipeline.registration.geometry import corners
from training.evaluation.split import LEARNT_FROM, Part
from training.evaluation.truths import SETS, real_pages
from training.proof.real_pages import ailments


def test_a_page_of_ones_own_may_judge_and_never_teach(tmp_path: Path) -> None:
    boxes = {"paslon_1": [10, 20, 30, 8], "paslon_2": [[0, 0], [30, 1], [30, 9], [0, 8]]}
    truth = {"file": "mine.jpg", "form": "my-form", "page": 2, "number_boxes_px": boxes, "quality": ["blurred", "fold"]}
    (tmp_path / "truth.jsonl").write_text(json.dumps(truth) + "\n", encoding="utf-8")
    (page,) = real_pages(tmp_path, ["."])
    assert (page.path.name, page.form, page.page, page.part) == ("mine.jpg", "my-form", 2, Part.TEST)
    assert page.part not in LEARNT_FROM
    np.testing.assert_array_equal(page.places["paslon_1"], corners((10, 20, 30, 8)))
    assert page.places["paslon_2"].shape == (4, 2)
    assert list(ailments(page)) == ["folded or bent", "blurred"]


def test_every_shared_page_has_its_part(shared: Path) -> None:
    pages = list(real_pages(shared, SETS))
    assert {page.part for page in pages} == set(Part)
    assert all(page.path.is_file() for page in pages)
