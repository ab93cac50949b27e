"""Strokes drawn into real cells where none was, as dark as the page's own; pages made coarse or striped."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.recognition.tallies.cut import CELL_PIXELS
from training.witnesses.degraded import degraded
from training.witnesses.planted import with_planted
from training.witnesses.windows import EMPTY_OR_CANCELLED

BUNDLES, CROSSED, EMPTY = 3, 3, 10


@pytest.fixture
def page() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return cells with bundles, cells crossed by a long stroke, and empty ones."""
    count = BUNDLES + CROSSED + EMPTY
    ink = np.random.default_rng(1).normal(0.0, 0.02, (count, CELL_PIXELS, CELL_PIXELS)).astype(np.float32)
    for left in range(12, 33, 5):
        ink[:BUNDLES, 12:36, left : left + 2] = 0.8
    ink[BUNDLES : BUNDLES + CROSSED, 22:26] = 0.9
    labels = np.array([5] * BUNDLES + [EMPTY_OR_CANCELLED] * (CROSSED + EMPTY))
    return ink, labels


@pytest.mark.parametrize("seed", range(5))
def test_strokes_come_into_empty_cells_alone(page: tuple[NDArray[np.float32], NDArray[np.int64]], seed: int) -> None:
    ink, labels = page
    kept = ink.copy()
    written, told = with_planted(ink, labels, 4, np.random.default_rng(seed))
    changed = np.flatnonzero(told != labels)
    assert len(changed) == 4
    assert changed.min() >= BUNDLES + CROSSED
    assert set(told[changed].tolist()) <= {1, 2, 3, 4}
    same = np.setdiff1d(np.arange(len(labels)), changed)
    assert np.array_equal(written[same], ink[same])
    assert np.array_equal(ink, kept)
    # As dark as the bundles, give or take, and inside the cell rather than on its lines.
    darkest = np.percentile(written[changed], 99.5, axis=(1, 2))
    assert ((darkest > 0.2) & (darkest < 1.1)).all()
    rows = (written - ink)[changed].sum(axis=(0, 2))
    assert rows[14:34].sum() > 0.6 * rows.sum()


def test_a_page_without_bundles_shows_nothing_to_go_by(
    page: tuple[NDArray[np.float32], NDArray[np.int64]],
) -> None:
    ink, labels = page
    written, told = with_planted(ink[BUNDLES:], labels[BUNDLES:], 4, np.random.default_rng(1))
    assert np.array_equal(written, ink[BUNDLES:])
    assert np.array_equal(told, labels[BUNDLES:])


def test_a_degraded_page_keeps_its_ink_in_its_place(
    page: tuple[NDArray[np.float32], NDArray[np.int64]],
) -> None:
    ink, _ = page
    for seed in range(8):
        changed = degraded(ink, np.random.default_rng(seed))
        assert (changed.shape, changed.dtype) == (ink.shape, ink.dtype)
        assert not np.array_equal(changed, ink)
        assert np.abs(changed.mean(axis=(1, 2)) - ink.mean(axis=(1, 2))).max() < 0.05
