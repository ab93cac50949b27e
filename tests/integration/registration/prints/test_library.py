"""Which page of the installed forms has which print."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipeline.forms import Forms, FormTemplate, InstalledForm, TaggedPage, load_forms
from pipeline.registration.prints.library import PrintLibrary
from pipeline.registration.prints.page_print import PRINTS, save_print
from tests.integration.registration.prints.drawn import print_of

FORM = load_forms()["c1-ppwp-2019"]


def variant(suffix: str, *, confirmed: bool = True) -> FormTemplate:
    return FORM.model_copy(update={"id": f"trial-{suffix}", "family": "trial", "confirmed": confirmed})


def library(folder: Path, *names: str, forms: Mapping[str, FormTemplate]) -> PrintLibrary:
    for name in names:
        save_print(folder / PRINTS / f"{name}.npz", print_of(1))
    return PrintLibrary(forms, [folder])


def test_the_installed_forms_are_known_by_their_prints() -> None:
    known = PrintLibrary(load_forms()).index()
    assert known is not None
    printed, index = known
    assert [one.page for one in printed] == list(index.pages)
    pages = {(target.form.id, target.page.number) for one in printed for target in one.candidates}
    assert ("c-hasil-ppwp-2024", 2) in pages
    assert all(target.form.confirmed for one in printed for target in one.candidates)


def test_a_form_that_nobody_has_confirmed_has_no_print(tmp_path: Path) -> None:
    form = variant("a", confirmed=False)
    known = library(tmp_path, "trial-a-p1", "trial-p2", forms={form.id: form})
    assert known.of(form, 1) is None
    assert known.index() is None
    assert known.guides([TaggedPage(form, form.page(1))]) is None


def test_a_draft_that_somebody_names_is_known_by_its_print(tmp_path: Path) -> None:
    draft, other = variant("a", confirmed=False), FORM
    forms = Forms({form.id: InstalledForm.plain(form) for form in (draft, other)}, [tmp_path])
    beside = library(tmp_path, "trial-a-p1", forms=forms)
    assert beside.of(draft, 1) is None  # it must not take the sheets of others
    assert beside.index() is None
    named = PrintLibrary(forms.chosen(draft.id))
    assert named.of(draft, 1) is not None
    index = named.index()
    assert index is not None
    assert [target.form.id for one in index[0] for target in one.candidates] == [draft.id]
    assert PrintLibrary(forms.chosen(draft.id).chosen(draft.id)).of(draft, 1) is not None


def test_variants_of_a_family_share_its_print_and_one_may_have_its_own(tmp_path: Path) -> None:
    forms = {form.id: form for form in (variant("a"), variant("b"), variant("c"))}
    known = library(tmp_path, "trial-p1", "trial-b-p1", forms=forms)
    assert known.of(forms["trial-a"], 1) is known.of(forms["trial-c"], 1)
    assert known.of(forms["trial-b"], 1) is not known.of(forms["trial-a"], 1)
    assert known.of(forms["trial-a"], 2) is None
    index = known.index()
    assert index is not None
    assert [[target.form.id for target in one.candidates] for one in index[0]] == [["trial-a", "trial-c"], ["trial-b"]]


def test_of_some_pages_only_those_are_asked(tmp_path: Path) -> None:
    forms = {form.id: form for form in (variant("a"), variant("b"))}
    known = library(tmp_path, "trial-p1", "trial-p2", forms=forms)
    index = known.guides([TaggedPage(forms["trial-b"], FORM.page(2))])
    assert index is not None
    assert [(one.candidates[0].form.id, one.candidates[0].page.number) for one in index[0]] == [("trial-b", 2)]


@pytest.mark.parametrize("name", ["other-p1", "trial-p7"])
def test_without_a_print_of_theirs_forms_are_not_known_by_one(tmp_path: Path, name: str) -> None:
    form = variant("a")
    assert library(tmp_path, name, forms={form.id: form}).index() is None
    assert PrintLibrary({form.id: form}, [tmp_path / "nowhere"]).index() is None


def shared_by(form: FormTemplate, name: str) -> FormTemplate:
    first, *others = form.pages
    return form.model_copy(update={"pages": (first.model_copy(update={"shared_print": name}), *others)})


def test_a_tagged_page_that_nobody_has_confirmed_is_guided_by_one_that_shares_its_print(tmp_path: Path) -> None:
    seen = shared_by(variant("a"), "first_page")
    guess = shared_by(FORM.model_copy(update={"id": "guess", "family": "guess", "confirmed": False}), "first_page")
    known = library(tmp_path, "trial-p1", "other_page-drawn", forms={seen.id: seen, guess.id: guess})
    assert known.of(guess, 1) is None
    assert known.guide(TaggedPage(guess, guess.page(1))) is known.of(seen, 1)
    # Where nobody has seen any, a drawn one may show the way; it is never evidence.
    alone = shared_by(guess, "other_page")
    assert known.guide(TaggedPage(alone, alone.page(1))) is not None
    assert known.of(alone, 1) is None
    assert known.guide(TaggedPage(shared_by(guess, "third_page"), FORM.page(2))) is None
