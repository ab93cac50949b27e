"""Form templates: where every number stands on a page, and what must hold between the numbers."""

from pipeline.forms.loader import FORMS_FOLDER, TaggedPage, form_hash, load_form, load_forms, tagged_pages
from pipeline.forms.template import FormTemplate, NumberField, PageTemplate, Rectangle, Rule

__all__ = [
    "FORMS_FOLDER",
    "FormTemplate",
    "NumberField",
    "PageTemplate",
    "Rectangle",
    "Rule",
    "TaggedPage",
    "form_hash",
    "load_form",
    "load_forms",
    "tagged_pages",
]
