"""How large a picture of a form must be at least, whatever is on it: what can be said before it is opened."""

from math import ceil

from pipeline.forms import FormTemplate
from pipeline.registration.found import MIN_BOX_PIXELS
from pipeline.registration.frames import unit_mm


def least_long_side(form: FormTemplate) -> int:
    """Return the longer side in px below which no page of a form can be read, even if its sheet fills the picture.

    Of the page with the largest boxes: which page a picture shows is not known yet.
    """
    sheet = max(form.sheet.width, form.sheet.height)
    boxes = [20.0 * unit_mm(page.numbers) for page in form.pages if page.numbers]
    return ceil(sheet * MIN_BOX_PIXELS / max(boxes)) if boxes else 0
