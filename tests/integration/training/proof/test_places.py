"""Drawn pages are looked for, and what is off or not found is counted and named."""

import pytest

from pipeline.forms import Forms, load_forms
from pipeline.registration import SheetFinder
from tests.support.command import chasil
from training.proof.places import Drawn, lines, look


@pytest.fixture(scope="module")
def forms() -> Forms:
    return load_forms()


def test_an_easy_page_is_found_with_its_numbers_in_place(forms: Forms) -> None:
    drawn = look(forms["c-hasil-ppwp-2024"], "easy", SheetFinder(forms), seed=1)
    assert (drawn.found, drawn.why) == (True, "")
    assert drawn.in_view == len(drawn.off) == 3
    assert max(drawn.off.values()) < 0.05


def test_a_page_whose_form_is_not_installed_is_none_of_the_others(forms: Forms) -> None:
    form = forms["c-hasil-ppwp-2024"]
    others = {name: one for name, one in forms.installed.items() if name == "c1-ppwp-2014"}
    drawn = look(form, "easy", SheetFinder(Forms(others, forms.folders)), seed=1)
    assert not drawn.found
    assert drawn.why == "form_not_recognised"
    assert drawn.off == {}


def test_what_shows_no_number_is_told_apart_and_what_is_far_off_is_named() -> None:
    table = "\n".join(
        lines(
            [
                Drawn("seed 1", 3, True, "", {"paslon_1": 0.01, "paslon_2": 0.4}),
                Drawn("seed 2", 0, False, "form_not_recognised", {}),
                Drawn("seed 3", 2, False, "form_not_recognised", {}),
            ]
        )
    )
    assert "found: 1 of 3" in table
    assert "found of those with a number in view: 1 of 2" in table
    assert "more than 0.25 of a box: 1 of 2" in table
    assert "seed 1: paslon_2 is 0.40 of a box off" in table
    assert "seed 3, 2 numbers in view: form_not_recognised" in table


def test_the_command_draws_looks_and_prints(capsys: pytest.CaptureFixture[str]) -> None:
    run = chasil(capsys, "evaluate", "places", "--count", 1, "--seed", 4, "--difficulty", "easy", "--jobs", 1)
    assert run.code == 0, run.err
    assert "found: 1 of 1" in run.out
