"""The basis of all prints, learnt from a little."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.registration.prints.basis import KEPT, load_basis
from pipeline.registration.prints.descriptors import LENGTH
from tests.integration.registration.prints.drawn import seen
from training.registration import prints
from training.registration.prints import learn_basis, save_basis


@pytest.fixture(autouse=True)
def _few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prints, "KINDS", 6)
    monkeypatch.setattr(prints, "WORDS", 4)


@pytest.fixture(scope="module")
def pages() -> list[NDArray[np.float32]]:
    """Return the descriptors of two drawn pages, the second with many more."""
    return [seen(1).features.descriptors[:300], seen(2).features.descriptors[:1200]]


def test_a_basis_makes_descriptors_small_and_gives_each_a_word(pages: list[NDArray[np.float32]]) -> None:
    basis = learn_basis(pages)
    assert (basis.kinds.shape, basis.words.shape, basis.count) == ((6, KEPT), (6, 4, KEPT), 24)
    np.testing.assert_allclose(basis.components @ basis.components.T, np.eye(KEPT), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(basis.words, axis=2), 1.0, atol=1e-4)
    words, alike = basis.words_of(basis.reduced(pages[0]))
    assert len(np.unique(words)) > 12
    by_chance = basis.reduced(pages[0]) @ basis.words.reshape(-1, KEPT).T
    assert alike.mean() > by_chance.mean() + 0.2


def test_its_components_keep_most_of_what_differs(pages: list[NDArray[np.float32]]) -> None:
    basis = learn_basis(pages)
    away = np.vstack(pages) - basis.mean
    kept = (away @ basis.components.T) @ basis.components
    assert ((away - kept) ** 2).sum() < 0.25 * (away**2).sum()


def test_every_page_has_the_same_say(pages: list[NDArray[np.float32]]) -> None:
    few, many = pages[0][:200], pages[1][:1000]
    basis = learn_basis([few, many])
    np.testing.assert_allclose(basis.mean, (few.mean(axis=0) + many[::5].mean(axis=0)) / 2, atol=1e-5)


def test_it_depends_on_its_seed_alone(pages: list[NDArray[np.float32]]) -> None:
    first, second, other = (learn_basis(pages, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.words, second.words)
    assert not np.array_equal(first.words, other.words)


def test_a_kind_to_which_nothing_belongs_has_words_all_the_same() -> None:
    # Print with two looks alone cannot fill six kinds.
    rng = np.random.default_rng(1)
    looks = np.abs(rng.normal(size=(2, LENGTH))).astype(np.float32)
    same = looks[rng.integers(0, 2, 90)]
    basis = learn_basis([np.asarray(same / np.linalg.norm(same, axis=1, keepdims=True), dtype=np.float32)])
    assert basis.count == 24
    assert np.isfinite(basis.words).all()


def test_a_basis_that_is_saved_is_loaded_as_it_was(pages: list[NDArray[np.float32]], tmp_path: Path) -> None:
    basis, path = learn_basis(pages), tmp_path / "basis.npz"
    save_basis(path, basis)
    again = load_basis(path)
    small, kept = basis.reduced(pages[0]), again.reduced(pages[0])
    assert np.einsum("nk,nk->n", small, kept).min() > 0.999
    assert np.mean(basis.words_of(small)[0] == again.words_of(kept)[0]) > 0.95
