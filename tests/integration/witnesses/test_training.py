"""How tally cells are drawn and weighed for training, and what the network sees of a page."""

import json
from pathlib import Path

import numpy as np
import torch

from models.witnesses import tally_network
from pipeline.forms import load_forms
from training.pages.simulate import Simulation, simulate_documents
from training.witnesses.batches import balanced, disturbed, page_weights
from training.witnesses.context import train_beside
from training.witnesses.folders import folder_samples
from training.witnesses.learning import Stretch
from training.witnesses.samples import UNKNOWN
from training.witnesses.windows import Windows, windows_of

SIZE = 48


def test_on_every_page_all_classes_count_alike() -> None:
    labels = np.array([5] * 40 + [4] * 4 + [-1] * 3 + [5] * 8)
    pages = np.array([0] * 47 + [1] * 8)
    weights = page_weights(labels, pages)
    assert np.isclose(weights[:40].sum(), weights[40:44].sum())
    assert np.isclose(weights[47:].sum(), weights[:40].sum())
    assert not weights[44:47].any()


def test_batches_hold_every_known_class_as_often() -> None:
    windows = Windows(np.zeros((100, 4, 4), np.float32), np.repeat([0, 1, -1], [90, 4, 6]), np.zeros(100, int), "ab")
    labels = windows.labels[balanced(windows, 50, np.random.default_rng(0))]
    assert np.bincount(labels).tolist() == [25, 25]


def test_cells_of_a_page_are_mirrored_together() -> None:
    ink = np.zeros((40, 8, 8), np.float32)
    ink[:, :, :4] = 1.0
    pages = np.repeat(np.arange(10), 4)
    left = disturbed(ink, pages, np.random.default_rng(1), flips=True)[:, :, :4].mean(axis=(1, 2)) > 0.5
    by_page = left.reshape(10, 4)
    assert (by_page == by_page[:, :1]).all()
    assert 0 < by_page[:, 0].sum() < 10


def test_a_cell_is_first_judged_by_itself_then_beside_others() -> None:
    torch.manual_seed(0)
    network = tally_network(12, SIZE).eval()
    rng = np.random.default_rng(0)
    ink = rng.normal(0.3, 0.2, (24, SIZE, SIZE)).astype(np.float32)
    cells = torch.from_numpy(ink[:, None])
    with torch.no_grad():
        np.testing.assert_allclose(network(cells), network.single(cells), atol=1e-6)
        before = network.features(cells)
        windows = Windows(ink, np.arange(24) % 6, np.repeat([0, 1], 12), "0123456789Tz")
    train_beside(network, windows, Stretch("beside", 0, 30, 2e-3), 0.0, None, lambda _: None)
    with torch.no_grad():
        np.testing.assert_allclose(network.features(cells), before)
        together, alone = network(cells), network(cells[:1])
        assert not np.allclose(together[0], alone[0], atol=1e-3)
        turned = network(cells.flip(0)).flip(0)
        np.testing.assert_allclose(together, turned, atol=1e-4)


def test_simulated_folders_give_cells_with_their_counts(tmp_path: Path) -> None:
    settings = Simulation(load_forms()["c-hasil-ppwp-2024"], seed=4, difficulty="easy", page=2, long_side=2016)
    simulate_documents(settings, 1, tmp_path / "out")
    (truth,) = map(json.loads, (tmp_path / "out" / "truth.jsonl").read_text(encoding="utf-8").splitlines())
    found = list(folder_samples(tmp_path / "out", 7))
    assert {sample.name for sample in found} == {"paslon_1", "paslon_2", "paslon_3"}
    for sample in found:
        assert sample.page == 7
        assert sample.strokes is not None
        assert sample.marked is not None
        assert sample.strokes[sample.strokes != UNKNOWN].sum() == truth["values"][sample.name]
        assert sample.marked.sum() == len(truth["bubbles"][sample.name].replace("_", ""))
    windows = windows_of("tallies", found)
    assert (windows.labels == 5).any()
    assert (windows.labels == -1).any()
