import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.package import CLASSES
from pipeline.errors import UsageError
from tests import ROOT
from training.datasets.manifest import make_manifest, manifest_hash
from training.datasets.sets import SPLITS, CropFolder, Simulated, Writers, read_picture
from training.digits.outliers import KINDS, Material, outlier, plain_box

CROPS = ROOT / "../shared/data/digits-2024"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """21 blocks of a 5 each, then a blank, a struck, an unclear and a near-boundary crop in block 0."""
    rows = [("5", f"5/{block}.png", str(block), "0") for block in range(21)]
    rows += [("blank", "blank/a.png", "0", "0"), ("scratched", "scratched/a.png", "1", "0")]
    rows += [("unclear", "unclear/a.png", "0", "0"), ("7", "7/edge.png", "0", "1")]
    for _, name, _, _ in rows:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), np.full((20, 18, 3), 200, np.uint8))
    with (tmp_path / "labels.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("file", "label", "block", "near_boundary", "note"))
        writer.writerows((name, label, block, near, "") for label, name, block, near in rows)
    return tmp_path


def test_blocks_fall_into_fixed_splits(folder: Path) -> None:
    found = {split: set(CropFolder(folder).boxes(split).groups) for split in SPLITS}
    assert found["test"] == {"block 0", "block 7", "block 14"}
    assert found["select"] == {"block 3", "block 17"}
    assert found["calibrate"] == {"block 10"}
    assert not any(found[one] & found[other] for one in SPLITS for other in SPLITS if one != other)


def test_labels_become_classes_and_unclear_stays_out(folder: Path) -> None:
    test = CropFolder(folder).boxes("test")
    assert sorted(CLASSES[label] for label in test.labels) == ["5", "5", "5", "_"]
    assert "#" in [CLASSES[label] for label in CropFolder(folder).boxes("train").labels]
    assert len(CropFolder(folder).unclear()) == 1


def test_corrections_are_all_for_training(folder: Path) -> None:
    corrections = CropFolder(folder, "mended", corrections=True)
    assert len(corrections.boxes("train")) == 24
    assert len(corrections.boxes("test")) == 0


def test_writers_are_held_out_whole(tmp_path: Path) -> None:
    writer = np.repeat(np.arange(1, 11), 3)
    np.savez(tmp_path / "w.npz", x=np.zeros((30, 64, 64), np.uint8), y=np.zeros(30, np.uint8), writer=writer)
    found = {split: set(Writers(tmp_path / "w.npz").boxes(split).groups) for split in SPLITS}
    assert found["test"] == {"writer 1", "writer 6"}
    assert found["select"] == {"writer 4"}
    assert found["calibrate"] == {"writer 9"}


def test_a_simulated_box_depends_on_its_index_alone() -> None:
    whole, tail = Simulated(6).boxes("train"), Simulated(2).boxes("train", 4)
    assert np.array_equal(whole.pictures[5], tail.pictures[1])
    assert not np.array_equal(whole.pictures[5], Simulated(6).boxes("test").pictures[5])


def test_missing_data_are_named(tmp_path: Path) -> None:
    for source in (CropFolder(tmp_path), Writers(tmp_path / "none.npz")):
        with pytest.raises(UsageError) as caught:
            source.boxes("train")
        assert caught.value.code == "training_data_missing"


def test_the_manifest_follows_the_data_and_not_the_place(folder: Path, tmp_path: Path) -> None:
    before = make_manifest([CropFolder(folder)])
    assert before["crops"]["files"] == 26
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    folder.rename(moved)
    assert manifest_hash(make_manifest([CropFolder(moved)])) == manifest_hash(before)
    (moved / "5/3.png").write_bytes((moved / "5/3.png").read_bytes() + b" ")
    assert manifest_hash(make_manifest([CropFolder(moved)])) != manifest_hash(before)


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "no.png").write_bytes(b"no picture")
    with pytest.raises(UsageError) as caught:
        read_picture(tmp_path / "no.png")
    assert caught.value.code == "box_unreadable"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_outliers_are_pictures_of_boxes(folder: Path, kind: str) -> None:
    rng = np.random.default_rng(0)
    made = outlier(Material(CropFolder(folder).boxes("train"), plain_box(rng)), rng, kind)
    assert made.dtype == np.uint8
    assert made.ndim == 2
    assert min(made.shape) >= 5


@pytest.mark.skipif(not CROPS.is_dir(), reason="the real crops in ../shared are not here")
def test_the_test_blocks_of_the_real_crops_stay_what_they_are() -> None:
    boxes = CropFolder(CROPS).boxes("test")
    assert len(boxes) == 742
    assert sorted({int(group.split()[1]) for group in boxes.groups}) == [0, 12, 21, 29, 38, 48, 57, 70, 78, 86]
