"""What real bubbles teach: marks as the boxes tell them, and fluid over what was marked by mistake."""

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra `train`")

from models.package import default_package, load_package  # noqa: E402
from pipeline.recognition.bubbles.cut import INK_RANGE, level_bubbles  # noqa: E402
from pipeline.recognition.bubbles.reader import CONTRACT  # noqa: E402
from pipeline.recognition.network import Network  # noqa: E402
from training.witnesses.config import BubblesConfig, Learning, RealBubbles  # noqa: E402
from training.witnesses.real_bubbles import covered, train_on_both  # noqa: E402
from training.witnesses.real_samples import marks_of  # noqa: E402
from training.witnesses.samples import UNKNOWN  # noqa: E402
from training.witnesses.windows import Windows  # noqa: E402

SIZE = CONTRACT.size


def ring(fill: int | None = None) -> np.ndarray:
    """Return the window of a bubble with its printed ring, uint8, filled by a pen or not."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    away = np.hypot(rows - 11.5, columns - 11.5)
    picture = np.where(np.abs(away - 8.0) < 0.8, 140, 220)
    return np.where((away < 7.5) & (fill is not None), fill or 0, picture).astype(np.uint8)


def test_boxes_tell_which_bubbles_are_marked() -> None:
    marks = marks_of("X0#")
    assert marks[0].tolist() == [UNKNOWN, *[0] * 9]  # the 0, or none
    assert marks[1].tolist() == [1, *[0] * 9]
    assert marks[2].tolist() == [UNKNOWN] * 10


def test_fluid_hides_print_and_adds_no_ink() -> None:
    empty = level_bubbles(np.tile(ring(), (3, 10, 1, 1)))[0, 0]
    for seed in range(20):
        hidden = covered(empty, np.random.default_rng(seed))
        assert hidden.shape == empty.shape
        assert hidden[8:16, 8:16].mean() < 0.6  # a pen fills 1.2 and more


def test_a_bubble_under_correction_fluid_is_not_marked() -> None:
    """Of the column 0..9 the 0 is filled, and the 3, marked by mistake, is painted over (ppwp2024votes_0039)."""
    network = Network(load_package(default_package("bubbles")), CONTRACT)
    column = np.stack([ring(60), ring(), ring(), *[ring()] * 7])
    ink = level_bubbles(np.stack([column] * 3))[0]
    for seed in range(10):
        ink[3] = np.clip(covered(ink[1], np.random.default_rng(seed)), *INK_RANGE)
        marked = network.read(ink)[:, 1]
        assert marked[0] > 0.99
        assert marked[3] < 0.1


def test_the_same_seed_teaches_the_same() -> None:
    rng = np.random.default_rng(1)
    ink = rng.normal(0.2, 0.1, (40, SIZE, SIZE)).astype(np.float32)
    ink[::4, 6:18, 6:18] += 1.5
    labels = (np.arange(40) % 4 == 0).astype(np.int64)
    windows = Windows(ink, labels, np.zeros(40, np.int64), CONTRACT.classes)
    some = {"drawn": [{"seed": 1, "count": 1}]}
    learning = Learning(steps=40, batch=32)
    config = BubblesConfig.model_validate({"name": "tiny", "pages": some, "calibration": some, "learning": learning})
    taught = (train_on_both(config, RealBubbles(), windows, windows, log=lambda _: None) for _ in range(2))
    first, second = taught
    inputs = torch.from_numpy(ink[:, None])
    assert torch.equal(first(inputs), second(inputs))
    assert (first(inputs).argmax(1).numpy() == labels).mean() > 0.9
