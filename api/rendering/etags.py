"""What names a picture made of a page: everything that went into it, so that no cache keeps an older one.

A picture of a page follows from its original, from where a reading found the sheet and the numbers, from the template
that says where boxes and private areas are, and from how this program draws.
"""

import hashlib
import json

from pipeline.forms import FormTemplate

SHAPE = 2
"""Grows when pictures are made differently, so that nobody keeps an old one."""


def picture_etag(form: FormTemplate | None, form_page: int | None, *inputs: str | int | None) -> str:
    """Return the ETag of a picture.

    Args:
        form: The template by which it is cut and masked; None where none is used.
        form_page: The printed page.
        *inputs: What else it is made of: original, reading, field, part.

    """
    made_of = [SHAPE, template_hash(form, form_page), *inputs]
    return f'"{hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]}"'


def template_hash(form: FormTemplate | None, form_page: int | None) -> str | None:
    """Return a hash of all that a template says of one of its pages, and of the sheet."""
    if form is None:
        return None
    pages = [page.model_dump_json() for page in form.pages if page.number == form_page]
    known = form_page is not None and bool(pages) and form.is_confirmed(form_page)
    parts = [form.id, form.sheet.model_dump_json(), known, *pages]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
