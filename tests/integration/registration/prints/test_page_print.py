"""Prints as files: what is saved is loaded, and damage is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import FormError
from pipeline.forms import FORMS_FOLDER
from pipeline.registration.prints.page_print import PRINTS, load_print, save_print
from tests.integration.registration.prints.drawn import print_of


def test_a_print_that_is_saved_is_loaded_as_it_was(tmp_path: Path) -> None:
    page, path = print_of(1), tmp_path / PRINTS / "trial-p1.npz"
    save_print(path, page)
    again = load_print(path)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert again.witnesses == page.witnesses
    np.testing.assert_allclose(again.points, page.points, atol=0.011)
    np.testing.assert_allclose(again.sizes, page.sizes, atol=0.011)
    np.testing.assert_array_equal(again.words, page.words)
    assert np.einsum("nk,nk->n", again.descriptors, page.descriptors).min() > 0.98


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def no_archive(path: Path) -> None:
    path.write_bytes(b"not a print")


def without_words(path: Path) -> None:
    np.savez_compressed(path, **{name: part for name, part in np.load(path).items() if name != "words"})


def unequal(path: Path) -> None:
    parts = dict(np.load(path).items())
    np.savez_compressed(path, **(parts | {"sizes": parts["sizes"][:-1]}))


def empty(path: Path) -> None:
    parts = dict(np.load(path).items())
    np.savez_compressed(path, **{name: part[:0] if part.ndim else part for name, part in parts.items()})


@pytest.mark.parametrize("damage", [cut_off, no_archive, without_words, unequal, empty, Path.unlink])
def test_a_damaged_print_is_named_in_both_languages(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    path = tmp_path / "trial-p1.npz"
    save_print(path, print_of(1))
    damage(path)
    with pytest.raises(FormError) as error:
        load_print(path)
    assert error.value.code == "form_print_damaged"
    for language in ("en", "id"):
        assert "trial-p1.npz" in error.value.reason.text(language)


@pytest.mark.parametrize("path", sorted((FORMS_FOLDER / PRINTS).iterdir()), ids=lambda path: str(path.stem))
def test_every_installed_print_is_sound(path: Path) -> None:
    page = load_print(path)
    assert 40 <= page.witnesses <= len(page.points)
    np.testing.assert_allclose(np.linalg.norm(page.descriptors, axis=1), 1.0, atol=1e-5)
    assert (page.sizes > 0).all()
