"""Numbers that people type from the whole picture, because nobody located their boxes."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.db.tables import Number
from pipeline.forms import FormTemplate

TYPED = "number_typed"
"""The reason of such a number."""

READERS = 2
"""People who must read such a number, as no machine has: one person's word has nothing to be held against."""

_ONE_PLACE = 1e-3
"""By how much the weight of such a number falls from one place on the page to the next: too little to tell pages apart,
enough to give the numbers of a page in the order in which they are printed."""


def is_typed(number: Number) -> bool:
    """Tell whether people type a number from the whole picture, as nobody located it."""
    return is_typed_by(number.reasons)


def is_typed_by(reasons: Iterable[Any]) -> bool:
    """Tell the same by the reasons of a number, as JSON."""
    return any(isinstance(reason, Mapping) and reason.get("code") == TYPED for reason in reasons)


def in_print_order(number: Number, form: FormTemplate | None) -> float:
    """Return by what the harm of a number is multiplied so that those of a typed page come as they are printed."""
    if form is None or not is_typed(number):
        return 1.0
    names = [one.name for page in form.pages for one in page.numbers]
    return 1.0 - _ONE_PLACE * names.index(number.field) if number.field in names else 1.0
