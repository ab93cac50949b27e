import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from models.package import default_package, load_package
from pipeline.recognition.digits import CLASSES, DigitReader
from tests import ROOT
from training.handwriting import simulate_box

CROPS = ROOT / "../shared/data/digits-2024"


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader(load_package(default_package("digits")))


def simulated(labels: str, count: int) -> tuple[list[np.ndarray], np.ndarray]:
    pairs = [(label, np.random.default_rng((99, ord(label), i))) for label in labels for i in range(count)]
    return [simulate_box(label, rng) for label, rng in pairs], np.array([CLASSES.index(label) for label, _ in pairs])


def test_every_row_is_a_distribution(reader: DigitReader) -> None:
    found = reader.read(simulated("05X_", 5)[0])
    assert found.shape == (20, 14)
    assert found.dtype == np.float64
    assert found.sum(axis=1) == pytest.approx(np.ones(20))
    assert found.min() > 0


def test_nothing_to_read(reader: DigitReader) -> None:
    assert reader.read([]).shape == (0, 14)


def test_simulated_boxes_are_read(reader: DigitReader) -> None:
    pictures, labels = simulated("0123456789X-_", 20)
    assert (reader.read(pictures).argmax(axis=1) == labels).mean() > 0.93


def test_struck_boxes_are_not_accepted_as_marks(reader: DigitReader) -> None:
    found = reader.read(simulated("#", 150)[0])
    accepted = (found.max(axis=1) >= reader.package.description.thresholds.box) & (found.argmax(axis=1) <= 10)
    assert accepted.sum() <= 2


def test_a_box_is_read_the_same_alone_and_among_others(reader: DigitReader) -> None:
    pictures, _ = simulated("0123456789", 20)  # more than one batch
    together = reader.read(pictures)
    for index in (0, 127, 128, 199):
        assert reader.read([pictures[index]])[0] == pytest.approx(together[index], abs=1e-5)


def test_one_reader_serves_many_threads(reader: DigitReader) -> None:
    pictures, _ = simulated("0123456789", 4)
    expected = reader.read(pictures)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(reader.read, [pictures] * 12):
            assert np.allclose(found, expected)


@pytest.mark.skipif(not CROPS.is_dir(), reason="the real crops in ../shared are not here")
def test_real_crops_of_the_test_blocks_are_read(reader: DigitReader) -> None:
    from training.datasets.sets import CropFolder  # noqa: PLC0415

    boxes = CropFolder(CROPS).boxes("test")
    wrong = reader.read(boxes.pictures).argmax(axis=1) != boxes.labels
    assert wrong.sum() <= 4, [name for name, bad in zip(boxes.names, wrong, strict=True) if bad]


def test_reading_needs_no_torch() -> None:
    code = (
        "import sys, numpy; from models.package import *; from pipeline.recognition.digits import DigitReader;"
        "DigitReader(load_package(default_package())).read([numpy.zeros((40, 40), numpy.uint8)]);"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.bench
def test_a_box_is_read_in_little_more_time_than_its_file_is_decoded(reader: DigitReader) -> None:
    pictures = simulated("0123456789X-_#", 20)[0] * 10
    files = [cv2.imencode(".png", picture)[1] for picture in pictures]
    reader.read(pictures[:256])
    reading = min(_spent(lambda: reader.read(pictures)) for _ in range(3))
    decoding = min(_spent(lambda: [cv2.imdecode(file, cv2.IMREAD_COLOR) for file in files]) for _ in range(3))
    assert reading / decoding < 6  # 3.1 measured


def _spent(work: Callable[[], object]) -> float:
    """Return the seconds of this process alone: what else the machine does is not its fault."""
    started = time.process_time()
    work()
    return time.process_time() - started
