"""The sums over everything that may be marked, against enumeration."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.decision.contradiction import contradicts
from pipeline.recognition.bubbles import BubbleEvidence, bubble_evidence, column_distribution
from pipeline.recognition.bubbles.evidence import COLUMN_PRIOR, NONE, PAIRS, SEVERAL
from pipeline.recognition.tallies import tally_evidence
from pipeline.recognition.tallies.evidence import (
    CROSS_STROKES,
    DEFAULT_PRIOR,
    MOST,
    FillPrior,
    tally_evidences,
    transitions,
)


@pytest.mark.parametrize("seed", range(5))
def test_a_column_equals_the_sum_over_all_subsets(seed: int) -> None:
    marked = np.random.default_rng(seed).uniform(0.001, 0.999, 10)
    none, one, several = COLUMN_PRIOR
    expected = np.zeros(12)
    for subset in itertools.product([False, True], repeat=10):
        chosen = np.array(subset)
        likelihood = float(np.prod(np.where(chosen, marked, 1 - marked)))
        size = int(chosen.sum())
        if size == 0:
            expected[NONE] += none * likelihood
        elif size == 1:
            expected[1 + int(chosen.argmax())] += one / 10 * likelihood
        elif size == 2:
            expected[SEVERAL] += several * PAIRS / 45 * likelihood
        else:
            expected[SEVERAL] += several * (1 - PAIRS) / (1024 - 56) * likelihood
    found = column_distribution(marked)
    assert found.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_bubbles_state_what_their_columns_say(seed: int) -> None:
    columns = np.random.default_rng(seed).dirichlet(np.full(12, 0.3), 3)
    values, silent = BubbleEvidence(np.zeros((3, 10)), columns).likelihood()
    expected, none = np.zeros(1000), 0.0
    for states in itertools.product(range(12), repeat=3):
        probability = float(np.prod([columns[i, state] for i, state in enumerate(states)]))
        first = next((i for i, state in enumerate(states) if state not in (NONE, 1)), 2)
        if all(1 <= state <= 10 for state in states[first:]):
            expected[int("".join(str(state - 1) for state in states[first:]))] += probability
        else:
            none += probability
    np.testing.assert_allclose(values, expected, atol=1e-12)
    assert silent == pytest.approx(none)


def test_clear_bubbles_make_text_and_statement() -> None:
    marked = np.full((3, 10), 1e-4)
    marked[1, 2] = marked[2, 4] = 1 - 1e-4
    evidence = bubble_evidence(marked)
    assert evidence.text == "_24"
    assert evidence.statement().best[0] == 24
    assert evidence.statement().faulty < 0.1
    marked[2, 5] = 1 - 1e-4
    assert bubble_evidence(marked).text == "_2?"
    assert bubble_evidence(marked).statement().best[0] is None
    assert bubble_evidence(marked).statement().faulty > 0.6


def test_bubbles_missing_under_a_digit_are_faulty_but_none_at_all_are_not() -> None:
    marked = np.full((3, 10), 1e-4)
    assert bubble_evidence(marked).statement().faulty < 0.05
    marked[0, 1] = marked[2, 4] = 1 - 1e-4
    statement = bubble_evidence(marked).statement()
    assert statement.text == "1_4"
    assert statement.faulty > 0.95


CROSS = MOST + 1
"""Stands for a mark that is no stroke, beside the counts of strokes."""


def _brute(
    strokes: np.ndarray, cancelled: np.ndarray, conventions: Sequence[tuple[int, float]], prior: FillPrior
) -> tuple[np.ndarray, np.ndarray]:
    rows, columns, _ = strokes.shape
    by_row, total = np.zeros((rows, MOST * columns + 1)), np.zeros(MOST * columns * rows + 1)
    for bundle, share in conventions:
        weights = transitions(bundle, prior)
        likelihoods = np.dstack([strokes, strokes[..., CROSS_STROKES] + strokes[..., bundle] + cancelled])
        for symbols in itertools.product(range(MOST + 2), repeat=rows * columns):
            cells = np.array(symbols).reshape(rows, columns)
            likelihood = share * np.prod([likelihoods[r, c, cells[r, c]] for r in range(rows) for c in range(columns)])
            filling, ended = 1.0, 0.0
            for row in cells:
                crossing = 0.0
                for column, symbol in enumerate(row):
                    if symbol == CROSS:
                        begun = prior.crossed * filling if column else 0.0
                        filling, ended, crossing = 0.0, 0.0, begun + crossing
                        continue
                    a, b, c, d = weights[:, symbol]
                    begun = d * filling if column < columns - 1 else 0.0
                    filling, ended, crossing = filling * a, filling * b + ended * c, begun
                ended += crossing
            strokes_of = np.where(cells == CROSS, 0, cells)
            mass = likelihood * (filling + ended) * (1.0 if strokes_of.any() else prior.empty)
            total[strokes_of.sum()] += mass
            for at in range(rows):
                by_row[at, strokes_of[at].sum()] += mass
    return by_row / by_row.sum(axis=1, keepdims=True), total / total.sum()


@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (2, 2), (3, 1)])
def test_rows_and_total_equal_the_sum_over_all_grids(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(shape))
    strokes = rng.dirichlet(np.full(MOST + 1, 0.4), shape)
    cancelled = strokes[..., 0] * rng.uniform(size=shape)
    found = tally_evidence(strokes, cancelled)
    prior = DEFAULT_PRIOR
    bundles = _brute(strokes, cancelled, [(5, 1 - prior.double), (10, prior.double)], prior)
    any_mark = np.zeros_like(strokes)
    any_mark[..., 0], any_mark[..., 1] = strokes[..., 0], strokes[..., 1:].sum(axis=-1)
    single = _brute(any_mark, cancelled, [(1, 1.0)], prior)
    by_row, total = (
        (1 - prior.single) * ours + prior.single * other for ours, other in zip(bundles, single, strict=True)
    )
    np.testing.assert_allclose(np.array(found.rows), by_row, atol=1e-9)
    np.testing.assert_allclose(found.total, total, atol=1e-9)


@pytest.mark.parametrize("value", [0, 3, 5, 24, 60, 73, 299, 300])
def test_every_orderly_total_is_found(value: int) -> None:
    cells = np.clip(value - 5 * np.arange(60), 0, 5)
    strokes = (0.02 / MOST + 0.98 * np.eye(MOST + 1)[cells]).reshape(5, 12, MOST + 1)
    found = tally_evidence(strokes, 0.9 * strokes[..., 0] * (np.arange(12) % 2))
    assert int(found.total.argmax()) == value
    assert found.total[value] > 0.94  # of one bundle alone a part is left to one vote a cell
    assert found.used == (value > 0)
    assert sum(found.row_counts) == value
    assert found.statement().best[0] == value


def test_an_empty_grid_states_nothing_unless_it_is_cancelled() -> None:
    strokes = np.tile(np.eye(MOST + 1)[0] + 1e-6, (5, 12, 1))
    assert tally_evidence(strokes, np.zeros((5, 12))).statement().best[0] is None
    struck = np.zeros((5, 12))
    struck[np.arange(5)[::-1], np.arange(0, 10, 2)] = struck[0] = struck[4] = 0.99  # a Z
    assert tally_evidence(strokes, struck).statement().best[0] == 0
    assert tally_evidence(strokes, struck, located=False).statement().silent == 1.0
    alone = np.zeros((5, 12))
    alone[2, 3] = 0.99
    assert tally_evidence(strokes, alone).statement().best[0] is None


def test_two_bundles_a_cell_are_a_convention_of_the_whole_grid() -> None:
    cells = np.clip(87 - 10 * np.arange(60), 0, 10)
    strokes = (0.02 / MOST + 0.98 * np.eye(MOST + 1)[cells]).reshape(5, 12, MOST + 1)
    assert int(tally_evidence(strokes, np.zeros((5, 12))).total.argmax()) == 87


def test_grids_together_say_what_each_says_alone() -> None:
    rng = np.random.default_rng(5)
    strokes = rng.dirichlet(np.full(MOST + 1, 0.3), (3, 4, 6))
    cancelled = strokes[..., 0] * rng.uniform(size=(3, 4, 6))
    together = tally_evidences(strokes, cancelled, [True, False, True])
    for grid, said in enumerate(together):
        alone = tally_evidence(strokes[grid], cancelled[grid], located=grid != 1)
        np.testing.assert_allclose(said.total, alone.total, atol=1e-12)
        np.testing.assert_allclose(np.array(said.rows), np.array(alone.rows), atol=1e-12)
        assert said.cancelled == pytest.approx(alone.cancelled)
        assert said.located == alone.located


def _read_as(cells: Sequence[Sequence[int]]) -> np.ndarray:
    """Return cells that are surely read as so many strokes; rows that are not given are empty."""
    counts = np.zeros((10, 16), int)
    for row, given in zip(counts, cells, strict=False):
        row[: len(given)] = given
    return 0.001 / MOST + 0.999 * np.eye(MOST + 1)[counts]


def test_crosses_that_are_taken_for_bundles_leave_the_tally_in_doubt() -> None:
    """Photograph kwk2020_0401: six bundles, two strokes, and a small X in each of the nine cells behind them."""
    crossed = tally_evidence(_read_as([[5] * 6 + [2] + [5] * 9]), np.zeros((10, 16)))
    assert crossed.total[32] > 0.05
    assert not contradicts(crossed.statement(), 32)


def test_one_cross_a_vote_contradicts_no_number_of_as_many_votes() -> None:
    """Photograph kwk2020_0366: a cross in each of 70 cells, which look like 70 bundles, and 70 votes."""
    crosses = tally_evidence(_read_as([*[[5] * 16] * 4, [5] * 6]), np.zeros((10, 16)))
    assert not contradicts(crosses.statement(), 70)
    assert not contradicts(crosses.statement(), 350)
    for other in (71, 69, 30, 340):
        assert contradicts(crosses.statement(), other)


def test_a_row_that_is_full_to_its_end_is_still_believed() -> None:
    full = tally_evidence(_read_as([[5] * 16, [5] * 3 + [2]]), np.zeros((10, 16)))
    assert full.total[97] > 0.99
    whole = tally_evidence(_read_as([[5] * 16]), np.zeros((10, 16)))
    assert whole.total[80] > 0.95


def test_a_cross_without_end_of_the_row_is_no_crossing_out() -> None:
    """A short bundle among full ones, and empty cells behind them: strokes, one of them missed."""
    short = tally_evidence(_read_as([[5] * 6 + [4] + [5] * 5]), np.zeros((10, 16)))
    assert short.total[59] > 0.97
    assert short.total[60] < 0.02
