"""How large a picture must be at least: said of all forms by one variant of each family."""

import pytest

from pipeline.forms import load_forms
from pipeline.registration.found import MIN_BOX_PIXELS
from pipeline.registration.least import least_long_side, least_of_all


@pytest.mark.parametrize(
    "family", ["c-hasil-kwk-bupati-2024", "c-hasil-kwk-2020", "c-hasil-ppwp-2024", "c-hasil-dpd-2024"]
)
def test_one_variant_of_a_family_speaks_for_all(family: str) -> None:
    forms = load_forms().of(family)
    assert least_of_all(forms) == min(map(least_long_side, forms.values()))


def test_of_all_forms_the_one_that_needs_least_counts() -> None:
    forms = load_forms()
    plain = {form: forms[form] for form in ("c-hasil-ppwp-2024", "c1-ppwp-2019")}
    assert least_of_all(plain) == min(map(least_long_side, plain.values())) > 0
    assert least_of_all({}) == 0


def test_the_least_side_is_that_at_which_the_largest_boxes_can_just_be_read() -> None:
    form = load_forms()["c-hasil-ppwp-2024"]
    least = least_long_side(form)
    boxes = [min(field.boxes.width, field.boxes.height) for page in form.pages for field in page.numbers]
    # The smallest boxes need more; pictures that small fail on every page.
    assert least <= 900 * MIN_BOX_PIXELS / min(boxes) + 1
    assert 400 < least < 700
