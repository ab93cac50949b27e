"""Which numbers hold a document up. A date on a form may stay empty, and no vote depends on it."""

from collections.abc import Mapping

from pipeline.forms import FormTemplate


def optional_fields(forms: Mapping[str, FormTemplate], form: str | None) -> frozenset[str]:
    """Return the fields of a form that need no answer; of a form that is not installed, none."""
    if form is None or form not in forms:
        return frozenset()
    return frozenset(field.name for page in forms[form].pages for field in page.numbers if not field.required)
