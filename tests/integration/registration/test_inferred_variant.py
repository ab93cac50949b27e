"""Variants that nobody has seen beside one that was: with fewer pairs, part of a sheet may be taken for all of it."""

from pathlib import Path

import pytest

from pipeline import Reader
from pipeline.forms import load_forms
from pipeline.reading import Outcome
from training.pages.simulate import Simulation, simulate_document

MISTAKEN = "wild/kwk-2020/images/kwk2020_0002.jpg"
"""Its second and third pair, and the sum, were taken for a sheet of two pairs."""


def test_two_pairs_of_three_are_not_taken_for_a_sheet_of_two(shared: Path, reader: Reader) -> None:
    (document,) = reader.read(shared / MISTAKEN)
    assert document.form == "c-hasil-kwk-2020-pairs-3"
    read = {name: field.value for name, field in document.fields.items()}
    assert read == {"paslon_1": 51, "paslon_2": 74, "paslon_3": 80, "suara_sah": 205}


@pytest.mark.parametrize("pairs", [2, 4])
def test_of_a_variant_that_nobody_has_seen_nothing_is_accepted_without_a_tag(pairs: int, reader: Reader) -> None:
    form = load_forms()[f"c-hasil-kwk-2020-pairs-{pairs}"]
    (page,) = simulate_document(Simulation(form, seed=5, difficulty="easy", long_side=2400), 0)
    (document,) = reader.read(page.jpeg, "page.jpg")
    assert not [name for name, field in document.fields.items() if field.outcome is Outcome.ACCEPTED]
    if document.form == form.id:
        reasons = [reason for found in document.pages for reason in found.reasons]
        assert "variant_inferred" in {reason.code for reason in reasons}
        assert all("{" not in reason.text("id") + reason.text("en") for reason in reasons)
