"""The templates that this machine reads by: those that come with the program, and those of a folder of one's own."""

import os
from pathlib import Path

from pipeline.forms import Forms, load_forms

VARIABLE = "CHASIL_FORMS"
"""Environment variable that names the folder, for commands; the service has it among its settings."""


def installed_forms(own: Path | None = None, only: str | None = None) -> Forms:
    """Return every installed form, or those that somebody names.

    Args:
        own: Folder of one's own templates; by default that of `CHASIL_FORMS`, or none.
        only: A form or a family: its tags may be those of another, which is left out, as a draft of a shipped form is.

    Raises:
        FormError: `forms_folder_missing`, `form_id_twice`, `form_unknown`, `form_tag_twice`, or a template is faulty.

    """
    if only is None:
        return load_forms(own=own or _named_folder())
    return every_form(own).chosen(only)


def every_form(own: Path | None = None) -> Forms:
    """Return all templates that are at hand, also those that cannot be installed side by side."""
    return load_forms(own=own or _named_folder(), side_by_side=False)


def _named_folder() -> Path | None:
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None
