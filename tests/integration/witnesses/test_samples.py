"""What is cut from practice pages for training."""

import numpy as np
import pytest

from pipeline.forms import load_forms
from training.handwriting import Hand, TallyStyle, write_bundles
from training.pages.scenario import tally_cells
from training.witnesses.practice import practice_scenario
from training.witnesses.samples import CANCELLED, NumberSample, Run, page_samples
from training.witnesses.windows import windows_of


@pytest.fixture(scope="module")
def cut() -> list[NumberSample]:
    return page_samples(Run(seed=1, levels=("easy",)), 0)


def test_a_page_gives_the_same_samples_again(cut: list[NumberSample]) -> None:
    again = page_samples(Run(seed=1, levels=("easy",)), 0)
    assert len(cut) == len(again) > 0
    for first, second in zip(cut, again, strict=True):
        np.testing.assert_array_equal(first.cells, second.cells)
        np.testing.assert_array_equal(first.strokes, second.strokes)


def test_marked_bubbles_are_darker(cut: list[NumberSample]) -> None:
    windows = windows_of("bubbles", cut)
    middle = windows.ink[:, 8:16, 8:16].mean(axis=(1, 2))
    assert middle[windows.labels == 1].mean() > middle[windows.labels == 0].mean() + 0.2


def test_cells_with_strokes_hold_ink(cut: list[NumberSample]) -> None:
    windows = windows_of("tallies", cut)
    inner = windows.ink[:, 8:32, 8:32]
    assert (inner[(windows.labels > 0) & (windows.labels <= 5)].max(axis=(1, 2)) > 0.3).all()


def test_practice_has_every_mark() -> None:
    form = load_forms()["c-hasil-ppwp-2024"]
    counts: set[int] = set()
    signs: set[str] = set()
    for seed in range(30):
        scenario = practice_scenario(form, np.random.default_rng(seed))
        for field in form.page(2).numbers:
            written = scenario.numbers[field.name]
            counts |= {count for row in written.cells for count in row}
            signs |= set(written.bubbles or "")
            assert len(written.doubled) == (written.bubbles or "").count("?")
            assert written.row_tally == tuple(sum(row) for row in written.cells)
    assert counts == set(range(11))
    assert signs == set("0123456789_?")
    assert CANCELLED not in counts


@pytest.mark.parametrize("count", range(11))
def test_a_cell_has_as_many_strokes(count: int) -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        strokes = write_bundles(count, TallyStyle.sample(rng), Hand(), rng)
        assert len(strokes) == count
        points = np.vstack([np.zeros((0, 2)), *strokes])
        assert ((points > -0.4) & (points < 1.4)).all()


def test_eleven_strokes_are_refused() -> None:
    with pytest.raises(ValueError, match="0 to 10"):
        write_bundles(11, TallyStyle(), Hand(), np.random.default_rng(0))


@pytest.mark.parametrize(("value", "bundles"), [(0, 1), (7, 1), (300, 1), (64, 2), (600, 2)])
def test_cells_hold_the_value(value: int, bundles: int) -> None:
    tally = load_forms()["c-hasil-ppwp-2024"].page(2).numbers[0].tally
    assert tally is not None
    cells = tally_cells(value, tally, bundles)
    assert sum(map(sum, cells)) == value
    assert all(count <= 5 * bundles for row in cells for count in row)
