"""Boxes of real pages: each page teaches, is chosen by, calibrates or judges, by the one split."""

import json
import shutil
from pathlib import Path

import pytest

from training.datasets.real_boxes import RealBoxes, split_of
from training.datasets.sets import SPLITS
from training.evaluation.split import Part, sheets, split
from training.evaluation.truths import RealPage, real_pages

SET = "wild/kwk-2020"


def test_a_sheet_is_in_the_split_of_its_part() -> None:
    taken = {(part, split_of(part, sheets()[file])) for file, part in split().items()}
    assert {(part, name) for part, name in taken if part is not Part.CALIBRATE} == {
        (Part.TRAIN, "train"),
        (Part.TEST, "test"),
    }
    assert {name for part, name in taken if part is Part.CALIBRATE} == {"select", "calibrate"}


@pytest.fixture
def one(shared: Path, tmp_path: Path) -> tuple[Path, RealPage]:
    """A folder with one page to learn from, of which one number is called uncertain."""
    page = next(
        page for page in real_pages(shared, [SET]) if page.part is Part.TRAIN and len(page.places) == 4 and page.truth
    )
    folder = tmp_path / SET
    (folder / "images").mkdir(parents=True)
    shutil.copy(page.path, folder / "images")
    marked = {**page.truth, "uncertain": {"paslon_2": "two digits in one box"}}
    (folder / "truth.jsonl").write_text(json.dumps(marked), encoding="utf-8")
    return tmp_path, page


def test_boxes_are_cut_as_they_are_labelled_and_uncertain_ones_left_out(one: tuple[Path, RealPage]) -> None:
    folder, page = one
    found = {name: RealBoxes(folder).boxes(name) for name in SPLITS}
    assert {name for name, boxes in found.items() if len(boxes)} == {"train"}
    boxes = found["train"]
    assert {name.split(":")[1] for name in boxes.names} == {"paslon_1", "paslon_3", "suara_sah"}
    assert set(boxes.groups) == {sheets()[page.path.name]}


def test_boxes_that_are_found_elsewhere_than_they_lie_teach_nothing(one: tuple[Path, RealPage]) -> None:
    folder, page = one
    truth = folder / SET / "truth.jsonl"
    moved = {name: [[x + 300, y] for x, y in quad.tolist()] for name, quad in page.places.items()}
    truth.write_text(json.dumps({**page.truth, "uncertain": {}, "number_boxes_px": moved}), encoding="utf-8")
    assert not len(RealBoxes(folder).boxes("train"))
