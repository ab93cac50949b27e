"""Boxes that the program cuts from pages itself, to learn from."""

import json
import shutil
from pathlib import Path

import pytest

from training.datasets.page_boxes import PageBoxes, split_of_document
from training.datasets.sets import Split

PAGE = "0024010001002-p2.jpg"


@pytest.fixture
def folder(samples: Path, tmp_path: Path) -> Path:
    """One page whose truth names its hand, and calls one number uncertain."""
    lines = (samples / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    line = next(line for line in map(json.loads, lines) if line["file"] == PAGE)
    shutil.copy(samples / PAGE, tmp_path)
    marked = {**line, "hand": "a hand", "uncertain": {"paslon_2": "one cross over three boxes"}}
    (tmp_path / "truth.jsonl").write_text(json.dumps(marked), encoding="utf-8")
    return tmp_path


def test_what_is_uncertain_teaches_nothing(folder: Path) -> None:
    boxes = PageBoxes(folder).boxes(split_of_document("a hand"))
    numbers = {name.split(":")[1] for name in boxes.names}
    assert numbers == {"paslon_1", "paslon_3"}
    assert len(boxes.pictures) == 6


def test_a_hand_is_in_one_split_alone(folder: Path) -> None:
    splits: tuple[Split, ...] = ("train", "select", "calibrate", "test")
    found = {split: len(PageBoxes(folder).boxes(split).pictures) for split in splits}
    assert {split for split, count in found.items() if count} == {split_of_document("a hand")}
    assert set(PageBoxes(folder).boxes(split_of_document("a hand")).groups) == {"a hand"}
