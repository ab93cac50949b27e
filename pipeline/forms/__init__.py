"""Form templates: where every number stands on a page, and what must hold between the numbers.

template      what a template says
family        one file for several forms; `placeholders` is its language, `expand` makes the templates
loader        files to templates
installed     all forms together, by id and by tag
expression    the language of the rules
"""

from pipeline.forms.installed import Forms, InstalledForm, TaggedPage, chosen, known_forms
from pipeline.forms.loader import FORMS_FOLDER, load_form, load_forms, load_variants, tagged_pages
from pipeline.forms.template import FormTemplate, NumberField, PageTemplate, Rectangle, Rule

__all__ = [
    "FORMS_FOLDER",
    "FormTemplate",
    "Forms",
    "InstalledForm",
    "NumberField",
    "PageTemplate",
    "Rectangle",
    "Rule",
    "TaggedPage",
    "chosen",
    "known_forms",
    "load_form",
    "load_forms",
    "load_variants",
    "tagged_pages",
]
