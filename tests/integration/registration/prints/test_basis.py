"""Descriptors made small, and the words that they are."""

import numpy as np

from pipeline.registration.prints.basis import KEPT, Basis, load_basis, packed, unpacked
from pipeline.registration.prints.descriptors import LENGTH
from tests.integration.registration.prints.drawn import seen


def unit(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return random unit vectors along the last axis."""
    made = np.random.default_rng(5).normal(size=shape)
    return np.asarray(made / np.linalg.norm(made, axis=-1, keepdims=True), dtype=np.float32)


def test_small_descriptors_are_unit_vectors_and_keep_who_is_like_whom() -> None:
    descriptors = seen(1).features.descriptors[:400]
    small = load_basis().reduced(descriptors)
    assert small.shape == (400, KEPT)
    np.testing.assert_allclose(np.linalg.norm(small, axis=1), 1.0, atol=1e-5)
    pairs = np.triu_indices(400, 1)
    whole, kept = (descriptors @ descriptors.T)[pairs], (small @ small.T)[pairs]
    assert np.corrcoef(whole, kept)[0, 1] > 0.85


def test_what_all_print_has_in_common_says_nothing() -> None:
    mean = np.full(LENGTH, 0.05, np.float32)
    words = unit(1, 1, KEPT)
    basis = Basis(mean, np.eye(KEPT, LENGTH, dtype=np.float32), words[0], words)
    seventh = np.zeros((1, LENGTH), np.float32)
    seventh[0, 7] = 0.3
    np.testing.assert_allclose(basis.reduced(mean + seventh)[0], np.eye(KEPT)[7], atol=1e-5)
    assert not basis.reduced(mean[None]).any()


def test_packed_descriptors_take_a_quarter_of_the_bytes_and_point_the_same_way() -> None:
    small = load_basis().reduced(seen(1).features.descriptors[:400])
    kept = packed(small)
    assert 4 * kept.nbytes == small.nbytes
    again = unpacked(kept)
    np.testing.assert_allclose(np.linalg.norm(again, axis=1), 1.0, atol=1e-5)
    alike = np.einsum("nk,nk->n", small, again)
    assert np.median(alike) > 0.9995
    # Of the plainest print one value alone is larger than what can be kept.
    assert alike.min() > 0.98


def test_nothing_is_unpacked_as_nothing() -> None:
    assert not unpacked(np.zeros((1, KEPT), np.int8)).any()


def test_the_word_is_the_nearest_of_the_nearest_kind() -> None:
    words = unit(3, 4, KEPT)
    basis = Basis(np.zeros(LENGTH, np.float32), np.eye(KEPT, LENGTH, dtype=np.float32), unit(3, KEPT), words)
    small = unit(50, KEPT)
    found, alike = basis.words_of(small)
    for one, word, likeness in zip(small, found, alike, strict=True):
        kind = int(np.argmax(basis.kinds @ one))
        assert word // 4 == kind
        assert word % 4 == np.argmax(words[kind] @ one)
        np.testing.assert_allclose(likeness, words[kind][word % 4] @ one, rtol=1e-4)
    assert basis.count == 12


def test_every_word_of_the_vocabulary_is_itself() -> None:
    basis = load_basis()
    # Where two kinds meet, a word may be nearer to the other one.
    found, alike = basis.words_of(basis.words.reshape(-1, KEPT)[::37])
    assert np.mean(found == np.arange(0, basis.count, 37)) > 0.8
    assert np.median(alike) > 0.99
    none = basis.words_of(np.zeros((0, KEPT), np.float32))
    assert [len(one) for one in none] == [0, 0]
