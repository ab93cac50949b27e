import numpy as np
import pytest

from training.digits.outliers import place, plain_box
from training.digits.struck import strike
from training.scans.augment import CHANGES, augment, elastic, geometry, neighbour, random_grey


def crop(height: int = 48, width: int = 42) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(5, 5), (17, 60), (48, 42), (300, 280)])
def test_every_size_survives_every_change(size: tuple[int, int]) -> None:
    for seed in range(30):
        made = augment(crop(*size), np.random.default_rng(seed))
        assert made.dtype == np.uint8
        assert made.ndim == 2
        assert min(made.shape) >= 5


EVERY = [*(change for change, _ in CHANGES), geometry, elastic]


@pytest.mark.parametrize("change", EVERY, ids=lambda change: change.__name__)
def test_a_change_is_the_same_for_the_same_chance(change) -> None:  # type: ignore[no-untyped-def]
    grey = random_grey(crop(), np.random.default_rng(0))
    first, again = (change(grey, np.random.default_rng(4), 1.0) for _ in range(2))
    assert np.array_equal(first, again)
    assert np.array_equal(grey, random_grey(crop(), np.random.default_rng(0)))  # the input is left alone


def test_no_strength_changes_nothing() -> None:
    grey = crop()[:, :, 0]
    assert np.array_equal(augment(grey, np.random.default_rng(0), 0.0), grey)


def test_a_neighbour_reaches_in_from_one_side_only() -> None:
    white, black = np.full((50, 40), 255, np.uint8), np.zeros((30, 30), np.uint8)
    for seed in range(20):
        made = neighbour(white, black, np.random.default_rng(seed))
        assert made.shape == white.shape
        assert 0.03 < (made == 0).mean() < 0.2


@pytest.mark.parametrize("digit", list("0123456789X"))
def test_a_strike_only_adds_ink(digit: str) -> None:
    grey = plain_box(np.random.default_rng(2))
    made = strike(grey, digit, np.random.default_rng(3))
    assert (made <= grey).all()
    assert (made < grey).mean() > 0.02


def test_a_digit_from_paper_lands_inside_the_box() -> None:
    digit = np.full((28, 28), 255, np.uint8)
    digit[4:24, 12:16] = 0
    box = np.full((60, 60), 200, np.uint8)
    made = place(box, digit, np.random.default_rng(0))
    rows, columns = np.nonzero(made < 150)
    assert 3 < rows.min() < rows.max() < 57
    assert 3 < columns.min() < columns.max() < 57


def test_bending_moves_strokes_without_tearing_them() -> None:
    paper = np.full((40, 40), 255, np.uint8)
    paper[8:32, 18:22] = 0
    for seed in range(30):
        bent = elastic(paper, np.random.default_rng(seed), 1.0)
        assert not np.array_equal(bent, paper)
        assert (bent[12:28].min(axis=1) < 100).all()
        assert np.array_equal(elastic(paper, np.random.default_rng(seed), 0.0), paper)
