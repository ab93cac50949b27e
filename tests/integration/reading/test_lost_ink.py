"""A scan in black and white that has lost most of its ink: what is left of a number is not taken for another one."""

import pytest

from pipeline import Reader
from pipeline.forms import load_forms
from training.evaluation.one_number import right_and_accepted
from training.pages.simulate import Simulation, simulate_document

FORM = "c-hasil-ppwp-2024"


@pytest.mark.parametrize(("seed", "index"), [(9501, 189), (9505, 212)])
def test_no_lost_digit_makes_a_zero(seed: int, index: int, reader: Reader) -> None:
    """Of __1 nothing is left, of --1 the dashes: such numbers were accepted as zero."""
    settings = Simulation(load_forms()[FORM], seed=seed, difficulty="scan", page=1, long_side=2000)
    (page,) = simulate_document(settings, index)
    (reading,) = reader.read(page.jpeg, page.name)
    assert reading.pages[0].form == FORM
    judged = {name: right_and_accepted(reading.fields.get(name), value) for name, value in page.truth["values"].items()}
    assert [name for name, (right, accepted) in judged.items() if accepted and not right] == []
    assert any(not right for right, _ in judged.values())
