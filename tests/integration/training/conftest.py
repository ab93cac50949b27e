"""A little data of every kind, in the layouts that the commands take, made of what the repository holds and draws."""

import csv
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import SAMPLES
from training.evaluation.truths import SETS
from training.handwriting import simulate_box

STAND_INS = {
    "ppwp2024_0006.jpg": "0024010001002-p2.jpg",  # of the train part
    "ppwp2024_0001.jpg": "0024010002021-p2.jpg",  # of the calibrate part
}
"""Names of real pages, by which their part is known, and the drawn sample pages that stand for them here."""


@pytest.fixture(scope="session")
def little_shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder like that of the real pages, in which drawn samples stand for two of them."""
    shared = tmp_path_factory.mktemp("shared")
    for name in SETS:
        (shared / name / "images").mkdir(parents=True)
        (shared / name / "truth.jsonl").touch()
    lines = (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = {truth["file"]: truth for truth in map(json.loads, lines)}
    folder = shared / SETS[0]
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as file:
        for name, sample in STAND_INS.items():
            shutil.copy(SAMPLES / sample, folder / "images" / name)
            file.write(json.dumps(truths[sample] | {"file": name}) + "\n")
    return shared


@pytest.fixture(scope="session")
def little_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a few crops, digits in the files of MNIST, and digits of ten writers."""
    data = tmp_path_factory.mktemp("data")
    _crops(data / "digits-2024")
    rng = np.random.default_rng(3)
    raw = data / "mnist" / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part in ("train", "t10k"):
        pictures, labels = rng.integers(0, 256, (144, 28, 28), np.uint8), (np.arange(144) % 10).astype(np.uint8)
        shape = np.array([0x803, *pictures.shape], ">i4")
        (raw / f"{part}-images-idx3-ubyte").write_bytes(shape.tobytes() + pictures.tobytes())
        (raw / f"{part}-labels-idx1-ubyte").write_bytes(np.array([0x801, 144], ">i4").tobytes() + labels.tobytes())
    x, y = rng.integers(0, 256, (60, 64, 64), np.uint8), (np.arange(60) % 10).astype(np.uint8)
    np.savez(data / "numbers-21-writers.npz", x=x, y=y, writer=np.repeat(np.arange(1, 11), 6))
    return data


def _crops(folder: Path) -> None:
    """Write 30 blocks of three drawn boxes, one of them struck."""
    folder.mkdir()
    rows = []
    for block in range(30):
        for label, mark in ((str(block % 10), str(block % 10)), ("X", "X"), ("scratched", "#")):
            file = folder / f"{block}-{label}.png"
            cv2.imwrite(str(file), simulate_box(mark, np.random.default_rng((block, ord(mark)))))
            rows.append((file.name, label, block, 0, ""))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("file", "label", "block", "near_boundary", "note"), *rows])
