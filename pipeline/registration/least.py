"""How large a picture of a form must be at least, whatever is on it: what can be said before it is opened."""

from collections.abc import Mapping
from math import ceil

from pipeline.forms import FormTemplate, known_forms
from pipeline.registration.found import MIN_BOX_PIXELS
from pipeline.registration.frames import unit_mm


def least_of_all(forms: Mapping[str, FormTemplate]) -> int:
    """Return the longer side in px below which no page of any form can be read; 0 where there is no form.

    Of each family one variant is looked at, the last: it has all pages that the others have, and to make every variant
    takes seconds.
    """
    last = {one.family: one.id for one in known_forms(forms)}
    return min((least_long_side(forms[form]) for form in last.values()), default=0)


def least_long_side(form: FormTemplate) -> int:
    """Return the longer side in px below which no page of a form can be read, even if its sheet fills the picture.

    Of the page with the largest boxes: which page a picture shows is not known yet.
    """
    sheet = max(form.sheet.width, form.sheet.height)
    boxes = [20.0 * unit_mm(page.numbers) for page in form.pages if page.numbers]
    return ceil(sheet * MIN_BOX_PIXELS / max(boxes)) if boxes else 0
