"""Other places where a page might lie, and how sure one place is among several."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.forms import load_forms
from pipeline.registration.rivals import MOST, displacements, share_of_odds

FORMS = load_forms()
CHANCES = st.floats(0.001, 0.999)


def test_blocks_that_look_alike_are_where_a_page_might_lie_instead() -> None:
    page = FORMS["c-hasil-ppwp-2024"].page(2)
    first, second, third = (np.array(field.boxes.bounds[:2]) for field in page.numbers)
    expected = [second - first, first - second, third - second, second - third, third - first, first - third]
    found = displacements(page)
    for step in found:
        assert any(np.hypot(*(step - other)) < 2.0 for other in expected)
    for step in expected:
        assert any(np.hypot(*(step - other)) < 2.0 for other in found)


@pytest.mark.parametrize(("form", "number"), [("c-hasil-ppwp-2024", 1), ("c1-ppwp-2019", 1), ("c1-ppwp-2019", 2)])
def test_the_nearest_are_tried_each_once(form: str, number: int) -> None:
    found = displacements(FORMS[form].page(number))
    lengths = [float(np.hypot(*step)) for step in found]
    assert 0 < len(found) <= MOST
    assert lengths == sorted(lengths)
    assert lengths[0] > 1.0
    apart = [np.hypot(*(one - other)) for index, one in enumerate(found) for other in found[:index]]
    assert min(apart, default=9.0) > 2.0


def test_rows_of_a_measured_table_are_alike_although_their_heights_differ_a_little() -> None:
    page = FORMS["c1-ppwp-2014"].page(4)
    assert len({field.boxes.height for field in page.numbers}) > 1
    rows = [field.boxes.y for field in page.numbers]
    assert [abs(float(step[1])) for step in displacements(page)][:2] == [pytest.approx(rows[1] - rows[0], abs=0.2)] * 2


def test_a_number_like_no_other_has_no_rival() -> None:
    page = FORMS["c-hasil-ppwp-2024"].page(2)
    assert displacements(page.model_copy(update={"numbers": page.numbers[:1]})) == []


@given(CHANCES)
def test_alone_a_place_is_sure_and_two_alike_are_worth_half(chance: float) -> None:
    assert share_of_odds(chance, []) == pytest.approx(1.0)
    assert share_of_odds(chance, [chance]) == pytest.approx(0.5)


@given(CHANCES, st.lists(CHANCES, min_size=1, max_size=5))
def test_shares_add_up_and_every_rival_costs_some(chance: float, rivals: list[float]) -> None:
    everyone = [chance, *rivals]
    shares = [share_of_odds(one, everyone[:index] + everyone[index + 1 :]) for index, one in enumerate(everyone)]
    assert sum(shares) == pytest.approx(1.0)
    assert shares[0] < share_of_odds(chance, rivals[1:])


def test_a_certain_place_beats_a_doubtful_one() -> None:
    assert share_of_odds(0.9999, [0.5]) > 0.999
    assert share_of_odds(1.0, [0.99]) > 0.999
    assert share_of_odds(0.0, [0.5]) == pytest.approx(0.0, abs=1e-9)
