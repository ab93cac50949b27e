"""Strokes drawn into real cells where none was, as dark as the page's own; pages made coarse or striped."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.recognition.tallies.cut import CELL_PIXELS
from training.witnesses.borrowed import partial_bundles, with_borrowed
from training.witnesses.degraded import degraded
from training.witnesses.planted import with_planted
from training.witnesses.windows import EMPTY_OR_CANCELLED, Windows

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


@pytest.fixture
def lender() -> Windows:
    """Return cells of two other pages: bundles, one that holds two strokes and one that holds three, all paler."""
    ink = np.full((6, CELL_PIXELS, CELL_PIXELS), 0.02, np.float32)
    for cell, strokes in enumerate((5, 5, 2, 5, 5, 3)):
        for left in range(12, 12 + 6 * strokes, 6):
            ink[cell, 12:36, left : left + 2] = 0.5
    ink[:, 2] = 0.06  # a printed line
    return Windows(ink, np.array([5, 5, 2, 5, 5, 3]), np.array([1, 1, 1, 2, 2, 2]), "0123456789Tz")


@pytest.mark.parametrize("seed", range(5))
def test_strokes_of_other_pages_come_into_empty_cells_as_dark_as_the_page_writes(
    page: tuple[NDArray[np.float32], NDArray[np.int64]], lender: Windows, seed: int
) -> None:
    ink, labels = page
    kept, bundles = ink.copy(), partial_bundles(lender)
    assert [one.strokes for one in bundles] == [2, 3]
    written, told = with_borrowed(ink, labels, 4, bundles, 0.0, np.random.default_rng(seed))
    changed = np.flatnonzero(told != labels)
    assert len(changed) == 4
    assert changed.min() >= BUNDLES + CROSSED
    assert np.array_equal(ink, kept)
    same = np.setdiff1d(np.arange(len(labels)), changed)
    assert np.array_equal(written[same], ink[same])
    for cell, strokes in zip(written[changed], told[changed], strict=True):
        assert uprights(cell) == strokes
        assert 0.45 < cell.max() < 1.0  # the lender's page is at 0.5, this one at 0.8
        assert cell[:5].max() < 0.15  # what was printed there stays there


def test_a_cancelling_line_may_begin_right_of_the_strokes(
    page: tuple[NDArray[np.float32], NDArray[np.int64]], lender: Windows
) -> None:
    ink, labels = page
    for seed in range(5):
        written, told = with_borrowed(ink, labels, 4, partial_bundles(lender), 1.0, np.random.default_rng(seed))
        for cell, strokes in zip(written[told != labels], told[told != labels], strict=True):
            assert uprights(cell) == strokes
            assert cell[22:26, -2:].min() > 0.5  # the page's own line, on to the edge
            assert cell[22:26, :4].max() < 0.3


def uprights(cell: NDArray[np.float32]) -> int:
    """Return how many dark runs a row above the middle of a cell crosses."""
    dark = np.concatenate([[False], cell[18] > 0.3])
    return int((dark[1:] & ~dark[:-1]).sum())


def test_without_strokes_to_go_by_nothing_is_copied(
    page: tuple[NDArray[np.float32], NDArray[np.int64]], lender: Windows
) -> None:
    ink, labels = page
    for some, bundles in ((slice(BUNDLES, None), partial_bundles(lender)), (slice(None), [])):
        written, told = with_borrowed(ink[some], labels[some], 4, bundles, 0.5, np.random.default_rng(1))
        assert np.array_equal(written, ink[some])
        assert np.array_equal(told, labels[some])
